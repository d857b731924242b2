"""What of a period was really seen, source by source, so that silence is never taken for calm."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from listener.model import Gap

Stretch = tuple[datetime, datetime]

UNTOLD_CAUSE = "no record that it was seen"
UNTOLD_SECONDS_MIN = 600


IMPORTED = "import/"
"""So begins what stands for a source where history came from another tool's export.

No source can be called so, and nothing of ours covered what it holds.
"""


@dataclass(frozen=True, slots=True)
class Period:
    """From ``since`` to before ``until``, both aware. Raises ValueError when it holds no time."""

    since: datetime
    until: datetime

    def __post_init__(self) -> None:
        if self.since >= self.until:
            msg = f"the period must end after it begins, not {self.since} to {self.until}"
            raise ValueError(msg)

    @property
    def length(self) -> timedelta:
        """How long it is."""
        return self.until - self.since


@dataclass(frozen=True, slots=True)
class Coverage:
    """What is known of one source: stretches it was seen in, and gaps with their causes.

    Where the two disagree the gap counts. ``brands`` are those it listens for; empty means all.
    """

    source: str
    seen: tuple[Stretch, ...] = ()
    gaps: tuple[Gap, ...] = ()
    brands: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class SourceView:
    """What of one period a source saw.

    ``share`` is 0 to 1. ``gaps`` are all the stretches it missed, in order; a hole nobody
    explains is one too, unless it is shorter than ``UNTOLD_SECONDS_MIN``: between two polls
    there is always one. What a single place missed is among the gaps, with the place named; its
    source was looking all the same, and so it takes nothing from ``seen`` and ``share``.
    """

    source: str
    share: float
    seen: tuple[Stretch, ...]
    gaps: tuple[Gap, ...]
    brands: frozenset[str] = frozenset()

    @property
    def is_whole(self) -> bool:
        """Whether it saw the whole period."""
        return self.share > 0 and not self.gaps

    def saw(self, since: datetime, until: datetime) -> bool:
        """Whether it saw any of this stretch."""
        return any(start < until and since < end for start, end in self.seen)

    def missed(self, since: datetime, until: datetime) -> bool:
        """Whether a gap lies in this stretch, or nothing of it was seen."""
        gaps = ((gap.since, gap.until) for gap in self.gaps)
        return not self.saw(since, until) or any(
            start < until and since < end for start, end in gaps
        )


def view(coverage: Coverage, period: Period) -> SourceView:
    """The source's coverage, held against a period."""
    cut = [
        replace(gap, since=max(gap.since, period.since), until=min(gap.until, period.until))
        for gap in coverage.gaps
    ]
    told = [replace(gap, cause=_cause(gap)) for gap in cut if gap.since < gap.until]
    missed = [(gap.since, gap.until) for gap in told if not gap.place]
    seen = _outside(period, [*missed, *_outside(period, coverage.seen)])
    untold = [
        Gap(start, end, UNTOLD_CAUSE)
        for start, end in _outside(period, [*missed, *seen])
        if (end - start).total_seconds() >= UNTOLD_SECONDS_MIN
    ]
    return SourceView(
        source=coverage.source,
        share=sum((end - start for start, end in seen), timedelta()) / period.length,
        seen=tuple(seen),
        gaps=tuple(sorted([*told, *untold], key=lambda gap: (gap.since, gap.until, gap.cause))),
        brands=coverage.brands,
    )


def _cause(gap: Gap) -> str:
    """Why it was missed, after the place where it was only one."""
    return f"{gap.place}: {gap.cause}" if gap.place else gap.cause


def cause_of(state: str, reason: str) -> str:
    """Why a source was not seen, as it stands in a gap; ``state`` is its kind of failure.

    A plain outage is told in its own words, and a budget needs no more than its name.
    """
    if state == "budget":
        return state
    return f"{state}: {reason}" if state not in {"", "outage"} else reason


def split(gap: Gap, read: Gap) -> tuple[Gap | None, tuple[Gap, ...]]:
    """A gap of which the stretch ``read`` was read after all: that part, and what is still missed.

    They meet at their ends and make up the gap; the first is None where the two don't meet.
    """
    since, until = max(gap.since, read.since), min(gap.until, read.until)
    if since >= until:
        return None, (gap,)
    rest = (replace(gap, until=since), replace(gap, since=until))
    return replace(gap, since=since, until=until), tuple(r for r in rest if r.since < r.until)


def without(gap: Gap, known: Iterable[Gap]) -> tuple[Gap, ...]:
    """What of a gap lies in none of the known ones, in order of time."""
    left: tuple[Gap, ...] = (gap,)
    for one in known:
        left = tuple(rest for part in left for rest in split(part, one)[1])
    return left


def together(gaps: Iterable[Gap]) -> timedelta:
    """How long they are, where stretches that overlap count once."""
    length, end = timedelta(), None
    for gap in sorted(gaps, key=lambda gap: gap.since):
        since = gap.since if end is None else max(gap.since, end)
        if since < gap.until:
            length += gap.until - since
            end = gap.until
    return length


def _outside(period: Period, stretches: Iterable[Stretch]) -> list[Stretch]:
    """What of the period lies in none of the stretches."""
    left: list[Stretch] = []
    at = period.since
    for start, end in sorted(one for one in stretches if one[0] < one[1]):
        if at < min(start, period.until):
            left.append((at, min(start, period.until)))
        at = max(at, end)
    return [*left, (at, period.until)] if at < period.until else left

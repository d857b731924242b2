"""Whether what is said of a brand now is a crisis, is calm, or can't be known. Pure.

Several counts (:data:`baseline.SERIES`) over several windows are each held against what is usual
then. How unlikely one must be follows from how often somebody may be woken for nothing. A crowd
alone is none: it must also be against the brand, more than usual, and more than a handful.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from listener.crisis.baseline import SERIES, Baseline, Expected, Series, Tally
from listener.crisis.chance import at_least

WINDOW_MINUTES = (15, 60, 360)
CALM_MINUTES = 60
CALM_CHANCE = 0.01

_QUARTER = timedelta(days=91)
_NEGATIVE_SHARE = 0.3


@dataclass(frozen=True, slots=True)
class Crisis:
    """Told when a brand is in a crisis.

    It is held against the last ``weeks``. ``false_alarms`` is how many a quarter are bearable for
    one brand. Fewer than ``mentions_min`` mentions in a window, or ``negative_min`` against the
    brand, are none.
    """

    weeks: int = 8
    false_alarms: float = 1.0
    mentions_min: int = 10
    negative_min: int = 5


@dataclass(frozen=True, slots=True)
class Sign:
    """One count over one window that is far beyond what is usual."""

    series: Series
    minutes: int
    count: int
    expected: Expected
    chance: float


@dataclass(frozen=True, slots=True)
class Finding:
    """What the counts say: ``signs`` of a crisis (the least likely first), or whether all is calm.

    Neither: nobody knows, because it is in between, too new, or a source was not seen.
    """

    signs: tuple[Sign, ...] = ()
    is_calm: bool = False

    @property
    def is_crisis(self) -> bool:
        """Whether there is any sign."""
        return bool(self.signs)


def judge(
    crisis: Crisis, baseline: Baseline, recent: Sequence[Tally], now: datetime, *, seen: bool
) -> Finding:
    """What ``recent`` (tallies of the last six hours, of a few minutes each) means.

    ``seen``: every source that listens for the brand was seen over the last hour. Where one was
    not, counts are too low: they may still show a crisis, but no calm.
    """
    if not baseline.is_known:
        return Finding()
    signs = []
    for minutes in WINDOW_MINUTES:
        since = now - timedelta(minutes=minutes)
        window = _sum(recent, since)
        signs += _signs(crisis, baseline, window, minutes, now)
    if signs:
        return Finding(tuple(sorted(signs, key=lambda sign: sign.chance)))
    return Finding(is_calm=seen and _is_calm(baseline, recent, now))


def bearable_chance(crisis: Crisis, minutes: int) -> float:
    """How unlikely a count must be, given how many windows a quarter has.

    That the four counts are looked at apart, and windows as they slide, makes more false alarms;
    that a crowd must also be against the brand makes fewer. The benchmark shows what is left.
    """
    return crisis.false_alarms / (_QUARTER / timedelta(minutes=minutes) * len(WINDOW_MINUTES))


def _signs(
    crisis: Crisis, baseline: Baseline, window: Tally, minutes: int, now: datetime
) -> list[Sign]:
    if window.mentions < crisis.mentions_min or window.negative < crisis.negative_min:
        return []
    since = now - timedelta(minutes=minutes)
    usual_share = _share(
        baseline.expected("negative", since, now).mean,
        baseline.expected("mentions", since, now).mean,
    )
    share = window.negative / window.mentions
    if share < max(_NEGATIVE_SHARE, usual_share):
        return []
    found = []
    for series in SERIES:
        expected = baseline.expected(series, since, now)
        chance = at_least(window.of(series), expected.mean, expected.shape)
        if chance < bearable_chance(crisis, minutes):
            found.append(Sign(series, minutes, window.of(series), expected, chance))
    return found


def _is_calm(baseline: Baseline, recent: Sequence[Tally], now: datetime) -> bool:
    """Whether the last hour is nothing to wonder at, in all and against the brand."""
    since = now - timedelta(minutes=CALM_MINUTES)
    window = _sum(recent, since)
    watched: tuple[Series, ...] = ("mentions", "negative")
    expected = {series: baseline.expected(series, since, now) for series in watched}
    return all(
        at_least(window.of(series), expected[series].mean, expected[series].shape) > CALM_CHANCE
        for series in watched
    )


def _sum(tallies: Sequence[Tally], since: datetime) -> Tally:
    mentions = negative = far = copies = 0
    for tally in tallies:
        if tally.since >= since:
            mentions += tally.mentions
            negative += tally.negative
            far += tally.far
            copies += tally.copies
    return Tally(since, mentions, negative, far, copies)


def _share(part: float, whole: float) -> float:
    return part / whole if whole > 0 else 0.0

"""A window of mentions told: how much, by whom, in which mood, and what that rests on. Pure.

Spam is left out of every number and counted apart. Nothing is a zero that was not looked at:
a figure is None where no source saw the time it stands for.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, tzinfo

from listener.bars import Bar, bar_edges, bars
from listener.coverage import Coverage, Period, SourceView, view
from listener.model import ERROR_LABEL, LABELS, Mention
from listener.stories import SAMPLE_CHARS_MAX, Story, StoryFolder, added, reach_of
from listener.text import shown

__all__ = ["Coverage", "Digest", "Period", "digest"]

URGENT_PRIORITY = 80
STORIES_MAX = 10
AUTHORS_MAX = 10
URGENT_MAX = 20
PLACES_MAX = 40

_NAME_CHARS_MAX = 80


@dataclass(frozen=True, slots=True)
class BrandFigures:
    """What was said about one brand.

    ``count`` is None where none of its sources saw anything of the period, ``before`` where
    there is no figure for the period before. ``gappy`` are its sources with gaps: then the
    figures are the least there was.
    """

    brand: str
    is_competitor: bool
    count: int | None
    before: int | None
    direct: int
    indirect: int
    sentiment: Mapping[str, int]
    not_judged: int
    failed: int
    spam: int
    share_of_voice: float | None
    series: tuple[Bar, ...]
    gappy: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Place:
    """How much came through a source from a site; ``site`` is empty where nothing came.

    ``share`` is what the source saw of the period, None where nobody recorded it.
    """

    source: str
    site: str
    count: int | None
    share: float | None
    is_whole: bool


@dataclass(frozen=True, slots=True)
class Voice:
    """An author, and how many may have seen the posts; None where no site told."""

    name: str
    site: str
    posts: int
    reach: int | None


@dataclass(frozen=True, slots=True)
class Urgent:
    """A mention that could not wait, and why."""

    at: datetime
    brand: str
    site: str
    author: str
    text: str
    url: str
    priority: int
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Digest:
    """A period told. Times are in UTC; ``zone`` is where it is read.

    Own brands come before competitors, places and voices from the most on. ``urgent`` are the
    weightiest of ``urgent_count``, ``places`` the busiest of ``places_count``.
    ``failed`` counts, by kind of tag, the mentions that a classifier failed on.
    """

    period: Period
    zone: tzinfo
    sources: tuple[SourceView, ...]
    brands: tuple[BrandFigures, ...]
    places: tuple[Place, ...]
    places_count: int
    voices: tuple[Voice, ...]
    stories: tuple[Story, ...]
    urgent: tuple[Urgent, ...]
    urgent_count: int
    failed: Mapping[str, int]

    @property
    def unseen(self) -> tuple[SourceView, ...]:
        """The sources that saw nothing of the whole period."""
        return tuple(source for source in self.sources if not source.share)


def digest(
    mentions: Iterable[Mention],
    before_counts: Mapping[str, int],
    coverage: Iterable[Coverage],
    period: Period,
    zone: tzinfo,
    competitors: frozenset[str],
) -> Digest:
    """The digest of a period from its mentions, tagged and with ``published_at`` set.

    ``before_counts`` are the mentions of each brand, without spam, in the period before, as
    long as this one; a brand missing there has no figure for it. A brand is told when it is
    mentioned, counted before or a competitor. Mentions outside the period are passed over.
    """
    sources = tuple(view(one, period) for one in sorted(coverage, key=lambda one: one.source))
    tally = _Tally(bar_edges(period, zone))
    for mention in mentions:
        at = mention.post.published_at
        if at is not None and period.since <= at < period.until:
            tally.add(mention, at)
    figures = [
        _figures(brand, tally, sources, before_counts, brand in competitors)
        for brand in sorted({*tally.brands, *before_counts, *competitors})
    ]
    places = _places(tally, sources)
    return Digest(
        period=period,
        zone=zone,
        sources=sources,
        brands=tuple(sorted(figures, key=lambda one: one.is_competitor)),
        places=places[:PLACES_MAX],
        places_count=len(places),
        voices=_loudest(tally.voices),
        stories=tally.folder.stories(STORIES_MAX),
        urgent=tuple(map(_urgent, _weightiest(tally.urgent))),
        urgent_count=tally.urgent_count,
        failed=dict(sorted(tally.failed.items())),
    )


@dataclass(slots=True)
class _BrandTally:
    count: int = 0
    direct: int = 0
    failed: int = 0
    spam: int = 0
    sentiment: Counter[str] = field(default_factory=Counter)
    per_bar: Counter[int] = field(default_factory=Counter)


class _Tally:
    """Everything counted in one pass over the mentions."""

    def __init__(self, edges: Sequence[datetime]) -> None:
        self.edges = edges
        self.brands: dict[str, _BrandTally] = {}
        self.places: Counter[tuple[str, str]] = Counter()
        self.voices: dict[tuple[str, str], tuple[int, int | None]] = {}
        self.folder = StoryFolder()
        self.urgent: list[Mention] = []
        self.urgent_count = 0
        self.failed: Counter[str] = Counter()
        self._posts: set[str] = set()

    def add(self, mention: Mention, at: datetime) -> None:
        """Count a mention, published at ``at``."""
        brand = self.brands.setdefault(mention.brand, _BrandTally())
        if mention.label("spam") == "yes":
            brand.spam += 1
            return
        brand.count += 1
        brand.direct += mention.directness == "direct"
        brand.sentiment[mention.label("sentiment")] += 1
        brand.per_bar[bisect_right(self.edges, at) - 1] += 1
        self.places[mention.source, mention.post.site] += 1
        self.folder.add(mention, at)
        self._add_failures(brand, mention)
        self._add_urgent(mention)
        self._add_voice(mention)

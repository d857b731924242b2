"""A window of mentions told: how much, by whom, in which mood, and what that rests on. Pure.

Spam is left out of every number and counted apart, and so is what may be about something else
than an ambiguous brand. Nothing is a zero that was not looked at:
a figure is None where no source saw the time it stands for.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo

from listener.coverage import IMPORTED, Coverage, Period, SourceView, view
from listener.digest.bars import Bar, bar_edges, bars
from listener.digest.stories import Story
from listener.digest.tally import BrandCounts, Tally, Urgent
from listener.model import LABELS, Mention

__all__ = ["Coverage", "Digest", "Period", "digest"]

STORIES_MAX = 10
VOICES_MAX = 10
PLACES_MAX = 40


@dataclass(frozen=True, slots=True)
class BrandFigures:
    """What was said about one brand.

    ``count`` is None where none of its sources saw anything of the period, ``before`` where
    there is no figure for the period before. ``gappy`` are its sources with gaps: then the
    figures are the least there was. ``share_of_voice`` is 0 to 1, among all brands told.
    ``sentiment`` holds every label; ``not_judged`` are those without one, ``failed`` those
    that some classifier failed on. ``spam`` and ``in_doubt`` are in no other figure;
    ``spam_doubts``, which may be spam and wait for a person's look, are in all of them.
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
    in_doubt: int
    spam_doubts: int
    share_of_voice: float | None
    series: tuple[Bar, ...]
    gappy: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Place:
    """How much came through a source from a site; ``site`` is empty where nothing came.

    ``count`` is None where nothing was seen. ``view`` is None where no coverage was recorded.
    """

    source: str
    site: str
    count: int | None
    view: SourceView | None


@dataclass(frozen=True, slots=True)
class Voice:
    """An author, and how many may have seen the posts; None where no site told."""

    name: str
    site: str
    posts: int
    reach: int | None


@dataclass(frozen=True, slots=True)
class Digest:
    """A period told. Times are in UTC; ``zone`` is where it is read.

    Own brands come before competitors, all else from the most on. ``urgent`` are the
    weightiest of ``urgent_count``, ``places`` the busiest of ``places_count``. ``failed``
    counts, by kind of tag, the mentions that a classifier failed on. ``imported`` are the exports
    of other tools that some of it comes from.
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
    imported: tuple[str, ...] = ()

    @property
    def unseen(self) -> tuple[SourceView, ...]:
        """The sources that saw nothing of the whole period."""
        return tuple(source for source in self.sources if not source.share)


def digest(
    mentions: Iterable[Mention],
    before_counts: Mapping[str, int | None],
    coverage: Iterable[Coverage],
    period: Period,
    zone: tzinfo,
    competitors: frozenset[str],
) -> Digest:
    """The digest of a period from its mentions, tagged and with ``published_at`` set.

    ``before_counts`` are the mentions of each brand, without spam, in the period before, as
    long as this one, or None where there is no figure to be trusted. A brand is told when it
    is mentioned, named there or a competitor. Mentions outside the period are passed over.
    """
    sources = tuple(view(one, period) for one in sorted(coverage, key=lambda one: one.source))
    tally = Tally(bar_edges(period, zone))
    for mention in mentions:
        at = mention.post.published_at
        if at is not None and period.since <= at < period.until:
            tally.add(mention, at)
    places = _places(tally, sources)
    return Digest(
        period=period,
        zone=zone,
        sources=sources,
        brands=_brands(tally, sources, before_counts, competitors),
        places=tuple(places[:PLACES_MAX]),
        places_count=len(places),
        voices=_loudest_voices(tally),
        stories=tally.folder.stories(STORIES_MAX),
        urgent=tuple(tally.urgent()),
        urgent_count=tally.urgent_count,
        failed=dict(sorted(tally.failed.items())),
        imported=tuple(sorted({one for one, _ in tally.places if one.startswith(IMPORTED)})),
    )


def _brands(
    tally: Tally,
    sources: Sequence[SourceView],
    before_counts: Mapping[str, int | None],
    competitors: frozenset[str],
) -> tuple[BrandFigures, ...]:
    total = sum(counts.count for counts in tally.brands.values())
    names = sorted({*tally.brands, *before_counts, *competitors})
    return tuple(
        _figures(
            brand,
            tally.brands.get(brand, BrandCounts()),
            sources=[one for one in sources if not one.brands or brand in one.brands],
            edges=tally.edges,
            before=before_counts.get(brand),
            total=total,
            is_competitor=brand in competitors,
        )
        for brand in sorted(names, key=lambda name: name in competitors)
    )


def _figures(
    brand: str,
    counts: BrandCounts,
    *,
    sources: Sequence[SourceView],
    edges: Sequence[datetime],
    before: int | None,
    total: int,
    is_competitor: bool,
) -> BrandFigures:
    was_seen = counts.count > 0 or any(source.share for source in sources)
    return BrandFigures(
        brand=brand,
        is_competitor=is_competitor,
        count=counts.count if was_seen else None,
        before=before,
        direct=counts.direct,
        indirect=counts.count - counts.direct,
        sentiment={label: counts.sentiment[label] for label in LABELS["sentiment"]},
        not_judged=counts.count - sum(counts.sentiment[one] for one in LABELS["sentiment"]),
        failed=counts.failed,
        spam=counts.spam,
        in_doubt=counts.in_doubt,
        spam_doubts=counts.spam_doubts,
        share_of_voice=counts.count / total if was_seen and total else None,
        series=bars(edges, counts.per_bar, sources),
        gappy=tuple(source.source for source in sources if not source.is_whole),
    )


def _places(tally: Tally, sources: Sequence[SourceView]) -> list[Place]:
    views = {source.source: source for source in sources}
    heard = {source for source, _ in tally.places}
    places = [
        Place(source, site, count, views.get(source))
        for (source, site), count in tally.places.items()
    ]
    silent = [
        Place(name, "", 0 if source.share else None, source)
        for name, source in views.items()
        if name not in heard
    ]
    return sorted(places + silent, key=lambda one: (-(one.count or 0), one.source, one.site))


def _loudest_voices(tally: Tally) -> tuple[Voice, ...]:
    voices = (
        Voice(name, site, counts.posts, counts.reach)
        for (site, name), counts in tally.voices.items()
    )
    ranked = sorted(voices, key=lambda one: (-(one.reach or 0), -one.posts, one.site, one.name))
    return tuple(ranked[:VOICES_MAX])

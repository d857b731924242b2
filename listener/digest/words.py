"""A digest's figures in plain English, the same in every format. Pure text: no markup here.

What was not seen is never a zero: it reads "not seen", and what rests on gaps "at least".
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo
from urllib.parse import quote, urlsplit

from listener.coverage import SourceView
from listener.digest import BrandFigures, Digest, Place
from listener.digest.bars import HOURLY_UP_TO, Bar
from listener.digest.stories import Story
from listener.digest.tally import Urgent
from listener.model import Gap
from listener.text import shown

NOT_SEEN = "not seen"
GAPS_TOLD_MAX = 6
SITES_TOLD_MAX = 5

_CAUSE_CHARS_MAX = 160
_NAME_CHARS_MAX = 80
_URL_CHARS_MAX = 2_000
_UNITS = (("d", 86_400), ("h", 3_600), ("min", 60), ("s", 1))


@dataclass(frozen=True, slots=True)
class GapsTold:
    """A source's gaps, the longest as lines in order of time, the rest summed up in one."""

    lines: tuple[str, ...]
    rest: str


def number(count: int | None, *, is_whole: bool = True) -> str:
    """A count as it may be told, given whether all of what it rests on was seen."""
    if count is None:
        return NOT_SEEN
    if is_whole:
        return f"{count:,}"
    return f"at least {count:,}" if count else "none seen"


def plural(count: int, noun: str) -> str:
    """A count with its noun."""
    return f"{count:,} {noun}" + ("" if count == 1 else "s")


def percent(share: float) -> str:
    """A share of 0 to 1, never rounded up to all nor down to nothing."""
    if share in {0, 1}:
        return f"{share:.0%}"
    return f"{min(max(share * 100, 0.1), 99.9):.1f}%"


def length(duration: timedelta) -> str:
    """A length of time in its two largest units."""
    seconds = round(duration.total_seconds())
    told: list[str] = []
    for unit, size in _UNITS:
        if seconds >= size and len(told) < 2:
            told.append(f"{seconds // size} {unit}")
            seconds %= size
    return " ".join(told) or "under 1 s"


def moment(at: datetime, zone: tzinfo) -> str:
    """A local time, to the minute."""
    return f"{at.astimezone(zone):%a} {at.astimezone(zone).day} {at.astimezone(zone):%b %H:%M}"


def day(at: datetime, zone: tzinfo) -> str:
    """A local day."""
    local = at.astimezone(zone)
    return f"{local:%a} {local.day} {local:%b}"


def stretch(since: datetime, until: datetime, zone: tzinfo) -> str:
    """From when to when; the day is told once where it is the same."""
    same_day = since.astimezone(zone).date() == until.astimezone(zone).date()
    end = f"{until.astimezone(zone):%H:%M}" if same_day else moment(until, zone)
    return f"{moment(since, zone)} to {end}"


def title(digest: Digest) -> str:
    """The days of the period as a heading."""
    first = digest.period.since.astimezone(digest.zone)
    last = (digest.period.until - timedelta(microseconds=1)).astimezone(digest.zone)
    end = f"{last.day} {last:%B %Y}"
    if first.date() == last.date():
        return end
    if first.year != last.year:
        return f"{first.day} {first:%B %Y} to {end}"
    return (
        f"{first.day} to {end}" if first.month == last.month else f"{first.day} {first:%B} to {end}"
    )


def subtitle(digest: Digest) -> str:
    """The exact period and where its times are read."""
    told = stretch(digest.period.since, digest.period.until, digest.zone)
    return f"{told}, times in {digest.zone}"


def headlines(digest: Digest) -> tuple[str, ...]:
    """What must be known before any number: what was imported, sources not seen, then gaps."""
    told = []
    if digest.imported:
        names = ", ".join(name(one) for one in digest.imported)
        told.append(f"Some of it is imported ({names}). What that export left out is in no number.")
    if not digest.sources:
        silence = "No coverage was recorded for this period: silence here proves nothing."
        return (*told, silence)
    return (*told, *_seen_lines(digest))


def _seen_lines(digest: Digest) -> list[str]:
    told = []
    if digest.unseen:
        names = ", ".join(name(source.source) for source in digest.unseen)
        told.append(f"Not seen at all: {names}. What was said there is missing from every number.")
    gappy = sum(bool(source.share) and not source.is_whole for source in digest.sources)
    if gappy:
        has = "has" if gappy == 1 else "have"
        of = plural(len(digest.sources), "source")
        which = f"{gappy} more" if digest.unseen else f"{gappy} of {of}"
        told.append(f"{which} {has} gaps. What rests on them reads “at least”.")
    if not told:
        told.append(f"Everything was seen: {plural(len(digest.sources), 'source')}, no gaps.")
    return told


def seen(source: SourceView | None) -> str:
    """How much of the period a source saw."""
    if source is None:
        return "no coverage recorded"
    if source.is_whole:
        return "seen throughout"
    return f"{percent(source.share)} seen" if source.share else "not seen at all"


def gaps(source: SourceView, zone: tzinfo) -> GapsTold:
    """What a source missed, and why."""
    longest = sorted(source.gaps, key=lambda gap: gap.since - gap.until)
    told, rest = longest[:GAPS_TOLD_MAX], longest[GAPS_TOLD_MAX:]
    lines = tuple(_gap(gap, zone) for gap in sorted(told, key=lambda gap: gap.since))
    if not rest:
        return GapsTold(lines, "")
    together = length(sum((gap.until - gap.since for gap in rest), timedelta()))
    return GapsTold(lines, f"and {plural(len(rest), 'shorter gap')}, together {together}")


def _gap(gap: Gap, zone: tzinfo) -> str:
    cause = shown(gap.cause, _CAUSE_CHARS_MAX) or "no cause recorded"
    return f"{stretch(gap.since, gap.until, zone)} ({length(gap.until - gap.since)}): {cause}"


def volume(figures: BrandFigures) -> str:
    """How often a brand was mentioned."""
    return number(figures.count, is_whole=not figures.gappy)


def change(figures: BrandFigures) -> str:
    """The volume against the period before."""
    if figures.before is None:
        return "no figure for the period before"
    if figures.count is None:
        return f"{figures.before:,} in the period before"
    more = figures.count - figures.before
    if not more:
        return f"as many as in the period before ({figures.before:,})"
    sign = "+" if more > 0 else "−"
    return f"{sign}{abs(more):,} against {figures.before:,} in the period before"


def share_of_voice(figures: BrandFigures) -> str:
    """A brand's part of all that was said about the brands told."""
    if figures.share_of_voice is not None:
        return percent(figures.share_of_voice)
    return NOT_SEEN if figures.count is None else "nobody was mentioned"


def left_out(figures: BrandFigures) -> str:
    """What the figures don't hold, or hold though it is unsure, in one sentence, or nothing."""
    told = []
    if figures.spam:
        told.append(f"{figures.spam:,} left out as spam")
    if figures.in_doubt:
        told.append(f"{figures.in_doubt:,} left out as in doubt")
    if figures.spam_doubts:
        told.append(f"{figures.spam_doubts:,} counted that may be spam")
    if figures.not_judged:
        told.append(f"{figures.not_judged:,} without a sentiment")
    if figures.failed:
        told.append(f"{figures.failed:,} on which a classifier failed")
    return f"{', '.join(told)}." if told else ""


def rests_on(figures: BrandFigures) -> str:
    """Which sources of the brand have gaps, or nothing."""
    names = ", ".join(map(name, figures.gappy))
    return f"Rests on sources with gaps: {names}." if names else ""


def failures(digest: Digest) -> str:
    """What the classifiers failed on, or nothing."""
    if not digest.failed:
        return ""
    kinds = ", ".join(f"{name(kind)} {count:,}" for kind, count in digest.failed.items())
    more = " So some of what was urgent may be missing." if digest.failed.get("urgency") else ""
    return f"A classifier failed on mentions: {kinds}. They are counted and not judged.{more}"


def bar(one: Bar) -> str:
    """The count of one bar."""
    return number(one.count, is_whole=one.is_whole)


def series(figures: BrandFigures, digest: Digest) -> str:
    """What the bars show."""
    seen_counts = [one.count for one in figures.series if one.count is not None]
    unit = bar_unit(figures.series, digest)
    most = f"most {max(seen_counts):,}" if seen_counts else NOT_SEEN
    return f"Mentions per {unit}: {most}"


def bar_label(one: Bar, digest: Digest) -> str:
    """When a bar begins."""
    return (moment if is_hourly(digest) else day)(one.since, digest.zone)


def is_hourly(digest: Digest) -> bool:
    """Whether the bars are hours."""
    return digest.period.length <= HOURLY_UP_TO


def bar_unit(series: Sequence[Bar], digest: Digest) -> str:
    """How long a bar is."""
    if is_hourly(digest):
        return "hour"
    days = max((round((one.until - one.since) / timedelta(days=1)) for one in series), default=1)
    return "day" if days <= 1 else f"{days} days"


def part(count: int, figures: BrandFigures) -> str:
    """A part of a brand's volume; not seen where the volume is not."""
    if figures.count is None:
        return NOT_SEEN
    return "none seen" if figures.gappy and not count else f"{count:,}"


def brand(figures: BrandFigures) -> str:
    """A brand's name, marked where its figures rest on a source with gaps."""
    return name(figures.brand) + (" (with gaps)" if figures.gappy else "")


def urgent_facts(one: Urgent, zone: tzinfo) -> str:
    """When, about whom, by whom, and how much it could not wait."""
    author = f" by {one.author}" if one.author else ""
    where = f"{name(one.brand)}, {name(one.site)}{author}"
    return f"{moment(one.at, zone)}, {where}, priority {one.priority}"


def none(what: str, digest: Digest) -> str:
    """An empty list, put as carefully as the coverage asks."""
    if digest.sources and all(source.is_whole for source in digest.sources):
        return f"{what}."
    return f"{what} in what was seen."


def more_urgent(digest: Digest) -> str:
    """What is not listed of what was urgent, or nothing."""
    more = digest.urgent_count - len(digest.urgent)
    return f"And {plural(more, 'mention')} more, less weighty." if more else ""


def more_places(digest: Digest) -> str:
    """What is not listed of the places, or nothing."""
    more = digest.places_count - len(digest.places)
    return f"And {plural(more, 'quieter place')} more." if more else ""


def people(reach: int | None) -> str:
    """A reach in a table."""
    return "unknown" if reach is None else f"{reach:,}"


def place_count(place: Place) -> str:
    """How much came from a place."""
    is_whole = place.view is None or place.view.is_whole
    return number(place.count, is_whole=is_whole)


def story_facts(story: Story, zone: tzinfo) -> str:
    """To how many a story was told, when and where."""
    when = moment(story.first_at, zone)
    if story.last_at != story.first_at:
        when = stretch(story.first_at, story.last_at, zone)
    told, more = story.sites[:SITES_TOLD_MAX], len(story.sites) - SITES_TOLD_MAX
    sites = ", ".join(map(name, told)) + (f" and {plural(more, 'more site')}" if more > 0 else "")
    return f"reach {people(story.reach)}, {when}, on {sites}"


def name(text: str) -> str:
    """A name on one line and of bounded length."""
    return shown(text, _NAME_CHARS_MAX)


def safe_url(url: str) -> str:
    """The address where it is a plain web address, encoded for any markup; else nothing."""
    try:
        parts = urlsplit(url)
        is_web = parts.scheme in {"http", "https"} and parts.hostname and not parts.username
    except ValueError:
        return ""
    if not is_web or len(url) > _URL_CHARS_MAX:
        return ""
    return quote(url, safe=":/?#@!$&*+,;=%~-._", errors="replace")

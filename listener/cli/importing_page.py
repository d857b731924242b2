"""What ``listener import`` tells: what it took a file for, what became of it, what would."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, tzinfo
from pathlib import Path

from listener.cli.shared import ago
from listener.clock import utc_now
from listener.importing.opening import Export
from listener.model import Post
from listener.stages.importing import FRESH, Looked
from listener.store.import_port import Importing
from listener.text import shown

SAMPLES = 3
COLUMNS_SHOWN = 12
SITES_SHOWN = 20
NAMES_MAX = 5_000
REJECTS_SHOWN = 10

_DELIMITERS = {",": "commas", ";": "semicolons", "\t": "tabs", "|": "bars"}


@dataclass(frozen=True, slots=True)
class LeftOut:
    """From when on rows are left out; ``is_heard``: since we listen ourselves."""

    until: datetime
    is_heard: bool

    def line(self) -> str:
        """What is left out, and why."""
        why = (
            f"what is younger than {FRESH.total_seconds() / 3600:.0f} hours could look like a spike"
        )
        if self.is_heard:
            why = "since then we listen ourselves; --overlap takes it too"
        return f"  left out: published from {self.until:%Y-%m-%d %H:%M} UTC on; {why}"


@dataclass(slots=True)
class Tallies:
    """What a dry run counts: by site, brand and month, and the first posts as they would be."""

    rows: int = 0
    posts: int = 0
    known: int = 0
    left_out: int = 0
    refused: int = 0
    mentions: int = 0
    sites: Counter[str] = field(default_factory=Counter)
    brands: Counter[str] = field(default_factory=Counter)
    months: Counter[str] = field(default_factory=Counter)
    samples: list[Post] = field(default_factory=list)
    reasons: list[str] = field(default_factory=list)

    def add(self, looked: Looked) -> None:
        """Count a chunk."""
        self.rows += looked.rows
        self.posts += len(looked.posts)
        self.known += looked.known
        self.left_out += looked.left_out
        self.refused += len(looked.refused)
        self.mentions += len(looked.mentions)
        self.brands.update(one.brand for one in looked.mentions)
        for post in looked.posts:
            name = post.site if post.site in self.sites or len(self.sites) < NAMES_MAX else "others"
            self.sites[name] += 1
            self.months[f"{post.published_at:%Y-%m}"] += 1
        self.samples += looked.posts[: SAMPLES - len(self.samples)]
        room = REJECTS_SHOWN - len(self.reasons)
        self.reasons += [f"line {one.record.line}: {one.reason}" for one in looked.refused[:room]]


def opened_lines(path: Path, export: Export, zone: tzinfo) -> Iterator[str]:
    """What the file was taken for."""
    header, file = export.header, export.file
    between = _DELIMITERS.get(header.delimiter, repr(header.delimiter))
    packed = ", packed" if file.is_packed else ""
    encoding = file.encoding.upper() if file.encoding.startswith("utf") else file.encoding
    yield (
        f"{shown(str(path), 200)}: {header.layout.title}, {between}, {encoding}{packed}, "
        f"its columns in line {header.line}"
    )
    yield f"  dates: {_dates(export)}; times without a zone are read as in {zone}"
    if header.doubled:
        yield f"  columns that stand twice, the first is read: {_listed(header.doubled)}"
    if header.unused:
        yield f"  columns that are not read: {_listed(header.unused)}"


def going_on_line(importing: Importing) -> str:
    """That it was begun before."""
    began = ago(importing.begun_at, utc_now())
    return (
        f"  going on where it was broken off, at line {importing.line:,} "
        f"({importing.counts.rows:,} rows done, begun {began} ago)"
    )


def finished_line(path: Path, importing: Importing, zone: tzinfo) -> str:
    """That there is nothing to do."""
    at = importing.finished_at
    assert at is not None
    return (
        f"{shown(str(path), 200)}: read in on {at.astimezone(zone):%Y-%m-%d %H:%M} already "
        f"({importing.counts.posts:,} posts); --again reads it once more"
    )


def done_lines(
    path: Path, importing: Importing, export: Export, zone: tzinfo, left_out: LeftOut
) -> Iterator[str]:
    """What became of it."""
    counts = importing.counts
    yield (
        f"{shown(str(path), 200)}: {_count(counts.posts, 'post')} with "
        f"{_count(counts.mentions, 'mention')} from {_count(counts.rows, 'row')}"
    )
    yield from _passed_over(counts.known, counts.left_out, counts.rejected, export)
    if counts.left_out:
        yield left_out.line()
    for one in importing.rejects[:REJECTS_SHOWN]:
        yield f"  {one.where}: {shown(one.reason, 200)}"
    if importing.first_at and importing.last_at:
        first, last = (at.astimezone(zone).date() for at in (importing.first_at, importing.last_at))
        yield f"  published {first} to {last}, kept under the source {importing.source}"
    if counts.mentions:
        since = f" --since {importing.first_at:%Y-%m-%d}" if importing.first_at else ""
        yield f"nobody is told of them; listener retag{since} has them judged"


def dry_lines(tallies: Tallies, export: Export, zone: tzinfo, left_out: LeftOut) -> Iterator[str]:
    """What would become of it."""
    yield (
        f"would store {_count(tallies.posts, 'post')} with {_count(tallies.mentions, 'mention')} "
        f"from {_count(tallies.rows, 'row')}"
    )
    yield from _passed_over(tallies.known, tallies.left_out, tallies.refused, export)
    if tallies.left_out:
        yield left_out.line()
    for reason in tallies.reasons:
        yield f"  {shown(reason, 200)}"
    for post in tallies.samples:
        yield from _sample(post, zone)
    yield from _table("sites", tallies.sites.most_common())
    yield from _table("brands", tallies.brands.most_common())
    yield from _table("months", sorted(tallies.months.items()))


def listed_lines(importings: Sequence[Importing], zone: tzinfo) -> Iterator[str]:
    """Every import, a line each."""
    if not importings:
        yield "nothing was read in yet"
    for one in importings:
        at = one.finished_at or one.begun_at
        state = "read in" if one.finished_at else f"broken off at line {one.line:,}, begun"
        yield (
            f"{one.file}: {one.layout}, {state} {at.astimezone(zone):%Y-%m-%d %H:%M}, "
            f"{_count(one.counts.posts, 'post')}, {_count(one.counts.mentions, 'mention')}, "
            f"{one.counts.rejected:,} refused"
        )


def _passed_over(known: int, left_out: int, refused: int, export: Export) -> Iterator[str]:
    told = [
        f"{known:,} stored before or twice in it" if known else "",
        f"{left_out:,} left out" if left_out else "",
        f"{refused:,} refused" if refused else "",
    ]
    if any(told):
        yield f"  rows passed over: {', '.join(filter(None, told))}"
    if export.file.odd_lines:
        yield f"  {_count(export.file.odd_lines, 'line')} not in {export.file.encoding}"


def _dates(export: Export) -> str:
    dates, orders = export.dates, export.dates.orders
    if dates.pattern:
        return f"of the form {dates.pattern}"
    if dates.is_told:
        return f"the {dates.order} first, as told"
    seen = orders.day or orders.month
    if seen is not None:
        return f"the {dates.order} first, as '{shown(seen.cell, 40)}' in line {seen.line:,} says"
    return "they read one way only"


def _sample(post: Post, zone: tzinfo) -> Iterator[str]:
    at = post.published_at
    author = post.author.handle or post.author.name or "nobody named"
    when = f"{at.astimezone(zone):%Y-%m-%d %H:%M}" if at else "no date"
    yield f"  {shown(post.id, 100)}, {when}, by {shown(author, 60)}"
    yield f"    {shown(' — '.join(filter(None, (post.title, post.text))), 160)}"


def _table(what: str, counts: Sequence[tuple[str, int]]) -> Iterator[str]:
    if not counts:
        return
    listed = ", ".join(f"{shown(name, 60)} {count:,}" for name, count in counts[:SITES_SHOWN])
    rest = sum(count for _, count in counts[SITES_SHOWN:])
    yield f"  {what}: {listed}{f', others {rest:,}' if rest else ''}"


def _listed(columns: Iterable[str]) -> str:
    names = [f"'{shown(one, 40)}'" for one in columns]
    more = f" and {len(names) - COLUMNS_SHOWN} more" if len(names) > COLUMNS_SHOWN else ""
    return ", ".join(names[:COLUMNS_SHOWN]) + more


def _count(count: int, noun: str) -> str:
    return f"{count:,} {noun}{'' if count == 1 else 's'}"

"""Import: rows of another tool's export become posts and mentions, and nobody is told.

How far the file came is stored with the posts, in one transaction, so that a kill costs at most the
chunk that was under way. The post that a row is may be stored already, by an import or by a source
of ours: then it stays as it is.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from listener.answers import answers_in
from listener.importing.opening import Export
from listener.importing.plain import Unreadable
from listener.importing.records import Record
from listener.importing.rows import Row, RowReader
from listener.match import Matcher
from listener.match.around import Around
from listener.model import Fault, Mention, Post, Tag
from listener.stages.reading import as_seen, mentions_in
from listener.store.import_port import Chunk, Counts, Importing, Stored
from listener.store.port import Store

CHUNK_ROWS = 2_000
CHUNK_BYTES = 8 * 1024 * 1024
FRESH = timedelta(hours=25)
"""What is younger stays out: spikes look back a day, and history must not look like one."""
UNSURE = 0.5
"""The score of a judgement whose certainty nobody told."""


@dataclass(frozen=True, slots=True)
class Refused:
    """A row that could not be read, and why."""

    record: Record
    reason: str


@dataclass(frozen=True, slots=True)
class Looked:
    """What a chunk of rows holds. Nothing of it is stored yet.

    ``posts`` are those that nobody knows yet; ``mentions`` are in them, and in such as an import
    brought before. ``known`` and ``left_out`` count rows.
    """

    rows: int
    posts: Sequence[Post]
    mentions: Sequence[Mention]
    tags: Mapping[str, Sequence[Tag]]
    refused: Sequence[Refused]
    known: int
    left_out: int
    place: int
    line: int


@dataclass
class Importer:
    """Reads one export in. Without a store it only looks.

    ``source`` stands as the source of what it brings, ``title`` is how the other tool is called.
    What was published from ``until`` on is left out. ``addressed_to`` is the brand whose own place
    all of it stands in, if it is one's.
    """

    export: Export
    reader: RowReader
    matcher: Matcher
    source: str
    until: datetime
    store: Store | None = None
    addressed_to: str = ""
    _has_marks: bool = field(init=False)

    def __post_init__(self) -> None:
        self._has_marks = self.store is not None and bool(self.store.marks())

    def looks(self, place: int = 0, line: int = 0) -> Iterator[Looked]:
        """Chunk by chunk from a place on, or from the first row. Raises Unreadable."""
        for records in _chunks(self.export.records(place, line)):
            yield self._looked(records)

    def save(self, importing: Importing, looked: Looked, now: datetime) -> Importing:
        """Store what was seen, and how far the file came. Raises LostLease."""
        assert self.store is not None
        counts = Counts(
            rows=looked.rows,
            known=looked.known,
            left_out=looked.left_out,
            rejected=len(looked.refused),
        )
        chunk = Chunk(
            looked.place,
            looked.line,
            counts,
            looked.posts,
            looked.mentions,
            looked.tags,
            answers_in(looked.posts, self.matcher.own),
            [Fault(f"line {one.record.line}", one.reason) for one in looked.refused],
        )
        return self.store.imports.save(importing, chunk, now)

    def end(self, importing: Importing, now: datetime) -> Importing:
        """Note that the file was read to its end."""
        assert self.store is not None
        last = Chunk(importing.place, importing.line, Counts(), is_last=True)
        return self.store.imports.save(importing, last, now)

    def _looked(self, records: Sequence[Record]) -> Looked:
        rows: list[Row] = []
        refused: list[Refused] = []
        for record in records:
            try:
                row = self.reader.row(record)
                rows.append(replace(row, post=as_seen(row.post, self.reader.now)))
            except (ValueError, OverflowError) as error:
                refused.append(Refused(record, str(error)))
        wanted = [row for row in rows if not self._is_left_out(row.post)]
        new, again, known = _sorted(wanted, self._stored(wanted))
        mentions = self._mentions([row.post for row in (*new, *again)])
        return Looked(
            rows=len(records),
            posts=[row.post for row in new],
            mentions=mentions,
            tags=self._tags(mentions, (*new, *again)),
            refused=refused,
            known=known,
            left_out=len(rows) - len(wanted),
            place=records[-1].end,
            line=records[-1].next_line,
        )

    def _is_left_out(self, post: Post) -> bool:
        return post.published_at is not None and post.published_at >= self.until

    def _stored(self, rows: Iterable[Row]) -> Mapping[str, Stored]:
        if self.store is None:
            return {}
        ids = [one.id for row in rows for one in _candidates(row)]
        return self.store.imports.stored(ids)

    def _mentions(self, posts: Sequence[Post]) -> list[Mention]:
        """The store is asked what stands around them only where that can matter: it takes time."""
        place = self.addressed_to
        if self.store and (self._has_marks or any(post.in_reply_to for post in posts)):
            return mentions_in(posts, self.source, None, self.matcher, self.store, place)
        found = (self.matcher.match(post, None, Around(place=place)) for post in posts)
        return [replace(one, source=self.source) for mentions in found for one in mentions]

    def _tags(self, mentions: Iterable[Mention], rows: Iterable[Row]) -> dict[str, list[Tag]]:
        """What the other tool said, under its own name: beside what our judges will say."""
        told = {row.post.id: row.sentiment for row in rows if row.sentiment}
        reasons = (f"as {self.reader.header.layout.title} judged it",)
        return {
            one.key: [Tag("sentiment", told[one.post.id], UNSURE, reasons, self.source)]
            for one in mentions
            if one.post.id in told
        }


def left_out_from(listening_since: datetime | None, now: datetime, *, overlap: bool) -> datetime:
    """From when on rows are left out.

    Since we listen, sources of ours hear for themselves; with ``overlap`` rows of that time are
    taken too. What is still young enough to count in a spike or a crisis is left out always.
    """
    fresh = now - FRESH
    return fresh if overlap or listening_since is None else min(listening_since, fresh)


def _chunks(records: Iterable[Record]) -> Iterator[list[Record]]:
    """So many rows, or bytes, at a time; those before a place that can't be read come too."""
    chunk: list[Record] = []
    try:
        for record in records:
            chunk.append(record)
            if len(chunk) == CHUNK_ROWS or record.end - chunk[0].end > CHUNK_BYTES:
                yield chunk
                chunk = []
    except Unreadable:
        if chunk:
            yield chunk
        raise
    if chunk:
        yield chunk


def _candidates(row: Row) -> tuple[Post, ...]:
    """The post by the names it may have, the plainest first."""
    return (row.post, row.apart) if row.is_by_address else (row.post,)


def _sorted(rows: Iterable[Row], stored: Mapping[str, Stored]) -> tuple[list[Row], list[Row], int]:
    """The rows that are new, each under its own name, those imported before, and how many known."""
    new: dict[str, Row] = {}
    again: dict[str, Row] = {}
    known = 0
    for row in rows:
        post = _its_own(row, new, stored)
        before = stored.get(post.id)
        if post.id in new or before is not None:
            known += 1
            if before is not None and before.is_imported and not before.is_gone:
                again[post.id] = replace(row, post=post)
        else:
            new[post.id] = replace(row, post=post)
    return list(new.values()), list(again.values()), known


def _its_own(row: Row, new: Mapping[str, Row], stored: Mapping[str, Stored]) -> Post:
    """The post by its name; by the longer one where another post has the plain one."""
    post = row.post
    if not row.is_by_address:
        return post
    told = (post.published_at, post.author.handle, post.author.name)
    if post.id in new:
        other = new[post.id].post
        return post if told == (other.published_at, *_names(other)) else row.apart
    before = stored.get(post.id)
    if before is None or not before.is_imported or before.is_gone:
        return post
    there = (before.published_at, before.author_handle, before.author_name)
    return post if told == there else row.apart


def _names(post: Post) -> tuple[str, str]:
    return post.author.handle, post.author.name

"""Other tools' history, in SQL: see :class:`listener.store.import_port.ImportBook`."""

import json
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import asdict, replace
from datetime import datetime
from typing import TYPE_CHECKING

from listener.model import Fault, Mention, Post, Tag
from listener.store import answers, corrections
from listener.store.connection import Connection
from listener.store.import_port import SOURCE, Chunk, Counts, Importing, Stored
from listener.store.mentions import SQL_VARIABLES_MAX
from listener.store.rows import Row, mention_row, moment, moment_or_none, post_row, stamp
from listener.store.values import LostLease

if TYPE_CHECKING:
    from sqlite_utils import Database

REJECTS_KEPT = 20

_ROOM = "PRAGMA cache_size = -65536"
"""What comes in no order touches the indexes everywhere: with 64 MiB for their pages it is fast."""


class SqliteImports:
    """A :class:`listener.store.import_port.ImportBook` on the connection of a store."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def find(self, fingerprint: str) -> Importing | None:
        with self._connection.reading() as db:
            db.execute(_ROOM)
            asked = "SELECT * FROM imports WHERE fingerprint = ?"
            row = db.execute(asked, (fingerprint,)).fetchone()
            return None if row is None else _importing_of(row)

    def begin(self, importing: Importing) -> Importing:
        with self._connection.reading() as db:
            db.execute(_ROOM)
        with self._connection.writing() as db:
            return _begin(db, importing)

    def stored(self, post_ids: Collection[str]) -> Mapping[str, Stored]:
        with self._connection.reading() as db:
            return dict(_stored(db, list(dict.fromkeys(post_ids))))

    def save(self, importing: Importing, chunk: Chunk, now: datetime) -> Importing:
        with self._connection.writing() as db:
            return _save(db, importing, chunk, now)

    def listening_since(self) -> datetime | None:
        with self._connection.reading() as db:
            row = db.execute("SELECT min(since) AS first FROM coverage WHERE cause = ''").fetchone()
            return moment_or_none(row["first"])

    def all(self) -> list[Importing]:
        with self._connection.reading() as db:
            rows = db.execute("SELECT * FROM imports ORDER BY begun_at DESC, n DESC")
            return [_importing_of(row) for row in rows.fetchall()]


def _begin(db: "Database", importing: Importing) -> Importing:
    row = db.execute(
        """INSERT INTO imports (fingerprint, file, layout, asked, begun_at, place, line, counts,
               rejects) VALUES (?, ?, ?, ?, ?, ?, ?, ?, '[]')
           ON CONFLICT (fingerprint) DO UPDATE SET file = excluded.file,
               layout = excluded.layout, asked = excluded.asked, begun_at = excluded.begun_at,
               place = excluded.place, line = excluded.line, counts = excluded.counts,
               rejects = '[]', finished_at = NULL, first_at = NULL, last_at = NULL
           RETURNING *""",
        (
            importing.fingerprint,
            importing.file,
            importing.layout,
            importing.asked,
            stamp(importing.begun_at),
            importing.place,
            importing.line,
            json.dumps(asdict(importing.counts)),
        ),
    ).fetchone()
    return _importing_of(row)


def _stored(db: "Database", ids: Sequence[str]) -> Iterator[tuple[str, Stored]]:
    for start in range(0, len(ids), SQL_VARIABLES_MAX):
        some = ids[start : start + SQL_VARIABLES_MAX]
        rows = db.execute(
            f"""SELECT id, source, author_handle, author_name, published_at,
                deleted_at IS NOT NULL OR forgotten_at IS NOT NULL AS is_gone
                FROM posts WHERE id IN ({",".join("?" * len(some))})""",
            some,
        )
        for row in rows.fetchall():
            yield (
                row["id"],
                Stored(
                    row["source"],
                    row["author_handle"],
                    row["author_name"],
                    moment(row["published_at"]),
                    bool(row["is_gone"]),
                ),
            )


def _save(db: "Database", importing: Importing, chunk: Chunk, now: datetime) -> Importing:
    posts = _put_posts(db, importing.source, chunk.posts, now)
    mentions = sum(_put_mention(db, one, chunk.tags, now) for one in chunk.mentions)
    answers.save(db, chunk.answers)
    grown = asdict(importing.counts)
    for name, count in asdict(chunk.counts).items():
        grown[name] += count
    raced = len(chunk.posts) - posts  # heard by a source between our look and now
    grown["posts"] += posts
    grown["known"] += raced
    grown["mentions"] += mentions
    times = [post.published_at for post in chunk.posts if post.published_at]
    kept = replace(
        importing,
        place=chunk.place,
        line=chunk.line,
        counts=Counts(**grown),
        first_at=min([*times, *filter(None, [importing.first_at])], default=None),
        last_at=max([*times, *filter(None, [importing.last_at])], default=None),
        rejects=(*importing.rejects, *chunk.rejects)[:REJECTS_KEPT],
        finished_at=now if chunk.is_last else None,
    )
    _note(db, importing, kept)
    return kept


def _put_posts(db: "Database", source: str, posts: Sequence[Post], now: datetime) -> int:
    """Insert what is new; how much that was."""
    rows = [post_row(post, source, now) for post in posts]
    columns = list(rows[0]) if rows else []
    values = ", ".join(f":{column}" for column in columns)
    insert = f"""INSERT INTO posts ({", ".join(columns)}) VALUES ({values})
                 ON CONFLICT (id) DO NOTHING"""
    return sum(db.execute(insert, row).rowcount for row in rows)


def _put_mention(
    db: "Database", mention: Mention, tags: Mapping[str, Sequence[Tag]], now: datetime
) -> int:
    """A mention as judged when it was published: no rule is asked about it, and nobody is told.

    Where a source of ours brought its post, or a person said that it is none, none is made.
    """
    mention_at = mention.post.published_at or now
    row = {**mention_row(mention, now), "state": "tagged", "tagged_at": stamp(mention_at)}
    columns = ", ".join(row)
    values = ", ".join(f":{column}" for column in row)
    kept = db.execute(
        f"""INSERT INTO mentions ({columns}) SELECT {values}
            WHERE EXISTS (SELECT 1 FROM posts WHERE id = :post_id AND source GLOB '{SOURCE}*')
            AND NOT EXISTS (SELECT 1 FROM marks WHERE post_id = :post_id AND brand = :brand
                            AND NOT about)
            ON CONFLICT (key) DO NOTHING""",
        row,
    ).rowcount
    if kept:
        corrections.put_tags(db, mention.key, tags.get(mention.key, ()), mention_at)
    return int(kept)


def _note(db: "Database", before: Importing, kept: Importing) -> None:
    changed = db.execute(
        """UPDATE imports SET place = ?, line = ?, counts = ?, first_at = ?, last_at = ?,
           rejects = ?, finished_at = ?
           WHERE n = ? AND place = ? AND begun_at = ? AND finished_at IS NULL""",
        (
            kept.place,
            kept.line,
            json.dumps(asdict(kept.counts)),
            stamp(kept.first_at) if kept.first_at else None,
            stamp(kept.last_at) if kept.last_at else None,
            json.dumps([[one.where, one.reason] for one in kept.rejects], ensure_ascii=False),
            stamp(kept.finished_at) if kept.finished_at else None,
            before.number,
            before.place,
            stamp(before.begun_at),
        ),
    ).rowcount
    if not changed:
        raise LostLease(before.file)


def _importing_of(row: Row) -> Importing:
    return Importing(
        fingerprint=row["fingerprint"],
        file=row["file"],
        layout=row["layout"],
        asked=row["asked"],
        begun_at=moment(row["begun_at"]),
        place=row["place"],
        line=row["line"],
        counts=Counts(**json.loads(row["counts"])),
        first_at=moment_or_none(row["first_at"]),
        last_at=moment_or_none(row["last_at"]),
        rejects=tuple(Fault(where, reason) for where, reason in json.loads(row["rejects"])),
        finished_at=moment_or_none(row["finished_at"]),
        number=row["n"],
    )

"""Mentions with their posts and tags, read from SQL."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from listener.model import Mention, Tag
from listener.store.port import Judged, Kept
from listener.store.rows import (
    BY_PEOPLE,
    MENTION_COLUMNS,
    Row,
    mention_of,
    moment,
    post_of,
    stamp,
    tag_of,
)

if TYPE_CHECKING:
    from sqlite_utils import Database

SQL_VARIABLES_MAX = 500


def tags_of(db: "Database", keys: Sequence[str]) -> dict[str, list[Tag]]:
    """The tags of these mentions, the newest judgement last; after it what a person said."""
    tags: dict[str, list[Tag]] = {}
    for start in range(0, len(keys), SQL_VARIABLES_MAX):
        some = keys[start : start + SQL_VARIABLES_MAX]
        rows = db.execute(
            f"""SELECT * FROM tags WHERE mention IN ({",".join("?" * len(some))})
                ORDER BY {BY_PEOPLE}, tagged_at, kind""",
            some,
        )
        for row in rows:
            tags.setdefault(row["mention"], []).append(tag_of(row))
    return tags


def with_tags(db: "Database", rows: Sequence[Row]) -> Iterator[Mention]:
    """The mentions of these rows, each with its tags."""
    tags = tags_of(db, [row["key"] for row in rows])
    return (mention_of(row, tags.get(row["key"], ())) for row in rows)


def kept_between(db: "Database", since: datetime, until: datetime) -> Iterator[Kept]:
    """Posts in order of publication, read a page at a time; those taken down left out."""
    last: tuple[Any, ...] = (stamp(since), 0)
    while True:
        page = db.execute(
            """SELECT * FROM posts WHERE deleted_at IS NULL AND (published_at, n) > (?, ?)
               AND published_at >= ? AND published_at < ? ORDER BY published_at, n LIMIT ?""",
            (*last, stamp(since), stamp(until), SQL_VARIABLES_MAX),
        ).fetchall()
        found = _of_posts(db, [row["id"] for row in page])
        for row in page:
            yield Kept(post_of(row), row["source"], tuple(found.get(row["id"], ())))
        if len(page) < SQL_VARIABLES_MAX:
            return
        last = (page[-1]["published_at"], page[-1]["n"])


def _of_posts(db: "Database", ids: Sequence[str]) -> dict[str, list[Mention]]:
    rows = db.execute(
        f"""SELECT {MENTION_COLUMNS} FROM mentions m JOIN posts p ON p.id = m.post_id
            WHERE m.post_id IN ({",".join("?" * len(ids))}) AND m.state <> 'withdrawn'
            ORDER BY m.n""",
        ids,
    ).fetchall()
    found: dict[str, list[Mention]] = {}
    for mention in with_tags(db, rows):
        found.setdefault(mention.post.id, []).append(mention)
    return found


def published_between(db: "Database", since: datetime, until: datetime) -> Iterator[Mention]:
    """Tagged mentions in order of publication, read a page at a time."""
    last: tuple[Any, ...] = (stamp(since), 0)
    while True:
        page = db.execute(
            f"""SELECT {MENTION_COLUMNS}, m.n FROM mentions m JOIN posts p ON p.id = m.post_id
                WHERE m.state = 'tagged' AND (m.published_at, m.n) > (?, ?)
                AND m.published_at >= ? AND m.published_at < ?
                ORDER BY m.published_at, m.n LIMIT ?""",
            (*last, stamp(since), stamp(until), SQL_VARIABLES_MAX),
        ).fetchall()
        yield from with_tags(db, page)
        if len(page) < SQL_VARIABLES_MAX:
            return
        last = (page[-1]["published_at"], page[-1]["n"])


def tagged_between(db: "Database", since: datetime, until: datetime) -> Iterator[Judged]:
    """Tagged mentions with their stories, in the order in which they were tagged.

    Those of one moment were one batch, which was claimed in the order of their directness.
    """
    found = db.execute(
        """SELECT n FROM mentions WHERE state = 'tagged' AND tagged_at >= ? AND tagged_at < ?
           ORDER BY tagged_at, directness, n""",
        (stamp(since), stamp(until)),
    )
    numbers = [row["n"] for row in found]
    for start in range(0, len(numbers), SQL_VARIABLES_MAX):
        some = numbers[start : start + SQL_VARIABLES_MAX]
        page = db.execute(
            f"""SELECT {MENTION_COLUMNS}, m.tagged_at, coalesce(s.story, '') AS story
                FROM mentions m JOIN posts p ON p.id = m.post_id
                LEFT JOIN stories s ON s.post_id = p.id
                WHERE m.n IN ({",".join("?" * len(some))}) AND m.state = 'tagged'
                ORDER BY m.tagged_at, m.directness, m.n""",
            some,
        ).fetchall()
        for row, mention in zip(page, with_tags(db, page), strict=True):
            yield Judged(mention, row["story"], moment(row["tagged_at"]))

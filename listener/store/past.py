"""What is known from before, in SQL: see :class:`listener.store.past_port.PastBook`."""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from listener.accounts import author_key
from listener.false_alarms import STEPS
from listener.model import Author, Evidence, Mention, Post
from listener.spam import DOUBT_FROM, AuthorPast, Teller
from listener.store.cases.case_rows import author_of
from listener.store.connection import Connection
from listener.store.facts import HEARD
from listener.store.mentions import SQL_VARIABLES_MAX, with_tags
from listener.store.rows import BY_PEOPLE, MENTION_COLUMNS, Row, evidence_of, moment, stamp
from listener.store.values import InDoubt

if TYPE_CHECKING:
    from sqlite_utils import Database

TEXT_CHARS_MAX = 4_000
POSTS_OF_AUTHOR_MAX = 30
TELLERS_MAX = 60

_LAST_SPAM_TAG = f"""FROM tags t WHERE t.mention = m.key AND t.kind = 'spam'
    ORDER BY t.{BY_PEOPLE} DESC, t.tagged_at DESC LIMIT 1"""
_IN_DOUBT = f"""m.published_at >= :since AND m.state = 'tagged' AND :brand IN ('', m.brand)
    AND (SELECT t.label = 'no' AND json_extract(t.chances, '$.yes') >= :doubt_from
         {_LAST_SPAM_TAG})"""
"""A person's tag has no chances: it is in no doubt."""


class SqlitePast:
    """A :class:`listener.store.past_port.PastBook` on the connection of a store."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def texts(self, post_ids: Collection[str]) -> Mapping[str, str]:
        with self._connection.reading() as db:
            return dict(_texts(db, post_ids))

    def named(self, post_ids: Collection[str]) -> Mapping[str, Mapping[str, Sequence[Evidence]]]:
        asked = """SELECT post_id, brand, evidence FROM mentions
            WHERE state <> 'withdrawn' AND post_id IN"""
        found: dict[str, dict[str, Sequence[Evidence]]] = defaultdict(dict)
        with self._connection.reading() as db:
            for row in _of_each(db, asked, post_ids):
                found[row["post_id"]][row["brand"]] = evidence_of(row)
        return found

    def stories(self, post_ids: Collection[str]) -> Mapping[str, str]:
        with self._connection.reading() as db:
            rows = _of_each(db, "SELECT post_id, story FROM stories WHERE post_id IN", post_ids)
            return {row["post_id"]: row["story"] for row in rows}

    def tellers(self, story: str) -> frozenset[Teller]:
        with self._connection.reading() as db:
            return frozenset(_tellers(db, story))

    def author(self, post: Post) -> AuthorPast:
        with self._connection.reading() as db:
            return _author(db, post)

    def chances(
        self, kind: str, label: str, since: datetime, until: datetime
    ) -> Mapping[int, float]:
        with self._connection.reading() as db:
            return _chances(db, kind, label, since, until)

    def spam_doubts(self, brand: str | None, since: datetime, limit: int) -> InDoubt:
        with self._connection.reading() as db:
            return _spam_doubts(db, brand, since, limit)


def _of_each(db: "Database", asked: str, ids: Collection[str]) -> Iterator[Row]:
    """The rows of a question that ends with IN, for these ids."""
    wanted = list(dict.fromkeys(ids))
    for start in range(0, len(wanted), SQL_VARIABLES_MAX):
        some = wanted[start : start + SQL_VARIABLES_MAX]
        yield from db.execute(f"{asked} ({','.join('?' * len(some))})", some).fetchall()


def _texts(db: "Database", ids: Collection[str]) -> Iterator[tuple[str, str]]:
    asked = f"""SELECT id, substr(title, 1, {TEXT_CHARS_MAX}) AS title,
        substr(text, 1, {TEXT_CHARS_MAX}) AS text FROM posts WHERE deleted_at IS NULL AND id IN"""
    for row in _of_each(db, asked, ids):
        yield row["id"], "\n".join(part for part in (row["title"], row["text"]) if part)


def _tellers(db: "Database", story: str) -> Iterator[Teller]:
    rows = db.execute(
        """SELECT p.site, p.author_id, p.author_handle, p.published_at, m.brand
           FROM (SELECT post_id FROM stories WHERE story = ? ORDER BY n DESC LIMIT ?) s
           JOIN posts p ON p.id = s.post_id JOIN mentions m ON m.post_id = p.id
           WHERE p.deleted_at IS NULL""",
        (story, TELLERS_MAX),
    )
    for row in rows.fetchall():
        yield Teller(_author_key(row), row["brand"], moment(row["published_at"]))


def _author_key(row: Row) -> str:
    author = Author(row["author_handle"], id=row["author_id"])
    return author_key(Post(row["site"], "", "", author=author))


def _author(db: "Database", post: Post) -> AuthorPast:
    name, collation = post.author.id or post.author.handle, "" if post.author.id else "NOCASE"
    if not name:
        return AuthorPast()
    column = "author_handle COLLATE NOCASE" if collation else "author_id"
    rows = db.execute(
        f"""SELECT p.id, p.links <> '[]' OR p.start LIKE '%http%' AS with_link, t.label,
            t.{BY_PEOPLE} AS by_people
            FROM (SELECT id, links, substr(text, 1, {TEXT_CHARS_MAX}) AS start FROM posts
                  WHERE site = ? AND {column} = ? AND id <> ? AND deleted_at IS NULL
                  ORDER BY n DESC LIMIT ?) p
            LEFT JOIN mentions m ON m.post_id = p.id AND m.state <> 'withdrawn'
            LEFT JOIN tags t ON t.mention = m.key AND t.kind = 'spam'
            ORDER BY t.tagged_at""",
        (post.site, name, post.id, POSTS_OF_AUTHOR_MAX),
    ).fetchall()
    return _past_of(rows, is_customer=_is_customer(db, post))


def _past_of(rows: Collection[Row], *, is_customer: bool) -> AuthorPast:
    """Counted by post, of which each may mention several brands; the newest word counts."""
    linked = {row["id"] for row in rows if row["with_link"]}
    said = {row["id"]: row["label"] for row in rows if row["label"] and row["by_people"]}
    seemed = {row["id"]: row["label"] for row in rows if row["label"] and not row["by_people"]}
    return AuthorPast(
        posts=len({row["id"] for row in rows}),
        seemed_spam=sum(label == "yes" for label in seemed.values()),
        said_spam=sum(label == "yes" for label in said.values()),
        said_none=sum(label == "no" for label in said.values()),
        with_link=len(linked),
        is_customer=is_customer,
    )


def _is_customer(db: "Database", post: Post) -> bool:
    """Whether the author has, or had, a case, and not just one that spam opened."""
    found = db.execute(
        f"""SELECT 1 FROM case_members c JOIN mentions m ON m.key = c.mention
            WHERE c.author = ? AND 'yes' IS NOT (SELECT t.label {_LAST_SPAM_TAG}) LIMIT 1""",
        (author_of(Mention(post, "")),),
    )
    return found.fetchone() is not None


def _chances(
    db: "Database", kind: str, label: str, since: datetime, until: datetime
) -> dict[int, float]:
    rows = db.execute(
        f"""SELECT CAST(chance * {STEPS} + 1e-9 AS INTEGER) AS step, sum(1 - chance) AS missing
            FROM (SELECT (SELECT json_extract(t.chances, :place) FROM tags t
                          WHERE t.mention = m.key AND t.kind = :kind AND t.chances <> '{{}}'
                          ORDER BY t.tagged_at DESC LIMIT 1) AS chance
                  FROM mentions m WHERE m.published_at >= :since AND m.published_at < :until
                  AND m.state = 'tagged' AND {HEARD})
            WHERE chance IS NOT NULL GROUP BY step""",
        {
            "place": f'$."{label}"',
            "kind": kind,
            "since": stamp(since),
            "until": stamp(until),
        },
    )
    return {row["step"]: row["missing"] for row in rows.fetchall()}


def _spam_doubts(db: "Database", brand: str | None, since: datetime, limit: int) -> InDoubt:
    which: dict[str, Any] = {
        "brand": brand or "",
        "since": stamp(since),
        "doubt_from": DOUBT_FROM,
        "limit": limit,
    }
    rows = db.execute(
        f"""SELECT {MENTION_COLUMNS} FROM mentions m JOIN posts p ON p.id = m.post_id
            WHERE {_IN_DOUBT} ORDER BY m.published_at DESC, m.n DESC LIMIT :limit""",
        which,
    ).fetchall()
    count = db.execute(f"SELECT count(*) AS them FROM mentions m WHERE {_IN_DOUBT}", which)
    return InDoubt(tuple(with_tags(db, rows)), count.fetchone()["them"])

"""What sites tell of posts beside the words, over time, and who voted for ideas; in SQL."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from listener.accounts import account_of
from listener.model import Author, Post, Supporter
from listener.store.connection import Connection
from listener.store.mentions import SQL_VARIABLES_MAX
from listener.store.rows import facts_text, moment, moment_or_none, stamp
from listener.store.values import FactChange

if TYPE_CHECKING:
    from sqlite_utils import Database

CHANGES_KEPT = 1_000
"""Of one fact of one post; the oldest go first."""


class SqliteParticulars:
    """A :class:`listener.store.people_port.ParticularsBook` on the connection of a store."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def changes(self, post_id: str) -> list[FactChange]:
        with self._connection.reading() as db:
            return changes(db, post_id)

    def supporters(self, post_id: str) -> Iterator[Supporter]:
        with self._connection.reading() as db:
            yield from supporters(db, post_id)


def save(db: "Database", posts: Sequence[Post], now: datetime) -> None:
    """Keep what is told of these stored posts; a change is noted beside what was before."""
    for post in posts:
        before = dict(_last(db, post.id)) if post.facts else {}
        changed = [(name, value) for name, value in post.facts if before.get(name) != value]
        for name, value in changed:
            _note(db, post.id, name, value, now)
        if changed:
            db.execute("UPDATE posts SET facts = ? WHERE id = ?", (facts_text(post), post.id))


def changes(db: "Database", post_id: str) -> list[FactChange]:
    """All that was told of a post, the oldest first."""
    rows = db.execute("SELECT * FROM fact_changes WHERE post_id = ? ORDER BY n", (post_id,))
    return [FactChange(row["name"], row["value"], moment(row["at"])) for row in rows.fetchall()]


def save_supporters(db: "Database", supporters: Iterable[Supporter], now: datetime) -> None:
    """Keep who voted. One who took the vote back and votes again is there again."""
    for one in supporters:
        key = account_of(one.post_id.partition(":")[0], one.author)
        if not key:
            continue
        left_at = stamp(one.at or now) if one.left else None
        voted_at = stamp(one.at) if one.at and not one.left else None
        db.execute(
            """INSERT INTO supporters VALUES (?, ?, ?, ?, ?, ?, ?)
               ON CONFLICT (post_id, account) DO UPDATE SET left_at = excluded.left_at,
                   handle = excluded.handle, name = excluded.name,
                   voted_at = coalesce(excluded.voted_at, voted_at)""",
            (one.post_id, key, one.author.handle, one.author.name, voted_at, stamp(now), left_at),
        )


def supporters(db: "Database", post_id: str) -> Iterator[Supporter]:
    """Who wants it, those who took their vote back included, a page at a time."""
    last = ""
    while True:
        rows = db.execute(
            """SELECT * FROM supporters WHERE post_id = ? AND account > ? ORDER BY account
               LIMIT ?""",
            (post_id, last, SQL_VARIABLES_MAX),
        ).fetchall()
        for row in rows:
            last = row["account"]
            author = Author(row["handle"], row["name"], id=last.partition(":")[2])
            at = row["left_at"] or row["voted_at"]
            yield Supporter(post_id, author, moment_or_none(at), left=bool(row["left_at"]))
        if len(rows) < SQL_VARIABLES_MAX:
            return


def _last(db: "Database", post_id: str) -> Iterable[tuple[str, str]]:
    """What stands noted; of the values of a name, SQLite takes that of the greatest number."""
    rows = db.execute(
        "SELECT name, value, max(n) FROM fact_changes WHERE post_id = ? GROUP BY name", (post_id,)
    )
    return [(row["name"], row["value"]) for row in rows.fetchall()]


def _note(db: "Database", post_id: str, name: str, value: str, now: datetime) -> None:
    db.execute(
        "INSERT INTO fact_changes (post_id, name, value, at) VALUES (?, ?, ?, ?)",
        (post_id, name, value, stamp(now)),
    )
    db.execute(
        """DELETE FROM fact_changes WHERE post_id = :post AND name = :name AND n <=
           (SELECT n FROM fact_changes WHERE post_id = :post AND name = :name
            ORDER BY n DESC LIMIT 1 OFFSET :kept)""",
        {"post": post_id, "name": name, "kept": CHANGES_KEPT},
    )

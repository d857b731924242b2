"""What its site took down, or a person wants forgotten, disappears; that it was there counts on."""

from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING

from listener.store.leases import NO_LEASE
from listener.store.rows import stamp

if TYPE_CHECKING:
    from sqlite_utils import Database


def delete(db: "Database", post_ids: Iterable[str], now: datetime) -> int:
    """Blank these posts, where they are stored. Returns how many were."""
    return sum(_delete_post(db, post_id, now) for post_id in post_ids)


def delete_by_authors(db: "Database", authors: Iterable[str], now: datetime) -> int:
    """Blank all posts of these authors (``site:handle`` or ``site:id``)."""
    return sum(delete(db, _posts_of(db, author), now) for author in authors)


def withdraw(db: "Database", key: str) -> None:
    """Make it a mention no longer."""
    db.execute(f"UPDATE mentions SET state = 'withdrawn', {NO_LEASE} WHERE key = ?", (key,))


def _posts_of(db: "Database", author: str) -> list[str]:
    site, _, name = author.partition(":")
    rows = db.execute(
        """SELECT id FROM posts WHERE site = :site AND author_handle = :name AND :name <> ''
           UNION SELECT id FROM posts WHERE site = :site AND author_id = :name AND :name <> ''""",
        {"site": site, "name": name},
    )
    return [row["id"] for row in rows.fetchall()]


def _delete_post(db: "Database", post_id: str, now: datetime) -> int:
    """Blank a post its site took down; that it was there still counts."""
    for row in db.execute("SELECT key FROM mentions WHERE post_id = ?", (post_id,)).fetchall():
        withdraw(db, row["key"])
        db.execute(
            """UPDATE mentions SET evidence = '[]', priority_reasons = '[]',
               verdict_reasons = '[]' WHERE key = ?""",
            (row["key"],),
        )
        db.execute("UPDATE tags SET reasons = '[]' WHERE mention = ?", (row["key"],))
    db.execute("DELETE FROM marks WHERE post_id = ?", (post_id,))
    return db.execute(
        """UPDATE posts SET title = '', text = '', url = '', author_handle = '',
           author_name = '', author_followers = NULL, author_id = '', author_verified = NULL,
           conversation = '', in_reply_to = '', links = '[]', content = '', check_at = NULL,
           deleted_at = ? WHERE id = ? AND deleted_at IS NULL""",
        (stamp(now), post_id),
    ).rowcount

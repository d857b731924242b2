"""Which story a post belongs to, in SQL, so that every process knows what another found."""

from datetime import datetime
from typing import TYPE_CHECKING

from listener.store.port import Storied
from listener.store.rows import moment, post_of, stamp

if TYPE_CHECKING:
    from sqlite_utils import Database


def save(db: "Database", post_id: str, story: str) -> None:
    """Keep it under a new number, unless that is known."""
    if not story:
        return
    known = db.execute("SELECT story FROM stories WHERE post_id = ?", (post_id,)).fetchone()
    if known is not None and known["story"] == story:
        return
    db.execute(
        """INSERT OR REPLACE INTO stories (post_id, story, seen_at)
           SELECT id, ?, seen_at FROM posts WHERE id = ?""",
        (story, post_id),
    )


def storied(db: "Database", since: datetime, after: int, limit: int) -> list[Storied]:
    """Posts that still stand, by rising number."""
    rows = db.execute(
        """SELECT p.*, s.n AS number, s.story FROM stories s JOIN posts p ON p.id = s.post_id
           WHERE s.n > ? AND s.seen_at >= ? AND p.deleted_at IS NULL ORDER BY s.n LIMIT ?""",
        (after, stamp(since), limit),
    ).fetchall()
    return [
        Storied(row["number"], post_of(row), moment(row["seen_at"]), row["story"]) for row in rows
    ]

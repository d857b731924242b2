"""What people said of posts, and what is known around a post, in SQL."""

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from listener.match.around import Around, Marked
from listener.model import Post
from listener.store.rows import post_of, stamp

if TYPE_CHECKING:
    from sqlite_utils import Database

MARKS_PER_BRAND_MAX = 2_000


def save(db: "Database", post_id: str, brand: str, *, about: bool, by: str, now: datetime) -> bool:
    """Keep a person's answer, the newest one; False if there is no such post."""
    known = db.execute(
        "SELECT 1 FROM posts WHERE id = ? AND deleted_at IS NULL", (post_id,)
    ).fetchone()
    if known:
        db.execute(
            "INSERT OR REPLACE INTO marks VALUES (?, ?, ?, ?, ?)",
            (post_id, brand, about, by, stamp(now)),
        )
        db.execute(
            """UPDATE mentions SET verdict = 'yes', verdict_score = 1 WHERE post_id = ?
               AND brand = ? AND ?""",
            (post_id, brand, about),
        )
        if not about:
            db.execute(
                """UPDATE mentions SET state = 'withdrawn', lease_token = NULL,
                   lease_owner = NULL, lease_until = NULL WHERE post_id = ? AND brand = ?""",
                (post_id, brand),
            )
    return known is not None


def all_of(db: "Database") -> list[Marked]:
    """Every mark with its post, the newest of each brand first."""
    rows = db.execute(
        """SELECT p.*, k.brand AS of_brand, k.about FROM (
               SELECT *, row_number() OVER (PARTITION BY brand ORDER BY made_at DESC) AS rank
               FROM marks) k JOIN posts p ON p.id = k.post_id
           WHERE k.rank <= ? ORDER BY k.brand, k.rank""",
        (MARKS_PER_BRAND_MAX,),
    )
    return [Marked(post_of(row), row["of_brand"], bool(row["about"])) for row in rows.fetchall()]


def around(db: "Database", posts: Sequence[Post]) -> dict[str, Around]:
    """What is known around these posts, by post id; nothing where nothing is known."""
    found = {post.id: Around(_thread(db, post), _marked(db, post)) for post in posts}
    return {post_id: known for post_id, known in found.items() if known != Around()}


def _thread(db: "Database", post: Post) -> frozenset[str] | None:
    """The brands of the post it answers; one that was itself only in a thread hands nothing on."""
    if not post.in_reply_to:
        return None
    ids = (post.in_reply_to, f"{post.site}:{post.in_reply_to}")
    if not db.execute("SELECT 1 FROM posts WHERE id IN (?, ?)", ids).fetchone():
        return None
    rows = db.execute(
        """SELECT brand FROM mentions WHERE post_id IN (?, ?) AND state <> 'withdrawn'
           AND evidence NOT LIKE '[["thread"%'""",
        ids,
    )
    return frozenset(row["brand"] for row in rows)


def _marked(db: "Database", post: Post) -> dict[str, tuple[int, int]]:
    if not post.author.handle:
        return {}
    rows = db.execute(
        """SELECT k.brand, sum(k.about) AS yes, sum(NOT k.about) AS no FROM posts p
           JOIN marks k ON k.post_id = p.id WHERE p.site = ? AND p.author_handle = ?
           GROUP BY k.brand""",
        (post.site, post.author.handle),
    )
    return {row["brand"]: (row["yes"], row["no"]) for row in rows.fetchall()}

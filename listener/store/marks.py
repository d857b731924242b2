"""What people said of posts, and what is known around a post, in SQL."""

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from listener.match.around import Around, Marked
from listener.model import Post
from listener.store.cases import changing
from listener.store.leases import NO_LEASE
from listener.store.mentions import with_tags
from listener.store.port import InDoubt, MarkOutcome
from listener.store.rows import MENTION_COLUMNS, post_of, stamp

if TYPE_CHECKING:
    from sqlite_utils import Database

MARKS_PER_BRAND_MAX = 2_000

_SURE = "verdict = 'yes', verdict_score = 1"
_DOUBTFUL = "m.verdict = 'review' AND m.state <> 'withdrawn'"


def save(
    db: "Database", post_id: str, brand: str, *, about: bool, by: str, now: datetime
) -> MarkOutcome:
    """Keep a person's answer, the newest one, and let the mention follow it."""
    known = "SELECT 1 FROM posts WHERE id = ? AND deleted_at IS NULL"
    if not db.execute(known, (post_id,)).fetchone():
        return "no post"
    outcome = _follow(db, post_id, brand, about=about)
    if outcome == "withdrawn":
        changing.lost(db, [post_id], now)
    db.execute(
        "INSERT OR REPLACE INTO marks VALUES (?, ?, ?, ?, ?)",
        (post_id, brand, about, by, stamp(now)),
    )
    return outcome


def _follow(db: "Database", post_id: str, brand: str, *, about: bool) -> MarkOutcome:
    """Change the mention as the answer says. The answer before this one still stands in marks."""
    mention = db.execute(
        """SELECT m.key, m.state, m.verdict, k.about FROM mentions m
           LEFT JOIN marks k ON k.post_id = m.post_id AND k.brand = m.brand
           WHERE m.post_id = ? AND m.brand = ?""",
        (post_id, brand),
    ).fetchone()
    if mention is None:
        return "no mention"
    if mention["state"] == "withdrawn":
        # An edit withdraws a mention too; only what an answer took, another may give back.
        if not about or mention["about"] != 0:
            return "no mention"
        return _change(db, mention["key"], f"{_SURE}, state = 'new', attempts = 0", "restored")
    if not about:
        return _change(db, mention["key"], f"state = 'withdrawn', {NO_LEASE}", "withdrawn")
    if mention["verdict"] == "yes":
        return "kept"
    return _change(db, mention["key"], _SURE, "settled")


def _change(db: "Database", key: str, change: str, outcome: MarkOutcome) -> MarkOutcome:
    db.execute(f"UPDATE mentions SET {change} WHERE key = ?", (key,))
    return outcome


def doubts(db: "Database", brand: str | None, limit: int) -> InDoubt:
    """The mentions in doubt that were published last, whatever became of their tags."""
    of = "" if brand is None else "AND m.brand = :brand"
    which = {"brand": brand, "limit": limit}
    rows = db.execute(
        f"""SELECT {MENTION_COLUMNS} FROM mentions m JOIN posts p ON p.id = m.post_id
            WHERE {_DOUBTFUL} {of} ORDER BY m.published_at DESC, m.n DESC LIMIT :limit""",
        which,
    ).fetchall()
    count = db.execute(f"SELECT count(*) AS them FROM mentions m WHERE {_DOUBTFUL} {of}", which)
    return InDoubt(tuple(with_tags(db, rows)), count.fetchone()["them"])


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
    """The brands of the post it answers; one that was itself only in a thread hands nothing on.

    None where nobody knows what that post is about: it is not kept, or it was neither found to
    mention a brand nor marked.
    """
    if not post.in_reply_to:
        return None
    ids = (post.in_reply_to, f"{post.site}:{post.in_reply_to}")
    rows = db.execute(
        """SELECT brand, state <> 'withdrawn' AND evidence NOT LIKE '[["thread"%' AS hands_on
           FROM mentions WHERE post_id IN (?, ?)
           UNION ALL SELECT brand, 0 FROM marks WHERE post_id IN (?, ?)""",
        (*ids, *ids),
    ).fetchall()
    return frozenset(row["brand"] for row in rows if row["hands_on"]) if rows else None


def _marked(db: "Database", post: Post) -> dict[str, tuple[int, int]]:
    if not post.author.handle or not db.execute("SELECT 1 FROM marks LIMIT 1").fetchone():
        return {}
    rows = db.execute(
        """SELECT k.brand, sum(k.about) AS yes, sum(NOT k.about) AS no FROM posts p
           JOIN marks k ON k.post_id = p.id WHERE p.site = ? AND p.author_handle = ?
           GROUP BY k.brand""",
        (post.site, post.author.handle),
    )
    return {row["brand"]: (row["yes"], row["no"]) for row in rows.fetchall()}

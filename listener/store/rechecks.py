"""Second looks at known posts, in SQL: which are due, and what came of looking."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from listener.model import Post, Spent
from listener.recheck_due import next_check, next_try
from listener.store import removal, sightings, spending
from listener.store.leases import NO_LEASE, lease
from listener.store.port import LostLease, Rechecked, RecheckTurn, Reserved, Saved, SourcePlan
from listener.store.rows import post_of, stamp

if TYPE_CHECKING:
    from sqlite_utils import Database

LOOKED_THROUGH_MAX = 10_000
"""Among so many posts that are longest due, those that are mentions come first."""

IDS_AT_ONCE = 500


def plan(db: "Database", plans: Iterable[SourcePlan], now: datetime) -> None:
    """Look again at what these sources brought, where they can.

    One that failed waits on, unless its budget changed. To be called before the sources' own
    plans are kept, which say what the budget was.
    """
    db.execute("UPDATE rechecks SET planned = 0")
    for source in plans:
        if source.recheck_posts_max > 0:
            db.execute(
                """INSERT INTO rechecks (source, planned, posts_max, dear, due_at)
                   VALUES (:source, 1, :posts_max, :dear, :now) ON CONFLICT (source) DO UPDATE
                   SET planned = 1, posts_max = excluded.posts_max, dear = excluded.dear,
                   due_at = CASE WHEN failures AND :limits IN
                                (SELECT limits FROM sources WHERE name = :source)
                            THEN due_at ELSE min(due_at, excluded.due_at) END""",
                {
                    "source": source.name,
                    "posts_max": source.recheck_posts_max,
                    "dear": source.recheck_is_dear,
                    "limits": spending.limits_text(source.limits),
                    "now": stamp(now),
                },
            )


def hurry(db: "Database", ids: Sequence[str], now: datetime) -> None:
    """Make these posts due for a look at once: they may be gone."""
    for start in range(0, len(ids), IDS_AT_ONCE):
        some = ids[start : start + IDS_AT_ONCE]
        db.execute(
            f"""UPDATE posts SET check_at = min(coalesce(check_at, ?), ?) WHERE deleted_at IS NULL
                AND id IN ({",".join("?" * len(some))})""",
            (stamp(now), stamp(now), *some),
        )


def due(db: "Database", now: datetime, limit: int) -> list[str]:
    """The sources that may be asked and have posts due, the longest waiting first."""
    rows = db.execute(
        """SELECT source FROM rechecks r WHERE planned AND due_at <= :now
           AND (lease_until IS NULL OR lease_until <= :now)
           AND EXISTS (SELECT 1 FROM posts p WHERE p.source = r.source AND p.check_at <= :now)
           ORDER BY due_at LIMIT :limit""",
        {"now": stamp(now), "limit": limit},
    )
    return [row["source"] for row in rows.fetchall()]


def claim(
    db: "Database", owner: str, now: datetime, until: datetime, limit: int
) -> list[RecheckTurn]:
    """Lease sources of which posts are due, each with some of these posts."""
    sources = due(db, now, limit)
    token = lease(db, "rechecks", "source", sources, owner=owner, until=until)
    return [_turn(db, source, token, now) for source in sources]


def save(db: "Database", turn: RecheckTurn, rechecked: Rechecked) -> Saved:
    """Edits, counts, deletions, and when each post is looked at next."""
    _let_go(db, turn, "failures = 0", rechecked.reason, rechecked.due_at, rechecked.seen_at)
    now = rechecked.seen_at
    changed = _untouched(db, [post.id for post in rechecked.posts], turn.asked_at)
    saved = sightings.save(
        db,
        turn.source,
        [post for post in rechecked.posts if post.id in changed],
        [mention for mention in rechecked.mentions if mention.post.id in changed],
        now,
    )
    gone = removal.delete(db, turn.source, rechecked.deleted, now)
    gone += removal.delete_by_authors(db, turn.source, rechecked.gone, now)
    published = {post.id: post.published_at or now for post in turn.posts}
    dear = sightings.looks_are_dear(db, turn.source)
    for post_id in rechecked.looked_at:
        _set_check(db, post_id, next_check(published[post_id], now, dear=dear), checked_at=now)
    for post_id in rechecked.passed_over:
        _set_check(db, post_id, next_try(published[post_id], now, dear=dear), checked_at=None)
    spending.settle(db, turn.source, rechecked.reserved, rechecked.spent, turn.asked_at, looks=True)
    return Saved(0, saved.posts_edited, gone, saved.mentions_new)


def fail(
    db: "Database",
    turn: RecheckTurn,
    reason: str,
    due_at: datetime,
    spent: Spent | None,
    reserved: Reserved | None,
) -> None:
    """Nothing came of it: the posts stay due."""
    _let_go(db, turn, "failures = failures + 1", reason, due_at, None)
    if reserved is not None or spent is not None:
        spending.settle(db, turn.source, reserved, spent, turn.asked_at, looks=True)


def standing(db: "Database", source: str) -> tuple[int, str]:
    """How often in a row a second look failed, and why the last one did."""
    row = db.execute(
        "SELECT failures, last_error FROM rechecks WHERE source = ? AND planned", (source,)
    ).fetchone()
    return (row["failures"], row["last_error"]) if row else (0, "")


def _turn(db: "Database", source: str, token: int, now: datetime) -> RecheckTurn:
    row = db.execute(
        "SELECT posts_max, failures FROM rechecks WHERE source = ?", (source,)
    ).fetchone()
    posts = tuple(_due_posts(db, source, now, row["posts_max"]))
    return RecheckTurn(source, posts, token, row["failures"], now)


def _due_posts(db: "Database", source: str, now: datetime, limit: int) -> list[Post]:
    rows = db.execute(
        """SELECT p.* FROM (
               SELECT n, id, check_at FROM posts WHERE source = ? AND check_at <= ?
               ORDER BY check_at LIMIT ?) d JOIN posts p ON p.n = d.n
           ORDER BY NOT EXISTS (SELECT 1 FROM mentions m WHERE m.post_id = d.id
                                AND m.state <> 'withdrawn'), d.check_at LIMIT ?""",
        (source, stamp(now), LOOKED_THROUGH_MAX, limit),
    )
    return [post_of(row) for row in rows.fetchall()]


def _let_go(
    db: "Database",
    turn: RecheckTurn,
    failures: str,
    reason: str,
    due_at: datetime,
    ok_at: datetime | None,
) -> None:
    changed = db.execute(
        f"""UPDATE rechecks SET {failures}, last_error = ?, due_at = ?,
            last_ok_at = coalesce(?, last_ok_at), {NO_LEASE}
            WHERE source = ? AND lease_token = ?""",
        (reason, stamp(due_at), stamp(ok_at) if ok_at else None, turn.source, turn.token),
    ).rowcount
    if not changed:
        raise LostLease(turn.source)


def _untouched(db: "Database", ids: Sequence[str], since: datetime) -> frozenset[str]:
    """Those that stand as they did when we asked: a poll may have known better meanwhile."""
    stand: set[str] = set()
    for start in range(0, len(ids), IDS_AT_ONCE):
        some = ids[start : start + IDS_AT_ONCE]
        rows = db.execute(
            f"""SELECT id FROM posts WHERE id IN ({",".join("?" * len(some))})
                AND deleted_at IS NULL AND (edited_at IS NULL OR edited_at <= ?)""",
            (*some, stamp(since)),
        )
        stand.update(row["id"] for row in rows.fetchall())
    return frozenset(stand)


def _set_check(
    db: "Database", post_id: str, check_at: datetime | None, *, checked_at: datetime | None
) -> None:
    db.execute(
        """UPDATE posts SET check_at = ?, checked_at = coalesce(?, checked_at)
           WHERE id = ? AND deleted_at IS NULL""",
        (
            stamp(check_at) if check_at else None,
            stamp(checked_at) if checked_at else None,
            post_id,
        ),
    )

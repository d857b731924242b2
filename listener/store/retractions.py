"""Taking back what was told, in SQL: a telling of its own in the thread of what it blanks.

It goes through the outbox like any other, so that it is tried again and buried in sight. Posts
that go while a thread's retraction still waits untried join it.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from listener.store.rows import stamp

if TYPE_CHECKING:
    from sqlite_utils import Database

MAY_BE_NEXT = """NOT EXISTS (
    SELECT 1 FROM outbox e WHERE e.thread = o.thread AND +e.state = 'pending' AND e.key <> o.key
    AND (e.lease_until > :now
         OR ((e.kind = 'retraction') = (o.kind = 'retraction') AND e.revision < o.revision)
         OR (o.kind = 'retraction' AND e.kind <> 'retraction'
             AND (e.attempts > 0 OR e.next_at <= :now))))"""
"""Whether the telling ``o`` may go before all others that wait in its thread.

One goes at a time, each kind in its order. A retraction lets go first what is due, and what may
have been told already; it doesn't wait for what is to be told after the quiet hours only. Other
tellings don't wait for it: they show none of what is gone. A thread is short, and what waits in all
of them may be long: ``+state`` has SQLite look the others up by the thread.
"""


def order(db: "Database", post_ids: Sequence[str], now: datetime) -> None:
    """Have these posts taken back in every thread that may have told them."""
    for thread, gone in _told(db, post_ids).items():
        key = _waiting(db, thread, now) or _open(db, thread, now)
        for post_id in gone:
            db.execute("INSERT OR IGNORE INTO retracted VALUES (?, ?)", (key, post_id))


def note_tried(db: "Database", key: str) -> None:
    """Note what a telling that was tried before holds no longer: it may have arrived with it.

    Noted under the telling's own key, so that a removal finds it there.
    """
    db.execute(
        """INSERT OR IGNORE INTO retracted SELECT t.key, m.post_id FROM told t
           JOIN outbox o ON o.key = t.key JOIN mentions m ON m.key = t.mention
           WHERE t.key = ? AND o.attempts > 1 AND m.state = 'withdrawn'""",
        (key,),
    )


def retracted(db: "Database", key: str) -> tuple[str, ...]:
    """The posts that a retraction takes back, but for those that were shown again since."""
    rows = db.execute(
        """SELECT r.post_id FROM retracted r JOIN posts p ON p.id = r.post_id
           JOIN outbox o ON o.key = r.key AND o.kind = 'retraction'
           WHERE r.key = ? AND p.deleted_at IS NOT NULL ORDER BY r.post_id""",
        (key,),
    )
    return tuple(row["post_id"] for row in rows)


def title(count: int) -> str:
    """A retraction in one line."""
    return "1 post was taken down" if count == 1 else f"{count} posts were taken down"


def _told(db: "Database", post_ids: Sequence[str]) -> dict[str, list[str]]:
    """The posts by thread, where a telling of it that was tried may have held them."""
    of_them = f"post_id IN ({','.join('?' * len(post_ids))})"
    rows = db.execute(
        f"""SELECT o.thread, m.post_id FROM mentions m
            JOIN told t ON t.mention = m.key JOIN outbox o ON o.key = t.key
            WHERE m.{of_them} AND EXISTS (
                SELECT 1 FROM outbox x WHERE x.thread = o.thread AND x.revision >= o.revision
                AND x.kind <> 'retraction'
                AND (x.state = 'delivered'
                     OR (x.state IN ('pending', 'buried') AND x.attempts > 0)))
            UNION SELECT o.thread, s.post_id FROM shown s JOIN outbox o ON o.key = s.key
            WHERE s.{of_them} AND o.attempts > 0
            UNION SELECT o.thread, r.post_id FROM retracted r JOIN outbox o ON o.key = r.key
            WHERE r.{of_them} AND o.kind <> 'retraction'""",
        (*post_ids, *post_ids, *post_ids),
    )
    told: dict[str, list[str]] = {}
    for row in rows.fetchall():
        told.setdefault(row["thread"], []).append(row["post_id"])
    return told


def _waiting(db: "Database", thread: str, now: datetime) -> str | None:
    """A retraction of the thread that nobody has tried yet."""
    row = db.execute(
        """SELECT key FROM outbox WHERE thread = ? AND kind = 'retraction' AND +state = 'pending'
           AND attempts = 0 AND (lease_until IS NULL OR lease_until <= ?)""",
        (thread, stamp(now)),
    ).fetchone()
    return None if row is None else str(row["key"])


def _open(db: "Database", thread: str, now: datetime) -> str:
    """A new one at the thread's end, as weighty as the weightiest it may take back."""
    row = db.execute(
        """INSERT INTO outbox (key, thread, revision, started_at, rule, burst, channel, kind,
               title, body, priority, created_at, paced_at, due_at, next_at, case_key)
           SELECT thread || '~' || (max(revision) + 1), thread, max(revision) + 1,
               min(started_at), rule, burst, channel, 'retraction',
               '', '', max(priority), :now, :now, :now, :now, max(case_key)
           FROM outbox WHERE thread = :thread GROUP BY thread, rule, burst, channel
           RETURNING key""",
        {"now": stamp(now), "thread": thread},
    ).fetchone()
    return str(row["key"])

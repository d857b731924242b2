"""The desks to ask what was done there, in SQL: their schedule, and the acts they told."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from listener.cases import Change, Refused
from listener.ports import Changes
from listener.retry import WISH_SECONDS_MAX
from listener.store.case_port import ChangesSaved, DeskTurn, NoCase
from listener.store.cases import acting
from listener.store.leases import NO_LEASE, lease
from listener.store.port import LostLease
from listener.store.rows import stamp
from listener.text import clean_text, shown

if TYPE_CHECKING:
    from sqlite_utils import Database

AGAIN_SECONDS = 15
CURSOR_CHARS_MAX = 100_000
REFUSED_TOLD_MAX = 50
REASON_CHARS_MAX = 1_000


def plan(db: "Database", desks: Mapping[str, float], now: datetime) -> None:
    """Keep what is known of every desk; ask only those planned, new ones at once."""
    db.execute("UPDATE desks SET planned = 0")
    for channel, seconds in desks.items():
        db.execute(
            """INSERT INTO desks (channel, planned, every_seconds, due_at) VALUES (?, 1, ?, ?)
               ON CONFLICT (channel) DO UPDATE SET planned = 1,
               due_at = CASE WHEN every_seconds <> excluded.every_seconds AND NOT failures
                        THEN min(due_at, excluded.due_at) ELSE due_at END,
               every_seconds = excluded.every_seconds""",
            (channel, seconds, stamp(now)),
        )
    # As with sources: a clock that was wrong for a while silences no desk for long.
    latest = stamp(now + timedelta(seconds=WISH_SECONDS_MAX))
    db.execute("UPDATE desks SET due_at = min(due_at, ?)", (latest,))


def claim(db: "Database", owner: str, now: datetime, until: datetime, limit: int) -> list[DeskTurn]:
    """Lease desks that are due, the longest due first."""
    rows = db.execute(
        """SELECT channel, cursor, failures FROM desks WHERE planned AND due_at <= :now
           AND (lease_until IS NULL OR lease_until <= :now) ORDER BY due_at LIMIT :limit""",
        {"now": stamp(now), "limit": limit},
    ).fetchall()
    names = [row["channel"] for row in rows]
    token = lease(db, "desks", "channel", names, owner=owner, until=until)
    return [DeskTurn(row["channel"], row["cursor"], token, row["failures"]) for row in rows]


def save(
    db: "Database", turn: DeskTurn, changes: Changes, now: datetime, due_at: datetime
) -> ChangesSaved:
    """Do what was done there, each act once, and keep the cursor. Raises LostLease.

    An act on a ticket that no case has may be on one that was opened a moment ago and whose
    receipt we lack yet: while there may be such a one, the same changes are asked for again.
    """
    applied = known = 0
    is_stray = False
    refused: list[str] = []
    for change in changes.changes:
        try:
            was_known = _do(db, turn.channel, change, now)
        except (NoCase, Refused) as why:
            is_stray |= isinstance(why, NoCase)
            refused.append(_told(change, why))
        else:
            known += was_known
            applied += not was_known
    if is_stray and _is_opening(db, turn.channel):
        _go_on(db, turn, turn.cursor, now, max(due_at, now + timedelta(seconds=AGAIN_SECONDS)))
    else:
        _go_on(db, turn, changes.cursor, now, due_at)
    return ChangesSaved(applied, known, tuple(refused[:REFUSED_TOLD_MAX]))


def _go_on(
    db: "Database", turn: DeskTurn, cursor: str | None, now: datetime, due_at: datetime
) -> None:
    kept = None if cursor is None else clean_text(cursor, CURSOR_CHARS_MAX)
    changed = db.execute(
        f"""UPDATE desks SET cursor = ?, due_at = ?, failures = 0, last_error = '',
            last_ok_at = ?, {NO_LEASE} WHERE channel = ? AND lease_token = ?""",
        (kept, stamp(due_at), stamp(now), turn.channel, turn.token),
    ).rowcount
    if not changed:
        raise LostLease(turn.channel)


def _is_opening(db: "Database", channel: str) -> bool:
    """Whether a ticket may have been opened there that we have no receipt of yet."""
    row = db.execute(
        """SELECT 1 FROM outbox o WHERE o.channel = ? AND o.state = 'pending' AND o.attempts > 0
           AND o.case_key <> '' AND NOT EXISTS (SELECT 1 FROM outbox d WHERE d.thread = o.thread
           AND d.receipt IS NOT NULL) LIMIT 1""",
        (channel,),
    ).fetchone()
    return row is not None


def fail(db: "Database", turn: DeskTurn, reason: str, due_at: datetime) -> None:
    """Count the failure and keep the cursor. Raises LostLease."""
    changed = db.execute(
        f"""UPDATE desks SET failures = failures + 1, last_error = ?, due_at = ?, {NO_LEASE}
            WHERE channel = ? AND lease_token = ?""",
        (clean_text(reason, REASON_CHARS_MAX), stamp(due_at), turn.channel, turn.token),
    ).rowcount
    if not changed:
        raise LostLease(turn.channel)


def _do(db: "Database", channel: str, change: Change, now: datetime) -> bool:
    key = clean_text(change.case) or case_of_ticket(db, channel, clean_text(change.ticket))
    return acting.act(db, key, change.act, now).known


def case_of_ticket(db: "Database", channel: str, ticket: str) -> str:
    """The key of the case that this receipt of the channel is about. Raises NoCase."""
    row = db.execute(
        """SELECT case_key FROM outbox WHERE channel = ? AND receipt = ? AND case_key <> ''
           ORDER BY rowid DESC LIMIT 1""",
        (channel, ticket),
    ).fetchone()
    if row is None:
        raise NoCase(f"no case has the ticket {shown(ticket, 80)} there")
    return str(row["case_key"])


def _told(change: Change, why: Exception) -> str:
    of = shown(change.case or change.ticket, 80)
    return f"{shown(change.act.kind, 40)} by {shown(change.act.by, 80)} on {of}: {why}"

"""How telling went, in SQL: delivered, tried again, buried; or the whole channel stands still.

A channel that is refused as such (its credentials died, it owes money) buries nothing: what it
is to tell waits, and the channel stands in trouble until something is delivered by it again.
"""

from datetime import datetime
from typing import TYPE_CHECKING

from listener.store.leases import NO_LEASE
from listener.store.port import SendTurn, Settled
from listener.store.rows import stamp

if TYPE_CHECKING:
    from sqlite_utils import Database

_ENDS = {"delivered": "delivered", "buried": "buried"}
_UNCOUNTED = {"returned", "stopped"}


def settle(db: "Database", owner: str, settled: Settled) -> int:
    """Record how one send ended, if its lease still holds."""
    row = db.execute(
        f"""UPDATE outbox SET state = :state, receipt = coalesce(:receipt, receipt),
            reason = :reason, next_at = coalesce(:next_at, next_at), settled_at = :settled_at,
            attempts = attempts - :uncounted, tried_since = coalesce(:stopped_at, tried_since),
            {NO_LEASE}
            WHERE key = :key AND lease_token = :token AND state = 'pending'
            RETURNING attempts, channel""",
        {
            "state": _ENDS.get(settled.outcome, "pending"),
            "receipt": settled.receipt,
            "reason": settled.reason,
            "next_at": stamp(settled.next_at) if settled.next_at else None,
            "settled_at": stamp(settled.at) if settled.outcome in _ENDS else None,
            "stopped_at": stamp(settled.at) if settled.outcome == "stopped" else None,
            "uncounted": int(settled.outcome in _UNCOUNTED),
            "key": settled.key,
            "token": settled.token,
        },
    ).fetchone()
    if row is None:
        return 0
    _note_trouble(db, row["channel"], settled)
    if settled.outcome != "returned":
        told = (settled.at, settled.outcome, settled.reason)
        _log(db, owner, settled.key, row["attempts"], told)
    return 1


def withdraw(db: "Database", owner: str, turn: SendTurn, now: datetime, reason: str) -> None:
    """There is no point in telling it any more."""
    db.execute(
        f"""UPDATE outbox SET state = 'withdrawn', settled_at = ?, reason = ?, {NO_LEASE}
            WHERE key = ?""",
        (stamp(now), reason, turn.alert.key),
    )
    _log(db, owner, turn.alert.key, turn.attempts, (now, "withdrawn", reason))


def resend(db: "Database", now: datetime, channel: str | None, key: str | None) -> int:
    """What is buried is due again, and what waits for a channel in trouble too.

    It counts as tried once, whatever happened: the target may have taken it, and is asked first.
    """
    of = {"now": stamp(now), "channel": channel, "key": key}
    which = "(:channel IS NULL OR channel = :channel) AND (:key IS NULL OR key = :key)"
    buried = db.execute(
        f"""UPDATE outbox SET state = 'pending', attempts = min(attempts, 1), next_at = :now,
            tried_since = :now, settled_at = NULL WHERE state = 'buried' AND {which}""",
        of,
    ).rowcount
    waiting = db.execute(
        f"""UPDATE outbox SET next_at = :now WHERE state = 'pending' AND next_at > :now
            AND due_at <= :now AND channel IN (SELECT channel FROM channel_troubles) AND {which}""",
        of,
    ).rowcount
    return int(buried + waiting)


def _note_trouble(db: "Database", channel: str, settled: Settled) -> None:
    if settled.outcome == "delivered":
        db.execute("DELETE FROM channel_troubles WHERE channel = ?", (channel,))
    elif settled.outcome == "stopped":
        db.execute(
            """INSERT INTO channel_troubles VALUES (?, ?, ?, ?) ON CONFLICT (channel) DO UPDATE
               SET state = excluded.state, reason = excluded.reason""",
            (channel, settled.state, settled.reason, stamp(settled.at)),
        )


def _log(
    db: "Database", owner: str, key: str, attempt: int, told: tuple[datetime, str, str]
) -> None:
    at, outcome, reason = told
    db.execute(
        """INSERT INTO deliveries (key, attempt, at, outcome, reason, owner)
           VALUES (?, ?, ?, ?, ?, ?)""",
        (key, attempt, stamp(at), outcome, reason, owner),
    )

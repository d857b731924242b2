"""The outbox, in SQL: what must be told, claimed, and how telling it went."""

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from listener.model import Alert, Mention
from listener.rules import Order, Place, Telling, held, over_ceiling, place
from listener.store import retractions
from listener.store.leases import NO_LEASE, lease
from listener.store.mentions import with_tags
from listener.store.port import SendTurn, Settled
from listener.store.rows import MENTION_COLUMNS, Row, moment, stamp
from listener.telling import mentions_title
from listener.watch import Alarm

if TYPE_CHECKING:
    from sqlite_utils import Database

EARLIER_SHOWN = 10

_STANDING = """told t JOIN outbox o ON o.key = t.key
    JOIN mentions m ON m.key = t.mention JOIN posts p ON p.id = m.post_id
    WHERE p.deleted_at IS NULL AND m.state <> 'withdrawn'"""


def put(db: "Database", order: Order, now: datetime) -> None:
    """Give an order its place; a mention is told once per rule and channel, whatever happens."""
    already = db.execute(
        "SELECT 1 FROM told WHERE mention = ? AND rule = ? AND channel = ?",
        (order.mention_key, order.rule, order.channel),
    ).fetchone()
    if already:
        return
    latest = _latest(db, order)
    if over_ceiling(order, latest, _told_today(db, order), now):
        order = held(order)
        latest = _latest(db, order)
    where = place(order, latest, now)
    if where.joins:
        _join(db, order, where)
    else:
        _open(db, order, where, now)
    db.execute(
        "INSERT INTO told (mention, rule, channel, key) VALUES (?, ?, ?, ?)",
        (order.mention_key, order.rule, order.channel, where.key),
    )


def put_alarm(
    db: "Database", alarm: Alarm, channels: Sequence[str], now: datetime, due_at: datetime
) -> bool:
    """Raise or clear an alarm and tell it; False if it already stood so."""
    subject = (alarm.rule, alarm.subject)
    stood = db.execute(
        "SELECT since FROM alarms WHERE rule = ? AND subject = ?", subject
    ).fetchone()
    if (stood is not None) == alarm.raised:
        return False
    if alarm.raised:
        db.execute("INSERT INTO alarms VALUES (?, ?, ?, ?)", (*subject, stamp(now), alarm.title))
    else:
        db.execute("DELETE FROM alarms WHERE rule = ? AND subject = ?", subject)
    since = stood["since"] if stood else stamp(now)
    for channel in channels:
        _open_alarm(db, alarm, channel, since, (now, due_at))
    return True


def claim(
    db: "Database", owner: str, channel: str, now: datetime, until: datetime, limit: int
) -> list[SendTurn]:
    """Lease due tellings of a channel; the one before in the thread must be settled."""
    keys = [
        row["key"]
        for row in db.execute(
            f"""SELECT key FROM outbox o
               WHERE channel = :channel AND state = 'pending' AND next_at <= :now
               AND (lease_until IS NULL OR lease_until <= :now)
               AND {retractions.MAY_BE_NEXT}
               ORDER BY priority DESC, next_at LIMIT :limit""",
            {"channel": channel, "now": stamp(now), "limit": limit},
        )
    ]
    token = lease(db, "outbox", "key", keys, owner=owner, until=until)
    db.execute("UPDATE outbox SET attempts = attempts + 1 WHERE lease_token = ?", (token,))
    _forget_gone(db, keys)
    turns = [_turn(db, key, token) for key in keys]
    for turn in turns:
        if reason := _nothing_left(turn.alert):
            _withdraw(db, owner, turn, now, reason)
    return [turn for turn in turns if not _nothing_left(turn.alert)]


def settle(db: "Database", owner: str, settled: Settled) -> int:
    """Record how one send ended, if its lease still holds."""
    states = {"delivered": "delivered", "buried": "buried"}
    row = db.execute(
        f"""UPDATE outbox SET state = :state, receipt = coalesce(:receipt, receipt),
            reason = :reason, next_at = coalesce(:next_at, next_at), settled_at = :settled_at,
            attempts = attempts - :uncounted, {NO_LEASE}
            WHERE key = :key AND lease_token = :token AND state = 'pending' RETURNING attempts""",
        {
            "state": states.get(settled.outcome, "pending"),
            "receipt": settled.receipt,
            "reason": settled.reason,
            "next_at": stamp(settled.next_at) if settled.next_at else None,
            "settled_at": stamp(settled.at) if settled.outcome in states else None,
            "uncounted": int(settled.outcome == "returned"),
            "key": settled.key,
            "token": settled.token,
        },
    ).fetchone()
    if row is None:
        return 0
    if settled.outcome != "returned":
        told = (settled.at, settled.outcome, settled.reason)
        _log(db, owner, settled.key, row["attempts"], told)
    return 1


def _latest(db: "Database", order: Order) -> Telling | None:
    """The telling put last; by order of insertion, since clocks differ and go back."""
    row = db.execute(
        """SELECT o.*, (SELECT count(*) FROM told WHERE told.key = o.key) AS size,
           (SELECT max(revision) FROM outbox t WHERE t.thread = o.thread) AS revision_max
           FROM outbox o WHERE rule = ? AND channel = ? AND burst = ? AND kind <> 'retraction'
           ORDER BY o.rowid DESC LIMIT 1""",
        (order.rule, order.channel, order.group),
    ).fetchone()
    return None if row is None else _telling(row)


def _telling(row: Row) -> Telling:
    return Telling(
        key=row["key"],
        thread=row["thread"],
        revision=row["revision_max"],
        started_at=moment(row["started_at"]),
        paced_at=moment(row["paced_at"]),
        due_at=moment(row["due_at"]),
        untried=row["state"] == "pending" and row["attempts"] == 0,
        size=row["size"],
    )


def _told_today(db: "Database", order: Order) -> int:
    if order.daily_max is None:
        return 0
    row = db.execute(
        """SELECT count(*) AS told FROM outbox WHERE rule = ? AND channel = ?
           AND created_at >= ? AND created_at < ? AND burst <> ? AND kind <> 'retraction'""",
        (
            order.rule,
            order.channel,
            stamp(order.day_start),
            stamp(order.day_end),
            held(order).group,
        ),
    ).fetchone()
    return int(row["told"])


def _join(db: "Database", order: Order, where: Place) -> None:
    db.execute(
        "UPDATE outbox SET due_at = ?, next_at = ?, priority = max(priority, ?) WHERE key = ?",
        (stamp(where.due_at), stamp(where.due_at), order.priority, where.key),
    )


def _open(db: "Database", order: Order, where: Place, now: datetime) -> None:
    started_at = stamp(now)
    if where.revision > 1:
        first = db.execute("SELECT started_at FROM outbox WHERE key = ?", (where.thread,))
        started_at = first.fetchone()["started_at"]
    _insert(
        db,
        {
            "key": where.key,
            "thread": where.thread,
            "revision": where.revision,
            "started_at": started_at,
            "rule": order.rule,
            "burst": order.group,
            "channel": order.channel,
            "kind": "mentions",
            "title": "",
            "body": "",
            "priority": order.priority,
            "created_at": stamp(now),
            "paced_at": stamp(where.paced_at),
            "due_at": stamp(where.due_at),
            "next_at": stamp(where.due_at),
        },
    )


def _open_alarm(
    db: "Database", alarm: Alarm, channel: str, since: str, when: tuple[datetime, datetime]
) -> None:
    thread = f"{alarm.rule}/{alarm.subject}@{since}/{channel}"
    now, due_at = when
    _insert(
        db,
        {
            "key": thread if alarm.raised else f"{thread}~clear",
            "thread": thread,
            "revision": 1 if alarm.raised else 2,
            "started_at": since,
            "rule": alarm.rule,
            "burst": alarm.subject,
            "channel": channel,
            "kind": alarm.kind,
            "title": alarm.title,
            "body": alarm.body,
            "priority": alarm.priority,
            "created_at": stamp(now),
            "paced_at": stamp(now),
            "due_at": stamp(due_at),
            "next_at": stamp(due_at),
        },
    )


def _insert(db: "Database", row: dict[str, object]) -> None:
    columns, values = ", ".join(row), ", ".join(f":{column}" for column in row)
    db.execute(f"INSERT INTO outbox ({columns}) VALUES ({values})", row)


def _turn(db: "Database", key: str, token: int) -> SendTurn:
    row = db.execute("SELECT * FROM outbox WHERE key = ?", (key,)).fetchone()
    mentions = _mentions(db, "t.key = ?", (key,), limit=-1)
    retracted = retractions.retracted(db, key)
    earlier_where = "o.thread = ? AND o.key <> ? AND o.state <> 'pending'"
    earlier_of = (row["thread"], key)
    earlier = _mentions(db, earlier_where, earlier_of, EARLIER_SHOWN)
    earlier_count = _count(db, earlier_where, earlier_of) if earlier else 0
    alert = Alert(
        key=key,
        thread=row["thread"],
        rule=row["rule"],
        channel=row["channel"],
        kind=row["kind"],
        created_at=moment(row["created_at"]),
        title=row["title"] or _title(mentions, earlier_count, retracted),
        body=row["body"],
        mentions=mentions,
        earlier=earlier,
        earlier_count=earlier_count,
        priority=row["priority"],
        receipt=_receipt(db, row["thread"], key),
        retracted=retracted,
    )
    return SendTurn(alert, token, row["attempts"])


def _title(mentions: Sequence[Mention], earlier_count: int, retracted: Sequence[str]) -> str:
    if retracted:
        return retractions.title(len(retracted))
    return mentions_title(mentions, earlier_count)


def _mentions(
    db: "Database", where: str, values: tuple[Any, ...], limit: int
) -> tuple[Mention, ...]:
    """Members of tellings that still stand, the weightiest first."""
    rows = db.execute(
        f"""SELECT {MENTION_COLUMNS} FROM {_STANDING} AND {where}
            ORDER BY m.priority DESC, m.n LIMIT ?""",
        (*values, limit),
    ).fetchall()
    return tuple(with_tags(db, rows))


def _count(db: "Database", where: str, values: tuple[Any, ...]) -> int:
    row = db.execute(f"SELECT count(*) AS told FROM {_STANDING} AND {where}", values).fetchone()
    return int(row["told"])


def _receipt(db: "Database", thread: str, key: str) -> str | None:
    row = db.execute(
        """SELECT receipt FROM outbox WHERE thread = ? AND key <> ? AND receipt IS NOT NULL
           AND state = 'delivered' AND kind <> 'retraction' ORDER BY revision DESC LIMIT 1""",
        (thread, key),
    ).fetchone()
    return None if row is None else str(row["receipt"])


def _forget_gone(db: "Database", keys: Sequence[str]) -> None:
    """Who is gone before it was surely told was not: should it come back, it is ordered anew."""
    for key in keys:
        retractions.note_tried(db, key)
        db.execute(
            """DELETE FROM told WHERE key = ? AND mention IN
               (SELECT m.key FROM mentions m JOIN posts p ON p.id = m.post_id
                WHERE m.state = 'withdrawn' OR p.deleted_at IS NOT NULL)""",
            (key,),
        )


def _nothing_left(alert: Alert) -> str:
    """Why there is no point in telling it any more; empty where there is."""
    if alert.kind == "mentions" and not alert.mentions:
        return "nothing left to tell: every post of it was taken down or changed"
    if alert.kind == "retraction" and not alert.retracted:
        return "nothing left to take back: every post of it is there again"
    return ""


def _withdraw(db: "Database", owner: str, turn: SendTurn, now: datetime, reason: str) -> None:
    db.execute(
        f"""UPDATE outbox SET state = 'withdrawn', settled_at = ?, reason = ?, {NO_LEASE}
            WHERE key = ?""",
        (stamp(now), reason, turn.alert.key),
    )
    _log(db, owner, turn.alert.key, turn.attempts, (now, "withdrawn", reason))


def _log(
    db: "Database", owner: str, key: str, attempt: int, told: tuple[datetime, str, str]
) -> None:
    at, outcome, reason = told
    db.execute(
        """INSERT INTO deliveries (key, attempt, at, outcome, reason, owner)
           VALUES (?, ?, ?, ?, ?, ?)""",
        (key, attempt, stamp(at), outcome, reason, owner),
    )

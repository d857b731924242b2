"""The outbox, in SQL: what must be told, put in its place and claimed.

How telling it went is for :mod:`listener.store.settling`, what is about a case for
:mod:`listener.store.cases.threads`.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from listener.placing import Place, Telling, held, over_ceiling, place
from listener.rules import Order
from listener.store import retractions, settling, tellings
from listener.store.leases import lease
from listener.store.port import SendTurn
from listener.store.rows import Row, moment, stamp
from listener.watch import Alarm

if TYPE_CHECKING:
    from sqlite_utils import Database


def put(db: "Database", order: Order, now: datetime) -> None:
    """Give an order its place; a mention is told once per rule and channel, whatever happens."""
    if is_told(db, order):
        return
    latest = _latest(db, order)
    if over_ceiling(order, latest, told_today(db, order), now):
        order = held(order)
        latest = _latest(db, order)
    carry(db, order, place(order, latest, now), now)


def is_told(db: "Database", order: Order) -> bool:
    """Whether the channel was told of the mention by this rule, or will be."""
    row = db.execute(
        "SELECT 1 FROM told WHERE mention = ? AND rule = ? AND channel = ?",
        (order.mention_key, order.rule, order.channel),
    ).fetchone()
    return row is not None


def carry(db: "Database", order: Order, where: Place, now: datetime, case: str = "") -> None:
    """Have the telling of this place tell the mention."""
    if where.joins:
        _join(db, order, where)
    else:
        _open(db, order, where, now, case)
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
    turns = [tellings.turn(db, key, token) for key in keys]
    for turn in turns:
        if reason := tellings.nothing_left(turn.alert):
            settling.withdraw(db, owner, turn, now, reason)
        else:
            tellings.note_shown(db, turn.alert)
    return [turn for turn in turns if not tellings.nothing_left(turn.alert)]


def _latest(db: "Database", order: Order) -> Telling | None:
    """The telling put last; by order of insertion, since clocks differ and go back."""
    row = db.execute(
        """SELECT o.*, (SELECT count(*) FROM told WHERE told.key = o.key) AS size,
           (SELECT max(revision) FROM outbox t WHERE t.thread = o.thread) AS revision_max
           FROM outbox o WHERE rule = ? AND channel = ? AND burst = ? AND kind <> 'retraction'
           AND case_key = '' ORDER BY o.rowid DESC LIMIT 1""",
        (order.rule, order.channel, order.group),
    ).fetchone()
    return None if row is None else telling(row)


def telling(row: Row) -> Telling:
    """A telling as it is placed by, from its columns and its size."""
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


def told_today(db: "Database", order: Order) -> int:
    """How many tellings of mentions the order's rule made for the channel on its local day."""
    if order.daily_max is None:
        return 0
    row = db.execute(
        """SELECT count(*) AS told FROM outbox WHERE rule = ? AND channel = ?
           AND created_at >= ? AND created_at < ? AND burst <> ? AND kind = 'mentions'""",
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


def _open(db: "Database", order: Order, where: Place, now: datetime, case: str) -> None:
    started_at = stamp(now)
    if where.revision > 1:
        first = db.execute("SELECT started_at FROM outbox WHERE key = ?", (where.thread,))
        started_at = first.fetchone()["started_at"]
    insert(
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
            "case_key": case,
        },
    )


def _open_alarm(
    db: "Database", alarm: Alarm, channel: str, since: str, when: tuple[datetime, datetime]
) -> None:
    thread = f"{alarm.rule}/{alarm.subject}@{since}/{channel}"
    now, due_at = when
    insert(
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


def insert(db: "Database", row: dict[str, object]) -> None:
    """A new telling; what isn't named stands as for one that nobody tried."""
    columns, values = ", ".join(row), ", ".join(f":{column}" for column in row)
    db.execute(f"INSERT INTO outbox ({columns}) VALUES ({values})", row)


def _forget_gone(db: "Database", keys: Sequence[str]) -> None:
    """Who is gone before it was surely told was not: should it come back, it is ordered anew."""
    for key in keys:
        retractions.note_tried(db, key)
        db.execute(
            """DELETE FROM told WHERE key = ? AND EXISTS
               (SELECT 1 FROM mentions m JOIN posts p ON p.id = m.post_id
                WHERE m.key = told.mention
                AND (m.state = 'withdrawn' OR p.deleted_at IS NOT NULL))""",
            (key,),
        )

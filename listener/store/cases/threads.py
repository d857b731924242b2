"""A case on its channels, in SQL: one thread each, as long as the case goes on.

A thread is short and its state is not: ``+state`` has SQLite look it up by the thread.

The thread's key is ``RULE/CASE/CHANNEL``, by the rule that opened the case, and it is the first
telling's key too; later ones are ``~2``, ``~3`` and so on, whatever they tell.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING

from listener.escalation import Escalation
from listener.model import Case
from listener.placing import Telling, key_of, place_in_case
from listener.rules import Order
from listener.store import outbox
from listener.store.rows import stamp

if TYPE_CHECKING:
    from sqlite_utils import Database

ESCALATED_MENTIONS_MAX = 10


def put(db: "Database", case: Case, order: Order, now: datetime) -> None:
    """Give the order its place in the case's thread; a mention is told once in each."""
    thread = _thread(db, case, order.channel, follows=order.follows)
    order = replace(order, rule=case.rule, group=case.key)
    if outbox.is_told(db, order):
        return
    latest, revision = _latest(db, thread), _revision(db, thread)
    told_today = outbox.told_today(db, order)
    where = place_in_case(order, thread, latest, revision, told_today, now)
    outbox.carry(db, order, where, now, case.key)


def tell_change(db: "Database", case: Case, now: datetime) -> None:
    """Have every channel that follows the case told of it, where nothing waits that does."""
    rows = db.execute(
        """SELECT channel, thread FROM case_threads c WHERE case_key = ? AND follows
           AND NOT EXISTS (
               SELECT 1 FROM outbox o WHERE o.thread = c.thread AND +o.state = 'pending'
               AND o.attempts = 0 AND o.kind IN ('mentions', 'case'))""",
        (case.key,),
    ).fetchall()
    for row in rows:
        _open(db, case, row["channel"], row["thread"], "case", now)


def escalate(db: "Database", case: Case, escalation: Escalation, now: datetime) -> None:
    """Tell these channels that the case still waits, with what they know nothing of yet."""
    for channel, follows in escalation.channels.items():
        thread = _thread(db, case, channel, follows=follows)
        # What waits there for the morning or for its pace goes first.
        db.execute(
            """UPDATE outbox SET next_at = min(next_at, :now), due_at = min(due_at, :now)
               WHERE thread = :thread AND +state = 'pending' AND attempts = 0""",
            {"now": stamp(now), "thread": thread},
        )
        said = {"title": escalation.title, "body": escalation.body}
        key = _open(db, case, channel, thread, "escalation", now, said, escalation.priority)
        _bring_mentions(db, case, channel, key)


def _thread(db: "Database", case: Case, channel: str, *, follows: bool) -> str:
    thread = f"{case.rule}/{case.key}/{channel}"
    db.execute(
        """INSERT INTO case_threads (case_key, channel, thread, follows) VALUES (?, ?, ?, ?)
           ON CONFLICT (case_key, channel) DO UPDATE
           SET follows = max(follows, excluded.follows)""",
        (case.key, channel, thread, follows),
    )
    return thread


def _revision(db: "Database", thread: str) -> int:
    newest = "SELECT coalesce(max(revision), 0) AS newest FROM outbox WHERE thread = ?"
    return int(db.execute(newest, (thread,)).fetchone()["newest"])


def _latest(db: "Database", thread: str) -> Telling | None:
    """The newest telling of the thread that has mentions to tell."""
    row = db.execute(
        """SELECT o.*, (SELECT count(*) FROM told WHERE told.key = o.key) AS size,
           o.revision AS revision_max FROM outbox o WHERE thread = ? AND kind = 'mentions'
           ORDER BY revision DESC LIMIT 1""",
        (thread,),
    ).fetchone()
    return None if row is None else outbox.telling(row)


def _open(
    db: "Database",
    case: Case,
    channel: str,
    thread: str,
    kind: str,
    now: datetime,
    said: Mapping[str, str] | None = None,
    priority: int = 0,
) -> str:
    revision = _revision(db, thread) + 1
    key = key_of(thread, revision)
    times = ("started_at", "created_at", "paced_at", "due_at", "next_at")
    outbox.insert(
        db,
        {
            "key": key,
            "thread": thread,
            "revision": revision,
            "rule": case.rule,
            "burst": case.key,
            "channel": channel,
            "kind": kind,
            "priority": max(priority, case.priority),
            "case_key": case.key,
            **{"title": "", "body": ""} | dict(said or {}),
            **dict.fromkeys(times, stamp(now)),
        },
    )
    return key


def _bring_mentions(db: "Database", case: Case, channel: str, key: str) -> None:
    """The weightiest mentions of the case that the channel was not told of."""
    db.execute(
        """INSERT INTO told (mention, rule, channel, key)
           SELECT m.key, :rule, :channel, :key
           FROM case_members c JOIN mentions m ON m.key = c.mention
           WHERE c.case_key = :case AND m.state <> 'withdrawn' AND NOT EXISTS (
               SELECT 1 FROM told t WHERE t.mention = m.key AND t.rule = :rule
               AND t.channel = :channel)
           ORDER BY m.priority DESC, m.n LIMIT :some""",
        {
            "rule": case.rule,
            "channel": channel,
            "key": key,
            "case": case.key,
            "some": ESCALATED_MENTIONS_MAX,
        },
    )

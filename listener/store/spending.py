"""What asking cost, and what is set aside for it, in SQL.

A call that may straddle midnight counts on both of its days and once in a month that has both.
"""

import json
from dataclasses import asdict, fields
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from listener.budget import (
    CALL_SECONDS_MAX,
    NO_LIMITS,
    PACE_SECONDS_MAX,
    RECENT,
    Limits,
    Spending,
    Use,
    allowance,
    for_looks,
    left,
    pace_seconds,
    period,
    uses,
)
from listener.model import NOTHING_SPENT, Spent
from listener.store.port import Reserved
from listener.store.rows import Row, moment

if TYPE_CHECKING:
    from sqlite_utils import Database

_SUMS = """SELECT coalesce(sum(requests), 0) AS requests, coalesce(sum(posts), 0) AS posts,
    coalesce(sum(money_micros), 0) AS money_micros, coalesce(sum(polls), 0) AS polls
    FROM (SELECT source, looks, first_day, last_day, requests, posts, money_micros, polls
          FROM spending
          UNION ALL SELECT source, looks, first_day, last_day, requests, posts, money_micros, 0
          FROM reservations)
    WHERE source = ? AND first_day <= ? AND last_day >= ?"""
_OF_LOOKS = f"{_SUMS} AND looks"
_OF_POLLS = f"{_SUMS} AND NOT looks"


def reserve(
    db: "Database",
    source: str,
    limits: Limits,
    dearest: Spent,
    now: datetime,
    *,
    looks: bool,
) -> Reserved | None:
    """Set aside what a call may cost, or None; it must fit at its beginning and at its end.

    Second looks (``looks``) must fit into their own share as well.
    """
    ends_at = now + timedelta(seconds=CALL_SECONDS_MAX)
    allowed: Spent | None = dearest
    for at in (now, ends_at):
        if allowed is not None:
            allowed = allowance(allowed, left(limits, spending(db, source, at)))
        if allowed is not None and looks:
            allowed = allowance(allowed, left(for_looks(limits, at), _looks(db, source, at)))
    if allowed is None:
        return None
    inserted = db.execute(
        """INSERT INTO reservations
           (source, looks, first_day, last_day, requests, posts, money_micros)
           VALUES (?, ?, ?, ?, ?, ?, ?)""",
        (source, looks, period("day", now), period("day", ends_at), *_amounts(allowed)),
    )
    return Reserved(int(inserted.lastrowid or 0), allowed)


def settle(
    db: "Database",
    source: str,
    reserved: Reserved | None,
    spent: Spent | None,
    now: datetime,
    *,
    polls: int = 0,
    looks: bool = False,
) -> None:
    """Count what a call cost instead of what was set aside for it; None: all of that.

    ``polls`` is 1 where the call was a poll that says what polls cost; ``looks`` where it was a
    second look. One that is settled again changes nothing.
    """
    first_day = last_day = period("day", now)
    if reserved is not None:
        row = db.execute(
            "DELETE FROM reservations WHERE n = ? AND source = ? RETURNING first_day, last_day",
            (reserved.number, source),
        ).fetchone()
        if row is None:
            return
        first_day, last_day = row["first_day"], row["last_day"]
        spent = reserved.allowance if spent is None else spent
    db.execute(
        """INSERT INTO spending
           (source, looks, first_day, last_day, requests, posts, money_micros, polls)
           VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO UPDATE
           SET requests = requests + excluded.requests, posts = posts + excluded.posts,
               money_micros = money_micros + excluded.money_micros,
               polls = polls + excluded.polls""",
        (source, looks, first_day, last_day, *_amounts(spent or NOTHING_SPENT), polls),
    )


def settle_failed(
    db: "Database", source: str, reserved: Reserved | None, spent: Spent | None
) -> None:
    """As :func:`settle`, for a poll that brought nothing; it was asked when it was claimed."""
    if reserved is None and spent in {None, NOTHING_SPENT}:
        return
    # One that cost nothing says nothing of what polls cost.
    polls = 0 if spent == NOTHING_SPENT else 1
    row = db.execute("SELECT last_try_at FROM sources WHERE name = ?", (source,)).fetchone()
    settle(db, source, reserved, spent, moment(row["last_try_at"]), polls=polls)


def spending(db: "Database", source: str, now: datetime) -> Spending:
    """What a source has spent in the day and the month of ``now``, and lately."""
    today = period("day", now)
    since = period("day", now - RECENT + timedelta(days=1))
    polled = _sums(db, source, since, today, _OF_POLLS)
    return Spending(
        day=_spent(_sums(db, source, today, today)),
        month=_spent(_sums(db, source, *_month(today))),
        recent=_spent(_sums(db, source, since, today)),
        polled=_spent(polled),
        recent_polls=polled["polls"],
        recent_seconds=_recent_seconds(db, source, now),
    )


def _looks(db: "Database", source: str, now: datetime) -> Spending:
    """What of that went on second looks."""
    today = period("day", now)
    return Spending(
        day=_spent(_sums(db, source, today, today, _OF_LOOKS)),
        month=_spent(_sums(db, source, *_month(today), _OF_LOOKS)),
    )


def _month(day: str) -> tuple[str, str]:
    return f"{day[:7]}-01", f"{day[:7]}-31"


def paced(db: "Database", source: str, limits: Limits, due_at: datetime, now: datetime) -> datetime:
    """When the source is due, where its budget is to last."""
    if limits == NO_LIMITS:
        return due_at
    wait = min(pace_seconds(limits, spending(db, source, now), now), PACE_SECONDS_MAX)
    return max(due_at, now + timedelta(seconds=wait))


def uses_of(db: "Database", source: Row, now: datetime) -> tuple[Use, ...]:
    """How the ceilings of a source (its name and limits) stand; nothing where it has none."""
    limits = limits_of(source)
    if limits == NO_LIMITS:
        return ()
    return uses(limits, spending(db, source["name"], now), now)


def limits_of(row: Row) -> Limits:
    """The limits a source was planned with. One that this version doesn't know is none."""
    known = {one.name for one in fields(Limits)}
    return Limits(**{name: at for name, at in json.loads(row["limits"]).items() if name in known})


def limits_text(limits: Limits) -> str:
    """Limits as stored."""
    return json.dumps({name: at for name, at in asdict(limits).items() if at is not None})


def _sums(db: "Database", source: str, first_day: str, last_day: str, which: str = _SUMS) -> Row:
    """What was spent on any of these days, or may have been."""
    row: Row = db.execute(which, (source, last_day, first_day)).fetchone()
    return row


def _recent_seconds(db: "Database", source: str, now: datetime) -> float:
    """How long the last days are: a source that is watched for less has less behind it.

    A day at the least, because the first poll brings about a day.
    """
    row = db.execute("SELECT watched_since FROM sources WHERE name = ?", (source,)).fetchone()
    midnight = now.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    began = midnight - RECENT + timedelta(days=1)
    since = max(began, moment(row["watched_since"])) if row else began
    return max((now - since).total_seconds(), timedelta(days=1).total_seconds())


def _spent(row: Row) -> Spent:
    return Spent(row["requests"], row["posts"], row["money_micros"])


def _amounts(spent: Spent) -> tuple[int, int, int]:
    return spent.requests, spent.posts, spent.money_micros

"""Which message carries an order. Pure: values and ``now`` in.

An order goes into a new message, the one that is about to go, or the next update of a thread; one
of a case into the case's own thread, which stays open as long as the case is.
"""

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from listener.rules import Order

MENTIONS_PER_TELLING_MAX = 100
THREAD_SECONDS_MAX = 24 * 3600


@dataclass(frozen=True, slots=True)
class Telling:
    """What the store knows of the newest telling of an order's rule, group and channel.

    ``started_at`` is when its thread began, ``paced_at`` the earliest time the burst's pace
    allows it; ``untried`` while no attempt was made, ``size`` mentions long.
    """

    key: str
    thread: str
    revision: int
    started_at: datetime
    paced_at: datetime
    due_at: datetime
    untried: bool
    size: int


@dataclass(frozen=True, slots=True)
class Place:
    """Where an order goes: ``joins`` an existing telling, or opens this one."""

    key: str
    thread: str
    revision: int
    paced_at: datetime
    due_at: datetime
    joins: bool = False


def over_ceiling(order: Order, latest: Telling | None, told_today: int, now: datetime) -> bool:
    """Whether the order would need another message beyond the day's ceiling."""
    if order.daily_max is None or told_today < order.daily_max:
        return False
    return latest is None or not (_is_open(order, latest, now) and _takes_more(latest))


def held(order: Order) -> Order:
    """The order put off to after the local day, into one message with its like."""
    return replace(
        order,
        group=f"/rest-of-day-{order.day_end:%Y-%m-%d}",  # no brand or mention is named so
        due_at=order.rest_at,
        group_seconds=max(order.group_seconds, 1),
        daily_max=None,
        stays_open=False,
    )


def place(order: Order, latest: Telling | None, now: datetime) -> Place:
    """Which telling carries the order, given the newest one of its rule, group and channel."""
    if latest is not None and _is_open(order, latest, now):
        if _takes_more(latest):
            return _join(order, latest)
        return _follow_up(order, latest, latest.revision + 1)
    if latest is not None and not order.group_seconds:
        return _follow_up(order, latest, latest.revision + 1)  # withdrawn untold, and back again
    grouped = f"{order.group}@{now.astimezone(UTC):%Y%m%dT%H%M%S.%fZ}"
    subject = grouped if order.group_seconds else order.mention_key
    key = f"{order.rule}/{subject}/{order.channel}"
    return Place(key, key, 1, paced_at=now, due_at=order.due_at)


def place_in_case(
    order: Order, thread: str, latest: Telling | None, revision: int, told_today: int, now: datetime
) -> Place:
    """Which telling of a case's thread carries the order.

    ``latest`` is its newest one with mentions, ``revision`` the newest of any kind, 0 for none.
    What is beyond the day's ceiling waits for the rest of the day's time, but in its own thread:
    a message that held the rest of several cases could be nobody's ticket.
    """
    if latest is not None and _takes_more(latest):
        return _join(order, latest)
    if order.daily_max is not None and told_today >= order.daily_max:
        order = replace(order, due_at=max(order.due_at, order.rest_at))
    if latest is not None:
        return _follow_up(order, latest, revision + 1)
    key = key_of(thread, revision + 1)
    return Place(key, thread, revision + 1, paced_at=now, due_at=max(order.due_at, now))


def key_of(thread: str, revision: int) -> str:
    """A telling's key: its thread's, which is the first one's too, and ``~2``, ``~3`` and so on."""
    return thread if revision == 1 else f"{thread}~{revision}"


def _is_open(order: Order, latest: Telling, now: datetime) -> bool:
    if not order.group_seconds or latest.untried:
        return bool(order.group_seconds)
    still_bursting = now <= latest.due_at + timedelta(seconds=order.group_seconds)
    is_young = now < latest.started_at + timedelta(seconds=THREAD_SECONDS_MAX)
    return (order.stays_open or still_bursting) and is_young


def _takes_more(latest: Telling) -> bool:
    return latest.untried and latest.size < MENTIONS_PER_TELLING_MAX


def _join(order: Order, latest: Telling) -> Place:
    due_at = min(latest.due_at, max(order.due_at, latest.paced_at))
    return Place(latest.key, latest.thread, latest.revision, latest.paced_at, due_at, joins=True)


def _follow_up(order: Order, latest: Telling, revision: int) -> Place:
    # One that is only full goes with its like; only one that was tried sets the pace.
    pace = timedelta(seconds=0 if latest.untried else order.group_seconds)
    paced_at = latest.due_at + pace
    due_at = max(order.due_at, paced_at)
    return Place(key_of(latest.thread, revision), latest.thread, revision, paced_at, due_at)

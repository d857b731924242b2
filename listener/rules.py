"""Which mention must be told where, when, and in which message. Pure: values and ``now`` in.

A rule that matches a mention gives one order per channel. :func:`place` decides which telling
carries the order: a new message, the one that is about to go, or the next update of a burst.
"""

from bisect import bisect_left
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta, tzinfo

from listener.model import Mention

MENTIONS_PER_TELLING_MAX = 100
THREAD_SECONDS_MAX = 24 * 3600


@dataclass(frozen=True, slots=True)
class Condition:
    """What a mention must be; an empty field asks for nothing. ``tags`` is kind → labels."""

    brands: frozenset[str] = frozenset()
    directness: frozenset[str] = frozenset()
    sources: frozenset[str] = frozenset()
    sites: frozenset[str] = frozenset()
    authors: frozenset[str] = frozenset()
    verdicts: frozenset[str] = frozenset()
    tags: Mapping[str, frozenset[str]] = field(default_factory=dict)
    priority_min: int = 0


@dataclass(frozen=True, slots=True)
class Quiet:
    """Hours of the local day, ``start`` included, ``end`` not; may run across midnight."""

    start: time
    end: time


@dataclass(frozen=True, slots=True)
class Spike:
    """Told when a brand is mentioned far more than at this hour of the week.

    The last ``window_minutes`` are held against the same stretch of the last ``weeks`` weeks;
    it fires from ``mentions_min`` mentions on, when they exceed the mean by ``deviations``.
    """

    window_minutes: int = 60
    weeks: int = 8
    mentions_min: int = 10
    deviations: float = 4.0


@dataclass(frozen=True, slots=True)
class Trouble:
    """Told when a source failed ``failures`` times in a row or was silent too long (0: never).

    One that only a person can mend is told at its first failure, and one that has spent
    ``budget_percent`` of its day's or month's budget too.
    """

    failures: int = 3
    silent_seconds: int = 0
    budget_percent: int = 80


@dataclass(frozen=True, slots=True)
class Rule:
    """When something must be told, to which channels, how grouped, when quiet.

    A rule with ``spike`` watches volumes, one with ``trouble`` watches sources; any other is
    asked about every mention. ``daily_max`` is the most tellings a channel gets on one local
    day; what is beyond comes as one message when the day is over. From priority
    ``break_through`` up, neither quiet hours nor the ceiling hold.
    """

    name: str
    send_to: tuple[str, ...]
    when: Condition = Condition()
    group_seconds: int = 0
    quiet: Quiet | None = None
    break_through: int | None = None
    daily_max: int | None = None
    spike: Spike | None = None
    trouble: Trouble | None = None


@dataclass(frozen=True, slots=True)
class Order:
    """One mention that one channel must be told, at ``due_at`` or with its burst after it.

    ``rest_at`` is when the channel may be told what was beyond the ceiling of the order's day.
    """

    rule: str
    channel: str
    mention_key: str
    group: str
    due_at: datetime
    priority: int
    day_start: datetime
    day_end: datetime
    rest_at: datetime
    group_seconds: int = 0
    daily_max: int | None = None


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


def matches(when: Condition, mention: Mention) -> bool:
    """Whether the mention is what the condition asks for."""
    return (
        _within(when.brands, mention.brand)
        and _within(when.directness, mention.directness)
        and _within(when.sources, mention.source)
        and _within(when.sites, mention.post.site)
        and _within(when.authors, mention.post.author.handle.casefold().removeprefix("@"))
        and _within(when.verdicts, mention.verdict.label)
        and mention.priority.score >= when.priority_min
        and all(mention.label(kind) in labels for kind, labels in when.tags.items())
    )


def orders(rules: Iterable[Rule], mention: Mention, now: datetime, zone: tzinfo) -> list[Order]:
    """What the rules want told about this mention, one order per rule and channel."""
    asked = (rule for rule in rules if rule.spike is None and rule.trouble is None)
    return [
        _order(rule, channel, mention, now, zone)
        for rule in asked
        if matches(rule.when, mention)
        for channel in rule.send_to
    ]


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
    )


def place(order: Order, latest: Telling | None, now: datetime) -> Place:
    """Which telling carries the order, given the newest one of its rule, group and channel."""
    if latest is not None and _is_open(order, latest, now):
        return _join(order, latest) if _takes_more(latest) else _follow_up(order, latest)
    if latest is not None and not order.group_seconds:
        return _follow_up(order, latest)  # withdrawn untold, and back again
    grouped = f"{order.group}@{now.astimezone(UTC):%Y%m%dT%H%M%S.%fZ}"
    subject = grouped if order.group_seconds else order.mention_key
    key = f"{order.rule}/{subject}/{order.channel}"
    return Place(key, key, 1, paced_at=now, due_at=order.due_at)


def quiet_until(quiet: Quiet | None, now: datetime, zone: tzinfo) -> datetime | None:
    """When the quiet hours that hold at ``now`` end (UTC), or None where none hold.

    Computed between instants, so that a night with a clock change is quiet exactly once: an
    hour that the clock repeats counts the first time, one that it skips is over as it jumps.
    """
    if quiet is None or quiet.start == quiet.end:
        return None
    today = now.astimezone(zone).date()
    until: datetime | None = None
    for day in (today + timedelta(days=days) for days in (-1, 0, 1)):
        last_day = day if quiet.end > quiet.start else day + timedelta(days=1)
        # Two nights can meet, where the clock skips all that lies between them.
        if _instant(day, quiet.start, zone) <= (until or now) < _instant(last_day, quiet.end, zone):
            until = _instant(last_day, quiet.end, zone)
    return until


def local_day(now: datetime, zone: tzinfo) -> tuple[datetime, datetime]:
    """The local day around ``now`` as two UTC instants, 23 to 25 hours apart."""
    today = now.astimezone(zone).date()
    return _instant(today, time(), zone), _instant(today + timedelta(days=1), time(), zone)


def _instant(day: date, at: time, zone: tzinfo) -> datetime:
    """The first instant (UTC) at which a clock in the zone shows this time or a later one."""
    local = datetime.combine(day, at, zone)
    instant = local.astimezone(UTC)
    if instant.astimezone(zone).replace(tzinfo=None) == local.replace(tzinfo=None):
        return instant
    # The clock skips this time: it jumps between what the offsets after and before it make of it.
    early = local.replace(fold=1).astimezone(UTC)
    seconds = range(round((instant - early).total_seconds()))
    before = early.astimezone(zone).utcoffset()
    jump = bisect_left(
        seconds,
        True,
        key=lambda after: (early + timedelta(seconds=after)).astimezone(zone).utcoffset() != before,
    )
    return early + timedelta(seconds=jump)


def _within(wanted: frozenset[str], value: str) -> bool:
    return not wanted or value in wanted


def _order(rule: Rule, channel: str, mention: Mention, now: datetime, zone: tzinfo) -> Order:
    breaks = rule.break_through is not None and mention.priority.score >= rule.break_through
    day_start, day_end = local_day(now, zone)
    return Order(
        rule=rule.name,
        channel=channel,
        mention_key=mention.key,
        group=mention.brand if rule.group_seconds else mention.key,
        due_at=now if breaks else quiet_until(rule.quiet, now, zone) or now,
        priority=mention.priority.score,
        group_seconds=rule.group_seconds,
        daily_max=None if breaks else rule.daily_max,
        day_start=day_start,
        day_end=day_end,
        rest_at=quiet_until(rule.quiet, day_end, zone) or day_end,
    )


def _is_open(order: Order, latest: Telling, now: datetime) -> bool:
    if not order.group_seconds or latest.untried:
        return bool(order.group_seconds)
    still_bursting = now <= latest.due_at + timedelta(seconds=order.group_seconds)
    return still_bursting and now < latest.started_at + timedelta(seconds=THREAD_SECONDS_MAX)


def _takes_more(latest: Telling) -> bool:
    return latest.untried and latest.size < MENTIONS_PER_TELLING_MAX


def _join(order: Order, latest: Telling) -> Place:
    due_at = min(latest.due_at, max(order.due_at, latest.paced_at))
    return Place(latest.key, latest.thread, latest.revision, latest.paced_at, due_at, joins=True)


def _follow_up(order: Order, latest: Telling) -> Place:
    revision = latest.revision + 1
    # One that is only full goes with its like; only one that was tried sets the pace.
    pace = timedelta(seconds=0 if latest.untried else order.group_seconds)
    paced_at = latest.due_at + pace
    due_at = max(order.due_at, paced_at)
    return Place(f"{latest.thread}~{revision}", latest.thread, revision, paced_at, due_at)

"""What a source may spend in a day and in a month, and what that means for its pace. Pure.

Days are UTC days and months calendar months in UTC. What a call may cost is set aside before it
(:class:`listener.store.port.Reserved`), so what stands as spent here is never too little.
"""

from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from typing import Literal

from listener.model import NOTHING_SPENT, UNLIMITED, Spent

Span = Literal["day", "month"]
Measure = Literal["requests", "posts", "money_micros"]

SPANS: tuple[Span, ...] = ("month", "day")
MEASURES: tuple[Measure, ...] = ("requests", "posts", "money_micros")
RECENT = timedelta(days=7)
LOOKS_DIVISOR = 4
PACE_SECONDS_MAX = 5 * 86_400.0
"""Slower than this no budget makes a source: what waits longer, a search may no longer reach."""
CALL_SECONDS_MAX = 300
"""A call that begins this close to midnight may end after it, and counts on both days."""

_DAY = timedelta(days=1)
_MICROS = 1_000_000


@dataclass(frozen=True, slots=True)
class Limits:
    """A source's ceilings per UTC day and calendar month; None: no such ceiling.

    ``money_micros`` are millionths of whatever money the source's prices are in.
    """

    requests_per_day: int | None = None
    requests_per_month: int | None = None
    posts_per_day: int | None = None
    posts_per_month: int | None = None
    money_micros_per_day: int | None = None
    money_micros_per_month: int | None = None

    def of(self, measure: Measure, span: Span) -> int | None:
        """One of them."""
        value: int | None = getattr(self, f"{measure}_per_{span}")
        return value


NO_LIMITS = Limits()


@dataclass(frozen=True, slots=True)
class Spending:
    """What a source has spent by now, with what is set aside: in its UTC day, and in its month.

    ``recent`` is what the last ``recent_seconds`` cost, second looks at known posts among it;
    ``polled`` is what the ``recent_polls`` of that time cost alone.
    """

    day: Spent = NOTHING_SPENT
    month: Spent = NOTHING_SPENT
    recent: Spent = NOTHING_SPENT
    polled: Spent = NOTHING_SPENT
    recent_polls: int = 0
    recent_seconds: float = _DAY.total_seconds()

    def of(self, measure: Measure, span: Span) -> int:
        """How much of one measure was spent in the day or in the month."""
        value: int = getattr(self.day if span == "day" else self.month, measure)
        return value


@dataclass(frozen=True, slots=True)
class Use:
    """How one ceiling stands: ``period`` names the day or month, ``share`` is of 0 to 1 or more.

    ``forecast`` is what will be spent by the period's end at the pace of the last days, and
    ``runs_out_at`` when that reaches the ceiling, None where it doesn't.
    """

    period: str
    span: Span
    measure: Measure
    limit: int
    spent: int
    share: float
    forecast: int
    runs_out_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class UsedUp:
    """Why a source may not be asked now, and when it may again."""

    reason: str
    until: datetime


def ends(span: Span, now: datetime) -> datetime:
    """When the UTC day or month of ``now`` is over."""
    start = now.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    if span == "day":
        return start + _DAY
    return (start.replace(day=1) + 32 * _DAY).replace(day=1)


def left(limits: Limits, spending: Spending) -> Spent:
    """What may still be spent now, by the nearer ceiling of each measure."""
    return Spent(*(_left(limits, spending, measure) for measure in MEASURES))


def allowance(dearest: Spent, still: Spent) -> Spent | None:
    """What one call may cost; None where nothing is left of what it needs."""
    needs = [(getattr(dearest, one), getattr(still, one)) for one in MEASURES]
    if any(need > 0 >= there for need, there in needs):
        return None
    return Spent(*(max(0, min(need, there)) for need, there in needs))


def for_looks(limits: Limits, now: datetime) -> Limits:
    """What of the ceilings second looks at known posts may take: new posts go before old ones.

    The month's share grows by the day, so that what waited does not take all of it on the first.
    """
    passed = now.astimezone(UTC).day / (ends("month", now) - _DAY).day
    shares = {
        name: None
        if ceiling is None
        else int(ceiling / LOOKS_DIVISOR * (passed if name.endswith("month") else 1))
        for name, ceiling in asdict(limits).items()
    }
    return Limits(**shares)


def few(dearest: Spent, posts: int) -> Spent:
    """What a call costs at most that brings no more than so many posts, where posts cost."""
    if dearest.posts <= posts:
        return dearest
    return Spent(dearest.requests, posts, dearest.money_micros * posts // dearest.posts)


def used_up(limits: Limits, spending: Spending, dearest: Spent, now: datetime) -> UsedUp:
    """What stands in the way of a call that was given no allowance."""
    for span in SPANS:
        for measure in MEASURES:
            limit = limits.of(measure, span)
            spent = limit is not None and spending.of(measure, span) >= limit
            if spent and limit is not None and getattr(dearest, measure) > 0:
                share = f"the {span}'s budget of {amount(measure, limit)} is spent"
                return UsedUp(
                    f"{share}; it is asked again when a new {span} begins", ends(span, now)
                )
    return UsedUp("what is left of the budget is set aside for other calls", ends("day", now))


def pace_seconds(limits: Limits, spending: Spending, now: datetime) -> float:
    """How long to wait between polls so that the budget lasts to the end of day and month.

    By what polls cost on average these days; 0 where nothing is known of that, or no ceiling
    is near.
    """
    waits = [
        _pace(limit - spending.of(measure, span), getattr(spending.polled, measure), spending, rest)
        for span, rest in ((span, (ends(span, now) - now).total_seconds()) for span in SPANS)
        for measure in MEASURES
        if (limit := limits.of(measure, span)) is not None
    ]
    return max(waits, default=0.0)


def uses(limits: Limits, spending: Spending, now: datetime) -> tuple[Use, ...]:
    """How each ceiling stands, the month's first."""
    return tuple(
        _use(limit, spending, measure, span, now)
        for span in SPANS
        for measure in MEASURES
        if (limit := limits.of(measure, span)) is not None
    )


def period(span: Span, now: datetime) -> str:
    """The name of the UTC day or month: 2026-11-22, or 2026-11."""
    return f"{now.astimezone(UTC):{'%Y-%m-%d' if span == 'day' else '%Y-%m'}}"


def amount(measure: Measure, count: int) -> str:
    """A count with its unit: 1,200 posts, 12.50 in money."""
    unit = "in money" if measure == "money_micros" else measure
    return f"{_number(measure, count)} {unit[:-1] if count == 1 and unit == measure else unit}"


def spent_of(use: Use) -> str:
    """What was spent of a ceiling: 800 of 1,000 posts."""
    return f"{_number(use.measure, use.spent)} of {amount(use.measure, use.limit)}"


def micros(money: float) -> int:
    """A sum of money as the whole number of millionths that is counted with."""
    return round(money * _MICROS)


def _number(measure: Measure, count: int) -> str:
    return f"{count / _MICROS:,.2f}" if measure == "money_micros" else f"{count:,}"


def _left(limits: Limits, spending: Spending, measure: Measure) -> int:
    ceilings = [(limits.of(measure, span), spending.of(measure, span)) for span in SPANS]
    rests = [max(0, limit - spent) for limit, spent in ceilings if limit is not None]
    unlimited: int = getattr(UNLIMITED, measure)
    return min(rests, default=unlimited)


def _pace(rest: int, recent: int, spending: Spending, seconds: float) -> float:
    if recent <= 0 or not spending.recent_polls:
        return 0.0
    cost = recent / spending.recent_polls
    # So many polls are affordable that there is a wait before each of them and one after the last.
    return seconds / (max(rest, 0) / cost + 1)


def _use(limit: int, spending: Spending, measure: Measure, span: Span, now: datetime) -> Use:
    spent = spending.of(measure, span)
    per_second = getattr(spending.recent, measure) / max(spending.recent_seconds, 1)
    until_end = (ends(span, now) - now).total_seconds()
    forecast = spent + round(per_second * until_end)
    runs_out_at = None
    if spent >= limit:
        runs_out_at = now
    elif forecast > limit:
        runs_out_at = now + timedelta(seconds=(limit - spent) / per_second)
    share = spent / limit if limit else 1.0
    return Use(period(span, now), span, measure, limit, spent, share, forecast, runs_out_at)

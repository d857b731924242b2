"""Mentions over a period as a short row of bars: hours, days, or several days each."""

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta, tzinfo
from itertools import pairwise

from listener.coverage import Period, SourceView

HOURLY_UP_TO = timedelta(days=2)
DAILY_BARS_MAX = 92


@dataclass(frozen=True, slots=True)
class Bar:
    """The mentions of one stretch; ``count`` is None where it was not seen.

    ``is_whole`` says that no source missed any of it: else the count is the least there was.
    """

    since: datetime
    until: datetime
    count: int | None
    is_whole: bool


def bar_edges(period: Period, zone: tzinfo) -> tuple[datetime, ...]:
    """Where the bars begin and the last one ends, in UTC: at full local hours or local midnights.

    The first and the last bar are shorter where the period begins or ends within one.
    """
    inner = _hours if period.length <= HOURLY_UP_TO else _midnights
    return (
        period.since.astimezone(UTC),
        *(edge for edge in inner(period, zone) if period.since < edge < period.until),
        period.until.astimezone(UTC),
    )


def bar_at(edges: Sequence[datetime], at: datetime) -> int:
    """The number of the bar that holds a moment of the period."""
    return bisect_right(edges, at) - 1


def bars(
    edges: Sequence[datetime], counts: Mapping[int, int], sources: Sequence[SourceView]
) -> tuple[Bar, ...]:
    """The bars, given the count of each by its number and the sources they rest on."""
    return tuple(
        _bar(since, until, counts.get(number, 0), sources)
        for number, (since, until) in enumerate(pairwise(edges))
    )


def _bar(since: datetime, until: datetime, count: int, sources: Sequence[SourceView]) -> Bar:
    was_seen = any(source.saw(since, until) for source in sources)
    is_whole = was_seen and not any(source.missed(since, until) for source in sources)
    return Bar(since, until, count if count or was_seen else None, is_whole)


def _hours(period: Period, zone: tzinfo) -> list[datetime]:
    local = period.since.astimezone(zone)
    full = period.since.astimezone(UTC) - timedelta(
        minutes=local.minute, seconds=local.second, microseconds=local.microsecond
    )
    return [full + timedelta(hours=hours) for hours in range(1, 50)]


def _midnights(period: Period, zone: tzinfo) -> list[datetime]:
    first = period.since.astimezone(zone).date()
    days = (period.until.astimezone(zone).date() - first).days
    step = -(-(days + 1) // DAILY_BARS_MAX)
    return [
        datetime.combine(first + timedelta(days=day), time(), zone).astimezone(UTC)
        for day in range(step, days + 1, step)
    ]

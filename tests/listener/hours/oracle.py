"""What is open, found by walking every minute of UTC and looking at the clock on the wall.

Shares no code with the product: spans are minutes of the day, holidays are computed from Easter.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from functools import cache
from zoneinfo import ZoneInfo

DAY_MINUTES = 1_440
MINUTE = timedelta(minutes=1)

MinuteSpans = list[tuple[int, int]]


@dataclass(frozen=True)
class Hours:
    """Spans of minutes of the day; one whose end is not after its start ends a day later."""

    zone: str
    weekly: dict[int, MinuteSpans] = field(default_factory=dict)
    days: dict[date, MinuteSpans] = field(default_factory=dict)
    country: str = ""

    def of(self, day: date) -> MinuteSpans:
        if day in self.days:
            return self.days[day]
        if self.country and day in RESTS[self.country](day.year):
            return []
        if not any(self.weekly.values()):
            return [(0, DAY_MINUTES)]
        return self.weekly.get(day.weekday(), [])

    def shown(self, day: date) -> list[bool]:
        """Whether it is open at each minute that a clock may show on the day."""
        marked = [False] * DAY_MINUTES
        for start, end in self.of(day):
            last = end if start < end else DAY_MINUTES
            marked[start:last] = [True] * (last - start)
        for start, end in self.of(day - timedelta(days=1)):
            if end <= start:
                marked[:end] = [True] * end
        return marked


def minutes_open(hours: Hours, since: datetime, count: int) -> Iterator[bool]:
    """Whether it is open in each of so many minutes."""
    zone = ZoneInfo(hours.zone)
    shown: dict[date, list[bool]] = {}
    for number in range(count):
        wall = (since + number * MINUTE).astimezone(zone)
        day = wall.date()
        if day not in shown:
            shown[day] = hours.shown(day)
        yield shown[day][wall.hour * 60 + wall.minute]


def changed_days(zone: str, year: int) -> list[date]:
    """The days of the year within which, at noon UTC, the clock shows another hour than before."""
    info = ZoneInfo(zone)
    noons = [datetime(year, 1, 1, 12, tzinfo=UTC) + timedelta(days=n) for n in range(365)]
    offsets = [noon.astimezone(info).utcoffset() for noon in noons]
    return [noons[n].date() for n in range(1, 365) if offsets[n] != offsets[n - 1]]


def easter(year: int) -> date:
    """Easter Sunday, after Butcher."""
    a, b, c = year % 19, year // 100, year % 100
    d = (19 * a + b - b // 4 - (b - (b + 8) // 25 + 1) // 3 + 15) % 30
    e = (32 + 2 * (b % 4) + 2 * (c // 4) - d - c % 4) % 7
    f = d + e - 7 * ((a + 11 * d + 22 * e) // 451) + 114
    return date(year, f // 31, f % 31 + 1)


@cache
def finnish(year: int) -> frozenset[date]:
    """The days on which Finland rests, the eves of Midsummer and Christmas among them."""
    fixed = [(1, 1), (1, 6), (5, 1), (12, 6), (12, 24), (12, 25), (12, 26)]
    moved = [easter(year) + timedelta(days=days) for days in (-2, 0, 1, 39, 49)]
    eve = _first(4, date(year, 6, 19))
    others = [eve, eve + timedelta(days=1), _first(5, date(year, 10, 31))]
    return frozenset([*(date(year, *day) for day in fixed), *moved, *others])


@cache
def polish(year: int) -> frozenset[date]:
    """The days on which Poland rests by law; Christmas Eve since 2025."""
    fixed = [(1, 1), (1, 6), (5, 1), (5, 3), (8, 15), (11, 1), (11, 11), (12, 25), (12, 26)]
    moved = [easter(year) + timedelta(days=days) for days in (0, 1, 49, 60)]
    eve = [date(year, 12, 24)] if year >= 2025 else []
    return frozenset([*(date(year, *day) for day in fixed), *moved, *eve])


RESTS = {"FI": finnish, "PL": polish}


def _first(weekday: int, since: date) -> date:
    return since + timedelta(days=(weekday - since.weekday()) % 7)

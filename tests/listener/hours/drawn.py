"""Random hours, as the oracle has them and as the product has them; and moments worth asking of."""

import random
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from zoneinfo import ZoneInfo

from listener.hours.calendar import Calendar
from tests.listener.hours.oracle import DAY_MINUTES, Hours, MinuteSpans, changed_days

ZONES = (
    "UTC",
    "Europe/Helsinki",
    "Europe/Warsaw",
    "America/New_York",
    "America/St_Johns",
    "America/Havana",  # changes at midnight
    "America/Santiago",  # likewise, in the other half of the year
    "Africa/Cairo",
    "Asia/Beirut",
    "Asia/Kathmandu",
    "Australia/Lord_Howe",  # by half an hour
    "Antarctica/Troll",  # by two hours
    "Africa/Casablanca",  # around Ramadan
)
# Days on or near which holidays come in a row, or February is long.
NEAR = ((2, 27), (4, 30), (11, 1), (12, 24), (12, 31), (6, 22))


def drawn_hours(source: random.Random) -> Hours:
    """Some team's hours: split, by night, overlapping, all day, none at all."""
    zone = source.choice(ZONES)
    weekly = {} if source.random() < 0.05 else _weekly(source)
    near = drawn_day(source, zone)
    days = {near + timedelta(days=n): _spans(source) for n in source.sample(range(-1, 5), 2)}
    country = source.choice(("", "", "FI", "PL"))
    return Hours(zone, weekly, days if source.random() < 0.5 else {}, country)


def drawn_moment(source: random.Random, hours: Hours) -> datetime:
    """A minute of 2026 to 2029, often just before something odd."""
    stated = bool(hours.days) and source.random() < 0.5
    day = min(hours.days) if stated else drawn_day(source, hours.zone)
    minutes = source.randrange(-DAY_MINUTES, DAY_MINUTES)
    return datetime.combine(day, time(), UTC) + timedelta(minutes=minutes)


def drawn_day(source: random.Random, zone: str) -> date:
    """A day on which the clock is changed, a feast, or any."""
    year = source.randint(2026, 2029)
    changed = _changed(zone, year)
    if changed and source.random() < 0.6:
        return source.choice(changed)
    if source.random() < 0.4:
        return date(year, 1, 1) + timedelta(days=source.randrange(365))
    return date(year, *source.choice(NEAR))


def as_calendar(hours: Hours) -> Calendar:
    """The same hours as the product has them."""
    return Calendar(
        ZoneInfo(hours.zone),
        {weekday: _times(spans) for weekday, spans in hours.weekly.items()},
        {day: _times(spans) for day, spans in hours.days.items()},
        hours.country,
    )


_changed = cache(changed_days)


def _times(spans: MinuteSpans) -> tuple[tuple[time, time], ...]:
    return tuple((_time(start), _time(end)) for start, end in spans)


def _time(minute: int) -> time:
    return time(*divmod(minute % DAY_MINUTES, 60))


def _weekly(source: random.Random) -> dict[int, MinuteSpans]:
    weekdays = source.sample(range(7), source.randint(1, 7))
    alike = _spans(source) or [(480, 960)]
    return {day: alike if source.random() < 0.6 else _spans(source) for day in weekdays}


def _spans(source: random.Random) -> MinuteSpans:
    """None to three, which may overlap, run past midnight or fill the day."""
    pieces = [source.randrange(0, DAY_MINUTES, source.choice((1, 15, 30, 60))) for _ in range(6)]
    spans = [(pieces[n], pieces[n + 1]) for n in (0, 2, 4)]
    return spans[: source.choice((0, 1, 1, 2, 2, 3))]

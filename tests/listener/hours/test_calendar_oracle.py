"""Service time of random calendars against a walk over every minute.

``CALENDARS=10000 pytest -s`` for a campaign; ``CALENDARS_SEED`` for another draw.
"""

import os
import random
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import accumulate

import pytest

from tests.listener.hours import drawn, oracle
from tests.listener.hours.oracle import MINUTE, minutes_open

CALENDARS = int(os.environ.get("CALENDARS", "200"))
SEED = int(os.environ.get("CALENDARS_SEED", "1"))


@dataclass
class Found:
    """What a campaign saw."""

    calendars: int = 0
    minutes: int = 0
    odd_hours: int = 0
    additions: int = 0


def check(source: random.Random, found: Found) -> None:
    hours = drawn.drawn_hours(source)
    calendar = drawn.as_calendar(hours)
    since = drawn.drawn_moment(source, hours)
    count = source.randint(1, 3 * 1_440)
    walked = list(minutes_open(hours, since, count))
    until = since + count * MINUTE
    told = f"{hours} from {since} to {until}"
    assert calendar.seconds_between(since, until) == 60 * sum(walked), told
    first = walked.index(True) if any(walked) else None
    opening = calendar.next_opening(since)
    if first is not None:
        assert opening == since + first * MINUTE, told
        assert calendar.is_open(since) == (first == 0), told
    else:
        assert opening is None or opening >= until, told
    so_far = list(accumulate(walked))
    for wanted in source.sample(range(1, so_far[-1] + 1), min(3, so_far[-1])):
        due = since + (so_far.index(wanted) + 1) * MINUTE
        assert calendar.add(since, 60 * wanted) == due, f"{told}: {wanted} minutes"
        found.additions += 1
    zone = calendar.zone
    found.odd_hours += since.astimezone(zone).utcoffset() != until.astimezone(zone).utcoffset()
    found.calendars += 1
    found.minutes += count


def test_service_time_is_the_oracles() -> None:
    found = Found()
    for number in range(CALENDARS):
        check(random.Random(f"{SEED}/{number}"), found)
    print(f"\n{found}, 0 differ")
    assert found.calendars == CALENDARS
    assert found.odd_hours > CALENDARS / 20, "too few draws cross a change of the clock"
    assert found.additions > CALENDARS


@pytest.mark.parametrize("year", range(2020, 2036))
@pytest.mark.parametrize("country", ["FI", "PL"])
def test_the_holidays_are_those_of_the_law(country: str, year: int) -> None:
    calendar = drawn.as_calendar(oracle.Hours("UTC", country=country))
    days = (date(year, 1, 1) + timedelta(days=n) for n in range(365))
    closed = {d for d in days if not calendar.is_open(datetime(d.year, d.month, d.day, tzinfo=UTC))}
    assert closed == oracle.RESTS[country](year)

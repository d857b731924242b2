"""Quiet hours and local days, held against a clock on the wall, clock changes included."""

from datetime import UTC, datetime, time, timedelta
from functools import cache
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from listener.local_time import local_day
from listener.rules import Quiet, quiet_until

HELSINKI = ZoneInfo(
    "Europe/Helsinki"
)  # on 2026-03-29 and 2026-10-25 its clocks change at 01:00 UTC
NIGHT = Quiet(time(22), time(7))
MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)

# With changes of two hours, of an hour, of half an hour and of none; at midnight and at Ramadan.
ZONES = (
    "UTC",
    "Africa/Casablanca",
    "America/Havana",
    "America/New_York",
    "America/Nuuk",
    "America/Santiago",
    "America/St_Johns",
    "Antarctica/Troll",
    "Asia/Beirut",
    "Asia/Kathmandu",
    "Australia/Lord_Howe",
    "Europe/Helsinki",
    "Europe/London",
    "Pacific/Apia",
)


def at(stated: str) -> datetime:
    return datetime.fromisoformat(stated).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("quiet", "now", "until"),
    [
        (NIGHT, "2026-03-10T19:59:59.999999", None),
        (NIGHT, "2026-03-10T20:00", "2026-03-11T05:00"),
        (NIGHT, "2026-03-11T00:00", "2026-03-11T05:00"),
        (NIGHT, "2026-03-11T04:59:59.999999", "2026-03-11T05:00"),
        (NIGHT, "2026-03-11T05:00", None),
        (Quiet(time(12), time(13)), "2026-03-10T10:30", "2026-03-10T11:00"),
        (Quiet(time(12), time(13)), "2026-03-10T11:00", None),
        (Quiet(time(0), time(7)), "2026-03-10T22:00", "2026-03-11T05:00"),
        (Quiet(time(22), time(0)), "2026-03-10T21:59", "2026-03-10T22:00"),
        (Quiet(time(7), time(6)), "2026-03-10T05:00", "2026-03-11T04:00"),
    ],
)
def test_quiet_hours_hold_from_their_start_to_their_end(
    quiet: Quiet, now: str, until: str | None
) -> None:
    assert quiet_until(quiet, at(now), HELSINKI) == (at(until) if until else None)


@pytest.mark.parametrize("now", ["2026-03-10T00:00", "2026-03-10T22:00", "2026-03-10T10:00"])
def test_no_quiet_hours_and_those_of_no_length_never_hold(now: str) -> None:
    assert quiet_until(None, at(now), HELSINKI) is None
    assert quiet_until(Quiet(time(22), time(22)), at(now), UTC) is None


@pytest.mark.parametrize(
    ("evening", "hours"),
    [("2026-03-28T20:00", 8), ("2026-10-24T19:00", 10), ("2026-06-01T19:00", 9)],
)
def test_a_night_with_a_clock_change_is_an_hour_shorter_or_longer(evening: str, hours: int) -> None:
    assert quiet_until(NIGHT, at(evening) - MINUTE, HELSINKI) is None
    assert quiet_until(NIGHT, at(evening), HELSINKI) == at(evening) + hours * HOUR


@pytest.mark.parametrize(
    ("quiet", "starts", "ends"),
    [
        (Quiet(time(22), time(3, 30)), "2026-03-28T20:00", "2026-03-29T01:00"),
        (Quiet(time(3, 30), time(7)), "2026-03-29T01:00", "2026-03-29T04:00"),
        (Quiet(time(3, 30), time(4, 15)), "2026-03-29T01:00", "2026-03-29T01:15"),
        (Quiet(time(2, 45), time(3, 15)), "2026-03-29T00:45", "2026-03-29T01:00"),
        (Quiet(time(22), time(3, 30)), "2026-10-24T19:00", "2026-10-25T00:30"),
        (Quiet(time(3, 30), time(7)), "2026-10-25T00:30", "2026-10-25T05:00"),
        (Quiet(time(3, 15), time(3, 45)), "2026-10-25T00:15", "2026-10-25T00:45"),
        (Quiet(time(2), time(4)), "2026-10-24T23:00", "2026-10-25T02:00"),
    ],
)
def test_an_end_in_the_skipped_or_the_repeated_hour(quiet: Quiet, starts: str, ends: str) -> None:
    start, end = at(starts), at(ends)
    minutes = [start + n * MINUTE for n in range(-180, 720)]
    held = [minute for minute in minutes if quiet_until(quiet, minute, HELSINKI)]
    assert held == [minute for minute in minutes if start <= minute < end]
    assert {quiet_until(quiet, minute, HELSINKI) for minute in held} == {end}


def test_hours_that_a_night_skips_are_not_made_up_for() -> None:
    skipped = Quiet(time(3, 10), time(3, 50))
    minutes = [at("2026-03-28T22:00") + n * MINUTE for n in range(12 * 60)]
    assert not any(quiet_until(skipped, minute, HELSINKI) for minute in minutes)


def test_where_the_waking_time_is_skipped_one_night_runs_into_the_next() -> None:
    awake_at_three = Quiet(time(3, 50), time(3, 10))
    assert quiet_until(awake_at_three, at("2026-03-28T23:00"), HELSINKI) == at("2026-03-30T00:10")


@cache
def days_of_change(name: str) -> list[datetime]:
    """The days in which the zone's clocks change, from when on no zone turns back a date."""
    zone = ZoneInfo(name)
    days = [datetime(2012, 1, 1, tzinfo=UTC) + timedelta(days=n) for n in range(16 * 365)]
    offsets = [day.astimezone(zone).utcoffset() for day in days]
    changed = [
        day
        for day, (before, after) in zip(days, pairwise(offsets), strict=False)
        if before != after
    ]
    return changed or days[:1]


@st.composite
def moments(draw: st.DrawFn) -> tuple[ZoneInfo, datetime]:
    """A zone, and a whole minute within two days of one of its clock changes."""
    name = draw(st.sampled_from(ZONES))
    day = draw(st.sampled_from(days_of_change(name)))
    return ZoneInfo(name), day + draw(st.integers(-1440, 2 * 1440)) * MINUTE


def wall_clock_quiet_until(quiet: Quiet, now: datetime, zone: ZoneInfo) -> datetime | None:
    """The same by watching a clock minute by minute, of which only new times count."""
    furthest = datetime.min  # noqa: DTZ901  what the clock on the wall has shown so far
    moment = now - 26 * HOUR
    while True:
        furthest = max(furthest, moment.astimezone(zone).replace(tzinfo=None))
        shown = furthest.time()
        if quiet.start < quiet.end:
            is_quiet = quiet.start <= shown < quiet.end
        else:
            is_quiet = shown >= quiet.start or shown < quiet.end
        if moment >= now and not is_quiet:
            return moment if moment > now else None
        moment += MINUTE


TIMES = st.builds(time, st.integers(0, 23), st.sampled_from([0, 1, 10, 15, 30, 45, 59]))


@settings(max_examples=70, deadline=None)
@given(moments(), TIMES, TIMES)
def test_quiet_hours_are_those_of_the_clock_on_the_wall(
    moment: tuple[ZoneInfo, datetime], start: time, end: time
) -> None:
    zone, now = moment
    if start == end:
        return
    quiet = Quiet(start, end)
    until = quiet_until(quiet, now, zone)
    assert until == wall_clock_quiet_until(quiet, now, zone)
    if until:
        assert until > now
        assert until.tzinfo is UTC
        assert quiet_until(quiet, until, zone) is None
        halfway = now + (until - now) / 2
        assert quiet_until(quiet, halfway, zone) == until


@pytest.mark.parametrize(
    ("now", "start", "hours"),
    [
        ("2026-03-10T12:00", "2026-03-09T22:00", 24),
        ("2026-03-09T22:00", "2026-03-09T22:00", 24),
        ("2026-03-29T12:00", "2026-03-28T22:00", 23),
        ("2026-10-25T12:00", "2026-10-24T21:00", 25),
    ],
)
def test_a_local_day_has_23_to_25_hours(now: str, start: str, hours: int) -> None:
    assert local_day(at(now), HELSINKI) == (at(start), at(start) + hours * HOUR)


@settings(max_examples=70, deadline=None)
@given(moments())
def test_local_days_follow_each_other_without_a_gap(moment: tuple[ZoneInfo, datetime]) -> None:
    zone, now = moment
    start, end = local_day(now, zone)
    assert start <= now < end
    assert start.astimezone(zone).date() == now.astimezone(zone).date()
    assert local_day(end, zone)[0] == end

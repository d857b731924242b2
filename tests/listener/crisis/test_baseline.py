"""What is usual is learnt from weeks of hours, and an outage or a crisis of the past is not."""

import random
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from listener.crisis.baseline import COVERED_HOURS_MIN, SERIES, Baseline, Tally, learn

START = datetime(2026, 1, 5, tzinfo=UTC)  # a Monday
NOW = START + timedelta(weeks=8)
HOUR = timedelta(hours=1)
HOURS = [START + HOUR * n for n in range(8 * 168)]


def rhythm(hour: datetime) -> float:
    """Twenty by day, four at night, half of it at weekends."""
    rate = 20.0 if 7 <= hour.hour < 22 else 4.0
    return rate / 2 if hour.weekday() > 4 else rate


def counted(seed: int = 1) -> list[Tally]:
    dice = random.Random(seed)

    def count(mean: float) -> int:
        return sum(dice.random() < mean / 200 for _ in range(200))

    return [Tally(hour, count(rhythm(hour)), count(rhythm(hour) / 5)) for hour in HOURS]


def expected(baseline: Baseline, hour: datetime) -> float:
    return baseline.expected("mentions", hour, hour + HOUR).mean


def test_the_rhythm_of_the_week_is_found() -> None:
    baseline = learn(counted(), HOURS, UTC, NOW)
    for day, hour in ((0, 12), (2, 3), (5, 15), (6, 23)):
        at = NOW + timedelta(days=day, hours=hour)
        assert expected(baseline, at) == pytest.approx(rhythm(at), rel=0.3)


def test_a_window_is_the_sum_of_its_hours() -> None:
    baseline = learn(counted(), HOURS, UTC, NOW)
    since = NOW + timedelta(hours=6, minutes=30)
    whole = baseline.expected("mentions", since, since + 2 * HOUR).mean
    parts = [
        baseline.expected("mentions", since + HOUR * n / 2, since + HOUR * (n + 1) / 2).mean
        for n in range(4)
    ]
    assert whole == pytest.approx(sum(parts))


def test_a_crisis_of_the_past_teaches_next_to_nothing() -> None:
    calm, stirred = counted(), counted()
    for n in range(200, 206):
        stirred[n] = Tally(HOURS[n], 900, 700, 50, 300)
    at = NOW + (HOURS[202] - START) % timedelta(weeks=1)
    usual, after = (expected(learn(one, HOURS, UTC, NOW), at) for one in (calm, stirred))
    assert after < usual * 2


def test_hours_that_were_not_seen_are_no_calm_hours() -> None:
    tallies = [tally for tally in counted() if tally.since.day != 12]
    seen = [hour for hour in HOURS if hour.day != 12]
    blind, deceived = learn(tallies, seen, UTC, NOW), learn(tallies, HOURS, UTC, NOW)
    monday_noon = NOW + timedelta(hours=12)
    assert expected(blind, monday_noon) == pytest.approx(20, rel=0.25)
    assert expected(deceived, monday_noon) < expected(blind, monday_noon)


def test_local_hours_count_where_the_clock_changes() -> None:
    zone = ZoneInfo("Europe/Helsinki")
    by_day = [Tally(hour, 30) for hour in HOURS if hour.astimezone(zone).hour == 9]
    baseline = learn(by_day, HOURS, zone, NOW)
    summer = datetime(2026, 6, 8, 6, tzinfo=UTC)  # nine in Helsinki, where winter needs seven
    assert expected(baseline, summer) > 20 > expected(baseline, summer + 3 * HOUR)


def test_little_history_makes_the_expectation_wide() -> None:
    def width(weeks: int) -> float:
        hours = HOURS[-weeks * 168 :]
        tallies = [Tally(hour, round(rhythm(hour))) for hour in hours]
        expected = learn(tallies, hours, UTC, NOW).expected("mentions", NOW, NOW + HOUR)
        return expected.high / expected.mean

    assert width(1) > width(8) > 1


def test_nothing_is_known_without_hours_enough() -> None:
    few = learn([], HOURS[: COVERED_HOURS_MIN - 1], UTC, NOW)
    assert not few.is_known
    assert learn([], HOURS[:COVERED_HOURS_MIN], UTC, NOW).is_known
    assert all(few.expected(series, NOW, NOW + HOUR).mean >= 0 for series in SERIES)


def test_a_tally_of_an_hour_not_seen_counts_for_nothing() -> None:
    loud = [*counted(), Tally(NOW + HOUR, 10**6)]
    assert learn(loud, HOURS, UTC, NOW) == learn(counted(), HOURS, UTC, NOW)

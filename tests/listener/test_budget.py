"""Budgets: what may be asked for, at what pace, and what is told of it."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from listener.budget import (
    NO_LIMITS,
    Limits,
    Spending,
    allowance,
    amount,
    ends,
    for_looks,
    left,
    micros,
    pace_seconds,
    period,
    used_up,
    uses,
)
from listener.model import UNLIMITED, Spent
from listener.testing.fakes import NOON

DAY = timedelta(days=1)
REST_OF_DAY = 12 * 3600
REST_OF_MONTH = 21.5 * 86_400


@pytest.mark.parametrize(
    ("now", "day", "month"),
    [
        (datetime(2026, 3, 10, 12, tzinfo=UTC), "2026-03-11", "2026-04-01"),
        (datetime(2026, 12, 31, 23, 59, tzinfo=UTC), "2027-01-01", "2027-01-01"),
        (datetime(2028, 2, 29, tzinfo=UTC), "2028-03-01", "2028-03-01"),
    ],
)
def test_days_and_months_end_at_midnight_utc(now: datetime, day: str, month: str) -> None:
    assert ends("day", now) == datetime.fromisoformat(day).replace(tzinfo=UTC)
    assert ends("month", now) == datetime.fromisoformat(month).replace(tzinfo=UTC)


def test_the_nearer_ceiling_of_each_measure_counts() -> None:
    limits = Limits(requests_per_day=10, requests_per_month=100, posts_per_month=50)
    spending = Spending(day=Spent(3, 40), month=Spent(98, 40))
    assert left(limits, spending) == Spent(2, 10, UNLIMITED.money_micros)
    assert left(NO_LIMITS, spending) == UNLIMITED


def test_a_call_may_cost_no_more_than_is_left() -> None:
    assert allowance(Spent(5, 100), Spent(9, 30, 0)) == Spent(5, 30, 0)
    assert allowance(Spent(5, 100), Spent(9, 0)) is None
    assert allowance(Spent(0, 100), Spent(0, 1)) == Spent(0, 1)


def test_what_is_used_up_is_told_with_its_end() -> None:
    limits = Limits(requests_per_day=10, posts_per_month=1000)
    by_day = used_up(limits, Spending(day=Spent(10)), Spent(1, 1), NOON)
    assert by_day.until == NOON.replace(hour=0) + DAY
    assert by_day.reason == (
        "the day's budget of 10 requests is spent; it is asked again when a new day begins"
    )
    by_month = used_up(limits, Spending(Spent(10), Spent(10, 1000)), Spent(1, 1), NOON)
    assert (by_month.until.month, "1,000 posts" in by_month.reason) == (4, True)
    free = used_up(limits, Spending(Spent(10), Spent(10, 1000)), Spent(1), NOON)
    assert "10 requests" in free.reason


def pace(limits: Limits, spending: Spending) -> float:
    return pace_seconds(limits, spending, NOON)


def test_the_rest_of_the_budget_is_spread_over_the_rest_of_the_time() -> None:
    recent = Spending(polled=Spent(200, 1000), recent_polls=100)
    assert pace(Limits(requests_per_day=24), recent) == REST_OF_DAY / 13
    assert pace(Limits(posts_per_month=1000), recent) == REST_OF_MONTH / 101
    both = Limits(requests_per_day=24, posts_per_month=1000)
    assert pace(both, recent) == REST_OF_MONTH / 101
    assert pace(NO_LIMITS, recent) == 0


def test_the_less_is_left_the_slower_it_goes_and_then_it_stops() -> None:
    limits = Limits(requests_per_month=100)
    waits = [
        pace(limits, Spending(month=Spent(spent), polled=Spent(10), recent_polls=10))
        for spent in (0, 50, 90, 99, 100, 150)
    ]
    assert waits == [REST_OF_MONTH / polls for polls in (101, 51, 11, 2, 1, 1)]


def test_where_nothing_is_known_of_costs_nothing_is_put_off() -> None:
    assert pace(Limits(requests_per_month=1), Spending()) == 0
    assert pace(Limits(posts_per_day=5), Spending(polled=Spent(9), recent_polls=9)) == 0


AMOUNTS = st.integers(0, 10**9)


@given(AMOUNTS, AMOUNTS, st.integers(1, 10**9), st.integers(0, 10**6), st.integers(0, 30 * 86_400))
def test_the_pace_is_never_longer_than_the_month_and_affords_what_is_left(
    spent: int, recent: int, limit: int, polls: int, seconds: int
) -> None:
    now = datetime(2026, 3, 1, tzinfo=UTC) + timedelta(seconds=seconds)
    spending = Spending(month=Spent(spent), polled=Spent(recent), recent_polls=polls)
    wait = pace_seconds(Limits(requests_per_month=limit), spending, now)
    rest = (ends("month", now) - now).total_seconds()
    assert 0 <= wait <= rest
    if wait and spent < limit:
        affordable = (rest / wait - 1) * recent / polls
        assert affordable == pytest.approx(limit - spent, rel=1e-6, abs=1e-6 * recent / polls)


@given(AMOUNTS, AMOUNTS, AMOUNTS, st.integers(1, 10**9))
def test_an_allowance_never_crosses_a_ceiling(
    day: int, more: int, dearest: int, limit: int
) -> None:
    limits = Limits(posts_per_day=limit, posts_per_month=2 * limit)
    spending = Spending(Spent(0, day), Spent(0, day + more))
    allowed = allowance(Spent(1, dearest), left(limits, spending))
    if allowed is None:
        assert dearest > 0
        assert day >= limit or day + more >= 2 * limit
    else:
        assert allowed.posts <= dearest
        assert not allowed.posts or day + allowed.posts <= limit
        assert not allowed.posts or day + more + allowed.posts <= 2 * limit


def test_the_forecast_goes_on_as_the_last_days_did() -> None:
    limits = Limits(money_micros_per_month=100_000_000)
    spending = Spending(
        month=Spent(0, 0, 40_000_000),
        recent=Spent(0, 0, 28_000_000),
        recent_seconds=7 * 86_400,
    )
    (use,) = uses(limits, spending, NOON)
    assert (use.period, use.share, use.forecast) == ("2026-03", 0.4, 126_000_000)
    assert use.runs_out_at == NOON + 15 * DAY
    (calm,) = uses(Limits(money_micros_per_month=200_000_000), spending, NOON)
    assert calm.runs_out_at is None


@pytest.mark.parametrize(
    ("measure", "count", "words"),
    [
        ("posts", 1, "1 post"),
        ("posts", 12_000, "12,000 posts"),
        ("requests", 0, "0 requests"),
        ("money_micros", 12_500_000, "12.50 in money"),
    ],
)
def test_amounts_have_their_unit(measure, count: int, words: str) -> None:
    assert amount(measure, count) == words


def test_money_is_counted_without_rounding_away() -> None:
    assert micros(0.1) + micros(0.2) == micros(0.3)
    assert micros(19.99) == 19_990_000


def test_periods_are_named_by_utc() -> None:
    late = datetime.fromisoformat("2026-03-31T23:30:00-02:00")
    assert (period("day", late), period("month", late)) == ("2026-04-01", "2026-04")


def test_second_looks_get_a_share_that_grows_with_the_month() -> None:
    limits = Limits(requests_per_day=40, posts_per_month=1_200)
    first, last = NOON.replace(month=6, day=1), NOON.replace(month=6, day=30)
    assert for_looks(limits, first) == Limits(requests_per_day=10, posts_per_month=10)
    assert for_looks(limits, last) == Limits(requests_per_day=10, posts_per_month=300)

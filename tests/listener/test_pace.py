"""The pace of many places on one budget: what is learned, and what is made of it."""

from math import exp, isclose, sqrt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from listener import pace
from listener.pace import MEMORY_SECONDS, Seen

DAY = 86_400.0
RATES = st.lists(st.floats(0, 10), min_size=1, max_size=30)


def test_a_budget_is_spent_by_the_root_of_the_rate() -> None:
    waits = pace.intervals([4.0, 1.0, 1.0], 300, [1.0] * 3, 10**9)
    assert waits == pytest.approx([200, 400, 400])


def test_one_place_gets_the_mean_interval_whatever_it_posts() -> None:
    for rate in (0.0, 1e-6, 50.0):
        assert pace.intervals([rate], 300, [60], DAY) == pytest.approx([300])


def test_nothing_to_pace_is_nothing() -> None:
    assert pace.intervals([], 300, [], DAY) == []
    assert pace.rates([]) == []


def test_what_a_bound_leaves_over_goes_to_the_others() -> None:
    waits = pace.intervals([1.0, 1.0, 1.0], 300, [1.0, 1.0, 3_000.0], DAY)
    assert waits[2] == pytest.approx(3_000)
    assert waits[0] == waits[1] == pytest.approx(2 / (3 / 300 - 1 / 3_000))


def test_nobody_is_forgotten_for_longer_than_the_longest_wait() -> None:
    waits = pace.intervals([100.0, 0.0], 3_600, [60, 60], DAY)
    assert waits[1] == pytest.approx(DAY)
    assert sum(1 / wait for wait in waits) == pytest.approx(2 / 3_600)


def test_what_a_place_asks_for_counts_more_than_the_longest_wait() -> None:
    assert pace.intervals([1.0], 300, [2 * DAY], DAY) == pytest.approx([2 * DAY])


@given(RATES, st.floats(1, 10_000), st.data())
def test_bounds_hold_and_the_budget_is_spent(
    rates: list[float], mean: float, data: st.DataObject
) -> None:
    bounds = st.lists(st.floats(1, DAY), min_size=len(rates), max_size=len(rates))
    least = data.draw(bounds)
    waits = pace.intervals(rates, mean, least, DAY)
    for wait, at_least in zip(waits, least, strict=True):
        assert at_least * 0.999 <= wait <= DAY * 1.001
    spent, budget = sum(1 / wait for wait in waits), len(rates) / mean
    dearest, cheapest = sum(1 / one for one in least), len(rates) / DAY
    assert isclose(spent, min(max(budget, cheapest), dearest), rel_tol=1e-6)


@given(RATES, st.floats(10, 10_000))
def test_no_other_way_to_spend_it_is_better(rates: list[float], mean: float) -> None:
    """Moving a little from any place to any other makes posts wait longer."""
    rates = [max(rate, 1e-6) for rate in rates]
    waits = pace.intervals(rates, mean, [1.0] * len(rates), 10**9)
    total = sum(rate * wait for rate, wait in zip(rates, waits, strict=True))
    for other in range(1, len(rates)):
        shift = 0.01 * min(1 / waits[0], 1 / waits[other])
        for sign in (1, -1):
            changed = list(waits)
            changed[0] = 1 / (1 / waits[0] + sign * shift)
            changed[other] = 1 / (1 / waits[other] - sign * shift)
            if min(changed) >= 1:
                assert sum(map(float.__mul__, rates, changed)) >= total * (1 - 1e-9)


def test_what_is_seen_becomes_a_rate() -> None:
    seen = Seen()
    for _ in range(400):
        seen = pace.watched(seen, 3, DAY / 4)
    (rate,) = pace.rates([seen])
    assert rate * DAY == pytest.approx(12, rel=0.1)


def test_a_place_that_falls_silent_is_slowly_believed() -> None:
    busy = pace.watched(Seen(), 1_000, 10 * DAY)
    silent = pace.watched(busy, 0, MEMORY_SECONDS)
    assert silent.posts == pytest.approx(1_000 / exp(1))
    assert silent.seconds > busy.seconds


def test_where_little_is_known_a_place_counts_as_the_others() -> None:
    known = [pace.watched(Seen(), posts, 10 * DAY) for posts in (10, 30)]
    rates = pace.rates([*known, Seen()])
    assert rates[2] == pytest.approx((rates[0] + rates[1]) / 2, rel=0.01)
    assert rates[0] < rates[2] < rates[1]
    assert pace.rates([Seen(), Seen()])[0] == pace.rates([Seen(), Seen()])[1]


def test_a_list_tells_how_often_it_grows() -> None:
    seen = pace.listed([n * 3_600 for n in range(24)])
    assert seen.posts / seen.seconds * 3_600 == pytest.approx(1, rel=0.05)


def test_a_list_of_a_wrong_clock_or_of_nothing_is_no_trouble() -> None:
    assert pace.listed([]) == Seen()
    assert pace.listed([-5.0, -50.0]) == Seen(1.0, 0.0)
    assert pace.listed([10.0]).posts == 0


def test_a_turn_counts_from_when_it_was_due() -> None:
    assert pace.turn(1_000, 1_029, 30) == 1_000
    assert pace.turn(1_000, 980, 30) == 1_000
    assert pace.turn(1_000, 1_500, 30) == 1_500
    assert pace.turn(9_000, 1_000, 30) == 1_000


def test_a_rate_of_nothing_still_has_a_pace() -> None:
    waits = pace.intervals([0.0, 0.0], 300, [60, 60], DAY)
    assert waits == pytest.approx([300, 300])
    assert sqrt(pace.intervals([1e300, 1.0], 300, [60, 60], DAY)[0]) < sqrt(300)

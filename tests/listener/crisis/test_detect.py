"""What is a crisis, what is calm, and what nobody can know."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from listener.crisis.baseline import SERIES, Baseline, Tally, Usual
from listener.crisis.detect import WINDOW_MINUTES, Crisis, bearable_chance, judge

NOW = datetime(2026, 3, 4, 12, tzinfo=UTC)
CRISIS = Crisis()


def baseline(rate: float, *, hours: int = 1344, negative: float = 0.2) -> Baseline:
    """The same at every hour, known from eight weeks."""

    def usual(share: float) -> Usual:
        return Usual((rate * share,) * 168, (8.0,) * 168, 12.0)

    shares = dict(zip(SERIES, (1.0, negative, 0.05, 0.1), strict=True))
    return Baseline(UTC, {series: usual(shares[series]) for series in SERIES}, hours)


def recent(per_hour: int, negative: int, *, hours: int = 1) -> list[Tally]:
    """So many in each of the last hours, spread over its five minutes each."""

    def part(count: int, n: int) -> int:
        return count * (n + 1) // 12 - count * n // 12

    return [
        Tally(
            NOW - timedelta(minutes=60 * hour + 5 * (n + 1)), part(per_hour, n), part(negative, n)
        )
        for hour in range(hours)
        for n in range(12)
    ]


def test_far_more_and_against_the_brand_is_a_crisis() -> None:
    finding = judge(CRISIS, baseline(6), recent(90, 60), NOW, seen=True)
    assert finding.is_crisis
    assert not finding.is_calm
    assert finding.signs[0].count >= 60
    assert [sign.chance for sign in finding.signs] == sorted(s.chance for s in finding.signs)


def test_a_crowd_that_is_pleased_is_none() -> None:
    finding = judge(CRISIS, baseline(6), recent(90, 6), NOW, seen=True)
    assert not finding.is_crisis
    assert not finding.is_calm  # and yet not as usual


@pytest.mark.parametrize("negative", [0, 4, 5])
def test_a_small_brand_is_not_alarmed_by_five(negative: int) -> None:
    assert not judge(CRISIS, baseline(0.02), recent(5, negative), NOW, seen=True).is_crisis


def test_who_is_always_scolded_is_not_in_a_crisis_for_it() -> None:
    usual = baseline(60, negative=0.7)
    assert judge(CRISIS, usual, recent(62, 44), NOW, seen=True).is_calm


def test_a_slow_crisis_shows_over_hours() -> None:
    usual = baseline(4)
    assert not judge(CRISIS, usual, recent(13, 7), NOW, seen=True).is_crisis
    finding = judge(CRISIS, usual, recent(13, 7, hours=6), NOW, seen=True)
    assert {sign.minutes for sign in finding.signs} == {360}


def test_what_was_not_seen_is_never_calm() -> None:
    quiet = recent(6, 1)
    assert judge(CRISIS, baseline(6), quiet, NOW, seen=True).is_calm
    assert not judge(CRISIS, baseline(6), quiet, NOW, seen=False).is_calm
    assert judge(CRISIS, baseline(6), recent(90, 60), NOW, seen=False).is_crisis


def test_a_new_brand_is_neither() -> None:
    finding = judge(CRISIS, baseline(6, hours=10), recent(90, 60), NOW, seen=True)
    assert not finding.is_crisis
    assert not finding.is_calm


def test_who_bears_fewer_false_alarms_asks_for_more() -> None:
    lenient, strict = Crisis(false_alarms=10), Crisis(false_alarms=0.1)
    for minutes in WINDOW_MINUTES:
        assert bearable_chance(strict, minutes) < bearable_chance(lenient, minutes) < 0.01


@given(st.integers(0, 300), st.floats(0.01, 200), st.booleans())
def test_more_against_the_brand_never_ends_a_crisis(count: int, rate: float, seen: bool) -> None:
    usual = baseline(rate)
    here = judge(CRISIS, usual, recent(count, count), NOW, seen=seen)
    more = judge(CRISIS, usual, recent(count * 2 + 1, count * 2 + 1), NOW, seen=seen)
    assert more.is_crisis or not here.is_crisis
    assert not (here.is_crisis and here.is_calm)

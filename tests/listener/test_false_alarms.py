"""From which chance on mentions are urgent: never more false alarms than are bearable."""

from datetime import timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from listener.false_alarms import (
    CHANCE_MIN,
    DAYS_MAX,
    AlarmsFrom,
    alarms_from,
    by_rate,
    days_of,
    hours_before,
    step_of,
)
from listener.model import Tag
from listener.testing.fakes import NOON

OLDEST = {0: 1.0}
"""The day before all others: nobody knows whether it was whole."""


def a_day(*chances: float) -> dict[int, float]:
    """As the store tells it."""
    day: dict[int, float] = {}
    for chance in chances:
        day[step_of(chance)] = day.get(step_of(chance), 0.0) + 1 - chance
    return day


def urgency(high: float, label: str = "low", medium: float = 0.0) -> Tag:
    chances = (("high", high), ("medium", medium), ("low", 1 - high - medium))
    return Tag("urgency", label, dict(chances)[label], ("smoke",), "t/1", chances)


def chance(days: list[dict[int, float]], rate: float) -> float | None:
    found = alarms_from(days, rate)
    return None if found is None else found.chance


# -- from which chance on


def test_whole_hours_are_looked_at_and_put_together_to_days() -> None:
    hours = hours_before(NOON + timedelta(minutes=59))
    assert (hours[0], len(hours)) == (NOON - timedelta(hours=1), 24 * (DAYS_MAX + 1))
    assert all(later - earlier == timedelta(hours=1) for later, earlier in pairwise(hours))
    counted = [{ago: 1.0, 0: 0.5} for ago in range(50)]
    assert [(len(day), day[0]) for day in days_of(counted)] == [(24, 12.0), (25, 12.0)]
    assert days_of(counted[:23]) == []


@pytest.mark.parametrize("days", [[], [{}], [a_day(0.5)], [{}, a_day(0.5), {}]])
def test_less_than_a_day_says_nothing(days: list[dict[int, float]]) -> None:
    assert alarms_from(days, 5) is None


def test_the_expected_false_alarms_are_at_most_the_bearable_ones() -> None:
    day = a_day(0.9, 0.9, 0.8, 0.6, 0.5, 0.4)
    assert chance([day, OLDEST], 0.2) == 0.81
    assert chance([day, OLDEST], 0.4) == 0.61
    assert chance([day, OLDEST], 0.8) == 0.51
    assert chance([day, OLDEST], 1.3) == 0.41
    assert chance([day, OLDEST], 2) == CHANCE_MIN


def test_of_one_chance_all_are_told_or_none() -> None:
    day = a_day(*[0.75] * 10)
    assert chance([day, OLDEST], 2.4) == 0.76
    assert chance([day, OLDEST], 2.5) == CHANCE_MIN


def test_it_is_a_mean_over_the_days_with_anything_in_them() -> None:
    calm, busy = a_day(0.01), a_day(*[0.5] * 20)
    assert chance([busy, OLDEST], 5) == 0.51
    assert chance([busy, calm, OLDEST], 5) == CHANCE_MIN
    assert chance([busy, {}, {}, OLDEST], 5) == 0.51


def test_what_is_hardly_urgent_is_nobodys_alarm_however_little_there_is() -> None:
    assert chance([a_day(0.05), OLDEST], 1000) == CHANCE_MIN


def test_where_too_much_is_unsure_nothing_but_the_sure_is_told() -> None:
    assert chance([a_day(*[0.99] * 1000), OLDEST], 5) == 1.0
    assert chance([{100: 6.0}, OLDEST], 5) == 1.01


DAYS = st.lists(
    st.lists(st.floats(0, 1), max_size=30).map(lambda chances: a_day(*chances)), max_size=8
)


@given(DAYS, st.floats(0.01, 50))
def test_never_above_the_rate_and_no_lower_threshold_would_do(
    days: list[dict[int, float]], rate: float
) -> None:
    found = alarms_from(days, rate)
    oldest = max((ago for ago, day in enumerate(days) if day), default=0)
    heard = [day for day in days[:oldest] if day]
    assert (found is None) == (not heard)
    if found is None:
        return

    def false_from(step: int) -> float:
        return sum(lost for day in heard for at, lost in day.items() if at >= step) / len(heard)

    step = step_of(found.chance)
    assert false_from(step) <= rate + 1e-6
    assert found.chance >= CHANCE_MIN
    if step > step_of(CHANCE_MIN):
        assert false_from(step - 1) > rate - 1e-6


# -- what becomes of a tag

FROM_38 = AlarmsFrom(0.38, 5)


def test_what_is_likely_enough_is_urgent_and_says_why() -> None:
    tag = by_rate(urgency(0.43), FROM_38)
    assert (tag.label, tag.score, tag.by) == ("high", 0.43, "t/1")
    assert tag.reasons == (
        "smoke",
        "0.43 likely urgent, alarms from 0.38 on (5 false alarms a day)",
    )
    assert dict(tag.chances)["high"] == 0.43


def test_just_at_the_chance_and_just_below() -> None:
    assert by_rate(urgency(0.38), FROM_38).label == "high"
    assert by_rate(urgency(0.3799), FROM_38) == urgency(0.3799)


def test_what_would_be_urgent_were_fewer_is_medium_and_never_low() -> None:
    tag = by_rate(urgency(0.9, "high", medium=0.07), AlarmsFrom(0.95, 1))
    assert (tag.label, tag.score) == ("medium", 0.07)
    assert tag.reasons[-1] == "0.90 likely urgent, alarms from 0.95 on (1 false alarm a day)"
    none = by_rate(urgency(1.0, "high"), AlarmsFrom(1.01, 0.5))
    assert none.label == "medium"
    assert none.reasons[-1] == "1.00 likely urgent, no alarms for now (0.5 false alarms a day)"


@pytest.mark.parametrize(
    "tag",
    [
        urgency(0.2),
        Tag("urgency", "high", 0.9),
        Tag("urgency", "error", 0.0, chances=(("high", 0.9),)),
        Tag("spam", "yes", 0.9, chances=(("high", 0.9),)),
        Tag("urgency", "urgent", 0.9, chances=(("high", 0.9),)),
    ],
)
def test_any_other_stays_as_it_is(tag: Tag) -> None:
    assert by_rate(tag, FROM_38) == tag


@given(st.floats(0, 1), st.integers(20, 101))
def test_the_label_follows_the_step_that_is_told(high: float, step: int) -> None:
    tag = by_rate(urgency(high), AlarmsFrom(step / 100, 5))
    assert (tag.label == "high") == (step_of(high) >= step)
    if tag.label == "high":
        assert float(tag.reasons[-1][:4]) >= step / 100, "what is told is what was reckoned with"

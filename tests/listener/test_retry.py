"""Trying again: how long it waits, whom it heeds, and when it gives up."""

import math
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from listener.retry import (
    ALERTS,
    SOURCES,
    WISH_SECONDS_MAX,
    Policy,
    next_attempt,
    wish_seconds,
)
from listener.testing.fakes import NOON

PLAIN = Policy(first_seconds=10, wait_seconds_max=100, give_up_seconds=1000)


def waited(policy: Policy, attempts: int, **asked: float | None) -> float:
    """Seconds until the next attempt of something that began just now."""
    at = next_attempt(policy, attempts, NOON, NOON, key="k", after_seconds=asked.get("after"))
    assert at is not None
    return (at - NOON).total_seconds()


@pytest.mark.parametrize(
    ("attempts", "seconds"), [(0, 10), (1, 10), (2, 20), (3, 40), (4, 80), (5, 100), (500, 100)]
)
def test_waits_double_up_to_a_ceiling(attempts: int, seconds: float) -> None:
    assert seconds <= waited(PLAIN, attempts) <= seconds * 1.2


@given(st.integers(0, 10**9), st.sampled_from([ALERTS, SOURCES, PLAIN]), st.text())
def test_a_wait_is_never_shorter_or_longer_than_the_policy_says(
    attempts: int, policy: Policy, key: str
) -> None:
    at = next_attempt(policy, attempts, NOON, NOON, key=key)
    assert at is not None
    seconds = (at - NOON).total_seconds()
    assert policy.first_seconds <= seconds <= policy.wait_seconds_max * 1.2


def test_a_wait_is_the_same_for_the_same_key_and_spread_over_others() -> None:
    moments = {next_attempt(PLAIN, 3, NOON, NOON, key=f"alert {n}") for n in range(100)}
    again = {next_attempt(PLAIN, 3, NOON, NOON, key=f"alert {n}") for n in range(100)}
    assert moments == again
    assert len(moments) == 100
    seconds = [(moment - NOON).total_seconds() for moment in moments if moment]
    assert min(seconds) < 41
    assert max(seconds) > 47


@pytest.mark.parametrize(("wish", "seconds"), [(300, 300), (3600.5, 3600.5), (86_400, 86_400)])
def test_a_target_that_wants_more_time_gets_it(wish: float, seconds: float) -> None:
    assert waited(ALERTS, 1, after=wish) == seconds


@pytest.mark.parametrize("wish", [None, 0, 1, -1e9, math.nan])
def test_a_target_can_not_hurry_us(wish: float | None) -> None:
    assert waited(PLAIN, 1, after=wish) == waited(PLAIN, 1)


@pytest.mark.parametrize(
    ("wish", "seconds"),
    [
        (None, 0),
        (-5, 0),
        (math.nan, 0),
        (7.5, 7.5),
        (1e300, WISH_SECONDS_MAX),
        (math.inf, WISH_SECONDS_MAX),
    ],
)
def test_a_wish_is_heeded_as_far_as_it_makes_sense(wish: float | None, seconds: float) -> None:
    assert wish_seconds(wish) == seconds


def test_it_is_given_up_when_the_time_is_over() -> None:
    def after(seconds: float) -> datetime | None:
        return next_attempt(PLAIN, 5, NOON, NOON + timedelta(seconds=seconds), key="k")

    assert after(0) is not None
    assert after(879) is not None
    assert after(901) is None


def test_a_wish_beyond_the_end_is_the_end() -> None:
    assert next_attempt(PLAIN, 1, NOON, NOON, after_seconds=1001) is None
    assert next_attempt(PLAIN, 1, NOON, NOON, after_seconds=1000) is not None
    assert next_attempt(ALERTS, 1, NOON, NOON, after_seconds=math.inf) is None


def test_a_source_is_never_given_up() -> None:
    years_later = NOON + timedelta(days=3000)
    assert next_attempt(SOURCES, 10_000, NOON, years_later) is not None
    assert waited(SOURCES, 1, after=math.inf) == WISH_SECONDS_MAX


def test_an_alert_is_tried_for_three_days_and_often() -> None:
    now, attempts = NOON, 0
    while True:
        attempts += 1
        following = next_attempt(ALERTS, attempts, NOON, now, key="k")
        if following is None:
            break
        now = following
    assert timedelta(days=2, hours=23) < now - NOON <= timedelta(days=3)
    assert 120 < attempts < 160

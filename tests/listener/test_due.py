"""When a source is polled next, and what of it was not seen."""

import math
from datetime import timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from listener.due import next_poll, next_poll_after_failure, unseen
from listener.model import Gap
from listener.retry import WISH_SECONDS_MAX
from listener.testing.fakes import NOON

SECOND = timedelta(seconds=1)


def test_a_source_is_polled_at_its_interval_and_at_once_while_there_is_more() -> None:
    assert next_poll(300, NOON, more=False) == NOON + 300 * SECOND
    assert next_poll(300, NOON, more=True) == NOON


@pytest.mark.parametrize(
    ("wish", "seconds"),
    [
        (10**400, WISH_SECONDS_MAX),
        (-(10**400), 1),
        (math.inf, WISH_SECONDS_MAX),
        (math.nan, 300),
        ("soon", 300),
    ],
)
def test_whatever_a_source_wishes_it_is_asked_again(wish: object, seconds: int) -> None:
    at = next_poll(300, NOON, more=False, wait_seconds=wish)
    assert at == NOON + seconds * SECOND


def wait(poll_seconds: float, failures: int, after: float | None = None) -> float:
    at = next_poll_after_failure("blogs", poll_seconds, failures, NOON, after)
    return (at - NOON).total_seconds()


def test_a_source_that_fails_is_asked_soon_and_then_ever_more_seldom() -> None:
    waits = [wait(300, failures) for failures in range(1, 30)]
    assert 15 <= waits[0] <= 18
    assert all(later > sooner for sooner, later in pairwise(waits[:8]))
    assert 3600 <= waits[-1] <= 3600 * 1.2


def test_a_source_with_a_long_interval_does_not_wait_longer_than_it() -> None:
    assert [wait(86_400, failures) for failures in (1, 5, 100)] == [86_400] * 3


@pytest.mark.parametrize("poll_seconds", [10, 86_400])
def test_a_site_that_wants_more_time_gets_it(poll_seconds: float) -> None:
    assert wait(poll_seconds, 1, 100_000) == 100_000
    assert wait(poll_seconds, 1, math.inf) == WISH_SECONDS_MAX
    assert wait(poll_seconds, 1, 10**400) == WISH_SECONDS_MAX


@given(
    st.floats(1, 10**6),
    st.integers(1, 10**6),
    st.none() | st.floats(allow_nan=True, allow_infinity=True),
)
def test_a_source_is_always_asked_again(
    poll_seconds: float, failures: int, after: float | None
) -> None:
    seconds = wait(poll_seconds, failures, after)
    assert 15 <= seconds <= max(10**6, WISH_SECONDS_MAX)


def test_a_first_poll_misses_nothing() -> None:
    assert unseen(None, None, 300, NOON, "") is None
    assert unseen(None, NOON, 300, NOON, "no answer") is None


@pytest.mark.parametrize(
    ("poll_seconds", "seconds", "is_gap"),
    [(10, 130, False), (10, 131, True), (300, 900, False), (300, 901, True), (3600, 10_801, True)],
)
def test_a_few_intervals_apart_is_one_watch(
    poll_seconds: float, seconds: int, is_gap: bool
) -> None:
    seen_until = NOON - seconds * SECOND
    gap = Gap(seen_until, NOON, "the listener was not running")
    assert unseen(seen_until, None, poll_seconds, NOON, "") == (gap if is_gap else None)


@pytest.mark.parametrize("cause", ["", "no answer"])
def test_a_clock_that_was_set_back_makes_no_gap(cause: str) -> None:
    assert unseen(NOON + SECOND, NOON + 60 * SECOND, 60, NOON, cause) is None
    assert unseen(NOON, NOON - 999_999 * SECOND, 60, NOON + 60 * SECOND, "") is None


def test_after_a_failure_the_gap_is_told_however_short_with_its_cause() -> None:
    seen_until = NOON - 20 * SECOND
    assert unseen(seen_until, NOON, 300, NOON, "HTTP 500") == Gap(seen_until, NOON, "HTTP 500")

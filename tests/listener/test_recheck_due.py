"""When a post is looked at again."""

from datetime import timedelta

import pytest

from listener.recheck_due import next_check, next_try
from listener.testing.fakes import NOON

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


@pytest.mark.parametrize(
    ("age", "wait"),
    [
        (-5 * MINUTE, HOUR),  # a clock ahead of ours
        (timedelta(), HOUR),
        (59 * MINUTE, HOUR),
        (5 * HOUR, 5 * HOUR),
        (23 * HOUR, 23 * HOUR),
        (3 * DAY, DAY),
        (30 * DAY - MINUTE, DAY),
        (30 * DAY, 7 * DAY),
        (394 * DAY, 7 * DAY),
        (395 * DAY, None),
        (9000 * DAY, None),
    ],
)
def test_the_wait_follows_the_age(age: timedelta, wait: timedelta | None) -> None:
    assert next_check(NOON - age, NOON) == (None if wait is None else NOON + wait)


def test_a_post_is_looked_at_so_often_in_its_life() -> None:
    now, looks, first_day = NOON, 0, 0
    while (following := next_check(NOON, now)) is not None:
        now = following
        looks += 1
        first_day += now <= NOON + DAY
    assert (looks, first_day) == (88, 5)


def test_dear_looks_are_four() -> None:
    now, looks = NOON, []
    while (at := next_check(NOON, now, dear=True)) is not None:
        now = at
        looks.append((now - NOON).days)
    assert looks == [1, 3, 9, 27]


@pytest.mark.parametrize(
    ("age", "wait", "dear_wait"),
    [
        (-5 * MINUTE, HOUR, HOUR),
        (5 * HOUR, HOUR, HOUR),
        (3 * DAY, 3 * HOUR, 3 * HOUR),
        (29 * DAY, DAY, DAY),
        (30 * DAY, DAY, None),
        (395 * DAY, None, None),
    ],
)
def test_a_failed_look_is_made_again_and_not_for_ever(
    age: timedelta, wait: timedelta | None, dear_wait: timedelta | None
) -> None:
    for dear, expected in ((False, wait), (True, dear_wait)):
        again = next_try(NOON - age, NOON, dear=dear)
        assert again == (None if expected is None else NOON + expected)

"""How many mentions are judged at a time."""

from hypothesis import given
from hypothesis import strategies as st

from listener.batching import FIRST, MOST, Took, batch_size

SLOW = Took(10, 10 / 15)
QUICK = Took(50, 0.05)


def test_nobody_knows_how_quick_they_are_at_first() -> None:
    assert batch_size([], 0.25) == FIRST
    assert batch_size([Took(0, 1.0)], 0.25) == FIRST


def test_fifteen_a_second_are_three_in_a_quarter_of_one() -> None:
    assert batch_size([SLOW] * 5, 0.25) == 3


def test_slower_than_the_time_is_one_by_one() -> None:
    assert batch_size([Took(1, 4.0)], 0.25) == 1


def test_quick_judges_get_as_many_as_may_be() -> None:
    assert batch_size([QUICK], 0.25) == MOST
    assert batch_size([Took(3, 0.0), Took(3, -1.0)], 0.25) == MOST


def test_the_first_batch_that_loads_the_models_is_soon_forgotten() -> None:
    loading = Took(10, 5.0)
    assert [batch_size([loading, *[QUICK] * n], 0.25) for n in range(3)] == [1, MOST, MOST]


def test_one_enormous_text_slows_down_only_itself() -> None:
    assert batch_size([QUICK, QUICK, QUICK, Took(1, 9.0)], 0.25) == MOST


def test_what_was_long_ago_is_forgotten() -> None:
    assert batch_size([*[SLOW] * 20, *[QUICK] * 5], 0.25) == MOST
    assert batch_size([*[QUICK] * 20, *[SLOW] * 5], 0.25) == 3


TOOK = st.builds(Took, st.integers(1, MOST), st.floats(0, 1000))


@given(st.lists(TOOK, max_size=9), st.floats(0.01, 30))
def test_there_is_always_a_batch_and_it_is_expected_in_time(
    took: list[Took], seconds_max: float
) -> None:
    size = batch_size(took, seconds_max)
    assert 1 <= size <= MOST
    each = sorted(one.seconds / one.mentions for one in took[-5:])
    if each and size > 1:
        assert size * each[(len(each) - 1) // 2] <= seconds_max * (1 + 1e-9)

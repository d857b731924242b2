"""Batches: every row once, none too large, little that is padded."""

from hypothesis import given
from hypothesis import strategies as st

from classifiers.transformers_parts.batches import SHORT_TOKENS, by_length

LENGTHS = st.lists(st.integers(2, 512), max_size=200)


@given(LENGTHS, st.integers(1, 64))
def test_every_row_stands_in_one_batch(lengths: list[int], rows_max: int) -> None:
    batches = by_length(lengths, rows_max)
    assert sorted(row for batch in batches for row in batch) == list(range(len(lengths)))
    assert all(0 < len(batch) <= rows_max for batch in batches)


@given(LENGTHS, st.integers(1, 64))
def test_no_more_is_padded_than_is_read(lengths: list[int], rows_max: int) -> None:
    for batch in by_length(lengths, rows_max):
        longest, shortest = lengths[batch[0]], lengths[batch[-1]]
        assert longest == max(lengths[row] for row in batch)
        assert longest <= max(SHORT_TOKENS, 2 * shortest)


def test_the_longest_come_first() -> None:
    assert by_length([3, 200, 30, 190, 4], 2) == [[1, 3], [2], [4, 0]]
    assert by_length([], 8) == []

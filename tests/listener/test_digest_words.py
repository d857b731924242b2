from datetime import timedelta

import pytest

from listener.digest.words import length, number, percent, plural


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0, "under 1 s"),
        (59, "59 s"),
        (60, "1 min"),
        (3_700, "1 h 1 min"),
        (90_061, "1 d 1 h"),
        (86_405, "1 d 5 s"),
    ],
)
def test_lengths_of_time(seconds: int, words: str) -> None:
    assert length(timedelta(seconds=seconds)) == words


@pytest.mark.parametrize(
    ("share", "words"),
    [(0, "0%"), (1, "100%"), (0.5, "50.0%"), (0.99999, "99.9%"), (0.00001, "0.1%")],
)
def test_shares_are_never_rounded_to_all_or_nothing(share: float, words: str) -> None:
    assert percent(share) == words


@pytest.mark.parametrize(
    ("count", "is_whole", "words"),
    [
        (None, True, "not seen"),
        (None, False, "not seen"),
        (0, True, "0"),
        (0, False, "none seen"),
        (1_234, True, "1,234"),
        (1_234, False, "at least 1,234"),
    ],
)
def test_a_count_says_what_it_rests_on(count: int | None, is_whole: bool, words: str) -> None:
    assert number(count, is_whole=is_whole) == words


@pytest.mark.parametrize(
    ("count", "words"), [(0, "0 posts"), (1, "1 post"), (2, "2 posts"), (1_000, "1,000 posts")]
)
def test_a_count_agrees_with_its_noun(count: int, words: str) -> None:
    assert plural(count, "post") == words

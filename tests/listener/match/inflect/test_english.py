"""English forms: a plural, a possessive, nothing else."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from listener.match.fold import fold
from listener.match.inflect import english

WORDS = st.text(alphabet="abcdefghijklmnopqrstuvwxyzé", min_size=1, max_size=40)


@pytest.mark.parametrize(
    ("word", "forms"),
    [
        ("tesla", {"tesla", "teslas"}),
        ("netflix", {"netflix", "netflixes"}),
        ("asos", {"asos", "asoses"}),
        ("bosch", {"bosch", "bosches"}),
        ("etsy", {"etsy", "etsys", "etsies"}),
        ("ebay", {"ebay", "ebays"}),
        ("tesco", {"tesco", "tescos"}),
        ("o2", {"o2", "o2s"}),
        ("y", {"y", "ys"}),
    ],
)
def test_forms(word: str, forms: set[str]) -> None:
    assert english.forms(word) == forms


@pytest.mark.parametrize("word", ["", "burger king", "mcdonald's", "coca-cola", "x_y", "a" * 41])
def test_what_is_not_one_word_stays_as_it_is(word: str) -> None:
    assert english.forms(word) == {word}


@given(WORDS)
def test_forms_are_few_folded_and_begin_alike(word: str) -> None:
    forms = english.forms(word)
    assert word in forms
    assert 2 <= len(forms) <= 3
    assert all(fold(form) == form and form.startswith(word[:-1]) for form in forms)


def test_what_follows_an_apostrophe() -> None:
    assert set(english.ENDINGS) == {"s", "d", "ll", "re", "ve"}
    assert list(map(len, english.ENDINGS)) == sorted(map(len, english.ENDINGS), reverse=True)


def test_there_are_no_clitics_and_no_possessives() -> None:
    assert english.CLITICS == english.POSSESSIVES == ()
    assert english.owned("tesla") == frozenset()

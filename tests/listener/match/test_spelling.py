"""Slips of the finger, and words without their diacritics."""

import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from listener.match.common import is_common
from listener.match.spelling import (
    SLIP_CHARS_MAX,
    SLIP_CHARS_MIN,
    TWO_SLIPS_CHARS_MAX,
    plain,
    slips,
)
from tests.listener.match.matching import found

WORDS = st.text(string.ascii_lowercase + "äöåąćęłńóśźż", min_size=SLIP_CHARS_MIN, max_size=20)


@pytest.mark.parametrize(
    ("accented", "bare"),
    [("żółć", "zolc"), ("jäätelö", "jaatelo"), ("ærø", "aero"), ("йога", "йога"), ("abc", "abc")],
)
def test_diacritics_of_latin_letters_go(accented: str, bare: str) -> None:
    assert plain(accented) == bare


@pytest.mark.parametrize(
    "slip", ["Novrokas", "Norvpkas", "Norrvokas", "Norvokass", "Nrvokas", "Norvkoas"]
)
def test_a_slip_in_a_long_name_is_the_name(slip: str) -> None:
    assert found(f"lensin {slip} ja", "Norvokas") == [(slip, "misspelt")]


def test_a_slip_in_an_inflected_name_is_the_name() -> None:
    assert found("Finniarilla", "Finnair") == [("Finniarilla", "misspelt")]
    assert found("z Biedornką", "Biedronka") == [("Biedornką", "misspelt")]


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("nokai", "Nokia"),  # five letters: too many words are one slip away
        ("innair", "Finnair"),  # the first letter is kept
        ("finnai", "Finnair"),  # so is the last
        ("Starbuck", "Starbucks"),
        ("chmura", "Chmurka"),
        ("norvoas", "Norvokas"),
        ("@finair", "Finnair"),  # somebody's handle
        ("www.finair.example", "Finnair"),  # somebody's host
        ("finair@example.org", "Finnair"),
        ("weather", "Weathex"),  # a frequent word
    ],
)
def test_what_is_no_slip(text: str, name: str) -> None:
    assert found(text, name) == []


def test_two_slips_need_a_long_name() -> None:
    assert found("Verkkokaupppaa", "Verkkokauppa") != []
    assert found("Rossmnnn", "Rossmann") == []


def test_the_lists_of_long_names_are_short() -> None:
    longest = ("norvokaslemituras" * 2)[:SLIP_CHARS_MAX]
    assert len(slips(longest[:TWO_SLIPS_CHARS_MAX])) > 500
    assert 0 < len(slips(longest[: TWO_SLIPS_CHARS_MAX + 1])) < 200
    assert 0 < len(slips(longest)) < 300
    assert slips(longest + "s") == frozenset()


def test_a_slip_of_one_brand_is_no_slip_where_it_is_anothers_name() -> None:
    assert found("Tellia", "Telliax") == []
    assert found("Norvian", "Norvia", "Norvian") == [("Norvian", "")]


def test_a_brand_may_refuse_slips_and_list_its_own() -> None:
    assert found("finair", "Finnair", loose=False) == []
    listed = found("Finskillä", "Finnair", misspellings=("Finski",))
    assert listed == [("Finskillä", "Finnish form")]


def test_a_word_of_a_name_of_several_may_be_misspelt() -> None:
    assert found("Poczta Poslka", "Poczta Polska") == [("Poczta Poslka", "")]
    assert found("Meida Expert", "Media Expert") == [("Meida Expert", "")]


@given(WORDS)
def test_slips_keep_the_first_letter_and_are_no_shorter_than_they_may_be(word: str) -> None:
    for slip in slips(word):
        assert slip != word
        assert slip[0] == word[0]
        assert len(slip) >= SLIP_CHARS_MIN


@given(WORDS)
def test_plain_words_have_as_many_letters(word: str) -> None:
    assert len(plain(word)) == len(word)
    assert plain(word).isascii()


def test_frequent_words_are_known_by_language() -> None:
    assert is_common("weather", ("en",))
    assert not is_common("weather", ("fi", "pl"))
    assert is_common("żeby", ("pl",))
    assert is_common("zeby", ("pl",))

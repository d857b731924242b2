"""The table of meanings: well-formed, and read as it says."""

import re

import pytest

from classifiers.lexicon.lists import LANGUAGES
from classifiers.lexicon.meanings import meanings, table
from classifiers.lexicon.tokens import tokens

ENTRY = re.compile(r"[^\W\d_]+(?:'[^\W\d_]+)*\*?")


def means(word: str, language: str) -> tuple[str, ...]:
    return meanings(language).of(tokens(word)[0])


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_entry_is_one_word_or_stem_and_found(language: str) -> None:
    for name, entries in table(language):
        for entry in entries:
            assert ENTRY.fullmatch(entry), (name, entry)
            assert entry == entry.casefold()
            assert name in means(entry.rstrip("*"), language), (name, entry)


def test_no_meaning_stands_twice() -> None:
    names = [name for name, _ in table("en")]
    assert len(names) == len(set(names)) > 1_000


@pytest.mark.parametrize(
    ("language", "word"),
    [("en", "refunded"), ("fi", "rahanpalautuksen"), ("pl", "zwrotu"), ("sv", "återbetalning")],
)
def test_one_meaning_in_all_languages(language: str, word: str) -> None:
    assert "refund" in means(word, language)


def test_diacritics_may_be_left_out() -> None:
    assert means("opóźnienie", "pl") == means("opoznienie", "pl") != ()


def test_the_longest_stem_counts() -> None:
    assert "unreliable" in means("epäluotettava", "fi")
    assert "trust" not in means("epäluotettava", "fi")


def test_other_languages_and_what_is_no_word_mean_nothing() -> None:
    assert means("refund", "fr") == ()
    assert meanings("en").of(tokens("https://refund.example")[0]) == ()

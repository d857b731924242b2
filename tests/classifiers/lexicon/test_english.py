"""The English of other languages' words: well-formed, and found as it says."""

import re
from importlib.resources import files

import pytest

from classifiers.lexicon.english import english
from classifiers.lexicon.meanings import table
from classifiers.lexicon.tokens import tokens

FOLDER = files("classifiers.lexicon").joinpath("english")
LANGUAGES = ("de", "fi", "pl", "sv")
ENTRY = re.compile(r"[^\W\d_]+(?:'[^\W\d_]+)*\*?")
ENGLISH = re.compile(r"[a-zA-Z']+(?: [a-zA-Z']+)*")


def told(words: str, language: str) -> str:
    known = english(language)
    return " ".join(known.of(token) or token.shown for token in tokens(words))


def rows(name: str) -> list[list[str]]:
    return [
        line.split("\t")
        for line in FOLDER.joinpath(f"{name}.tsv").read_text("utf-8").split("\n")
        if line
    ]


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_line_is_a_word_or_stem_and_its_english(language: str) -> None:
    entries = [entry for entry, _ in rows(language)]
    assert len(entries) == len(set(entries)) > 1_000
    for entry, words in rows(language):
        assert ENTRY.fullmatch(entry), entry
        assert entry == entry.casefold()
        assert len(entry.rstrip("*")) >= (3 if entry.endswith("*") else 1), entry
        assert ENGLISH.fullmatch(words), (entry, words)


def test_every_name_that_reads_otherwise_is_a_meaning() -> None:
    names = {name for name, _ in table("en")}
    assert {name for name, _ in rows("names")} <= names


@pytest.mark.parametrize(
    ("words", "language", "reads"),
    [
        ("lento myöhässä", "fi", "flight late"),
        ("lento myohassa", "fi", "flight late"),
        ("ei vastaa", "fi", "not answer"),
        ("nie polecam", "pl", "no recommend"),
        ("han har hår", "sv", "he have hair"),
        ("Die Lieferung", "de", "the delivery"),
        ("zzxq 12", "pl", "zzxq 12"),
        ("après tout", "fr", "après tout"),
    ],
)
def test_words_are_read_in_english(words: str, language: str, reads: str) -> None:
    assert told(words, language) == reads


def test_the_word_itself_comes_before_its_stem() -> None:
    assert told("tykkään", "fi") == "like"


def test_drawn_out_letters_are_passed_over() -> None:
    assert told("kiitoooos", "fi") == told("kiitos", "fi")

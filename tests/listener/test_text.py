"""Strangers' text: kept one for one, and shown without what a screen would obey."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from listener.text import clean_text, defused, shown, shown_lines

SURROGATES = st.characters(categories=["Cs"])
WILD = st.text(
    st.characters() | SURROGATES | st.sampled_from("\x00\x1b\x9b\u202e\u2066\u200b\n\r\t \u2028")
)


def is_surrogate(part: str) -> bool:
    return "\ud800" <= part <= "\udfff"


def is_harmless(text: str) -> bool:
    return not any(unicodedata.category(part) in {"Cc", "Cf", "Cs", "Co", "Cn"} for part in text)


# -- kept


@given(WILD)
def test_what_is_kept_can_be_stored_and_stays_in_its_place(text: str) -> None:
    kept = clean_text(text)
    kept.encode()
    assert "\x00" not in kept
    assert len(kept) == len(text)
    for before, after in zip(text, kept, strict=True):
        assert after == ("\ufffd" if before == "\x00" or is_surrogate(before) else before)


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("a\x00b", "a\ufffdb"),
        ("a\ud800b\udfffc", "a\ufffdb\ufffdc"),
        ("\ud83d\ude00", "\ufffd\ufffd"),
        (
            "😀 \u200b\u202e <svg/onload=alert(1)> \x1b[2J",
            "😀 \u200b\u202e <svg/onload=alert(1)> \x1b[2J",
        ),
        ("", ""),
    ],
)
def test_only_what_no_database_takes_is_replaced(text: str, kept: str) -> None:
    assert clean_text(text) == kept
    assert clean_text(kept) == kept


def test_a_text_without_end_is_cut_and_says_so() -> None:
    kept = clean_text("x" * 1000, 100)
    assert len(kept) == 100
    assert kept.endswith("x … [cut here: the text goes on]")
    assert clean_text("x" * 100, 100) == "x" * 100


def test_ten_megabytes_are_kept_whole() -> None:
    text = "ä" * 10_000_000
    assert clean_text(text) == text


# -- shown


@given(WILD, st.integers(1, 50))
def test_what_is_shown_is_one_harmless_line_of_bounded_length(text: str, chars_max: int) -> None:
    line = shown(text, chars_max)
    assert is_harmless(line)
    assert len(line) <= chars_max
    assert len(line.splitlines()) <= 1
    assert shown(line, chars_max) == line


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("  two\n\n words\t\r\n", "two words"),
        ("\x1b[2J\x1b[31mred", "[2J[31mred"),
        ("\u202eevil\u202c", "evil"),
        ("a\u2028b\u2029c\x85d", "a b c d"),
        ("pay\u200bpal\ufeff", "paypal"),
        ("\ud800x", "x"),
        ("Żabka 😀 ไม่ดี", "Żabka 😀 ไม่ดี"),
        ("\u200b  padded  \u200b", "padded"),
    ],
)
def test_a_line_keeps_its_words_and_drops_what_is_not_seen(text: str, line: str) -> None:
    assert shown(text) == line


def test_a_few_words_far_apart_are_a_short_line() -> None:
    assert shown("a" + " " * 2000 + "b") == "a b"
    assert shown_lines("a" + " " * 5000 + "b") == "a b"


def test_a_long_line_ends_in_an_ellipsis() -> None:
    assert shown("x" * 281) == "x" * 279 + "…"
    assert shown("x" * 280) == "x" * 280
    assert shown("word " * 100, 6) == "word…"


def test_what_was_not_looked_at_is_not_passed_over_in_silence() -> None:
    assert shown("a" + "\u200b" * 5000 + "hidden") == "a…"
    assert shown_lines("a" + "\n" * 9000 + "hidden") == "a…"


@given(WILD, st.integers(1, 200))
def test_lines_are_kept_where_they_may_be(text: str, chars_max: int) -> None:
    kept = shown_lines(text, chars_max)
    assert len(kept) <= chars_max
    assert all(is_harmless(line) for line in kept.split("\n"))


def test_lines_stay_lines() -> None:
    assert shown_lines("one\r\n two \n\n\x1bthree\n") == "one\ntwo\n\nthree"
    assert shown_lines("x" * 50 + "\n" + "y" * 50, 60) == "x" * 50 + "\n" + "y" * 8 + "…"


@given(WILD)
def test_defused_text_keeps_its_lines_and_obeys_nobody(text: str) -> None:
    kept = defused(text)
    assert all(is_harmless(line) for line in kept.split("\n"))
    assert kept.count("\n") == text.count("\n")


def test_defused_text_keeps_its_indents() -> None:
    assert defused("def f():\n    \x1breturn\n\tx") == "def f():\n    return\n    x"

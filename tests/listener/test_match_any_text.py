"""Properties of matching that hold for any text, and its cost on text made to be costly."""

import re
import time
import unicodedata

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from listener.match import Matcher
from listener.match.fold import MARKS, SPACELESS, fold
from listener.model import Brand, Post

MARKING = set(filter(re.compile(f"[{MARKS}]").match, map(chr, range(0x20000))))
WITHOUT_SPACES = set(filter(re.compile(f"[{SPACELESS}]").match, map(chr, range(0x40000))))
LETTERS_WITHOUT_SPACES = sorted(
    letter
    for letter in WITHOUT_SPACES - MARKING
    if letter.isalpha() and fold(letter)[0] not in MARKING
)

AS_WRITTEN = {"languages": ("tlh",), "loose": False}
"""What makes a brand found in its base form alone."""

FINNAIR = Matcher(
    [
        Brand(
            "finnair",
            names=("Finnair",),
            handles=("@Finnair",),
            hashtags=("Finnair",),
            domains=("finnair.com",),
            products=("Finnair Plus",),
            people=("Turkka Kuusisto",),
        )
    ]
)


def is_named(name: str, text: str) -> bool:
    return bool(Matcher([Brand("b", names=(name,), **AS_WRITTEN)]).match(Post("test", "1", text)))


SURROUNDINGS = st.text(
    st.sampled_from("aÄß é.-#@/_日が핀ก\u0301\u200d\n") | st.characters(exclude_categories=["Cs"]),
    max_size=12,
)
NAMES = st.sampled_from(
    ["Finnair", "Żabka", "İş Bankası", "Straße", "トヨタ", "핀에어", "C++", "ﬁn"]
)
DISGUISES = st.sampled_from(
    [
        str,
        str.upper,
        str.lower,
        lambda name: unicodedata.normalize("NFD", name),
        lambda name: unicodedata.normalize("NFKC", name),
        "\u00ad".join,
        lambda name: name.replace(" ", " \n\u00a0"),
    ]
)


@settings(deadline=None)
@given(SURROUNDINGS, NAMES, DISGUISES, SURROUNDINGS)
def test_positions_are_true_to_the_original(before, name, disguise, after) -> None:
    text = before + disguise(name) + after
    matcher = Matcher([Brand("b", names=(name,), **AS_WRITTEN)])
    for mention in matcher.match(Post("test", "1", text)):
        for evidence in mention.evidence:
            assert text[evidence.start : evidence.end] == evidence.text
            assert fold(evidence.text).split() == fold(name).split()


@settings(deadline=None)
@given(SURROUNDINGS, NAMES, DISGUISES, SURROUNDINGS)
def test_a_name_between_spaces_is_always_found(before, name, disguise, after) -> None:
    assert is_named(name, f"{before} {disguise(name)} {after}")


@settings(deadline=None)
@given(st.characters(categories=["L", "N", "M"]), st.booleans())
def test_a_name_grown_into_a_word_of_a_spaced_script_is_not_found(character, is_before) -> None:
    folds = fold(character)
    assume(folds and (folds.isalnum() or folds[0] in MARKING))
    assume(not set(folds) & WITHOUT_SPACES)
    if is_before and character not in MARKING:
        assert not is_named("Finnair", f"{character}Finnair")
    else:
        assert not is_named("Finnair", f"Finnair{character}")


@settings(deadline=None)
@given(st.sampled_from(LETTERS_WITHOUT_SPACES), st.booleans())
def test_a_name_beside_a_script_without_spaces_is_found(letter, is_before) -> None:
    assert is_named("Finnair", f"{letter}Finnair" if is_before else f"Finnair{letter}")


@pytest.mark.parametrize(
    "hostile",
    [
        "finnair ",
        "Finnair  ",
        "finnair plus",
        "finnair.com-",
        "@finnair@",
        "#",
        "a",
        "a\u0301\u0323",
        "\u200b",
        "ㅠ",
        "日本",
        "Turkka ",
        "Turkka" + " " * 500,
        "finnair.com" + "-a" * 500,
        "\ufdfa",
    ],
)
def test_hostile_text_takes_no_more_time_than_its_length(hostile: str) -> None:
    text = hostile * (400_000 // len(hostile))
    began = time.process_time()
    FINNAIR.match(Post("test", "1", text))
    assert time.process_time() - began < 3  # some 0.2 s; what is quadratic takes minutes

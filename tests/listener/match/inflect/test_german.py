"""German forms: names take -s, nouns what their ending allows."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from listener.match.fold import fold
from listener.match.inflect import german

WORDS = st.text(alphabet="abcdefghiklmnorstuvwxzäöü", min_size=1, max_size=40)


@pytest.mark.parametrize(
    ("word", "written"),
    [
        ("zalando", "zalando zalandos"),
        ("lufthansa", "lufthansa lufthansas"),
        ("bosch", "boschs"),
        ("siemens", "siemens"),
        ("aldi", "aldis"),
        ("sparkasse", "sparkassen"),
        ("commerzbank", "commerzbanken commerzbanks"),
        ("volkswagen", "volkswagens"),
        ("deutsche", "deutschen deutscher deutsches deutschem"),
        ("tele5", "tele5s"),
    ],
)
def test_brands_of_every_shape(word: str, written: str) -> None:
    assert set(written.split()) <= german.forms(word)


@pytest.mark.parametrize(
    ("word", "written"),
    [
        ("haus", "hauses hause häuser häusern"),
        ("garten", "gartens gärten"),
        ("vogel", "vogels vögel vögeln"),
        ("bild", "bildes bilds bilder bildern"),
        ("student", "studenten"),
        ("name", "namen namens"),
        ("bäckerin", "bäckerinnen"),
        ("ergebnis", "ergebnisse ergebnisses ergebnissen"),
        ("museum", "museums museen"),
        ("firma", "firmen"),
        ("virus", "viren"),
        ("zeitung", "zeitungen"),
        ("material", "materials materialien"),
        ("fahrer", "fahrers fahrern"),
        ("praxis", "praxen"),
        ("thema", "themata themen themas"),
        ("fluss", "flusses flüsse flüssen"),
    ],
)
def test_native_words_of_every_declension(word: str, written: str) -> None:
    assert set(written.split()) <= german.forms(word)


@pytest.mark.parametrize(
    ("word", "others"),
    [
        ("haus", "haen hau"),
        ("besuch", "besucher besuchern besucht"),
        ("spiel", "spieler spielern spielt"),
        ("freund", "freünde freunt"),
        ("rewe", "rew rewelt"),
        ("otto", "otter ott"),
        ("bahn", "bahner bahnt"),
    ],
)
def test_other_words_are_no_forms(word: str, others: str) -> None:
    assert german.forms(word).isdisjoint(others.split())


@pytest.mark.parametrize("word", ["", "deutsche bahn", "c&a", "coca-cola", "x_y", "a" * 41])
def test_what_is_not_one_word_stays_as_it_is(word: str) -> None:
    assert german.forms(word) == {word}


@given(WORDS)
def test_every_name_has_its_genitive_and_forms_are_folded(word: str) -> None:
    forms = german.forms(word)
    assert word in forms
    assert len(forms) <= 40
    assert word.endswith(("s", "x", "z")) or word + "s" in forms
    assert all(fold(form) == form for form in forms)


def test_there_are_no_clitics_and_no_possessives() -> None:
    assert german.CLITICS == german.POSSESSIVES == ()
    assert german.owned("zalando") == frozenset()


def test_endings_come_longest_first_and_once() -> None:
    assert list(map(len, german.ENDINGS)) == sorted(map(len, german.ENDINGS), reverse=True)
    assert len(set(german.ENDINGS)) == len(german.ENDINGS)
    assert {"s", "en"} <= set(german.ENDINGS)

"""Swedish forms: every one that people write of a brand, and not the words beside it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from listener.match.fold import fold
from listener.match.inflect import swedish

WORDS = st.text(alphabet="abdegiklmnorstuvxzåäöé", min_size=1, max_size=40)


@pytest.mark.parametrize(
    ("word", "written"),
    [
        ("ica", "icas ican icor icornas"),
        ("telia", "telias telian"),
        ("volvo", "volvos volvon volvons volvor volvorna volvornas volvoar volvoarna volvot"),
        ("systembolaget", "systembolagets"),
        ("postnord", "postnords postnorden postnordens"),
        ("saab", "saabs saaben saabar saabarna saabarnas"),
        ("lindex", "lindex lindexen"),
        ("apoteket", "apotekets"),
        ("kivra", "kivras kivran"),
        ("audi", "audis audin audir"),
        ("bmw", "bmws bmwn bmwns bmwen"),
        ("lidl", "lidls lidln"),
        ("tele2", "tele2s"),
        ("tv4", "tv4s tv4an"),
        ("idé", "idéer idéns"),
    ],
)
def test_brands_of_every_shape(word: str, written: str) -> None:
    assert set(written.split()) <= swedish.forms(word)


@pytest.mark.parametrize(
    ("word", "written"),
    [
        ("krona", "kronan kronans kronor kronorna kronornas kronas"),
        ("bil", "bilen bilens bilar bilars bilarna bilarnas bils"),
        ("hus", "huset husets husen husens hus"),
        ("fabrik", "fabriker fabrikerna fabriks fabrikens"),
        ("pojke", "pojken pojkar pojkarnas"),
        ("äpple", "äpplet äpplen äpplena"),
        ("läkare", "läkaren läkarna läkarnas läkares"),
        ("bageri", "bageriet bagerier bagerierna"),
        ("rum", "rummet rummen rums"),
        ("museum", "museet museer museernas"),
        ("cykel", "cykeln cyklar cyklarna"),
        ("fönster", "fönstret fönstren fönsters"),
        ("nummer", "numret numren numrets"),
        ("stad", "städer städernas staden"),
        ("tidningsman", "tidningsmän tidningsmännen tidningsmannen"),
        ("hjärta", "hjärtat hjärtan hjärtana"),
        ("förening", "föreningen föreningar föreningarnas"),
    ],
)
def test_native_words_of_every_declension(word: str, written: str) -> None:
    assert set(written.split()) <= swedish.forms(word)


@pytest.mark.parametrize(
    ("word", "others"),
    [
        ("coop", "cooper coopers co coo"),
        ("ica", "icat ic icarus icing"),
        ("audi", "audit audio auditör"),
        ("volvo", "volv volver volvera"),
        ("elisa", "elise elisabet"),
        ("lindex", "lindexs linde"),
        ("telia", "teli teliat"),
        ("brio", "bri brist"),
        ("klarna", "klara klarnat klarar"),
    ],
)
def test_other_words_are_no_forms(word: str, others: str) -> None:
    assert swedish.forms(word).isdisjoint(others.split())


@pytest.mark.parametrize("word", ["", "ica maxi", "h&m", "coop-app", "x_y", "a" * 41, "ica\n"])
def test_what_is_not_one_word_stays_as_it_is(word: str) -> None:
    assert swedish.forms(word) == {word}


@given(WORDS)
def test_every_form_has_its_genitive_and_is_folded(word: str) -> None:
    forms = swedish.forms(word)
    assert word in forms
    assert len(forms) <= 60
    for form in forms:
        assert fold(form) == form
        assert form.endswith(("s", "x", "z")) or form + "s" in forms


def test_there_are_no_clitics_and_no_possessives() -> None:
    assert swedish.CLITICS == swedish.POSSESSIVES == ()
    assert swedish.owned("volvo") == frozenset()


def test_endings_come_longest_first_and_once() -> None:
    assert list(map(len, swedish.ENDINGS)) == sorted(map(len, swedish.ENDINGS), reverse=True)
    assert len(set(swedish.ENDINGS)) == len(swedish.ENDINGS)
    assert {"s", "n", "en", "ns", "arna"} <= set(swedish.ENDINGS)

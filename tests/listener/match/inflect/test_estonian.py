"""Estonian forms: whole paradigms, brands of every shape, and the words beside them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from listener.match.fold import fold
from listener.match.inflect import estonian

WORDS = st.text(alphabet="aeiouõäöüyhjklmnprstvdgbfcwxzšž", min_size=1, max_size=40)

CASES = ("", "sse", "s", "st", "le", "l", "lt", "ks", "ni", "na", "ta", "ga")


@pytest.mark.parametrize(
    ("word", "genitive", "plural", "rest"),
    [
        ("raamat", "raamatu", "raamatute", "raamatut raamatuid"),
        ("telefon", "telefoni", "telefonide", "telefone"),
        ("arvuti", "arvuti", "arvutite", "arvutit arvuteid"),
        ("kala", "kala", "kalade", "kalu kalla kalasid"),
        ("aasta", "aasta", "aastate", "aastat aastaid"),
        ("maja", "maja", "majade", "majja maju"),
        ("tuba", "toa", "tubade", "tuba tuppa tube"),
        ("rida", "rea", "ridade", "rida ritta ridu"),
        ("jõgi", "jõe", "jõgede", "jõge jõkke jõgesid"),
        ("vesi", "vee", "vete", "vett vette vesi"),
        ("kivi", "kivi", "kivide", "kive kivvi"),
        ("suvi", "suve", "suvede", "suve suvesid"),
        ("pank", "panga", "pankade", "panka panku"),
        ("koht", "koha", "kohtade", "kohta kohti"),
        ("leib", "leiva", "leibade", "leiba leibu"),
        ("sild", "silla", "sildade", "silda sildu"),
        ("kool", "kooli", "koolide", "kooli koole"),
        ("keel", "keele", "keelte", "keelt keelde keeli"),
        ("nädal", "nädala", "nädalate", "nädalat nädalaid"),
        ("kaabel", "kaabli", "kaablite", "kaablit kaableid"),
        ("number", "numbri", "numbrite", "numbrit numbreid"),
        ("aken", "akna", "akende", "akent aknaid"),
        ("suhkur", "suhkru", "suhkrute", "suhkrut suhkruid"),
        ("hommik", "hommiku", "hommikute", "hommikut hommikuid"),
        ("tegelik", "tegeliku", "tegelike", "tegelikku tegelikke"),
        ("inimene", "inimese", "inimeste", "inimest inimesi"),
        ("mõte", "mõtte", "mõtete", "mõtet mõtteid"),
        ("pere", "pere", "perede", "peret perre peresid"),
        ("aste", "astme", "astmete", "astet astmeid"),
        ("vabadus", "vabaduse", "vabaduste", "vabadust vabadusse vabadusi"),
        ("maasikas", "maasika", "maasikate", "maasikat maasikaid"),
        ("ratas", "ratta", "rataste", "ratast rattaid"),
        ("kallis", "kalli", "kallite", "kallist kalleid"),
        ("tänav", "tänava", "tänavate", "tänavat tänavaid"),
        ("leping", "lepingu", "lepingute", "lepingut lepinguid"),
        ("maa", "maa", "maade", "maad maid"),
        ("idee", "idee", "ideede", "ideed ideid"),
        ("mees", "mehe", "meeste", "meest mehed"),
        ("asi", "asja", "asjade", "asja asju"),
    ],
)
def test_whole_paradigms(word: str, genitive: str, plural: str, rest: str) -> None:
    cases = {stem + case for stem in (genitive, plural) for case in CASES}
    expected = cases | {word, genitive + "d", *rest.split()}
    assert expected - estonian.forms(word) == set()


@pytest.mark.parametrize(
    ("word", "written"),
    [
        ("telia", "telias teliast teliale teliat teliaga teliasse telial telialt"),
        ("swedbank", "swedbanki swedbankis swedbankist swedbankile swedbanka swedbankiga"),
        ("finnair", "finnairi finnairis finnairiga finnairile"),
        ("netflix", "netflixi netflixis netflixist netflixit netflixiga"),
        ("ikea", "ikeas ikeast ikeasse ikeat ikeaga"),
        ("selver", "selveri selveris selverist selverisse selverit"),
        ("bolt", "bolti boltis boltiga boldi boldiga"),
        ("luminor", "luminori luminoris luminorit"),
        ("adidas", "adidase adidast adidasega"),
        ("volkswagen", "volkswageni volkswagenit volkswagenil"),
        ("google", "googles googlest googlele"),
        ("lhv", "lhvs lhvst lhvga lhvd"),
        ("raudteejaam", "raudteejaama raudteejaamas raudteejaamast"),
    ],
)
def test_brands_of_every_shape(word: str, written: str) -> None:
    assert set(written.split()) - estonian.forms(word) == set()


@pytest.mark.parametrize(
    ("word", "others"),
    [
        ("telia", "telje telg teliudel televisioon telesse"),
        ("elisa", "elu elus eliit elistab"),
        ("selver", "selge selga sellel seljas selvest"),
        ("pank", "paneb pani pannakse pang pangandus"),
        ("rimi", "riim riimi rimmel ripp"),
        ("omniva", "omnibuss omakorda omni"),
    ],
)
def test_the_words_beside_it_are_not_its_forms(word: str, others: str) -> None:
    assert estonian.forms(word) & set(others.split()) == set()


def test_only_the_last_part_of_a_compound_bends() -> None:
    forms = estonian.forms("e-pood")
    assert {"e-poodi", "e-poodides"} <= forms
    assert all(form.startswith("e-") for form in forms)


@pytest.mark.parametrize("word", ["", "a" * 41, "5", "tv4", "a b", "ab'", "-ab", "c++", "🙂"])
def test_what_is_no_word_stands_alone(word: str) -> None:
    assert estonian.forms(word) == {word}


@given(WORDS)
def test_any_word_is_bounded_and_its_own_form(word: str) -> None:
    forms = estonian.forms(word)
    assert word in forms
    assert len(forms) <= estonian.FORMS_MAX
    assert all(form == fold(form) for form in forms)


@given(st.text(max_size=50))
def test_any_text_is_answered(text: str) -> None:
    assert text in estonian.forms(text)
    assert estonian.owned(text) == frozenset()


def test_endings_are_longest_first_and_each_once() -> None:
    assert list(map(len, estonian.ENDINGS)) == sorted(map(len, estonian.ENDINGS), reverse=True)
    assert len(set(estonian.ENDINGS)) == len(estonian.ENDINGS)
    assert {"i", "is", "le", "ga", "st", "it", "sse", "d"} <= set(estonian.ENDINGS)
    assert {"gi", "ki"} == set(estonian.CLITICS)

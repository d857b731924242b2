"""Names that somebody hides: spelt out, or with letters that only look alike."""

import pytest

from listener.match.disguise import look_alike_keys, spelt_out_keys, unmasked
from tests.listener.match.matching import found


@pytest.mark.parametrize("sign", list(" -._*·|/+~"))
def test_a_name_spelt_out_with_one_sign(sign: str) -> None:
    hidden = sign.join("NORVIA")
    assert found(f"buy {hidden} now", "Norvia") == [(hidden, "spelt out")]


@pytest.mark.parametrize(
    "text", ["n-o-r-v-i", "n-o-r-v-i-a-x", "x-n-o-r-v-i-a", "n-o r-v-i-a", "n--o--r--v--i--a"]
)
def test_more_or_less_than_the_name_spelt_out_is_not_it(text: str) -> None:
    assert found(text, "Norvia") == []


@pytest.mark.parametrize(
    "hidden",
    [
        "N0rvia",
        "Norv1a",
        "Norvi@",
        "N0rv1@",
        "Nоrvia",  # a Cyrillic о
        "Nοrvia",  # a Greek ο
        "Nòrvïa",
        "Norvіа",  # Cyrillic і and а
    ],
)
def test_look_alike_letters(hidden: str) -> None:
    assert found(f"win with {hidden}!", "Norvia") == [(hidden, "look-alike characters")]


def test_a_masked_name_may_be_inflected() -> None:
    assert found("F1nnairilta", "Finnair") == [("F1nnairilta", "look-alike characters")]


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("norv@ir.example", "Norvair"),
        ("@norv1a", "Norvia"),
        ("Норвия", "Norvia"),  # all in Cyrillic, and another word there
        ("1ab", "Lab"),
    ],
)
def test_what_hides_nothing(text: str, name: str) -> None:
    assert found(text, name) == []


def test_texts_of_one_script_are_not_unmasked() -> None:
    assert unmasked("только по-русски") == ""
    assert unmasked("żółć i jäätelö") == ""
    assert unmasked("finnаir") == "finnair"


def test_short_words_have_no_disguises() -> None:
    assert spelt_out_keys("sas") == ()
    assert look_alike_keys("sas") == ()
    assert set(look_alike_keys("ikea")) == {"1kea", "!kea", "ik3a", "ik€a", "ike@", "ike4"}

"""What a brand demands of a post beyond its name."""

import pytest

from listener.match import Matcher
from listener.match.explain import why_not
from listener.model import Author, Brand, Post
from tests.listener.match.matching import evidence_in, found


def is_found(text: str, **demands: object) -> bool:
    return bool(found(text, "Play", loose=False, **demands))


@pytest.mark.parametrize(
    ("text", "there"),
    [
        ("Play i telefonem", True),
        ("telefon od dawna nie działa dobrze i w końcu Play", False),
        ("Play", False),
    ],
)
def test_a_required_word_may_have_to_stand_near(text: str, there: bool) -> None:
    assert is_found(text, require=("NEAR/4 telefon",)) is there


def test_near_counts_from_the_brands_evidence_in_the_same_field() -> None:
    brand = Brand("b", names=("Play",), require=("NEAR/4 telefon",))
    assert evidence_in("telefon", brand, title="Play") == []
    assert len(evidence_in("Play", brand, title="Play telefon")) == 2


def test_one_of_the_required_is_enough_and_one_of_the_forbidden_too_many() -> None:
    demands = {"require": ("telefon", "sieć OR zasięg"), "forbid": ("muzyk*", '"google play"')}
    assert is_found("Play ma zasięg", **demands)
    assert is_found("Play i telefony", **demands)
    assert not is_found("Google Play na telefon", **demands)
    assert not is_found("telefon Play z muzyką", **demands)


def test_fields_may_be_demanded() -> None:
    matcher = Matcher([Brand("b", names=("Play",), require=("site:x",), forbid=("author:bot",))])
    assert matcher.match(Post("x", "1", "Play"))
    assert not matcher.match(Post("blog", "1", "Play"))
    assert not matcher.match(Post("x", "1", "Play", author=Author("bot")))


def test_an_expression_narrows_what_names_find() -> None:
    assert is_found("Play i lento", expression="lento OR flight")
    assert not is_found("Play", expression="lento OR flight")


def test_a_brand_may_be_found_by_its_expression_alone() -> None:
    brand = Brand("b", expression='(lento OR flight) AND peru* AND NOT "test run"')
    text = "my flights were perutut"
    assert [(one.kind, one.text) for one in evidence_in(text, brand)] == [
        ("expression", "flights"),
        ("expression", "perutut"),
    ]
    assert evidence_in("perutut flights, a test run", brand) == []


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("Play", "it holds none of the required “telefon”"),
        ("Play telefon muzyka", "it holds the forbidden “muzyka”"),
        ("PlayStation telefon", "“playstation” holds “Play” but goes on as another word"),
        ("pear", "nothing of the brand stands in it"),
    ],
)
def test_a_near_miss_says_what_was_missing(text: str, why: str) -> None:
    brand = Brand("b", names=("Play",), require=("telefon",), forbid=("muzyka",))
    assert why in why_not(brand, Post("test", "1", text))


def test_a_post_of_the_brands_own_says_so() -> None:
    brand = Brand("b", names=("Play",), own_accounts=("@play_pl",))
    post = Post("x", "1", "Play", author=Author("play_pl"))
    assert why_not(brand, post) == "it was written by an account of the brand's own"

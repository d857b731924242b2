"""What a brand demands of a post beyond its name."""

import pytest

from listener.match import Matcher
from listener.match.demands import check_demand
from listener.match.examples import run_examples
from listener.match.explain import _compiled, why_not
from listener.match.expression import ExpressionError
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


def test_many_failing_examples_compile_the_brand_once() -> None:
    texts = tuple(f"nothing of it {number}" for number in range(10))
    brand = Brand("b", names=("Norvokas",), must_match=texts)
    before = _compiled.cache_info().misses
    assert len(run_examples([brand])) == len(texts)
    assert _compiled.cache_info().misses == before + 1


def test_a_post_of_the_brands_own_says_so() -> None:
    brand = Brand("b", names=("Play",), own_accounts=("@play_pl",))
    post = Post("x", "1", "Play", author=Author("play_pl"))
    assert why_not(brand, post) == "it was written by an account of the brand's own"


@pytest.mark.parametrize(
    ("entry", "column", "told"),
    [
        ("foo AND NOT foo", 9, "contradicts what else must hold"),
        ("site:x AND site:blog", 12, "contradicts what else must hold"),
        ("NEAR/5 site:reddit", 8, "found “site:reddit”"),
        ("NEAR/3 NOT foo", 8, "found “NOT foo”"),
        ("NEAR/5 (sklep OR -sok)", 18, "found “NOT sok”"),
        ("NEAR/5 (sklep AND sok)", 9, "found “sklep AND sok”"),
        ("NEAR/5 sklep NEAR/3 sok", 8, "found “sklep NEAR/3 sok”"),
        ("NEAR/3foo", 1, "NEAR/1 to NEAR/100 and a space before a term"),
        ("NEAR/0 foo", 1, "NEAR/1 to NEAR/100"),
        ("NEAR/101 foo", 1, "NEAR/1 to NEAR/100"),
        (" NEAR/5", 2, "NEAR/1 to NEAR/100"),
        ("NEAR/x foo", 1, "NEAR/1 to NEAR/100"),
        ("NEAR/5 sklep OR", 16, "after OR"),
    ],
)
def test_what_can_never_be_met_is_refused_with_its_column(
    entry: str, column: int, told: str
) -> None:
    with pytest.raises(ExpressionError, match="Line 1") as caught:
        check_demand(entry)
    assert (caught.value.column, told in str(caught.value)) == (column, True)


@pytest.mark.parametrize("entry", ["-50%", "NOT lang:fi", "-foo -bar", "site:x OR NOT foo"])
def test_what_only_denies_may_be_required_and_not_forbidden(entry: str) -> None:
    check_demand(entry, "require")
    with pytest.raises(ExpressionError, match=r"or use require.*forbids nearly every post"):
        check_demand(entry, "forbid")


@pytest.mark.parametrize(
    "entry", ["site:x", "foo AND NOT bar", "site:x -lang:fi", "NEAR/5 foo", "NEAR/9 (foo OR barb*)"]
)
def test_what_some_posts_meet_may_be_forbidden(entry: str) -> None:
    check_demand(entry, "forbid")


def test_an_entry_after_near_in_another_line_keeps_its_place() -> None:
    with pytest.raises(ExpressionError) as caught:
        check_demand("NEAR/5\n foo (")
    assert (caught.value.line, caught.value.column) == (2, 7)


@pytest.mark.parametrize("text", ["liittymäkin", "liittymäänkö", "Liittymänikin", "#liittymähän"])
def test_a_bare_word_is_found_with_what_may_follow_any_form(text: str) -> None:
    assert is_found(f"Play ja {text}", expression="liittymä AND lento OR liittymä")
    assert is_found(f"Play {text}", require=("NEAR/2 (liittymä OR lento)",))
    assert not is_found(f"Play ja {text}", expression='"liittymä"')


@pytest.mark.parametrize(
    ("text", "word"), [("europa", "euro"), ("lotnisko", "lot"), ("kartki", "karta")]
)
def test_another_word_that_begins_with_it_is_not(text: str, word: str) -> None:
    assert not is_found(f"Play {text}", expression=f"{word} OR lento")


def test_a_brand_of_an_expression_alone_is_found_by_such_a_form() -> None:
    brand = Brand("b", expression="finnair AND lento")
    assert [one.text for one in evidence_in("Finnairkin perui lentojakin", brand)] == [
        "Finnairkin",
        "lentojakin",
    ]


def test_near_holds_for_any_of_much_evidence_and_costs_no_more_than_its_length() -> None:
    brand = Brand("b", names=("Play",), require=("NEAR/2 telefon",))
    far = "play yksi kaksi kolme telefon neljä viisi " * 1_500
    assert evidence_in(far, brand) == []
    assert evidence_in(f"{far} play oma telefon", brand) != []
    assert evidence_in(f"telefon Play ÄÄ {far}", brand) != []

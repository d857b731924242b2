"""What somebody said of a text holds for that text, whatever the judge thinks of it."""

from dataclasses import replace
from itertools import count

import pytest

from listener.match import Matcher
from listener.match.ambiguity import Context, Mark, Profile, fit
from listener.match.around import Around, Marked
from listener.match.demands import check_demand
from listener.match.examples import run_examples
from listener.match.expression import ExpressionError
from listener.model import Author, Brand, Post, Verdict

ABOUT = "Elisa täytti kolme vuotta, onnea siskoni tyttö!"
OTHER = "Elisan liittymä ei toimi, asiakaspalvelu ei vastaa laskusta"
SETTLED = Verdict("yes", 1.0, ("marked as about it",))


ELISA = Brand("elisa", ("Elisa",), handles=("@elisa",), languages=("fi",), ambiguous=True)
NUMBERS = count()


def elisa(must_match: tuple[str, ...] = (), must_not_match: tuple[str, ...] = ()) -> Brand:
    return replace(ELISA, must_match=must_match, must_not_match=must_not_match)


def post(text: str, title: str = "", in_reply_to: str = "") -> Post:
    return Post("x", str(next(NUMBERS)), text, title=title, in_reply_to=in_reply_to)


def verdicts(brand: Brand, asked: Post, *marked: tuple[Post, bool]) -> list[Verdict]:
    """The verdicts after these marks, the newest first."""
    given = [Marked(one, brand.id, about) for one, about in marked]
    return [mention.verdict for mention in Matcher([brand], given).match(asked)]


def test_a_marked_text_takes_its_answer() -> None:
    assert verdicts(elisa(), post(OTHER), (post(OTHER), False)) == []
    assert verdicts(elisa(), post(ABOUT), (post(ABOUT), True)) == [SETTLED]


def test_case_and_white_space_do_not_matter_and_the_title_counts() -> None:
    marked = (post("Elisan   liittymä\nei toimi", title="Taas"), False)
    assert verdicts(elisa(), post("TAAS elisan liittymä ei toimi "), marked) == []
    assert verdicts(elisa(), post("Elisan liittymä ei toimi"), marked)
    assert verdicts(elisa(), post("Taas Elisan liittymä ei toimi nyt"), marked)


def test_the_newest_mark_wins_and_marks_overrule_examples() -> None:
    both = ((post(OTHER), True), (post(OTHER), False))
    assert verdicts(elisa(), post(OTHER), *both) == [SETTLED]
    assert verdicts(elisa(), post(OTHER), *reversed(both)) == []
    assert verdicts(elisa(must_not_match=(OTHER,)), post(OTHER), both[0]) == [SETTLED]


def test_a_post_that_was_marked_itself_keeps_its_answer() -> None:
    first, second = post(OTHER), post(OTHER)
    marks = ((first, False), (second, True))
    assert verdicts(elisa(), second, *marks) == [SETTLED]
    assert verdicts(elisa(), first, *marks) == []
    assert verdicts(elisa(), post(OTHER), *marks) == []


def test_another_brands_mark_says_nothing() -> None:
    telia = Brand("telia", ("Elisa",), languages=("fi",), ambiguous=True)
    matcher = Matcher([elisa(), telia], [Marked(post(OTHER), "telia", False)])
    assert [mention.brand for mention in matcher.match(post(OTHER))] == ["elisa"]


def test_a_reply_without_the_name_is_not_settled_by_another_of_the_same_words() -> None:
    marked = [Marked(post("kiitos!", in_reply_to="elisa"), "elisa", False)]
    matcher = Matcher([elisa()], marked)
    assert matcher.match(post("kiitos!", in_reply_to="elisa"))
    assert matcher.match(post("kiitos!"), around=Around(frozenset({"elisa"})))


def test_the_judge_learns_as_if_nothing_were_settled() -> None:
    brand = elisa(must_not_match=("Elisa sai mekon joululahjaksi",))
    told = verdicts(brand, post("Elisa sai mekon syntymäpäivälahjaksi"))
    span = Context("Elisa sai mekon joululahjaksi", spans=((0, 5),), site="example")
    asked = Context("Elisa sai mekon syntymäpäivälahjaksi", spans=((0, 5),), site="x")
    judged = fit(Profile.of(brand), [Mark(span, False)]).judge(asked)
    assert [one.score for one in told] == ([judged.score] if judged.verdict != "no" else [])


@pytest.mark.parametrize("text", [ABOUT, OTHER, "elisa"])
def test_the_examples_of_an_ambiguous_brand_can_be_made_to_hold(text: str) -> None:
    assert run_examples([elisa(must_match=(text,))]) == []
    assert run_examples([elisa(must_not_match=(text,))]) == []


def test_an_example_in_both_lists_and_one_that_names_nothing_are_told() -> None:
    faults = run_examples([elisa(must_match=(OTHER, "Telia"), must_not_match=(OTHER,))])
    assert [fault.split(": ")[0] for fault in faults] == ["brands.elisa.must_match"] * 2
    assert "something else" in faults[0]


def test_a_mark_of_an_account_of_the_brand_stays_without_effect() -> None:
    own = Post("x", "1", ABOUT, author=Author("elisa"))
    assert verdicts(elisa(), own, (own, True)) == []


def test_a_fault_is_one_sentence_with_one_full_stop() -> None:
    brand = Brand("b", ("Vespa",), expression="Vespa AND lang:fi", must_match=("Vespa ajaa",))
    (told,) = run_examples([brand])
    assert told.endswith("does not match: the post lacks “lang:fi”: it is unknown or none.")


@pytest.mark.parametrize("entry", ["near/6 browar", "Near/6 browar", "piwo or (browar)"])
def test_a_demand_in_small_operators_is_refused(entry: str) -> None:
    with pytest.raises(ExpressionError, match="if you mean the word"):
        check_demand(entry)


@pytest.mark.parametrize("entry", ["Marks and Spencer", "NEAR/6 and", "more or less", "sklep near"])
def test_a_name_with_a_small_operator_in_it_is_a_name(entry: str) -> None:
    check_demand(entry)

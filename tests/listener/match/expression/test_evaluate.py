"""When an expression holds, by what, and what is said when it does not."""

import pytest

from listener.match.expression import Facts, Held, Span, facts_of, parse
from listener.match.expression.finder import TermFinder
from listener.match.fold import fold
from listener.model import Author, Post

TITLE = "Finnair myöhästyi"
TEXT = "Laukku katosi kun Finnair lensi Ouluun. Telefon ei vastaa."
TOO_FAR = "fails: both sides stand in the post, but not within"
FACTS = Facts("reddit", "matti", "fi", "reply", ("a.finnair.com",))


def held(
    expression: str, text: str = TEXT, title: str = TITLE, facts: Facts = FACTS
) -> Held | None:
    parsed = parse(expression)
    return parsed.holds(TermFinder(parsed.terms).places(fold(title), fold(text)), facts)


def why_not(expression: str) -> str:
    parsed = parse(expression)
    return parsed.why_not(TermFinder(parsed.terms).places(fold(TITLE), fold(TEXT)), FACTS)


@pytest.mark.parametrize(
    "expression",
    [
        "finnair",
        "finnair laukku",
        "finnair (juna OR laukku)",
        "finnair -juna",
        "finnair -(juna laukku)",
        "title:finnair",
        "title:myöhästyi -title:laukku laukku",
        "laukku NEAR/3 finnair",
        "finnair NEAR/3 laukku",
        "laukku ONEAR/3 finnair",
        "(juna OR katosi) ONEAR/1 kun",
        "kun ONEAR/1 finnair",
        '"kun finnair" ONEAR/1 lensi',
        "laukku NOT (laukku NEAR/2 finnair)",
        "telef* site:reddit",
        "laukku author:@Matti lang:fi type:reply link:finnair.com",
        "laukku -lang:en -type:post -site:x -link:blog.finnair.com",
    ],
)
def test_holds(expression: str) -> None:
    assert held(expression) is not None
    assert why_not(expression) == "the expression holds"


@pytest.mark.parametrize(
    ("expression", "reason"),
    [
        ("juna", "“juna” does not stand in the post"),
        ("finnair title:laukku", "“laukku” does not stand in the title"),
        ("finnair (juna OR bussi)", "none of “juna”, “bussi” stands in the post"),
        ("finnair -laukku", "“laukku” stands in the post, where it must not"),
        ("finnair lang:en", "the post lacks “lang:en”: it is “fi”"),
        ("finnair -lang:fi", "the post has “lang:fi”, which it must not"),
        ("finnair link:finnair.fi", "the post lacks “link:finnair.fi”: it is “a.finnair.com”"),
        (
            "laukku NEAR/2 finnair",
            f"“laukku NEAR/2 finnair” {TOO_FAR} 2 words of each other",
        ),
        (
            "finnair ONEAR/1 laukku",
            f"“finnair ONEAR/1 laukku” {TOO_FAR} 1 word of each other, in this order",
        ),
        (
            "finnair NEAR/9 (juna OR bussi)",
            "“finnair NEAR/9 (juna OR bussi)” fails: no “juna” or “bussi” stands in the post",
        ),
        ("finnair NOT (kun NEAR/1 finnair)", "“kun NEAR/1 finnair” holds, which it must not"),
        # The nearest way to make it hold: one thing to change against two.
        ("(juna bussi) OR (finnair lang:en)", "the post lacks “lang:en”: it is “fi”"),
        (
            "myöhästyi ONEAR/9 laukku",
            f"“myöhästyi ONEAR/9 laukku” {TOO_FAR} 9 words of each other, in this order",
        ),
    ],
)
def test_does_not_hold_and_says_why(expression: str, reason: str) -> None:
    assert held(expression) is None
    assert why_not(expression) == reason


def test_the_evidence_is_what_made_it_true_in_the_order_of_the_post() -> None:
    assert held("telefon AND (juna OR finnair) AND (laukku OR (bussi katosi)) -auto") == Held(
        (
            Span("title", 0, 0),
            Span("text", 0, 0),
            Span("text", 3, 3),
            Span("text", 6, 6),
        )
    )
    assert held("finnair ONEAR/1 lensi") == Held((Span("text", 3, 3), Span("text", 4, 4)))
    assert held("title:finnair") == Held((Span("title", 0, 0),))


def test_at_most_twenty_places_are_told() -> None:
    result = held("a NEAR/5 b", "a b " * 500)
    assert result is not None
    assert result.spans == tuple(Span("text", at, at) for at in range(20))


def test_one_word_is_not_near_itself() -> None:
    assert held("a NEAR/5 (a OR b)", "a") is None
    assert held("a NEAR/5 a", "a x a") is not None


def test_the_title_is_not_near_the_text() -> None:
    assert held("myöhästyi ONEAR/1 laukku") is None


def test_a_term_for_the_title_ignores_places_in_the_text() -> None:
    parsed = parse("title:a")
    assert parsed.holds({parsed.terms[0]: [Span("text", 0, 0)]}, Facts()) is None


def test_a_subdomain_is_of_its_domain_and_a_look_alike_is_not() -> None:
    for host, is_held in (("finnair.com", True), ("a.finnair.com", True), ("xfinnair.com", False)):
        assert (held("laukku link:finnair.com", facts=Facts(links=(host,))) is not None) is is_held
        assert (held("laukku site:finnair.com", facts=Facts(site=host)) is not None) is is_held


def test_facts_are_those_of_the_post_folded() -> None:
    post = Post(
        "Reddit",
        "1",
        "",
        author=Author("@Matti"),
        language="pt_BR",
        in_reply_to="x",
        links=("https://WWW.Finnair.com:443/a", "http://[", "t.co/1", "https://www.finnair.com/b"),
    )
    assert facts_of(post) == Facts("reddit", "matti", "pt", "reply", ("www.finnair.com", "t.co"))
    assert facts_of(Post("x", "1", "")) == Facts("x")

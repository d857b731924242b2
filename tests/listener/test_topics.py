"""Topics: found by their base forms in what people write, and nothing else is."""

import pytest

from listener.accounts import account, accounts, author_key
from listener.model import Author
from listener.rules import Condition, Rule, Topic
from listener.testing import a_post
from listener.topics import asked_for, found

REFUNDS = Topic("refunds", ("refund", "hyvitys", "zwrot", "money back"))
PLACES = Topic("oulu", ("Oulu",))
STRIKE = Topic("strike", ("lakko", "strajk"))


def names(text: str, *topics: Topic, **fields: str) -> set[str]:
    return {topic.name for topic in found(a_post(text=text, **fields), frozenset(topics))}


@pytest.mark.parametrize(
    ("text", "spoken_of"),
    [
        ("I want a refund", {"refunds"}),
        ("Refunds take weeks", {"refunds"}),
        ("give me my money back now", {"refunds"}),
        ("En saanut hyvitystä ajoissa", {"refunds"}),
        ("Kysyin hyvityksestä lakon takia", {"refunds", "strike"}),
        ("Czekam na zwrot", {"refunds"}),
        ("nie ma zwrotu od miesiąca", {"refunds"}),
        ("Strajku nie będzie", {"strike"}),
        ("Lento Ouluun peruttu", {"oulu"}),
        ("Oulusta kotiin", {"oulu"}),
        ("money is back", set()),
        ("a refond of the building", set()),
        ("nothing of it", set()),
    ],
)
def test_a_topic_is_found_by_its_base_forms(text: str, spoken_of: set[str]) -> None:
    assert names(text, REFUNDS, PLACES, STRIKE) == spoken_of


def test_a_title_counts_too() -> None:
    assert names("see below", REFUNDS, title="My refund") == {"refunds"}


def test_a_slip_of_the_finger_is_another_word() -> None:
    assert names("hyvitus", REFUNDS) == set()


def test_without_topics_nobody_looks() -> None:
    assert not found(a_post(text="refund"), frozenset())


def test_topics_of_one_name_and_other_words_are_not_mixed_up() -> None:
    old, new = Topic("money", ("refund",)), Topic("money", ("invoice",))
    assert found(a_post(text="an invoice"), frozenset({old, new})) == {new}


def test_what_rules_ask_for() -> None:
    rules = [
        Rule("a", ("desk",), Condition(topics=frozenset({REFUNDS}))),
        Rule("b", ("desk",), Condition(topics=frozenset({REFUNDS, PLACES}))),
        Rule("c", ("desk",)),
    ]
    assert asked_for(rules) == {REFUNDS, PLACES}


# -- accounts


def test_an_account_is_the_same_however_it_is_written() -> None:
    assert account("@SomeBody") == account("somebody ") == "somebody"
    assert account("X:@SomeBody") == account("x:somebody") == "x:somebody"


def test_what_an_author_may_be_called_by() -> None:
    post = a_post(author=Author("@Anna", "Anna A", id="ID7"))
    assert accounts(post) == {"anna", "fake:anna", "fake:id7"}
    assert accounts(a_post(author=Author("", "Anna A"))) == frozenset()


def test_the_account_that_lasts() -> None:
    assert author_key(a_post(author=Author("@Anna", id="ID7"))) == "fake:ID7"
    assert author_key(a_post(author=Author("@Anna"))) == "fake:anna"
    assert author_key(a_post(author=Author("", "Anna A"))) == ""

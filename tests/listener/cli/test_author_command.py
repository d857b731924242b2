"""``listener link`` and ``status --author``: one person by mail, by phone and on X."""

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from listener.answers import Answer
from listener.model import Author, Mention
from listener.store import Store
from listener.testing.fakes import NOON, a_mention, a_post
from listener.testing.store_steps import HOUR, poll
from tests.listener.cli.commands import Listener, configure, store_in

ADA = Author("ada", "Ada", id="77")


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    configure(tmp_path)
    with store_in(tmp_path) as opened:
        yield opened


def said(
    site: str, author: Author, hours: float, text: str = "Norvia lost my bag", **post
) -> Mention:
    made = replace(
        a_post("1", text, author=author, published_at=NOON + hours * HOUR, **post), site=site
    )
    return replace(a_mention(post=made), directness="direct")


def a_day(store: Store) -> None:
    """A call that was taken, a mail that waits, a tweet that was answered in an hour."""
    call = said("phone", Author("+358401"), 0, "", medium="call", facts=(("outcome", "answered"),))
    mail = said("mail", Author("ada@example.org"), 2, medium="mail")
    tweet = said("x", ADA, 4)
    stranger = said("reddit", Author("ada"), 5)
    taken = Answer(call.post.id, "norvia", call.post.id, NOON + timedelta(seconds=40))
    reply = Answer(tweet.post.id, "norvia", "x:9", NOON + 5 * HOUR)
    mentions = [call, mail, tweet, stranger]
    poll(store, [one.post for one in mentions], mentions=mentions, answers=[taken, reply])


def linked(listener: Listener) -> None:
    done = listener("link", "x:@ada", "mail:ada@example.org", "phone:+358401", "--by", "anna")
    assert done.code == 0, done.err


def test_who_links_what_never_wrote_is_asked_how_it_is_spelt(
    listener: Listener, store: Store
) -> None:
    a_day(store)
    done = listener("link", "x:@ada", "mial:ada@example.org")
    assert [line for line in done.lines if "is its site spelt" in line] == [
        "no mention by mial:ada@example.org is stored; is its site spelt as its posts have it?"
    ]


def test_one_person_across_mail_phone_and_x(listener: Listener, store: Store) -> None:
    a_day(store)
    linked(listener)
    (person,) = json.loads(listener("status", "--author", "x:@ada", "--json").out)
    assert person["accounts"] == ["mail:ada@example.org", "phone:+358401", "x:ada"]
    assert [one["channel"] for one in person["contacts"]] == ["x", "mail", "call"]
    assert [one["first_answer_seconds"] for one in person["contacts"]] == [3600, None, 40]
    assert person["figures"] == {
        "contacts": 3,
        "answered": 2,
        "answered_share": 2 / 3,
        "waiting": 1,
        "overheard": 0,
        "first_answer_seconds_median": 1820,
    }
    assert {name: one["contacts"] for name, one in person["channels"].items()} == {
        "call": 1,
        "mail": 1,
        "x": 1,
    }


@pytest.mark.parametrize("name", ["x:ada", "X:@ADA", "mail:ada@example.org", "phone:+358401"])
def test_by_whichever_account_it_is_the_same_person(
    listener: Listener, store: Store, name: str
) -> None:
    a_day(store)
    linked(listener)
    out = listener("status", "--author", name).out
    assert "3 contacts, 2 answered (67%), 1 waiting, first answer after 30 min (median)" in out
    assert "answered after 40 s" in out
    assert "outcome answered" in out
    assert "x:ada (by anna, " in out


def test_the_same_name_elsewhere_is_not_taken_for_the_same(
    listener: Listener, store: Store
) -> None:
    a_day(store)
    linked(listener)
    people = json.loads(listener("status", "--author", "ada", "--json").out)
    assert [len(one["contacts"]) for one in people] == [1, 3]
    assert people[0]["accounts"] == ["reddit:ada"]
    assert "linked to no other account" in listener("status", "--author", "reddit:ada").out


def test_who_said_nothing_is_told(listener: Listener, store: Store) -> None:
    a_day(store)
    done = listener("status", "--author", "x:nobody")
    assert (done.code, done.out) == (2, "")
    assert "nothing stored is by 'x:nobody'" in done.err


def test_what_is_no_account_is_refused(listener: Listener, store: Store) -> None:
    for words in (["x:ada"], ["x:ada", "ada"], ["x:ada", "x:"]):
        done = listener("link", *words)
        assert (done.code, done.out) == (2, "")
        assert done.err.startswith("listener: ")


def test_an_account_is_on_its_own_again(listener: Listener, store: Store) -> None:
    a_day(store)
    linked(listener)
    assert listener("unlink", "phone:+358401").code == 0
    assert "2 contacts, 1 answered" in listener("status", "--author", "x:ada").out
    assert listener("unlink", "phone:+358401").code == 2


def test_hostile_words_stay_words(listener: Listener, store: Store) -> None:
    evil = said("x", ADA, 0, "Norvia \x1b[31m\u202e\nperson   somebody else")
    poll(store, [evil.post], mentions=[evil])
    out = listener("status", "--author", "x:ada").out
    assert "\x1b" not in out
    assert "\u202e" not in out
    assert "\nperson   somebody" not in out


def test_what_was_said_to_a_competitor_was_overheard(
    listener: Listener, store: Store, tmp_path: Path
) -> None:
    configure(tmp_path, "[brands.rival]\nnames = ['Rival']\ncompetitor = true\n")
    tweet = said("x", ADA, 0)
    poll(store, [tweet.post], mentions=[tweet, replace(tweet, brand="rival")])
    (person,) = json.loads(listener("status", "--author", "x:ada", "--json").out)
    assert (person["figures"]["contacts"], person["figures"]["overheard"]) == (1, 1)
    assert {one["brand"]: one["is_contact"] for one in person["contacts"]} == {
        "norvia": True,
        "rival": False,
    }

"""``listener correct --doubts`` on a real store."""

import json
from pathlib import Path

import pytest

from listener.clock import utc_now
from listener.spam import SpamHistory, weigh_spam
from listener.testing import a_mention
from listener.testing.store_past import save, spam
from listener.testing.store_steps import poll
from tests.listener.cli.commands import Listener, configure, recent, store_in


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """With three posts that may be spam, of two brands, and two that are in no doubt."""
    configure(tmp_path)
    doubt = weigh_spam(spam(0.6), SpamHistory())
    chances = [(doubt, "norvia"), (doubt, "norvia"), (doubt, "skylark")]
    with store_in(tmp_path) as store:
        for n, (tag, brand) in enumerate([*chances, (spam(0.1), "norvia"), (spam(0.95), "norvia")]):
            post = recent(n, "Norvia\x1b[2J sells\nall", hours=10 - n)
            poll(store, [post], mentions=[a_mention(brand=brand, post=post)], now=utc_now())
            save(store, tag)
    return tmp_path


def test_what_may_be_spam_is_listed_with_why(folder: Path, listener: Listener) -> None:
    told = listener("correct", "--doubts", "--limit", "2")
    assert (told.code, told.err) == (0, "")
    assert told.lines[0].startswith("fake:2#skylark  2")
    assert told.lines[0].endswith("  Norvia[2J sells all")
    assert told.lines[1] == "    0.60 likely spam: a person should look"
    assert told.lines[2].startswith("fake:1#norvia  ")
    assert told.lines[4:] == [
        "… and 1 more: --limit N lists more of them",
        "listener correct MENTION spam yes|no settles one",
    ]


def test_of_one_brand_and_as_json(folder: Path, listener: Listener) -> None:
    told = json.loads(listener("correct", "--doubts", "--brand", "norvia", "--json").out)
    assert told["count"] == 2
    first = told["mentions"][0]
    assert (first["post"]["id"], first["brand"]) == ("fake:1", "norvia")
    assert first["tags"]["spam"]["label"] == "no"


def test_what_was_settled_is_listed_no_longer(folder: Path, listener: Listener) -> None:
    listener("correct", "fake:0#norvia", "spam", "no")
    listener("correct", "fake:1#norvia", "spam", "yes")
    listener("correct", "fake:2#skylark", "spam", "no")
    assert listener("correct", "--doubts").lines == ["nothing of the last 30 days may be spam"]


@pytest.mark.parametrize("more", [["x:1", "spam", "no"], ["--list"], ["--kind", "spam"]])
def test_it_is_asked_for_alone(folder: Path, listener: Listener, more: list[str]) -> None:
    told = listener("correct", "--doubts", *more)
    assert told.code == 2
    assert "correct --doubts takes --brand, --limit and --json, nothing else" in told.err


def test_an_unknown_brand_is_refused(folder: Path, listener: Listener) -> None:
    told = listener("correct", "--doubts", "--brand", "norvja")
    assert told.code == 2
    assert "did you mean 'norvia'" in told.err

"""Judging again: today's judges, what people said above them, and nobody told."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from listener.model import Mention, Tag
from listener.stages.again import Again, before, judged_again
from listener.stages.deciding import Deciding
from listener.stages.tag import Judge
from listener.store.sqlite import SqliteStore
from listener.testing import FakeClassifier, a_mention, a_post
from listener.testing.fakes import NOON
from listener.testing.store_steps import poll, tag_all

OLD = Tag("language", "sv", 0.5, by="old/1")
SAID = Tag("language", "fi", 1.0, by="person:anna")
LANGUAGE = Judge("language", FakeClassifier("language", lambda mention: "et"))
SENTIMENT = Judge("sentiment", FakeClassifier("sentiment", lambda one: one.label("language")))
INTENT = Judge(
    "intent", FakeClassifier("intent", lambda one: f"{one.parent_text} {one.label('sentiment')}")
)
JUDGES = [LANGUAGE, SENTIMENT, INTENT]


@pytest.fixture
def store(tmp_path: Path) -> Iterator[SqliteStore]:
    opened = SqliteStore.at(tmp_path / "test.db")
    yield opened
    opened.close()


def labels(tags: list[Tag]) -> dict[str, str]:
    return {tag.kind: tag.label for tag in tags}


@pytest.mark.parametrize(
    ("stored", "kinds", "given"),
    [
        ((OLD,), ["language", "sentiment"], {"language": "et", "sentiment": "et"}),
        ((OLD,), ["sentiment"], {"sentiment": "sv"}),
        ((OLD, SAID), ["language", "sentiment"], {"language": "et", "sentiment": "fi"}),
        ((), ["sentiment"], {"sentiment": ""}),
    ],
)
def test_each_judge_sees_what_stands(
    stored: tuple[Tag, ...], kinds: list[str], given: dict[str, str]
) -> None:
    judges = [LANGUAGE, Judge("sentiment", FakeClassifier("sentiment", _language_or_none))]
    (tags,) = judged_again(judges, [a_mention(tags=stored)], kinds)
    assert labels(tags) == {kind: label or "none" for kind, label in given.items()}


def _language_or_none(mention: Mention) -> str:
    return mention.label("language") or "none"


def test_a_mention_as_its_judge_gets_it() -> None:
    mentions = [a_mention(tags=(OLD, SAID)), a_mention(tags=(OLD,)), a_mention()]
    found = before(JUDGES, "intent", mentions)
    assert [labels(list(one.tags)) for one in found] == [
        {"language": "fi", "sentiment": "fi"},
        {"language": "et", "sentiment": "et"},
        {"language": "et", "sentiment": "et"},
    ]
    assert [one.tags for one in before(JUDGES, "language", mentions)] == [(), (), ()]


def test_a_reply_is_judged_with_what_it_replies_to(store: SqliteStore) -> None:
    posts = [a_post("1", "Is it late?"), a_post("2", "Yes, Norvia", in_reply_to="1")]
    poll(store, posts, mentions=[a_mention(post=posts[1])])
    tag_all(store)
    (stored,) = store.retags.batch(store.retags.plan("all", None, "", NOON), 9)
    again = Again(store, JUDGES, ["language", "sentiment", "intent"], Deciding(store))
    (tags,) = again.tags([stored.mention], NOON)
    assert labels(list(tags))["intent"] == "Is it late? et"


def test_of_some_kinds_only(store: SqliteStore) -> None:
    poll(store, [a_post()])
    tag_all(store)
    (stored,) = store.retags.batch(store.retags.plan("all", None, "", NOON), 9)
    again = Again(store, JUDGES, ["language"], Deciding(store))
    assert [labels(list(tags)) for tags in again.tags([stored.mention], NOON)] == [
        {"language": "et"}
    ]

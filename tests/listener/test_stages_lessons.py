"""Judges take up what was learned, each lesson for its brand, with the next batch."""

import json
from collections.abc import Iterator
from datetime import UTC
from pathlib import Path

import pytest

from listener.model import Mention
from listener.ports import Corrected
from listener.routing import Routing
from listener.stages.lessons import LessonWatch, taught_judges
from listener.stages.tag import Judge, TagStage, judge
from listener.store.learning_port import Lesson
from listener.store.sqlite import SqliteStore
from listener.teams import Teams
from listener.testing import FakeClassifier, a_mention, a_post
from listener.testing.fakes import NOON, FakeTeachable
from listener.testing.store_steps import HOUR, poll

JUDGE = FakeTeachable("sentiment", lambda mention: "neutral")
LANGUAGE = FakeClassifier("language", lambda mention: "en")
JUDGES = [Judge("language", LANGUAGE), Judge("sentiment", JUDGE)]


@pytest.fixture
def store(tmp_path: Path) -> Iterator[SqliteStore]:
    opened = SqliteStore.at(tmp_path / "test.db")
    yield opened
    opened.close()


def a_lesson(label: str, brand: str = "", number: int = 0, kind: str = "sentiment") -> Lesson:
    """That Norvia's being late is this."""
    layer = JUDGE.refit([Corrected(a_mention(), label)])
    return Lesson(kind, brand, NOON, "anna", 1, 1, layer=layer, number=number)


def said(judges: list[Judge], *mentions: Mention) -> list[tuple[str, str]]:
    judged = judge(judges, mentions)
    return [(one.tags[-1].label, one.tags[-1].by) for one in judged]


def test_a_lesson_counts_for_its_brand_or_for_all_others() -> None:
    judges = taught_judges(JUDGES, [a_lesson("negative", "", 3), a_lesson("mixed", "norvia", 5)])
    mentions = [a_mention("1"), a_mention("1", brand="skylark"), a_mention("2", brand="")]
    assert said(judges, *mentions, mentions[0]) == [
        ("mixed", "fake/1+5"),
        ("negative", "fake/1+3"),
        ("negative", "fake/1+3"),
        ("mixed", "fake/1+5"),
    ]
    only_norvia = taught_judges(JUDGES, [a_lesson("mixed", "norvia", 5)])
    assert said(only_norvia, *mentions[:2]) == [("mixed", "fake/1+5"), ("neutral", "fake/1")]


def test_without_lessons_judges_are_as_shipped() -> None:
    assert taught_judges(JUDGES, []) == JUDGES
    assert taught_judges(JUDGES, [a_lesson("mixed", kind="intent")]) == JUDGES


def test_a_lesson_that_can_not_be_taken_up_costs_itself() -> None:
    other = json.dumps({"version": "2", "words": {}})
    broken = [
        Lesson("sentiment", "", NOON, "", 1, 1, layer=other, number=3),
        Lesson("sentiment", "skylark", NOON, "", 1, 1, layer="{oh", number=4),
        Lesson("language", "", NOON, "", 1, 1, layer=other, number=5),
    ]
    assert taught_judges(JUDGES, broken) == JUDGES
    judges = taught_judges(JUDGES, [*broken, a_lesson("mixed", "norvia", 6)])
    assert said(judges, a_mention()) == [("mixed", "fake/1+6")]


def test_judges_are_made_anew_only_when_lessons_change(store: SqliteStore) -> None:
    watch = LessonWatch(store.lessons, JUDGES)
    first = watch.judges()
    assert watch.judges() is first
    number = store.lessons.keep(a_lesson("negative"))
    second = watch.judges()
    assert said(list(second), a_mention()) == [("negative", f"fake/1+{number}")]
    assert watch.judges() is second
    store.lessons.take_up("sentiment", "", 0)
    assert said(list(watch.judges()), a_mention()) == [("neutral", "fake/1")]


def test_a_running_stage_takes_up_a_lesson_with_its_next_batch(store: SqliteStore) -> None:
    taught = LessonWatch(store.lessons, JUDGES).judges
    stage = TagStage(store, JUDGES, Routing([], UTC, Teams()), taught=taught)
    labels = []
    for number, lesson in enumerate([None, a_lesson("negative"), None]):
        if lesson:
            store.lessons.keep(lesson)
        elif number:
            store.lessons.take_up("sentiment", "", 0)
        poll(store, [a_post(str(number), f"Norvia is late again n{number}")])
        assert stage.step(NOON) == 1
        (mention,) = (
            one
            for one in store.mentions(NOON - HOUR, NOON + HOUR)
            if one.post.native_id == str(number)
        )
        labels.append(mention.label("sentiment"))
    assert labels == ["neutral", "negative", "neutral"]

"""Folding: one story, whichever process and however often restarted."""

from collections.abc import Iterator
from datetime import UTC, timedelta
from pathlib import Path

import pytest

from listener.model import Post
from listener.routing import Routing
from listener.stages import folding
from listener.stages.folding import WINDOW_HOURS, Folding
from listener.stages.tag import TagStage
from listener.store import Store
from listener.testing import a_post
from listener.testing.fakes import NOON
from listener.testing.store_steps import poll
from tests.listener.stage_helpers import open_at

TEXT = "Norvia left us on the pier in the rain for four hours and nobody ever told us why, part two"
MINUTE = timedelta(minutes=1)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = open_at(tmp_path)
    yield opened
    opened.close()


def tag(store: Store, *posts: Post, after: timedelta = timedelta()) -> TagStage:
    """A process of its own that tags these."""
    poll(store, list(posts), now=NOON + after)
    stage = TagStage(store, [], Routing([], UTC))
    stage.step(NOON + after)
    return stage


def stories(store: Store) -> dict[str, str]:
    return {one.post.id: one.story for one in store.storied(NOON - MINUTE, 0, 100)}


def test_copies_are_one_story_in_one_process(store: Store) -> None:
    tag(store, a_post("1", TEXT), a_post("2", TEXT), a_post("3", "Norvia is fine, thank you all"))
    assert stories(store) == {"fake:1": "fake:1", "fake:2": "fake:1", "fake:3": "fake:3"}


def test_a_restart_forgets_no_story(store: Store) -> None:
    tag(store, a_post("1", TEXT))
    tag(store, a_post("2", TEXT), after=MINUTE)
    assert stories(store)["fake:2"] == "fake:1"


def test_two_processes_learn_from_each_other(store: Store) -> None:
    first, second = (TagStage(store, [], Routing([], UTC)) for _ in range(2))
    for n, stage in enumerate((first, second, first, second)):
        now = NOON + n * MINUTE
        poll(store, [a_post(str(n), TEXT)], now=now)
        stage.step(now)
    assert set(stories(store).values()) == {"fake:0"}


def test_a_post_tagged_again_keeps_its_story(store: Store) -> None:
    tag(store, a_post("1", TEXT))
    tag(store, a_post("1", f"{TEXT}, edited"), after=MINUTE)
    assert stories(store) == {"fake:1": "fake:1"}


def test_what_is_out_of_the_window_is_no_copy_any_more(store: Store) -> None:
    tag(store, a_post("1", TEXT))
    later = timedelta(hours=WINDOW_HOURS + 1)
    tag(store, a_post("2", TEXT), after=later)
    assert stories(store)["fake:2"] == "fake:2"


def test_a_long_record_is_read_in_parts(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(folding, "READ_AT_ONCE", 2)
    texts = [f"{TEXT} and number {n} of the many different ones {n * 37}" for n in range(5)]
    tag(store, *(a_post(str(n), text) for n, text in enumerate(texts)))
    fresh = Folding(store)
    fresh.catch_up(NOON + MINUTE)
    copy = a_post("copy", texts[4])
    assert fresh.story(copy, NOON + MINUTE) == stories(store)["fake:4"]

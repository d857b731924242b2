"""Posts that come through two sources, go and come back; clocks that go back. Nothing is lost."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, timedelta
from pathlib import Path

import pytest

from listener.model import Mention, Post
from listener.rules import Quiet, Rule
from listener.store.port import Polled, Saved, SourcePlan, Store
from listener.store.sqlite import SqliteStore
from listener.testing import a_mention, a_post
from listener.testing.fakes import NOON
from listener.testing.store_steps import (
    BURST,
    EACH,
    HOUR,
    LEASE,
    claim,
    delivered,
    due,
    poll,
    tag_all,
)

WEEK = timedelta(weeks=1)


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return SqliteStore.at(tmp_path / "s.db")


def polled_by(store: Store, source: str, post: Post, *brands: str, hours: int = 0) -> None:
    """One poll of one of two sources, each listened to for its own brands."""
    mentions = [a_mention(post=post, brand=brand, source=source) for brand in brands]
    told_by(store, source, [post], mentions, hours=hours)


def told_by(
    store: Store,
    source: str,
    posts: Sequence[Post] = (),
    mentions: Sequence[Mention] = (),
    *,
    hours: int = 0,
    planned: Sequence[str] = ("a", "b"),
    deleted: Sequence[str] = (),
    gone: Sequence[str] = (),
) -> Saved:
    """One poll of the planned sources, of which one brings something."""
    now = NOON + hours * HOUR
    store.plan_sources([SourcePlan(name, 60, recheck_posts_max=9) for name in planned], now)
    store.nudge(source, now)
    turns = {turn.name: turn for turn in store.claim_sources(now, LEASE, 9)}
    brought = Polled(posts, mentions, None, now, now, deleted=deleted, gone=gone)
    for turn in turns.values():
        if turn.name != source:
            store.save_poll(turn, Polled([], [], None, now, now))
    return store.save_poll(turns[source], brought)


def brands(store: Store) -> set[str]:
    return {turn.mention.brand for turn in claim(store, NOON + WEEK)}


def test_an_edit_seen_by_one_source_ends_no_mention_of_another(store: Store) -> None:
    first, edited = a_post(text="Acme and Beta"), a_post(text="Acme and Beta, edited")
    polled_by(store, "a", first, "acme")
    polled_by(store, "b", first, "beta")
    polled_by(store, "a", edited, "acme", hours=1)
    polled_by(store, "b", edited, "beta", hours=2)
    assert brands(store) == {"acme", "beta"}


def test_a_teaser_of_the_same_post_does_not_edit_the_whole(store: Store) -> None:
    whole, teaser = a_post(text="News. Acme is late"), a_post(text="News.")
    for hours in range(4):
        polled_by(store, "a", whole, "acme", hours=2 * hours)
        polled_by(store, "b", teaser, hours=2 * hours + 1)
    assert brands(store) == {"acme"}
    assert store.search("late", 5)


def test_a_source_takes_down_its_own_posts_only(store: Store) -> None:
    polled_by(store, "a", a_post(), "acme")
    others = told_by(store, "b", hours=1, deleted=["fake:1"], gone=["fake:traveller"])
    assert others.posts_deleted == 0
    assert store.search("late", 5)
    assert told_by(store, "a", hours=2, gone=["fake:traveller"]).posts_deleted == 1


def test_no_other_source_brings_back_what_was_taken_down(store: Store) -> None:
    polled_by(store, "a", a_post(), "acme")
    assert told_by(store, "a", hours=1, deleted=["fake:1"]).posts_deleted == 1
    polled_by(store, "b", a_post(text="late, kept by a mirror"), hours=2)
    assert store.search("late", 5) == []
    polled_by(store, "a", a_post(text="late, after all"), "acme", hours=3)
    assert [post.text for post in store.search("late", 5)] == ["late, after all"]


def test_what_a_source_brought_that_is_no_more_anybody_may_take_down(store: Store) -> None:
    polled_by(store, "a", a_post(), "acme")
    assert told_by(store, "b", hours=1, planned=["b"], deleted=["fake:1"]).posts_deleted == 1


def test_a_renamed_source_goes_on_with_its_posts(store: Store) -> None:
    polled_by(store, "a", a_post(), "acme")
    again = a_mention(brand="acme", source="c")
    told_by(store, "c", [a_post()], [again], planned=["c"], hours=2)
    (turn,) = store.claim_rechecks(NOON + WEEK, LEASE, 9)
    assert (turn.source, [post.id for post in turn.posts]) == ("c", ["fake:1"])
    saved = told_by(store, "c", [a_post(text="edited")], planned=["a", "c"], hours=4)
    assert saved.posts_edited == 1
    assert store.search("edited", 5)
    assert brands(store) == set()  # the mention was its own to withdraw


def test_what_was_withdrawn_untold_and_comes_back_is_told(store: Store) -> None:
    night = replace(EACH, quiet=Quiet(NOON.time(), (NOON + HOUR).time()))
    poll(store, [a_post(text="Norvia is awful")])
    tag_all(store, [night])
    poll(store, [a_post(text="oops")], mentions=[], now=NOON + HOUR / 2)
    assert due(store, NOON + HOUR) == []
    poll(store, [a_post(text="Norvia is awful!!")], now=NOON + 2 * HOUR)
    tag_all(store, [night], NOON + 2 * HOUR)
    (turn,) = due(store, NOON + 2 * HOUR)
    assert [mention.post.text for mention in turn.alert.mentions] == ["Norvia is awful!!"]


def test_a_clock_that_goes_back_opens_no_key_twice(store: Store) -> None:
    rule = replace(BURST, group_seconds=3600)
    for number, seconds in enumerate((0, 2, -5, -4, 1, 3)):
        now = NOON + timedelta(seconds=seconds)
        poll(store, [a_post(str(number))], now=NOON + timedelta(seconds=number))
        tag_all(store, [rule], now)
        turns = due(store, NOON + timedelta(seconds=4))
        store.settle_alerts([delivered(turn) for turn in turns])
    rest = due(store, NOON + 9 * HOUR)
    assert store.settle_alerts([delivered(turn) for turn in rest]) == len(rest)
    more = due(store, NOON + 19 * HOUR)
    assert store.status(NOON).waiting_by_channel in ({}, {"desk": len(more)})


def test_a_source_due_in_a_far_future_is_brought_back_by_the_next_plan(store: Store) -> None:
    poll(store, [a_post()], now=NOON + 520 * WEEK)
    store.plan_sources([SourcePlan("fake", 60)], NOON)
    assert store.claim_sources(NOON + 5 * WEEK, LEASE, 1)


def test_a_running_burst_keeps_to_the_days_ceiling(store: Store) -> None:
    rule = Rule("burst", ("desk",), group_seconds=60, daily_max=3)
    messages = 0
    for minute in range(30):
        now = NOON + timedelta(minutes=minute)
        poll(store, [a_post(str(minute))], now=now)
        tag_all(store, [rule], now)
        turns = due(store, now)
        messages += len(turns)
        store.settle_alerts([delivered(turn) for turn in turns])
    assert messages == 3
    (rest,) = due(store, (NOON + 12 * HOUR).astimezone(UTC))
    assert len(rest.alert.mentions) == 27


def test_a_site_that_is_named_like_the_days_rest_is_counted(store: Store) -> None:
    rule = replace(EACH, daily_max=3)
    sites = [replace(a_post(str(n)), site="/rest-of-day-2026-03-11") for n in range(9)]
    poll(store, sites)
    tag_all(store, [rule])
    assert len(due(store)) == 3

"""Crisis: raised from stored mentions, explained, and cleared only when everything was seen."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from pathlib import Path

import pytest

from listener.crisis import Crisis
from listener.model import Brand, Gap, Post, Tag
from listener.rules import Quiet, Rule
from listener.stages.crisis import CrisisStage
from listener.stages.send import SendStage
from listener.store import Store
from listener.store.port import SourcePlan, Tagged
from listener.testing import FakeChannel, a_mention, a_post
from listener.testing.fakes import NOON
from listener.testing.store_steps import polled, turn_at
from tests.listener.stage_helpers import Clock, open_at, step_until_idle

HOUR = timedelta(hours=1)
MINUTE = timedelta(minutes=1)
RULE = Rule("crisis", ("desk",), crisis=Crisis(weeks=2))
BRANDS = {"norvia": Brand("norvia", names=("Norvia",))}


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """Two weeks of one mention an hour, every fifth of them negative."""
    opened = open_at(tmp_path)
    bring(opened, [], NOON - 14 * 24 * HOUR)
    usual = [written(n, NOON - n * HOUR, "Norvia came as usual") for n in range(1, 14 * 24)]
    bring(opened, usual, NOON)
    yield opened
    opened.close()


def written(n: int, at: datetime, text: str) -> Post:
    return a_post(f"{n}-{at:%d%H%M}", text, published_at=at)


def bring(store: Store, posts: list[Post], now: datetime, gap: Gap | None = None) -> None:
    """A poll that brings these, tagged: those with "fire", and a fifth of the others, negative."""
    store.plan_sources([SourcePlan("fake", 60)], now, all_due=True)
    store.save_poll(turn_at(store, now), polled(posts, now=now, gap=gap))
    for at, turn in enumerate(store.claim_mentions(now, 60, 10_000)):
        is_bad = "fire" in turn.mention.post.text or at % 5 == 0
        tag = Tag("sentiment", "negative" if is_bad else "neutral", 0.9, by="t")
        mention = a_mention(post=turn.mention.post, tags=(tag,))
        store.save_tags([Tagged(mention, turn.token)], now)


def told(store: Store, now: datetime) -> list[tuple[str, str]]:
    desk = FakeChannel()
    step_until_idle(SendStage(store, {"desk": desk}, Clock(now)), now)
    return [(alert.kind, alert.title) for alert in desk.sent]


def burning(now: datetime, count: int = 40) -> list[Post]:
    return [
        written(n, now - (n % 15) * MINUTE - MINUTE, "Norvia's battery caught fire")
        for n in range(count)
    ]


def a_stage(store: Store) -> CrisisStage:
    return CrisisStage(store, [RULE], BRANDS, UTC)


def test_a_burst_against_the_brand_is_told_once_and_explained(store: Store) -> None:
    bring(store, burning(NOON), NOON)
    stage = a_stage(store)
    assert [stage.step(NOON + n * MINUTE) for n in range(3)] == [1, 0, 0]
    desk = FakeChannel()
    step_until_idle(SendStage(store, {"desk": desk}, Clock(NOON + MINUTE)), NOON + MINUTE)
    (alert,) = desk.sent
    assert alert.kind == "crisis"
    assert "of norvia in 15 minutes" in alert.title
    assert "battery" in alert.body
    assert "nothing to wonder at" in alert.body


def test_it_is_cleared_when_all_is_as_usual(store: Store) -> None:
    bring(store, burning(NOON), NOON)
    stage = a_stage(store)
    stage.step(NOON)
    later = NOON + 7 * HOUR
    bring(store, [written(900 + n, NOON + n * HOUR, "Norvia again") for n in range(1, 7)], later)
    stage.step(later)
    assert [kind for kind, _ in told(store, later)] == ["crisis", "clear"]


def test_an_outage_is_no_calm(store: Store) -> None:
    bring(store, burning(NOON), NOON)
    stage = a_stage(store)
    stage.step(NOON)
    later = NOON + 7 * HOUR
    bring(store, [], later, Gap(NOON, later - MINUTE, "outage"))
    stage.step(later)
    assert [kind for kind, _ in told(store, later)] == ["crisis"]


def test_a_source_that_fails_now_is_no_calm_either(store: Store) -> None:
    bring(store, burning(NOON), NOON)
    stage = a_stage(store)
    stage.step(NOON)
    later = NOON + 7 * HOUR
    store.plan_sources([SourcePlan("fake", 60)], later, all_due=True)
    store.fail_poll(turn_at(store, later), "down", later + MINUTE)
    stage.step(later)
    assert [kind for kind, _ in told(store, later)] == ["crisis"]


def test_five_are_no_crisis(store: Store) -> None:
    bring(store, burning(NOON, 5), NOON)
    assert a_stage(store).step(NOON) == 0


def test_quiet_hours_hold_unless_it_breaks_through(store: Store) -> None:
    quiet = replace(RULE, quiet=Quiet(time(11), time(13)))
    bring(store, burning(NOON), NOON)
    CrisisStage(store, [quiet], BRANDS, UTC).step(NOON)
    assert told(store, NOON) == []
    assert [kind for kind, _ in told(store, NOON + HOUR)] == ["crisis"]
    loud = replace(quiet, name="loud", break_through=90)
    CrisisStage(store, [loud], BRANDS, UTC).step(NOON + MINUTE)
    assert [kind for kind, _ in told(store, NOON + MINUTE)] == ["crisis"]


def test_a_source_dead_for_weeks_hides_no_all_clear_and_is_named(store: Store) -> None:
    """Else the brand would stay alarmed, and the next crisis be told nobody."""

    def beside_a_dead_one(now: datetime) -> None:
        store.plan_sources([SourcePlan("fake", 60), SourcePlan("dead", 60)], now, all_due=True)
        for turn in store.claim_sources(now, 60, 9):
            if turn.name == "dead":
                store.fail_poll(turn, "down", now + MINUTE)
            else:
                store.save_poll(turn, polled([], now=now))

    bring(store, burning(NOON), NOON)
    beside_a_dead_one(NOON + MINUTE)
    stage = a_stage(store)
    stage.step(NOON + MINUTE)
    later = NOON + 30 * HOUR
    usual = [written(900 + n, NOON + n * HOUR, "Norvia again") for n in range(1, 30)]
    bring(store, usual, later)
    beside_a_dead_one(later)
    stage.step(later)
    desk = FakeChannel()
    step_until_idle(SendStage(store, {"desk": desk}, Clock(later)), later)
    assert [alert.kind for alert in desk.sent] == ["crisis", "clear"]
    assert "but dead, not seen for a day" in desk.sent[1].body

"""Poll, when a source hangs, when the store balks, and when another process was faster."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from listener.model import Batch
from listener.ports import Retry, Source
from listener.stages.poll import LEASE_SECONDS, POLLS_AT_ONCE
from listener.store import Store, StoreUnavailable
from listener.store.port import SourcePlan
from listener.testing import FakeSource, a_post
from listener.testing.fakes import NOON
from listener.workers import Workers
from tests.listener.poll_helpers import (
    HOUR,
    SECOND,
    CallingSource,
    failing,
    poll_stage,
    polled,
    source_status,
    waiting,
)
from tests.listener.stage_helpers import SOON, Balking, Hanging, locked, open_at, step_until


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = open_at(tmp_path)
    yield opened
    opened.close()


# -- hanging


def test_a_source_that_hangs_delays_no_other_and_is_given_up_after_its_lease(store: Store) -> None:
    hanging = Hanging()

    def call() -> Batch:
        asked = source.asked
        if asked == 1:
            hanging()
        return Batch((a_post(f"asked {asked}"),))

    source = CallingSource(call)
    well = FakeSource([Batch((a_post(str(n)),)) for n in range(9)])
    stage = poll_stage(store, Workers("test-poll", 2), blogs=source, well=well)
    step_until(stage, NOON, hanging.began.is_set)
    step_until(stage, NOON, lambda: source_status(store, "well").posts == 1)
    almost = NOON + (LEASE_SECONDS - 1) * SECOND
    step_until(stage, almost, lambda: source_status(store, "well").posts == 2)
    assert source_status(store).failures == 0
    stage.step(NOON + LEASE_SECONDS * SECOND)
    told = source_status(store)
    assert (told.failures, told.last_error) == (1, "did not come back within 120 seconds")
    assert source.asked == 1
    hanging.let_go.set()
    assert hanging.ended.wait(SOON)
    step_until(stage, NOON + HOUR, lambda: source.asked == 2 and not stage.busy)
    kept = {mention.post.native_id for mention in waiting(store)}
    assert kept == {"0", "1", "2", "asked 2"}


def test_sources_that_hang_do_not_use_up_the_threads(store: Store) -> None:
    hanging = [Hanging(), Hanging()]

    def hanging_once(first: Hanging) -> CallingSource:
        def call() -> Batch:
            if source.asked == 1:
                first()
            return Batch()

        source = CallingSource(call)
        return source

    one, two = (hanging_once(first) for first in hanging)
    stage = poll_stage(store, Workers("test-two", 2), one=one, two=two)
    step_until(stage, NOON, lambda: all(first.began.is_set() for first in hanging))
    stage.step(NOON + LEASE_SECONDS * SECOND)
    assert not stage.busy
    later = NOON + HOUR
    step_until(stage, later, lambda: one.asked == two.asked == 2 and not stage.busy)
    assert {source_status(store, name).failures for name in ("one", "two")} == {0}
    for first in hanging:
        first.let_go.set()
        assert first.ended.wait(SOON)


def test_only_so_many_sources_are_asked_at_once(store: Store) -> None:
    hanging = [Hanging() for _ in range(POLLS_AT_ONCE + 3)]

    def calling(one: Hanging) -> CallingSource:
        def call() -> Batch:
            one()
            return Batch()

        return CallingSource(call)

    sources = {f"s{n}": calling(one) for n, one in enumerate(hanging)}
    stage = poll_stage(store, Workers("test-many", POLLS_AT_ONCE), **sources)
    step_until(stage, NOON, lambda: sum(one.began.is_set() for one in hanging) == POLLS_AT_ONCE)
    assert stage.step(NOON) == 0
    for one in hanging:
        one.let_go.set()
    step_until(stage, NOON, lambda: all(one.ended.is_set() for one in hanging))


# -- the store


def test_while_the_store_can_not_keep_it_a_batch_is_kept_and_not_asked_for_again(
    store: Store,
) -> None:
    balking = Balking(store, {"save_poll": [locked(), locked()]})
    source = FakeSource([Batch((a_post(),))])
    stage = poll_stage(balking.as_store(), blogs=source)
    stage.step(NOON)
    for seconds in (1, 2):
        with pytest.raises(StoreUnavailable):
            stage.step(NOON + seconds * SECOND)
        assert stage.busy
    assert source_status(store).posts == 0
    stage.step(NOON + 3 * SECOND)
    assert (source_status(store).posts, stage.busy, source.asked) == (1, False, [None])


def test_while_the_store_can_not_keep_it_a_failure_is_kept_too(store: Store) -> None:
    balking = Balking(store, {"fail_poll": [locked()]})
    stage = poll_stage(balking.as_store(), blogs=failing(Retry("HTTP 429", 5000)))
    stage.step(NOON)
    with pytest.raises(StoreUnavailable):
        stage.step(NOON)
    stage.drain(NOON + SECOND)
    assert (source_status(store).failures, stage.busy) == (1, False)
    assert source_status(store).due_at == NOON + 5000 * SECOND


@pytest.mark.parametrize("source", [FakeSource([Batch((a_post(),))]), failing(Retry("late"))])
def test_what_comes_after_the_lease_was_taken_by_another_does_not_count(
    store: Store, tmp_path: Path, source: Source
) -> None:
    stage = poll_stage(store, blogs=source)
    stage.step(NOON)
    other = open_at(tmp_path, "two")
    (theirs,) = other.claim_sources(NOON + LEASE_SECONDS * SECOND, 60, 1)
    stage.step(NOON + LEASE_SECONDS * SECOND)
    assert (source_status(store).posts, source_status(store).failures, stage.busy) == (0, 0, False)
    other.fail_poll(theirs, "theirs", NOON)
    other.close()


def test_a_source_that_is_not_configured_here_is_left_alone(store: Store) -> None:
    stage = poll_stage(store, blogs=FakeSource())
    store.plan_sources([SourcePlan("another", 60)], NOON)
    polled(stage)
    assert not stage.busy


def test_draining_stores_what_came_and_begins_nothing(store: Store) -> None:
    source = FakeSource([Batch((a_post(),), more=True), Batch()])
    stage = poll_stage(store, blogs=source)
    stage.step(NOON)
    stage.drain(NOON + HOUR)
    assert (source_status(store).posts, source.asked, stage.busy) == (1, [None], False)

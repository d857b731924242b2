"""Poll: whatever a source does costs only itself, and what it brought is never lost."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, cast

import pytest

from listener.match import Matcher
from listener.model import Author, Batch, Brand, Fault, Gap, Mention, Post
from listener.ports import Reject, Retry, Source
from listener.stages.poll import (
    FUTURE_TOLERATED,
    LEASE_SECONDS,
    POLLS_AT_ONCE,
    REJECTED_WAIT_SECONDS,
    Listened,
    PollStage,
    as_seen,
)
from listener.store import Store, StoreUnavailable
from listener.store.port import SourcePlan, SourceStatus
from listener.testing import FakeSource, a_post
from listener.testing.fakes import NOON
from listener.text import clean_text
from listener.workers import Workers
from tests.listener.stage_helpers import (
    SOON,
    AtOnce,
    Balking,
    Hanging,
    locked,
    open_at,
    step_until,
)

SECOND = timedelta(seconds=1)
HOUR = timedelta(hours=1)
BRANDS = [Brand("norvia", names=("Norvia",)), Brand("skylark", names=("Skylark",))]


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = open_at(tmp_path)
    yield opened
    opened.close()


@dataclass
class Calling:
    """A source that does as its function."""

    call: Callable[[], Batch]
    asked: int = 0

    def poll(self, cursor: str | None) -> Batch:
        self.asked += 1
        return self.call()


def failing(error: BaseException) -> Calling:
    def call() -> Batch:
        raise error

    return Calling(call)


def a_stage(store: Store, workers: Workers | None = None, **sources: Source) -> PollStage:
    """A stage over these sources, each polled every minute."""
    store.plan_sources([SourcePlan(name, 60) for name in sources], NOON)
    listened = {name: Listened(source, 60) for name, source in sources.items()}
    return PollStage(store, listened, Matcher(BRANDS), workers or AtOnce())


def polled(stage: PollStage, now: datetime = NOON) -> None:
    """Begin what is due, and store what came."""
    stage.step(now)
    stage.step(now)


def status(store: Store, name: str = "blogs") -> SourceStatus:
    return next(source for source in store.status(NOON).sources if source.name == name)


def waiting(store: Store) -> list[Mention]:
    """The mentions that want tagging."""
    return [turn.mention for turn in store.claim_mentions(NOON + 9 * HOUR, 60, 100)]


# -- what a source brings


def test_posts_mentions_and_cursor_are_kept(store: Store) -> None:
    posts = (a_post("1"), a_post("2", "nobody's business"), a_post("3", "Norvia and Skylark"))
    source = FakeSource([Batch(posts), Batch((a_post("4"),))])
    stage = a_stage(store, blogs=source)
    polled(stage)
    assert [mention.key for mention in waiting(store)] == [
        "fake:1#norvia",
        "fake:3#norvia",
        "fake:3#skylark",
    ]
    assert (status(store).posts, status(store).state) == (3, "ok")
    assert status(store).due_at == NOON + 60 * SECOND
    polled(stage, NOON + 60 * SECOND)
    assert source.asked == [None, "1"]
    assert status(store).posts == 4
    assert not stage.busy


def test_mentions_name_the_source_they_came_through(store: Store) -> None:
    polled(a_stage(store, blogs=FakeSource([Batch((a_post(),))])))
    assert [mention.source for mention in waiting(store)] == ["blogs"]


def test_every_source_has_a_cursor_of_its_own(store: Store) -> None:
    fast = FakeSource([Batch((a_post(str(n)),)) for n in range(3)])
    slow = FakeSource([Batch((a_post("9"),))])
    stage = a_stage(store, fast=fast, slow=slow)
    for minutes in range(4):
        polled(stage, NOON + minutes * 60 * SECOND)
    assert fast.asked == [None, "1", "2", "3"]
    assert slow.asked == [None, "1", "1", "1"]


def test_a_source_may_be_listened_to_for_some_brands_only(store: Store) -> None:
    store.plan_sources([SourcePlan("blogs", 60)], NOON)
    source = FakeSource([Batch((a_post(text="Norvia and Skylark"),))])
    listened = {"blogs": Listened(source, 60, ["skylark"])}
    polled(PollStage(store, listened, Matcher(BRANDS), AtOnce()))
    assert [mention.brand for mention in waiting(store)] == ["skylark"]


def test_while_there_is_more_the_next_poll_does_not_wait(store: Store) -> None:
    source = Calling(lambda: Batch(more=source.asked < 3))
    stage = a_stage(store, blogs=source)
    for _ in range(10):
        stage.step(NOON)
    assert source.asked == 3


def test_faults_rejects_and_gaps_are_kept(store: Store) -> None:
    gap = Gap(NOON - HOUR, NOON, "too many")
    batch = Batch(faults=(Fault("a\x00", "404"),), rejects=(Fault("line 1", "\ud800"),), gap=gap)
    polled(a_stage(store, blogs=Calling(lambda: batch)))
    told = status(store)
    assert told.faults == (Fault("a\ufffd", "404"),)
    assert told.last_rejects == (Fault("line 1", "\ufffd"),)
    assert told.gaps == (gap,)
    assert told.state == "degraded"


def test_a_time_in_which_nobody_looked_is_a_gap(store: Store) -> None:
    stage = a_stage(store, blogs=FakeSource())
    polled(stage)
    polled(stage, NOON + 60 * SECOND)
    assert status(store).gaps == ()
    polled(stage, NOON + HOUR)
    assert status(store).gaps == (
        Gap(NOON + 60 * SECOND, NOON + HOUR, "the listener was not running"),
    )


def test_deleted_posts_are_taken_out_also_where_their_id_is_poison(store: Store) -> None:
    poison = a_post("\ud800")
    batches = iter([Batch((poison,)), Batch(deleted=(poison.id,))])
    stage = a_stage(store, blogs=Calling(lambda: next(batches)))
    polled(stage)
    polled(stage, NOON + HOUR)
    assert waiting(store) == []


# -- what a source may do wrong


def test_a_source_that_wants_to_be_asked_later_is(store: Store) -> None:
    source = failing(Retry("HTTP 429", 5000))
    stage = a_stage(store, blogs=source)
    polled(stage)
    told = status(store)
    assert (told.failures, told.last_error, told.state) == (1, "HTTP 429", "failing")
    assert told.due_at == NOON + 5000 * SECOND
    polled(stage, NOON + 4999 * SECOND)
    assert source.asked == 1


@pytest.mark.parametrize(
    ("error", "reason", "seconds"),
    [
        (Retry("no answer"), "no answer", 15),
        (Retry("wishes nonsense", float("inf")), "wishes nonsense", 31 * 86_400),
        (Reject("HTTP 401"), "HTTP 401", REJECTED_WAIT_SECONDS),
        (ZeroDivisionError("by zero"), "ZeroDivisionError: by zero", 15),
        (SystemExit(3), "SystemExit: 3", 15),
        (Retry(ValueError("a reason that is no text")), "a reason that is no text", 15),  # type: ignore[arg-type]
        (Retry("\x00\ud800" + "x" * 10_000), clean_text("\ufffd\ufffd" + "x" * 1000, 1000), 15),
    ],
)
def test_whatever_a_source_raises_is_its_own_failure(
    store: Store, error: BaseException, reason: str, seconds: int
) -> None:
    well = FakeSource([Batch((a_post(),))])
    polled(a_stage(store, blogs=failing(error), well=well))
    told = status(store)
    assert (told.failures, told.last_error) == (1, reason)
    assert NOON + seconds * SECOND <= told.due_at <= NOON + 1.2 * seconds * SECOND
    assert status(store, "well").posts == 1


NO_BATCHES: list[Any] = [None, [], "posts", Batch(posts=cast("Any", 5)), Batch(cast("Any", [5]))]


@pytest.mark.parametrize("batch", NO_BATCHES)
def test_a_source_that_brings_no_batch_fails(store: Store, batch: Batch) -> None:
    stage = a_stage(store, blogs=Calling(lambda: batch))
    polled(stage)
    assert status(store).failures == 1
    assert not stage.busy


def test_failures_count_and_a_success_ends_them(store: Store) -> None:
    outcomes: Iterator[Batch | Exception] = iter([Retry("one"), Retry("two"), Batch()])

    def call() -> Batch:
        outcome = next(outcomes)
        if isinstance(outcome, Exception):
            raise outcome
        return outcome

    stage = a_stage(store, blogs=Calling(call))
    failures = []
    for hours in range(3):
        polled(stage, NOON + hours * HOUR)
        failures.append(status(store).failures)
    assert failures == [1, 2, 0]
    assert status(store).last_error == ""


def test_what_the_store_can_not_keep_costs_only_its_source(store: Store) -> None:
    endless = a_post(author=Author("a", "A", followers=2**80))
    well = FakeSource([Batch((a_post("2"),))])
    stage = a_stage(store, blogs=Calling(lambda: Batch((endless,))), well=well)
    polled(stage)
    assert status(store).failures == 1
    assert "OverflowError" in status(store).last_error
    assert status(store, "well").posts == 1
    assert not stage.busy


# -- hanging


def test_a_source_that_hangs_delays_no_other_and_is_given_up_after_its_lease(store: Store) -> None:
    hanging = Hanging()

    def call() -> Batch:
        asked = source.asked
        if asked == 1:
            hanging()
        return Batch((a_post(f"asked {asked}"),))

    source = Calling(call)
    well = FakeSource([Batch((a_post(str(n)),)) for n in range(9)])
    stage = a_stage(store, Workers("test-poll", 2), blogs=source, well=well)
    step_until(stage, NOON, hanging.began.is_set)
    step_until(stage, NOON, lambda: status(store, "well").posts == 1)
    almost = NOON + (LEASE_SECONDS - 1) * SECOND
    step_until(stage, almost, lambda: status(store, "well").posts == 2)
    assert status(store).failures == 0
    stage.step(NOON + LEASE_SECONDS * SECOND)
    told = status(store)
    assert (told.failures, told.last_error) == (1, "did not come back within 120 seconds")
    assert source.asked == 1
    hanging.let_go.set()
    assert hanging.ended.wait(SOON)
    step_until(stage, NOON + HOUR, lambda: source.asked == 2 and not stage.busy)
    kept = {mention.post.native_id for mention in waiting(store)}
    assert kept == {"0", "1", "2", "asked 2"}


def test_only_so_many_sources_are_asked_at_once(store: Store) -> None:
    hanging = [Hanging() for _ in range(POLLS_AT_ONCE + 3)]

    def calling(one: Hanging) -> Calling:
        def call() -> Batch:
            one()
            return Batch()

        return Calling(call)

    sources = {f"s{n}": calling(one) for n, one in enumerate(hanging)}
    stage = a_stage(store, Workers("test-many", POLLS_AT_ONCE), **sources)
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
    stage = a_stage(balking.as_store(), blogs=source)
    stage.step(NOON)
    for seconds in (1, 2):
        with pytest.raises(StoreUnavailable):
            stage.step(NOON + seconds * SECOND)
        assert stage.busy
    assert status(store).posts == 0
    stage.step(NOON + 3 * SECOND)
    assert (status(store).posts, stage.busy, source.asked) == (1, False, [None])


def test_while_the_store_can_not_keep_it_a_failure_is_kept_too(store: Store) -> None:
    balking = Balking(store, {"fail_poll": [locked()]})
    stage = a_stage(balking.as_store(), blogs=failing(Retry("HTTP 429", 5000)))
    stage.step(NOON)
    with pytest.raises(StoreUnavailable):
        stage.step(NOON)
    stage.drain(NOON + SECOND)
    assert (status(store).failures, stage.busy) == (1, False)
    assert status(store).due_at == NOON + 5000 * SECOND


@pytest.mark.parametrize("source", [FakeSource([Batch((a_post(),))]), failing(Retry("late"))])
def test_what_comes_after_the_lease_was_taken_by_another_does_not_count(
    store: Store, tmp_path: Path, source: Source
) -> None:
    stage = a_stage(store, blogs=source)
    stage.step(NOON)
    other = open_at(tmp_path, "two")
    (theirs,) = other.claim_sources(NOON + LEASE_SECONDS * SECOND, 60, 1)
    stage.step(NOON + LEASE_SECONDS * SECOND)
    assert (status(store).posts, status(store).failures, stage.busy) == (0, 0, False)
    other.fail_poll(theirs, "theirs", NOON)
    other.close()


def test_a_source_that_is_not_configured_here_is_left_alone(store: Store) -> None:
    stage = a_stage(store, blogs=FakeSource())
    store.plan_sources([SourcePlan("another", 60)], NOON)
    polled(stage)
    assert not stage.busy


def test_draining_stores_what_came_and_begins_nothing(store: Store) -> None:
    source = FakeSource([Batch((a_post(),), more=True), Batch()])
    stage = a_stage(store, blogs=source)
    stage.step(NOON)
    stage.drain(NOON + HOUR)
    assert (status(store).posts, source.asked, stage.busy) == (1, [None], False)


# -- posts as they are stored


def test_posts_from_the_future_are_dated_when_they_were_seen() -> None:
    soon, later = NOON + FUTURE_TOLERATED, NOON + FUTURE_TOLERATED + SECOND
    assert as_seen(a_post(published_at=soon), NOON).published_at == soon
    assert as_seen(a_post(published_at=later), NOON).published_at == NOON
    assert as_seen(a_post(published_at=None), NOON).published_at == NOON
    assert as_seen(a_post(published_at=NOON - 9 * HOUR), NOON).published_at == NOON - 9 * HOUR


def test_poison_is_stored_in_every_field_and_matched(store: Store) -> None:
    bad = "a\x00b\ud800\u202e<svg/onload=alert(1)>"
    post = Post(
        site="fa\x00ke",
        native_id=bad,
        text=f"{bad} Norvia {bad}" + "x" * 1_000_000,
        title=bad,
        url=f"https://{bad}",
        author=Author(bad, bad),
        language=bad,
        in_reply_to=bad,
        links=(bad, f"https://{bad}"),
    )
    polled(a_stage(store, blogs=FakeSource([Batch((post,))])))
    (mention,) = waiting(store)
    kept = "a\ufffdb\ufffd\u202e<svg/onload=alert(1)>"
    (evidence,) = mention.evidence
    assert mention.post.text[evidence.start : evidence.end] == "Norvia"
    assert post.text[evidence.start : evidence.end] == "Norvia"
    assert (mention.post.id, mention.post.author.handle) == (f"fa\ufffdke:{kept}", kept)
    assert mention.post.links == (kept, f"https://{kept}")
    assert len(mention.post.text) == len(post.text)

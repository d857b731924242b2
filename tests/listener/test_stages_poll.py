"""Poll: whatever a source does costs only itself, and what it brought is never lost."""

from collections.abc import Iterator
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any, cast

import pytest

from listener.match import Matcher
from listener.model import Author, Batch, Fault, Gap, Post
from listener.ports import Reject, Retry
from listener.stages.bringing import Listened
from listener.stages.poll import REJECTED_WAIT_SECONDS, PollStage
from listener.stages.reading import FUTURE_TOLERATED, as_seen
from listener.store import Store
from listener.store.port import Polled, Saved, SourcePlan, SourceTurn
from listener.store.sqlite import SqliteStore
from listener.testing import FakeSource, a_post
from listener.testing.fakes import NOON
from listener.text import clean_text
from tests.listener.poll_helpers import (
    BRANDS,
    HOUR,
    SECOND,
    CallingSource,
    failing,
    poll_stage,
    polled,
    source_status,
    waiting,
)
from tests.listener.stage_helpers import AtOnce, open_at


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = open_at(tmp_path)
    yield opened
    opened.close()


# -- what a source brings


def test_posts_mentions_and_cursor_are_kept(store: Store) -> None:
    posts = (a_post("1"), a_post("2", "nobody's business"), a_post("3", "Norvia and Skylark"))
    source = FakeSource([Batch(posts), Batch((a_post("4"),))])
    stage = poll_stage(store, blogs=source)
    assert [stage.step(NOON) for _ in range(3)] == [1, 1, 0]
    assert [mention.key for mention in waiting(store)] == [
        "fake:1#norvia",
        "fake:3#norvia",
        "fake:3#skylark",
    ]
    assert (source_status(store).posts, source_status(store).state) == (3, "ok")
    assert source_status(store).due_at == NOON + 60 * SECOND
    polled(stage, NOON + 60 * SECOND)
    assert source.asked == [None, "1"]
    assert source_status(store).posts == 4
    assert not stage.busy


def test_mentions_name_the_source_they_came_through(store: Store) -> None:
    polled(poll_stage(store, blogs=FakeSource([Batch((a_post(),))])))
    assert [mention.source for mention in waiting(store)] == ["blogs"]


def test_every_source_has_a_cursor_of_its_own(store: Store) -> None:
    fast = FakeSource([Batch((a_post(str(n)),)) for n in range(3)])
    slow = FakeSource([Batch((a_post("9"),))])
    stage = poll_stage(store, fast=fast, slow=slow)
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
    source = CallingSource(lambda: Batch((a_post(str(source.asked)),), more=source.asked < 3))
    stage = poll_stage(store, blogs=source)
    for _ in range(10):
        stage.step(NOON)
    assert source.asked == 3


def test_a_source_that_has_more_without_end_and_brings_nothing_is_not_asked_without_end(
    store: Store,
) -> None:
    source = CallingSource(lambda: Batch(more=True))
    stage = poll_stage(store, blogs=source)
    for seconds in range(5):
        for _ in range(5):
            stage.step(NOON + seconds * SECOND)
    assert source.asked == 5


def test_faults_rejects_and_gaps_are_kept(store: Store) -> None:
    gap = Gap(NOON - HOUR, NOON, "too many")
    batch = Batch(faults=(Fault("a\x00", "404"),), rejects=(Fault("line 1", "\ud800"),), gap=gap)
    polled(poll_stage(store, blogs=CallingSource(lambda: batch)))
    told = source_status(store)
    assert told.faults == (Fault("a\ufffd", "404"),)
    assert told.last_rejects == (Fault("line 1", "\ufffd"),)
    assert told.gaps == (gap,)
    assert told.state == "degraded"


def test_a_time_in_which_nobody_looked_is_a_gap(store: Store) -> None:
    stage = poll_stage(store, blogs=FakeSource())
    polled(stage)
    polled(stage, NOON + 60 * SECOND)
    assert source_status(store).gaps == ()
    polled(stage, NOON + HOUR)
    assert source_status(store).gaps == (
        Gap(NOON + 60 * SECOND, NOON + HOUR, "the listener was not running"),
    )


def test_deleted_posts_are_taken_out_also_where_their_id_is_poison(store: Store) -> None:
    poison = a_post("\ud800")
    batches = iter([Batch((poison,)), Batch(deleted=(poison.id,))])
    stage = poll_stage(store, blogs=CallingSource(lambda: next(batches)))
    polled(stage)
    polled(stage, NOON + HOUR)
    assert waiting(store) == []


# -- what a source may do wrong


def test_a_source_that_wants_to_be_asked_later_is(store: Store) -> None:
    source = failing(Retry("HTTP 429", 5000))
    stage = poll_stage(store, blogs=source)
    polled(stage)
    told = source_status(store)
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
    polled(poll_stage(store, blogs=failing(error), well=well))
    told = source_status(store)
    assert (told.failures, told.last_error) == (1, reason)
    assert NOON + seconds * SECOND <= told.due_at <= NOON + 1.2 * seconds * SECOND
    assert source_status(store, "well").posts == 1


NO_BATCHES: list[Any] = [None, [], "posts", Batch(posts=cast("Any", 5))]


@pytest.mark.parametrize("batch", NO_BATCHES)
def test_a_source_that_brings_no_batch_fails(store: Store, batch: Batch) -> None:
    stage = poll_stage(store, blogs=CallingSource(lambda: batch))
    polled(stage)
    assert source_status(store).failures == 1
    assert not stage.busy


def test_failures_count_and_a_success_ends_them(store: Store) -> None:
    outcomes: Iterator[Batch | Exception] = iter([Retry("one"), Retry("two"), Batch()])

    def call() -> Batch:
        outcome = next(outcomes)
        if isinstance(outcome, Exception):
            raise outcome
        return outcome

    stage = poll_stage(store, blogs=CallingSource(call))
    failures = []
    for hours in range(3):
        now = NOON + hours * HOUR
        polled(stage, now)
        told = source_status(store)
        failures.append((told.failures, (told.due_at - now).total_seconds() // 15))
    assert failures == [(1, 1), (2, 2), (0, 4)]
    assert source_status(store).last_error == ""


def test_what_the_store_can_not_keep_costs_only_its_source(tmp_path: Path) -> None:
    class Refusing(SqliteStore):
        def save_poll(self, turn: SourceTurn, polled: Polled) -> Saved:
            if turn.name == "blogs":
                raise OverflowError("a constraint nobody thought of")
            return super().save_poll(turn, polled)

    store = Refusing.at(tmp_path / "refusing.db")
    well = FakeSource([Batch((a_post("2"),))])
    stage = poll_stage(store, blogs=FakeSource([Batch((a_post(),))]), well=well)
    polled(stage)
    assert source_status(store).failures == 1
    assert "OverflowError" in source_status(store).last_error
    assert source_status(store, "well").posts == 1
    assert not stage.busy


UNUSABLE: list[Any] = [
    5,
    a_post("bad", title=cast("str", None)),
    a_post("bad", author=cast("Author", None)),
    a_post("bad", author=Author("u", "n", followers=cast("int", "1.2k"))),
    a_post("bad", published_at=datetime(1, 1, 1, tzinfo=timezone(timedelta(hours=14)))),
]


@pytest.mark.parametrize("unusable", UNUSABLE, ids=range(len(UNUSABLE)))
def test_one_unusable_post_costs_only_itself_and_is_told(store: Store, unusable: Any) -> None:
    batch = Batch((a_post("1"), unusable, a_post("2")))
    polled(poll_stage(store, blogs=CallingSource(lambda: batch)))
    told = source_status(store)
    assert (told.posts, told.failures, told.rejects) == (2, 0, 1)
    assert told.last_rejects[0].reason


def test_counts_and_times_are_made_fit_to_keep() -> None:
    post = a_post(author=Author("a", "A", followers=2**80), published_at=NOON.replace(tzinfo=None))
    seen = as_seen(post, NOON)
    assert (seen.author.followers, seen.published_at) == (10**15, NOON)


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
    polled(poll_stage(store, blogs=FakeSource([Batch((post,))])))
    (mention,) = waiting(store)
    kept = "a\ufffdb\ufffd\u202e<svg/onload=alert(1)>"
    (evidence,) = mention.evidence
    assert mention.post.text[evidence.start : evidence.end] == "Norvia"
    assert post.text[evidence.start : evidence.end] == "Norvia"
    assert (mention.post.id, mention.post.author.handle) == (f"fa\ufffdke:{kept}", kept)
    assert mention.post.links == (kept, f"https://{kept}")
    assert len(mention.post.text) == len(post.text)


# -- threads


def thread_of(store: Store, *batches: list[Post]) -> dict[str, list[str]]:
    """The brands of each post after these batches, one an hour."""
    source = FakeSource([Batch(tuple(posts)) for posts in batches])
    stage = poll_stage(store, blogs=source)
    for hour in range(len(batches)):
        polled(stage, NOON + hour * HOUR)
    found: dict[str, list[str]] = {}
    for mention in waiting(store):
        found.setdefault(mention.post.native_id, []).append(mention.brand)
    return found


PARENT = Post("forum", "1", "Norvia is down")
REPLY = Post("forum", "2", "same here", in_reply_to="1")


@pytest.mark.parametrize("order", [1, -1])
def test_a_reply_follows_the_words_that_came_with_it(store: Store, order: int) -> None:
    edited = Post("forum", "1", "Skylark is down")
    assert thread_of(store, [PARENT], [edited, REPLY][::order])["2"] == ["skylark"]


@pytest.mark.parametrize("order", [1, -1])
def test_a_reply_to_what_no_longer_names_the_brand_is_none(store: Store, order: int) -> None:
    edited = Post("forum", "1", "all is well")
    assert "2" not in thread_of(store, [PARENT], [edited, REPLY][::order])


def test_a_reply_to_what_came_before_follows_the_store(store: Store) -> None:
    answer = Post("forum", "3", "me too", in_reply_to="2")
    assert thread_of(store, [PARENT], [REPLY, answer]) == {"1": ["norvia"], "2": ["norvia"]}

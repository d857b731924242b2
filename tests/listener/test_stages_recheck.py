"""Second looks: they bring edits and deletions in, and disturb nothing else."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from listener.budget import LOOKS_DIVISOR, Limits
from listener.match import Matcher
from listener.model import NOTHING_SPENT, UNLIMITED, Batch, Fault, Post, Spent
from listener.ports import Reject, Retry
from listener.stages.bringing import Listened
from listener.stages.recheck import (
    LEASE_SECONDS,
    PACE_SECONDS,
    SCRUB_AFTER,
    RecheckStage,
)
from listener.store import Store, StoreUnavailable
from listener.store.port import SourcePlan
from listener.testing import a_mention, a_post
from listener.testing.fakes import NOON
from listener.testing.store_steps import EACH, due, poll, settle, tag_all
from listener.workers import Workers
from tests.listener.poll_helpers import BRANDS, source_status, waiting
from tests.listener.stage_helpers import AtOnce, Balking, Hanging, locked, logged, open_at

HOUR = timedelta(hours=1)
SOON = NOON + HOUR
MINUTE = timedelta(minutes=1)
PACE = timedelta(seconds=PACE_SECONDS)

Answer = Callable[[Sequence[Post], Spent], Batch]


@dataclass
class Looking:
    """A source that looks again as its function says."""

    answer: Answer = lambda posts, allowance: Batch()
    recheck_posts_max: int = 2
    asked: list[list[str]] = field(default_factory=list)
    allowed: list[Spent] = field(default_factory=list)

    def poll(self, cursor: str | None) -> Batch:
        return Batch()

    def recheck(self, posts: Sequence[Post], allowance: Spent) -> Batch:
        self.asked.append([post.native_id for post in posts])
        self.allowed.append(allowance)
        return self.answer(posts, allowance)


@dataclass
class Metered(Looking):
    """One that counts what it costs."""

    def dearest(self) -> Spent:
        return Spent(requests=2)

    def poll_within(self, cursor: str | None, allowance: Spent) -> Batch:
        return Batch()


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = open_at(tmp_path)
    yield opened
    opened.close()


def a_stage(
    store: Store, source: Looking, workers: Workers | None = None, limits: Limits | None = None
) -> RecheckStage:
    """A stage over three posts of noon, the first of which is a mention."""
    posts = [a_post("1"), a_post("2", "nothing"), a_post("3", "nothing")]
    poll(store, posts, mentions=[a_mention("1")])
    store.plan_sources([SourcePlan("fake", 60, recheck_posts_max=source.recheck_posts_max)], NOON)
    listened = Listened(source, 60, **({"limits": limits} if limits else {}))
    return RecheckStage(store, {"fake": listened}, Matcher(BRANDS), workers or AtOnce())


def look(stage: RecheckStage, now: datetime = SOON) -> None:
    """Begin what is due, and store what came."""
    stage.step(now)
    stage.step(now)


def failing(error: BaseException) -> Answer:
    def answer(posts: Sequence[Post], allowance: Spent) -> Batch:
        raise error

    return answer


def bringing(**fields: object) -> Answer:
    return lambda posts, allowance: Batch(**fields)  # type: ignore[arg-type]


def test_each_post_is_asked_for_once_at_its_pace(store: Store) -> None:
    source = Looking()
    stage = a_stage(store, source)
    look(stage, SOON - MINUTE)
    assert source.asked == []
    look(stage)
    look(stage, SOON + PACE / 2)
    assert source.asked == [["1", "2"]]
    look(stage, SOON + PACE)
    look(stage, SOON + 2 * PACE)
    assert source.asked == [["1", "2"], ["3"]]
    assert source.allowed == [UNLIMITED, UNLIMITED]
    assert not stage.busy


def test_a_deletion_goes_and_is_taken_back(store: Store) -> None:
    stage = a_stage(store, Looking(bringing(deleted=("fake:1",))))
    tag_all(store, [EACH])
    (told,) = due(store)
    settle(store, told, "m1")
    look(stage)
    assert store.search("late", 5) == []
    (turn,) = due(store, SOON)
    assert (turn.alert.kind, turn.alert.retracted) == ("retraction", ("fake:1",))


def test_an_edit_is_matched_anew(store: Store) -> None:
    edited = (a_post("1", "nothing now"), a_post("2", "Skylark is better"))
    stage = a_stage(store, Looking(bringing(posts=edited)))
    look(stage)
    assert [(one.post.native_id, one.brand) for one in waiting(store)] == [("2", "skylark")]


def test_an_edit_without_a_date_keeps_the_known_one(store: Store) -> None:
    edited = (a_post("1", "Norvia, edited", published_at=None),)
    stage = a_stage(store, Looking(bringing(posts=edited)))
    look(stage)
    assert store.search("edited", 1)[0].published_at == NOON


def test_a_post_that_nobody_asked_for_is_left_out(store: Store) -> None:
    stage = a_stage(store, Looking(bringing(posts=(a_post("99", "Norvia unasked"),))))
    look(stage)
    assert store.search("unasked", 5) == []


@pytest.mark.parametrize(
    ("faults", "again"),
    [
        ((Fault("2", "no answer"),), ["2"]),
        ((Fault("fake:2", "no answer"),), ["2"]),
        ((Fault("page 2", "no answer"),), ["2"]),
        ((Fault("page 1", "no answer"), Fault("2", "no answer")), ["2"]),
        ((), []),
    ],
)
def test_what_was_not_answered_is_asked_for_soon(
    store: Store, faults: tuple[Fault, ...], again: list[str]
) -> None:
    source = Looking(bringing(posts=(a_post("1", "Norvia, edited"),), faults=faults))
    stage = a_stage(store, source)
    late = NOON + 5 * HOUR
    look(stage, late)
    source.answer = bringing()
    look(stage, late + PACE)  # the third post is no worse off
    assert source.asked == [["1", "2"], ["3"]]
    look(stage, late + HOUR - MINUTE)
    assert len(source.asked) == 2
    look(stage, late + HOUR)
    assert source.asked[2:] == ([again] if again else [])


@pytest.mark.parametrize(
    "error",
    [
        Retry("busy"),
        Reject("no rights", state="login"),
        ZeroDivisionError("by zero"),
        SystemExit(3),
    ],
)
def test_a_failure_is_its_own_and_backs_off(store: Store, error: BaseException) -> None:
    source = Looking(failing(error))
    stage = a_stage(store, source)
    for seconds in range(0, 3600, 5):
        stage.step(SOON + timedelta(seconds=seconds))
    assert 1 <= len(source.asked) <= 12
    assert source_status(store, "fake").failures == 0
    assert len(store.claim_sources(SOON, 60, 9)) == 1  # polling goes on
    source.answer = bringing(deleted=("fake:1",))
    for minutes in range(0, 180, 5):
        look(stage, SOON + HOUR + timedelta(minutes=minutes))
    assert store.search("late", 5) == []


@pytest.mark.parametrize(
    "wrong",
    [
        None,
        "text",
        Batch(posts=(None,), faults=(None,)),  # type: ignore[arg-type]
        Batch(deleted=(7,)),  # type: ignore[arg-type]
        Batch(deleted=None),  # type: ignore[arg-type]
        Batch(spent=None),  # type: ignore[arg-type]
        Batch(gone=(None,)),  # type: ignore[arg-type]
    ],
)
def test_nonsense_is_a_failure(store: Store, wrong: object) -> None:
    stage = a_stage(store, Looking(lambda posts, allowance: wrong))  # type: ignore[return-value]
    with logged() as entries:
        look(stage)
    assert any(entry["event"] == "second look failed" for entry in entries)
    assert len(store.search("late", 5)) == 1


def test_an_unusable_post_costs_itself(store: Store) -> None:
    edited = (replace(a_post("1"), text=None), a_post("2", "Norvia"))  # type: ignore[arg-type]
    source = Looking(bringing(posts=edited))
    stage = a_stage(store, source)
    look(stage)
    assert [one.post.native_id for one in waiting(store)] == ["1", "2"]


def test_one_that_hangs_is_given_up(store: Store) -> None:
    hanging = Hanging()

    def answer(posts: Sequence[Post], allowance: Spent) -> Batch:
        hanging()
        return Batch(deleted=("fake:1",))

    source = Looking(answer)
    stage = a_stage(store, source, Workers("test", 1))
    stage.step(SOON)
    assert hanging.began.wait(5)
    assert stage.busy
    stage.step(SOON + timedelta(seconds=LEASE_SECONDS))
    assert not stage.busy
    hanging.let_go.set()
    assert hanging.ended.wait(5)
    stage.step(SOON + timedelta(seconds=LEASE_SECONDS + 1))
    assert len(store.search("late", 5)) == 1


def test_what_came_is_kept_while_the_store_cannot(store: Store) -> None:
    balking = Balking(store, {"save_recheck": [locked(), locked()]})
    source = Looking(bringing(deleted=("fake:1",)))
    stage = a_stage(store, source)
    stage.store = balking.as_store()
    stage.step(SOON)
    for _ in range(2):
        with pytest.raises(StoreUnavailable):
            stage.step(SOON)
        assert stage.busy
    stage.drain(SOON)
    assert (store.search("late", 5), len(source.asked)) == ([], 1)


def test_it_costs_no_more_than_its_share_of_the_budget(store: Store) -> None:
    source = Metered(lambda posts, allowance: Batch(spent=allowance))
    stage = a_stage(store, source, limits=Limits(requests_per_day=3 * LOOKS_DIVISOR))
    look(stage)
    look(stage, SOON + PACE)
    look(stage, SOON + 2 * PACE)
    assert [one.requests for one in source.allowed] == [2, 1]
    assert store.spending("fake", SOON).day.requests == 3
    assert source_status(store, "fake").failures == 0


def test_a_failure_that_cost_nothing_gives_back_what_was_set_aside(store: Store) -> None:
    source = Metered(failing(Retry("busy", spent=NOTHING_SPENT)))
    stage = a_stage(store, source, limits=Limits(requests_per_day=3 * LOOKS_DIVISOR))
    look(stage)
    assert len(source.asked) == 1
    assert store.spending("fake", SOON).day.requests == 0


def test_what_went_is_wiped_within_the_hour(store: Store, tmp_path: Path) -> None:
    stage = a_stage(store, Looking())
    poll(store, [a_post("5", "Norvia zebrafish")], now=NOON)
    poll(store, [], deleted=["fake:5"], now=SOON)
    stage.step(SOON + MINUTE)
    assert held(tmp_path)
    stage.step(SOON + SCRUB_AFTER + 2 * MINUTE)
    assert not held(tmp_path)


def held(folder: Path) -> bool:
    return any(b"ebrafish" in path.read_bytes() for path in folder.glob("test.db*"))

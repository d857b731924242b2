"""What was pushed becomes posts; what breaks costs itself alone."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from threading import Event
from typing import Any

import pytest

from listener.match import Matcher
from listener.model import Author, Batch, Brand, Fault, Spent
from listener.ports import Arrival, Call, Received, Reject, Retry
from listener.stages.bringing import Listened
from listener.stages.intake import LEASE_SECONDS, IntakeStage
from listener.store.port import SourcePlan
from listener.store.push_port import Pushed
from listener.store.sqlite import SqliteStore
from listener.testing import a_post
from listener.testing.fakes import NOON
from listener.testing.store_steps import HOUR, MINUTE, poll

NORVIA = Brand("norvia", names=("Norvia",))


@dataclass
class Desk:
    """Takes what is pushed to it: each body is a post, unless ``takes`` does otherwise."""

    takes: Callable[[Arrival], object] = lambda _: None
    taken: list[list[str]] = field(default_factory=list)
    body_bytes_max: int = 100

    def poll(self, cursor: str | None) -> Batch:
        return Batch(cursor=cursor)

    def receive(self, call: Call) -> Received:
        return Received((Arrival("1", call.body),))

    def take(self, arrivals: Sequence[Arrival], allowance: Spent) -> Batch:
        self.taken.append([one.key for one in arrivals])
        for one in arrivals:
            self.takes(one)
        return Batch(tuple(a_post(one.key, one.body.decode()) for one in arrivals))


@pytest.fixture
def store(tmp_path: Path) -> SqliteStore:
    store = SqliteStore.at(tmp_path / "test.db")
    store.plan_sources([SourcePlan("desk", 60)], NOON)
    return store


def stage_of(store: SqliteStore, desk: Desk, place: str = "") -> IntakeStage:
    return IntakeStage(store, {"desk": Listened(desk, 60, place=place)}, Matcher([NORVIA]))


def push(store: SqliteStore, *bodies: str) -> None:
    arrivals = [Pushed("desk", Arrival(str(at), body.encode())) for at, body in enumerate(bodies)]
    store.arrivals.keep(arrivals, NOON)


def settle(stage: IntakeStage, now=NOON) -> None:
    """Until nothing is under way and nothing more is due at that moment."""
    pause = Event()
    for _ in range(2_000):
        if not stage.step(now) and not stage.busy:
            return
        pause.wait(0.002)
    pytest.fail("it never came to rest")


def test_what_was_pushed_is_posts_and_mentions(store: SqliteStore) -> None:
    push(store, "Norvia is late", "nothing of it")
    settle(stage_of(store, Desk()))
    status = store.status(NOON)
    assert (status.posts, status.mentions, status.sources[0].posts) == (2, 1, 2)
    assert store.arrivals.waiting() == {}


def test_in_a_place_of_its_own_all_is_addressed_to_the_brand(store: SqliteStore) -> None:
    push(store, "still no answer")
    settle(stage_of(store, Desk(), place="norvia"))
    ((turn),) = store.claim_mentions(NOON, 60, 9)
    assert turn.mention.directness == "direct"
    assert [one.kind for one in turn.mention.evidence] == ["place"]


def test_a_thing_that_breaks_its_source_costs_itself(store: SqliteStore) -> None:
    def takes(one: Arrival) -> None:
        if one.body == b"poison":
            raise ZeroDivisionError("oh")

    desk = Desk(takes)
    push(store, *["Norvia"] * 30, "poison", *["Norvia"] * 5)
    settle(stage_of(store, desk))
    status = store.status(NOON)
    assert status.posts == 35
    assert status.sources[0].last_rejects == (Fault("30", "ZeroDivisionError: oh"),)
    assert [len(some) for some in desk.taken][:3] == [36, 20, 16]
    assert store.arrivals.waiting() == {}


def test_a_site_in_trouble_is_waited_for(store: SqliteStore) -> None:
    answers = iter([Retry("no answer", 90), None])

    def takes(_: Arrival) -> None:
        if failure := next(answers):
            raise failure

    push(store, "Norvia")
    stage = stage_of(store, Desk(takes))
    settle(stage)
    assert store.arrivals.waiting() == {"desk": 1}
    settle(stage, NOON + MINUTE)
    assert store.arrivals.waiting() == {"desk": 1}
    settle(stage, NOON + 2 * MINUTE)
    assert store.status(NOON).posts == 1


def test_what_has_to_wait_for_its_site_holds_up_nothing_else(store: SqliteStore) -> None:
    """Of what is pushed some must be looked up; while that can't be, the rest comes in."""
    is_down = [True]

    def takes(one: Arrival) -> None:
        if one.body == b"look me up, Norvia" and is_down:
            raise Retry("no answer")

    push(store, *["Norvia"] * 3, "look me up, Norvia", *["Norvia"] * 30)
    stage = stage_of(store, Desk(takes))
    settle(stage)
    assert (store.status(NOON).posts, store.arrivals.waiting()) == (33, {"desk": 1})
    is_down.clear()
    settle(stage, NOON + MINUTE)
    assert (store.status(NOON).posts, store.arrivals.waiting()) == (34, {})


def test_what_its_source_refuses_is_kept_for_a_person(store: SqliteStore) -> None:
    def takes(_: Arrival) -> None:
        raise Reject("it makes no sense")

    push(store, "a", "b")
    settle(stage_of(store, Desk(takes)))
    rejects = store.status(NOON).sources[0].last_rejects
    assert rejects == (Fault("1", "it makes no sense"), Fault("0", "it makes no sense"))


def test_one_that_hangs_is_given_up_and_the_rest_goes_on(store: SqliteStore) -> None:
    hangs = Event()
    push(store, "Norvia")
    stage = stage_of(store, Desk(lambda _: hangs.wait(30)))
    assert stage.step(NOON) == 1
    assert stage.busy
    stage.step(NOON + LEASE_SECONDS * MINUTE / 60)
    hangs.set()
    later = NOON + HOUR
    assert store.arrivals.waiting() == {}
    (told,) = store.status(later).sources[0].last_rejects
    assert "did not come back" in told.reason


def test_another_process_takes_what_one_left(store: SqliteStore, tmp_path: Path) -> None:
    push(store, "Norvia")
    other = SqliteStore.at(tmp_path / "test.db", owner="dead")
    assert other.arrivals.claim(["desk"], NOON, 60)
    stage = stage_of(store, Desk())
    settle(stage)
    assert store.status(NOON).posts == 0
    store.release(["dead"])
    settle(stage)
    assert store.status(NOON).posts == 1


def test_a_thing_that_can_t_be_stored_costs_itself(store: SqliteStore) -> None:
    push(store, "Norvia", "poison", "Norvia")
    settle(stage_of(store, Careless()))
    status = store.status(NOON)
    assert status.posts == 2
    assert status.sources[0].last_rejects[0].where == "1"
    assert store.arrivals.waiting() == {}


def test_what_another_source_brought_too_is_one_and_answered(store: SqliteStore) -> None:
    poll(store, [a_post("0", "Norvia lost my bag", author=Author("ada"))])
    store.plan_sources([SourcePlan("fake", 60), SourcePlan("desk", 60)], NOON)
    push(store, "Norvia lost a bag")
    settle(stage_of(store, Answering()))
    (contact,) = store.people.contacts(["fake:ada"], 9)
    assert (contact.mention.post.text, contact.answered_at) == ("Norvia lost my bag", NOON)


class Answering(Desk):
    """Says of a post that it was answered."""

    def take(self, arrivals: Sequence[Arrival], allowance: Spent) -> Batch:
        posts = super().take(arrivals, allowance).posts
        return Batch(tuple(replace(one, answered_at=NOON) for one in posts))


class Careless(Desk):
    """Says of a post what no store can keep."""

    def take(self, arrivals: Sequence[Arrival], allowance: Spent) -> Batch:
        posts = super().take(arrivals, allowance).posts
        return Batch(tuple(replace(one, medium=MEDIA.get(one.text, "post")) for one in posts))


MEDIA: dict[str, Any] = {"poison": None}

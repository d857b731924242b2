"""A role: it goes on whatever happens, says how it is, and ends tidily."""

import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from listener import roles
from listener.roles import FRESH_SECONDS, STEPS_IN_A_ROW_MAX, Role
from listener.stages import Stage
from listener.store import Store, StoreUnavailable
from listener.testing.fakes import NOON
from tests.listener.stage_helpers import SOON, Balking, locked, logged, open_at

MINUTE = timedelta(minutes=1)


@dataclass
class Worker:
    """A stage that does as told: so much per step, or what it must raise first."""

    work: list[int | Exception] = field(default_factory=list)
    always: int = 0
    undone: int = 0
    drain_faults: list[Exception] = field(default_factory=list)
    steps: int = 0
    drains: int = 0
    stepped: threading.Semaphore = field(default_factory=lambda: threading.Semaphore(0))

    @property
    def busy(self) -> bool:
        return self.undone > 0

    def step(self, now: datetime) -> int:
        self.steps += 1
        try:
            told = self.work.pop(0) if self.work else self.always
            if isinstance(told, Exception):
                raise told
            return told
        finally:
            self.stepped.release()

    def drain(self, now: datetime) -> None:
        self.drains += 1
        if self.drain_faults:
            raise self.drain_faults.pop(0)
        self.undone -= 1

    def wait_for_steps(self, count: int) -> None:
        for _ in range(count):
            assert self.stepped.acquire(timeout=SOON)


Start = Callable[..., Role]


@pytest.fixture(autouse=True)
def _brisk(monkeypatch: pytest.MonkeyPatch) -> None:
    """Trouble is tried again at once; nothing but a nudge steps an idle role."""
    monkeypatch.setattr(roles, "TROUBLE_SECONDS", 0.001)
    monkeypatch.setattr(roles, "BUSY_SECONDS", 0.001)


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    """Starts a role over a stage and, unless told otherwise, a real store."""
    started: list[Role] = []

    def start_it(
        stage: Stage,
        *,
        open_store: Callable[[], Store] = lambda: open_at(tmp_path),
        make_stage: Callable[[Store], Stage] | None = None,
        now: Callable[[], datetime] = lambda: NOON,
        every_seconds: int = 3600,
        nudge: Callable[[], None] = lambda: None,
    ) -> Role:
        role = Role(
            "test",
            open_store,
            make_stage or (lambda _: stage),
            now,
            owner="me",
            every_seconds=every_seconds,
        )
        role.nudge = nudge
        started.append(role)
        role.start()
        return role

    yield start_it
    for role in started:
        role.stop(NOON)
        assert role.join(SOON)


def until(condition: Callable[[], bool]) -> None:
    """Wait for what no event tells."""
    pause = threading.Event()
    for _ in range(2500):
        if condition():
            return
        pause.wait(0.002)
    pytest.fail("it did not happen")


# -- stepping


def test_it_steps_at_once_and_when_it_is_woken(start: Start) -> None:
    worker = Worker()
    role = start(worker)
    worker.wait_for_steps(1)
    role.wake()
    worker.wait_for_steps(1)
    assert role.is_alive(NOON)
    assert role.is_fresh(NOON)


def test_it_steps_by_itself_at_its_interval(start: Start) -> None:
    worker = Worker()
    start(worker, every_seconds=1)
    worker.wait_for_steps(2)


def test_while_there_is_work_it_goes_on_and_nudges_the_next(start: Start) -> None:
    nudged = threading.Semaphore(0)
    worker = Worker(work=[3, 1, 0])
    start(worker, nudge=nudged.release)
    worker.wait_for_steps(3)
    assert nudged.acquire(timeout=SOON)
    assert nudged.acquire(timeout=SOON)
    assert not nudged.acquire(blocking=False)


def test_while_work_is_under_way_it_looks_after_it(start: Start) -> None:
    worker = Worker(undone=1)
    start(worker)
    worker.wait_for_steps(5)
    worker.undone = 0


def test_work_without_end_does_not_keep_it_from_stopping(start: Start) -> None:
    worker = Worker(always=1)
    role = start(worker)
    worker.wait_for_steps(2 * STEPS_IN_A_ROW_MAX)
    role.stop(NOON)
    assert role.join(SOON)
    assert worker.drains == 1


def test_it_beats_under_its_name_and_owner(start: Start, tmp_path: Path) -> None:
    worker = Worker()
    start(worker)
    worker.wait_for_steps(1)
    store = open_at(tmp_path)
    assert store.status(NOON).beats["test me"] == NOON
    assert "me" in store.owners()
    store.close()


# -- trouble


def test_a_stage_that_raises_is_stepped_again_and_said_once(start: Start) -> None:
    worker = Worker(work=[ValueError("one"), ValueError("two"), StoreUnavailable("full", "disk")])
    with logged() as lines:
        role = start(worker)
        worker.wait_for_steps(1)
        until(lambda: role.trouble == "ValueError")
        assert not role.is_fresh(NOON)
        role.wake()
        worker.wait_for_steps(1)
        role.wake()
        worker.wait_for_steps(1)
        until(lambda: role.trouble == "full")
        role.wake()
        until(lambda: role.is_fresh(NOON))
        until(lambda: len(lines) == 3)
    told = [(line["log_level"], line.get("trouble") or line.get("after")) for line in lines]
    assert told == [("error", "ValueError"), ("error", "full"), ("warning", "full")]


def test_a_store_that_is_not_there_yet_is_waited_for(start: Start, tmp_path: Path) -> None:
    faults: list[Exception] = [StoreUnavailable("unreachable", "no disk"), OSError("odd")]

    def open_store() -> Store:
        if faults:
            raise faults.pop(0)
        return open_at(tmp_path)

    worker = Worker()
    role = start(worker, open_store=open_store)
    worker.wait_for_steps(1)
    until(lambda: role.trouble == "")
    assert faults == []


def test_a_stage_that_can_not_be_made_yet_is_made_later(start: Start) -> None:
    worker = Worker()
    faults = [locked(), locked()]

    def make_stage(_: Store) -> Stage:
        if faults:
            raise faults.pop(0)
        return worker

    start(worker, make_stage=make_stage)
    worker.wait_for_steps(1)


def test_a_role_that_waits_for_its_store_can_be_stopped(start: Start) -> None:
    tried = threading.Event()

    def open_store() -> Store:
        tried.set()
        raise locked()

    role = start(Worker(), open_store=open_store)
    assert tried.wait(SOON)
    until(lambda: role.trouble == "locked")
    role.stop(NOON)
    assert role.join(SOON)
    assert not role.is_alive(NOON)


def test_a_stage_that_hangs_makes_it_neither_alive_nor_fresh(start: Start) -> None:
    let_go = threading.Event()
    stuck = Stuck(let_go)
    role = start(stuck)
    assert stuck.began.wait(SOON)
    assert role.is_alive(NOON + timedelta(seconds=FRESH_SECONDS - 1))
    assert not role.is_alive(NOON + timedelta(seconds=FRESH_SECONDS))
    assert not role.is_fresh(NOON + timedelta(seconds=FRESH_SECONDS))
    let_go.set()


@dataclass
class Stuck:
    """A stage that hangs until it is let go."""

    let_go: threading.Event
    began: threading.Event = field(default_factory=threading.Event)
    busy: bool = False

    def step(self, now: datetime) -> int:
        self.began.set()
        assert self.let_go.wait(SOON)
        return 0

    def drain(self, now: datetime) -> None:
        pass


def test_an_idle_stage_is_not_fresh_while_nothing_can_be_written(
    start: Start, tmp_path: Path
) -> None:
    read_only: list[Exception] = [StoreUnavailable("read-only", "remounted")] * 5
    balking = Balking(open_at(tmp_path), {"beat": read_only})
    worker = Worker()
    role = start(worker, open_store=balking.as_store)
    until(lambda: len(read_only) == 3)  # a beat and a step were tried
    until(lambda: role.trouble == "read-only")
    for left in (2, 1, 0):
        role.wake()
        until(lambda left=left: len(read_only) == left)  # type: ignore[misc]
        assert role.is_alive(NOON)
        assert not role.is_fresh(NOON)
        assert worker.steps == 0
    role.wake()
    worker.wait_for_steps(1)
    until(lambda: role.is_fresh(NOON))
    assert role.trouble == ""


# -- the end


def test_it_drains_until_nothing_is_under_way(start: Start) -> None:
    worker = Worker(undone=3)
    role = start(worker)
    worker.wait_for_steps(1)
    role.stop(NOON + MINUTE)
    assert role.join(SOON)
    assert (worker.drains, worker.busy) == (3, False)
    assert not role.is_alive(NOON)


def test_what_it_can_not_drain_at_first_it_drains_later(start: Start) -> None:
    worker = Worker(undone=1, drain_faults=[locked(), ValueError("odd"), locked()])
    role = start(worker)
    worker.wait_for_steps(1)
    role.stop(NOON + MINUTE)
    assert role.join(SOON)
    assert (worker.drains, worker.busy) == (4, False)


def test_draining_ends_at_its_time_but_is_tried_once(start: Start) -> None:
    worker = Worker(undone=5)
    role = start(worker)
    worker.wait_for_steps(1)
    role.stop(NOON)
    assert role.join(SOON)
    assert (worker.drains, worker.busy) == (1, True)


def test_it_does_not_end_by_itself(start: Start) -> None:
    role = start(Worker())
    assert not role.join(0.01)

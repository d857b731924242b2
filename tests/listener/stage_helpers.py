"""What the tests of the stages share: a set clock, a store that balks, work done at once."""

import logging
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, TypeVar, cast

import pytest
import structlog
from structlog.testing import capture_logs

from listener.stages import Stage
from listener.store import Store, StoreUnavailable
from listener.store.sqlite import SqliteStore
from listener.testing.fakes import NOON
from listener.workers import Workers

SOON = 5.0
PAUSE_SECONDS = 0.002
T = TypeVar("T")


def open_at(folder: Path, owner: str = "one") -> Store:
    """A real store; the same for everybody who opens it in this folder."""
    return SqliteStore.at(folder / "test.db", owner=owner)


def locked() -> StoreUnavailable:
    return StoreUnavailable("locked", "by somebody else")


@dataclass
class Clock:
    """Shows what it was set to."""

    now: datetime = NOON

    def __call__(self) -> datetime:
        return self.now


@dataclass
class Balking:
    """A real store whose verbs raise what was put down for them, one per call, then work."""

    store: Store
    faults: dict[str, list[Exception]] = field(default_factory=dict)

    def __getattr__(self, verb: str) -> Any:
        faults = self.faults.get(verb)
        if faults:
            return lambda *_, **__: _raise(faults.pop(0))
        return getattr(self.store, verb)

    def as_store(self) -> Store:
        return cast("Store", self)


def _raise(error: Exception) -> None:
    raise error


@contextmanager
def logged() -> Iterator[list[Any]]:
    """What is logged from info on."""
    config = structlog.get_config()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.INFO))
    with capture_logs() as entries:
        yield entries
    structlog.configure(**config)


class AtOnce(Workers):
    """Does the work in the caller's thread: what was begun is done."""

    def __init__(self) -> None:
        super().__init__("at-once", 0)

    def submit(self, work: Callable[[], T]) -> Future[T]:
        future: Future[T] = Future()
        try:
            future.set_result(work())
        except BaseException as error:  # noqa: BLE001
            future.set_exception(error)
        return future


@dataclass
class Hanging:
    """A call that says when it began, and goes on when it is let go."""

    began: threading.Event = field(default_factory=threading.Event)
    let_go: threading.Event = field(default_factory=threading.Event)
    ended: threading.Event = field(default_factory=threading.Event)

    def __call__(self) -> None:
        self.began.set()
        assert self.let_go.wait(SOON)
        self.ended.set()


def step_until(stage: Stage, now: datetime, done: Callable[[], bool]) -> None:
    """Step as a role does, until it is done."""

    def stepped() -> bool:
        stage.step(now)
        return done()

    _repeat(stepped)


def step_until_idle(stage: Stage, now: datetime) -> None:
    """Step until nothing is due and nothing is under way."""
    _repeat(lambda: not stage.step(now) and not stage.busy)


def drain_until_idle(stage: Stage, now: datetime) -> None:
    """Drain until nothing is under way."""

    def drained() -> bool:
        stage.drain(now)
        return not stage.busy

    _repeat(drained)


def _repeat(look: Callable[[], bool]) -> None:
    """Look again and again, and let other threads work in between."""
    pause = threading.Event()
    for _ in range(int(SOON / PAUSE_SECONDS)):
        if look():
            return
        pause.wait(PAUSE_SECONDS)
    pytest.fail("the stage did not get there")

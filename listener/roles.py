"""A role: one thread that steps one stage on a store connection of its own."""

import threading
from collections.abc import Callable
from datetime import datetime
from typing import Any

import structlog

from listener.clock import Now, Ticker
from listener.stages import Stage
from listener.store import Store, StoreUnavailable

BEAT_SECONDS = 10
FRESH_SECONDS = 60
IDLE_SECONDS = 0.5
STEPS_IN_A_ROW_MAX = 20
BUSY_SECONDS = 0.02
TROUBLE_SECONDS = 1.0


class Role:
    """Steps a stage until stopped, then drains it.

    ``nudge`` is called after work was done, so that the next stage need not wait for its tick.
    """

    def __init__(
        self,
        name: str,
        open_store: Callable[[], Store],
        make_stage: Callable[[Store], Stage],
        now: Now,
        *,
        owner: str,
        every_seconds: int = 1,
    ) -> None:
        self.name = name
        self.trouble = ""
        self.alive_at: datetime = now()
        self.fresh_at: datetime | None = None
        self.nudge: Callable[[], None] = lambda: None
        self._open_store = open_store
        self._make_stage = make_stage
        self._now = now
        self._beat_name = f"{name} {owner}"
        self._every_seconds = every_seconds
        self._wake = threading.Event()
        self._stopping = threading.Event()
        self._drain_until: datetime | None = None
        self._log = structlog.get_logger(name)
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def wake(self) -> None:
        """There is something to do: don't wait for the next tick."""
        self._wake.set()

    def stop(self, drain_until: datetime) -> None:
        """Begin nothing new, and be done with what is under way by ``drain_until``."""
        self._drain_until = drain_until
        self._stopping.set()
        self._wake.set()

    def join(self, seconds: float) -> bool:
        """Wait for the end; False if it did not come."""
        self._thread.join(seconds)
        return not self._thread.is_alive()

    def is_alive(self, now: datetime) -> bool:
        """Whether its loop goes round."""
        return self._thread.is_alive() and _is_recent(self.alive_at, now)

    def is_fresh(self, now: datetime) -> bool:
        """Whether it also does its work: false until it first did, and while it can't."""
        if self.fresh_at is None or self.trouble:
            return False
        return self.is_alive(now) and _is_recent(self.fresh_at, now)

    def _run(self) -> None:
        store, stage = self._set_up()
        if store is None or stage is None:
            return
        ticker = Ticker(self._on_error)
        ticker.every(BEAT_SECONDS, lambda: store.beat(self._beat_name, self._now()))
        ticker.every(self._every_seconds, lambda: self._step(stage, store))
        while not self._stopping.is_set():
            self.alive_at = self._now()
            ticker.run_pending()
            if self._woken(stage):
                ticker.call(lambda: self._step(stage, store))
        self._drain(stage)
        store.close()

    def _set_up(self) -> tuple[Store, Stage] | tuple[None, None]:
        """Open the store, as often as it takes."""
        while not self._stopping.is_set():
            self.alive_at = self._now()
            try:
                store = self._open_store()
                return store, self._make_stage(store)
            except BaseException as error:  # noqa: BLE001  a role that gave up would be silent
                self._on_error(error)
                self._stopping.wait(TROUBLE_SECONDS)
        return None, None

    def _woken(self, stage: Stage) -> bool:
        wait = TROUBLE_SECONDS if self.trouble else BUSY_SECONDS if stage.busy else IDLE_SECONDS
        woken = self._wake.wait(wait)
        if woken:  # a nudge that comes just after the wait is over is for the next one
            self._wake.clear()
        return (woken or stage.busy) and not self._stopping.is_set()

    def _step(self, stage: Stage, store: Store) -> None:
        if self.trouble:  # an idle stage only reads, and would not find that nothing can be written
            store.beat(self._beat_name, self._now())
        for _ in range(STEPS_IN_A_ROW_MAX):
            if self._stopping.is_set():
                return
            worked = stage.step(self._now())
            self._worked()
            if not worked:
                return
            self.nudge()
        self.wake()  # there is more, but other jobs of this role want their turn too

    def _worked(self) -> None:
        self.alive_at = self.fresh_at = self._now()
        if self.trouble:
            self._log.warning("works again", after=self.trouble)
            self.trouble = ""

    def _on_error(self, error: BaseException) -> None:
        """Say it once, not every second."""
        trouble = error.state if isinstance(error, StoreUnavailable) else type(error).__name__
        if trouble == self.trouble:
            return
        self.trouble = trouble
        told: dict[str, Any] = {"trouble": trouble, "detail": str(error)}
        if not isinstance(error, StoreUnavailable):
            told["exc_info"] = error
        self._log.error("can't work, trying on", **told)

    def _drain(self, stage: Stage) -> None:
        pause = threading.Event()
        while True:
            try:
                stage.drain(self._now())
            except Exception as error:  # noqa: BLE001  what can still be stored must be
                self._on_error(error)
            if not stage.busy or self._drain_until is None or self._now() >= self._drain_until:
                return
            pause.wait(BUSY_SECONDS)


def _is_recent(then: datetime, now: datetime) -> bool:
    """Neither long ago nor, after the clock went back, long ahead."""
    return abs((now - then).total_seconds()) < FRESH_SECONDS

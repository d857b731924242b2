"""What the tests of polling share: sources that do as told, and a stage over them."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from listener.match import Matcher
from listener.model import Batch, Brand, Mention
from listener.ports import Source
from listener.stages.bringing import Listened
from listener.stages.poll import PollStage
from listener.store import Store
from listener.store.port import SourcePlan, SourceStatus
from listener.testing.fakes import NOON
from listener.workers import Workers
from tests.listener.stage_helpers import AtOnce

BRANDS = [Brand("norvia", names=("Norvia",)), Brand("skylark", names=("Skylark",))]
SECOND = timedelta(seconds=1)
HOUR = timedelta(hours=1)


@dataclass
class CallingSource:
    """A source that does as its function."""

    call: Callable[[], Batch]
    asked: int = 0

    def poll(self, cursor: str | None) -> Batch:
        self.asked += 1
        return self.call()


def failing(error: BaseException) -> CallingSource:
    def call() -> Batch:
        raise error

    return CallingSource(call)


def poll_stage(store: Store, workers: Workers | None = None, **sources: Source) -> PollStage:
    """A stage over these sources, each polled every minute."""
    store.plan_sources([SourcePlan(name, 60) for name in sources], NOON)
    listened = {name: Listened(source, 60) for name, source in sources.items()}
    return PollStage(store, listened, Matcher(BRANDS), workers or AtOnce())


def source_status(store: Store, name: str = "blogs") -> SourceStatus:
    return next(source for source in store.status(NOON).sources if source.name == name)


def polled(stage: PollStage, now: datetime = NOON) -> None:
    """Begin what is due, and store what came."""
    stage.step(now)
    stage.step(now)


def waiting(store: Store) -> list[Mention]:
    """The mentions that want tagging."""
    return [turn.mention for turn in store.claim_mentions(NOON + 9 * HOUR, 60, 100)]

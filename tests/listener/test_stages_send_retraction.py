"""Send: what was told is taken back, as far as each channel can."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

import pytest

from listener.model import Alert
from listener.ports import Channel, Retry
from listener.stages.send import CANT_RETRACT, SendStage
from listener.store import Store
from listener.store.sqlite import SqliteStore
from listener.testing import FakeChannel, a_post
from listener.testing.fakes import NOON
from listener.testing.store_steps import EACH, poll, tag_all
from tests.listener.stage_helpers import Clock, logged, open_at, step_until_idle

HOUR = timedelta(hours=1)


@dataclass
class Erasing(FakeChannel):
    """One that can take back what it told, unless something is in the way first."""

    retracted: list[Alert] = field(default_factory=list)
    in_the_way: list[Exception] = field(default_factory=list)

    def retract(self, alert: Alert) -> str | None:
        if self.in_the_way:
            raise self.in_the_way.pop(0)
        self.retracted.append(alert)
        return "blanked"


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = open_at(tmp_path)
    yield opened
    opened.close()


def told_and_gone(store: Store, desk: Channel) -> SendStage:
    """A post was told to the desk, and its site took it down."""
    stage = SendStage(store, {"desk": desk}, Clock(), 60)
    poll(store, [a_post("1")])
    tag_all(store, [EACH])
    step_until_idle(stage, NOON)
    poll(store, [], deleted=["fake:1"], now=NOON + HOUR)
    return stage


def receipts(store: Store) -> list[tuple[str, str, str]]:
    assert isinstance(store, SqliteStore)
    with store._connection.reading() as db:
        rows = db.execute("SELECT kind, state, receipt FROM outbox ORDER BY revision").fetchall()
    return [tuple(row) for row in rows]


def test_a_channel_that_can_takes_it_back_once(store: Store) -> None:
    desk = Erasing()
    stage = told_and_gone(store, desk)
    step_until_idle(stage, NOON + HOUR)
    step_until_idle(stage, NOON + 2 * HOUR)
    (alert,) = desk.retracted
    assert (alert.retracted, alert.receipt) == (("fake:1",), "receipt-1")
    assert len(desk.sent) == 1
    assert receipts(store)[-1] == ("retraction", "delivered", "blanked")


def test_one_that_cannot_is_not_asked_and_says_so(store: Store) -> None:
    desk = FakeChannel()
    stage = told_and_gone(store, desk)
    with logged() as entries:
        step_until_idle(stage, NOON + HOUR)
    assert len(desk.sent) == 1
    assert receipts(store)[-1] == ("retraction", "delivered", CANT_RETRACT)
    (said,) = [entry for entry in entries if entry["event"].startswith("still shown")]
    assert (said["channel"], said["posts"]) == ("desk", 1)


def test_trouble_is_tried_again(store: Store) -> None:
    desk = Erasing(in_the_way=[Retry("busy")])
    stage = told_and_gone(store, desk)
    step_until_idle(stage, NOON + HOUR)
    assert desk.retracted == []
    step_until_idle(stage, NOON + 2 * HOUR)
    assert len(desk.retracted) == 1

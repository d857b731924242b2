"""Send: a channel that is refused buries nothing, and one that has a pace is kept to it."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from listener.model import Alert
from listener.ports import FailureState, Reject
from listener.rules import Rule, Trouble
from listener.stages.alarm import AlarmStage
from listener.stages.send import STOPPED, STOPPED_SECONDS, SendStage
from listener.store import Store
from listener.testing import FakeChannel, a_post
from listener.testing.fakes import NOON
from listener.testing.store_steps import EACH, poll, tag_all
from tests.listener.stage_helpers import Clock, open_at, step_until, step_until_idle

SECOND = timedelta(seconds=1)
WATCH = Rule("watch", ("mail",), trouble=Trouble())


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = open_at(tmp_path)
    poll(opened, [a_post(str(n)) for n in range(5)])
    tag_all(opened, [EACH])
    yield opened
    opened.close()


@dataclass
class Refused:
    """A channel whose credentials are refused until they are mended."""

    state: FailureState = "login"
    is_mended: bool = False
    sent: list[str] = field(default_factory=list)
    asked: int = 0

    def send(self, alert: Alert) -> str | None:
        self.asked += 1
        if not self.is_mended:
            raise Reject("the token was revoked", state=self.state)
        self.sent.append(alert.key)
        return None


@dataclass
class OnePerSecond:
    """A channel that keeps when it was told, by the clock it is shown."""

    clock: Clock
    seconds_between: float = 1.0
    at: list[datetime] = field(default_factory=list)

    def send(self, _alert: Alert) -> str | None:
        self.at.append(self.clock())
        return None


@pytest.mark.parametrize("state", sorted(STOPPED))
def test_while_a_channel_is_refused_its_alerts_wait(store: Store, state: FailureState) -> None:
    clock, desk = Clock(), Refused(state)
    stage = SendStage(store, {"desk": desk}, clock)
    for minute in range(0, 60 * 24 * 5, 60):  # longer than any alert is tried
        clock.now = NOON + timedelta(minutes=minute)
        step_until_idle(stage, clock.now)
    assert store.status(clock.now).buried_count == 0
    desk.is_mended = True
    clock.now += 2 * STOPPED_SECONDS * SECOND
    step_until_idle(stage, clock.now)
    assert sorted(desk.sent) == [f"each/fake:{n}#norvia/desk" for n in range(5)]


def test_a_refused_channel_is_asked_with_one_alert_a_minute(store: Store) -> None:
    clock, desk = Clock(), Refused()
    stage = SendStage(store, {"desk": desk}, clock)
    for second in range(0, 600, 10):
        clock.now = NOON + second * SECOND
        step_until_idle(stage, clock.now)
    assert 5 <= desk.asked <= 10


def test_any_other_refusal_buries_that_alert_alone(store: Store) -> None:
    desk = Refused("setup")
    stage = SendStage(store, {"desk": desk}, Clock())
    step_until_idle(stage, NOON)
    assert (desk.asked, store.status(NOON).buried_count) == (5, 5)


def test_it_is_told_by_another_channel_and_cleared(store: Store) -> None:
    clock, desk, mail = Clock(), Refused(), FakeChannel()
    sending = SendStage(store, {"desk": desk, "mail": mail}, clock)
    watching = AlarmStage(store, [WATCH], [], UTC, ["desk", "mail"])
    step_until_idle(sending, NOON)
    for _ in range(2):
        watching.step(NOON)
    step_until_idle(sending, NOON)
    desk.is_mended = True
    clock.now = NOON + 2 * STOPPED_SECONDS * SECOND
    step_until_idle(sending, clock.now)
    watching.step(clock.now)
    step_until_idle(sending, clock.now)
    assert [alert.title for alert in mail.sent] == [
        "Channel desk: its login is refused",
        "Channel desk works again",
    ]
    assert "the token was revoked" in mail.sent[0].body


def test_the_pace_of_a_channel_is_kept(store: Store) -> None:
    clock = Clock()
    slow = OnePerSecond(clock)
    stage = SendStage(store, {"desk": slow}, clock)
    for tick in range(80):
        clock.now = NOON + tick * SECOND / 10
        step_until(stage, clock.now, lambda: not stage._sending)
    gaps = [(b - a) / SECOND for a, b in zip(slow.at, slow.at[1:], strict=False)]
    assert len(slow.at) == 5
    assert min(gaps) >= 1.0

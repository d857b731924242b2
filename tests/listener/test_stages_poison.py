"""What one mention or one channel can do at worst: cost itself."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Event

import pytest

from listener.model import Alert
from listener.routing import Routing
from listener.rules import Rule
from listener.stages.send import SendStage
from listener.stages.tag import Judge, TagStage
from listener.store.port import Tagged
from listener.store.sqlite import SqliteStore
from listener.testing import FakeClassifier, a_post
from listener.testing.fakes import NOON
from listener.testing.store_steps import EACH, poll, tag_all


class StrictStore(SqliteStore):
    """Refuses to keep one mention, as a constraint nobody thought of would."""

    def save_tags(self, tagged: Sequence[Tagged], now: datetime) -> int:
        if any(one.mention.post.native_id == "poison" for one in tagged):
            raise ValueError("this one can't be stored")
        return super().save_tags(tagged, now)


def test_a_mention_that_can_not_be_stored_costs_itself(tmp_path: Path) -> None:
    store = StrictStore.at(tmp_path / "s.db")
    poll(store, [a_post("1"), a_post("poison"), a_post("2")])
    judge = Judge("urgency", FakeClassifier("urgency", lambda _: "high"))
    stage = TagStage(store, [judge], Routing([Rule("each", ("desk",))], UTC))
    assert stage.step(NOON) == 2
    assert not stage.busy
    told = {mention.post.native_id for mention in store.mentions(NOON, NOON + timedelta(hours=1))}
    assert told == {"1", "2"}
    assert store.status(NOON).stages["tag"].waiting == 1, "it stays visible"


@dataclass
class HangingOnce:
    """A channel without a time-out of its own, whose first send never comes back."""

    release: Event = field(default_factory=Event)
    sent: list[str] = field(default_factory=list)
    hung: Event = field(default_factory=Event)

    def send(self, alert: Alert) -> str | None:
        if not self.hung.is_set():
            self.hung.set()
            self.release.wait(30)
            return None
        self.sent.append(alert.key)
        return None


def test_a_channel_that_hangs_for_ever_gets_another_thread(tmp_path: Path) -> None:
    store = SqliteStore.at(tmp_path / "s.db")
    poll(store, [a_post("1")])
    tag_all(store, [EACH])
    channel = HangingOnce()
    now = NOON
    stage = SendStage(store, {"desk": channel}, lambda: now)
    stage.step(now)
    assert channel.hung.wait(10)
    now = NOON + timedelta(seconds=61)
    stage.step(now)
    stage.step(now)
    assert [waits.reason for waits in store.status(now).retrying] == [
        "the channel did not come back"
    ]
    now += timedelta(seconds=60)
    stage.step(now)
    for _ in range(1000):
        if channel.sent:
            break
        Event().wait(0.01)
    channel.release.set()
    assert channel.sent == ["each/fake:1#norvia/desk"]


@pytest.mark.parametrize("native_id", ["a/b#c~2", "ä ö", "'; DROP TABLE told; --", "x" * 500])
def test_odd_ids_make_odd_keys_and_nothing_else(native_id: str, tmp_path: Path) -> None:
    store = SqliteStore.at(tmp_path / "s.db")
    poll(store, [a_post(native_id)])
    tag_all(store, [EACH])
    (turn,) = store.claim_alerts("desk", NOON, 60, 9)
    assert turn.alert.key == f"each/fake:{native_id}#norvia/desk"

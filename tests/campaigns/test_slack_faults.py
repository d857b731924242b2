"""A Slack with every fault there is, and beside it a channel that is well.

Every alert is told at least once or visibly buried; it is told twice only after an answer that
left open whether it was; and the other channel is never kept waiting.
"""

import os
import random
import re
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Event

import pytest

from alerts.slack import SlackChannel
from listener.model import Priority, Tag
from listener.rules import Rule, orders
from listener.stages.send import SendStage
from listener.store.port import Polled, SourcePlan, Tagged
from listener.store.sqlite import SqliteStore
from listener.testing import FakeChannel, a_mention, a_post
from listener.testing.fakes import NOON
from tests.alerts.slack_server import AMBIGUOUS, Call, SlackServer

ALERTS = int(os.environ.get("FAULT_ALERTS", "120"))
SEED = int(os.environ.get("FAULT_SEED", "1"))
TIMEOUT_SECONDS = 0.25
STEPS_MAX = 50_000

FAULTS = ("429", "429:30", "500", "503", "never", "half", "hangup", "garbage")
FINAL = ("404", "410", "error:is_archived")
RULE = Rule("each", ("slack", "desk"))


@dataclass
class Steps:
    """A clock that stands still until it is moved."""

    at: datetime = NOON

    def now(self) -> datetime:
        return self.at

    def move(self, seconds: float) -> None:
        self.at += timedelta(seconds=seconds)


def web_api(server: SlackServer) -> SlackChannel:
    return SlackChannel(
        token=server.token,
        channel="#service",
        base_url=server.url,
        timeout_seconds=TIMEOUT_SECONDS,
        allow_private=True,
    )


def incoming_webhook(server: SlackServer) -> SlackChannel:
    return SlackChannel(
        webhook_url=server.hook_url, timeout_seconds=TIMEOUT_SECONDS, allow_private=True
    )


@pytest.mark.parametrize("channel_to", [web_api, incoming_webhook])
def test_told_or_buried_and_doubled_only_after_doubt(
    channel_to: Callable[[SlackServer], SlackChannel], tmp_path: Path
) -> None:
    chance = random.Random(SEED)
    faults = [chance.choice((*FAULTS, "ok", "ok")) for _ in range(ALERTS)]
    faults += [chance.choice((*FAULTS, *FINAL, "ok", "ok", "ok")) for _ in range(ALERTS)]
    store = filled(tmp_path / "faults.db")
    desk = FakeChannel()
    clock = Steps()
    with SlackServer(faults=faults) as server:
        stage = SendStage(store, {"slack": channel_to(server), "desk": desk}, clock.now)
        work(stage, store, clock)
        calls = server.calls
    status = store.status(clock.now())
    buried = {number(alert.key) for alert in status.buried}
    assert status.buried_count == len(status.buried), "more were buried than status shows"
    told = by_alert(calls)
    everything = {str(n) for n in range(ALERTS)}
    untold = everything - {n for n, its in told.items() if any(call.accepted for call in its)}
    assert untold <= buried, "neither told nor visibly buried"
    assert all(alert.reason for alert in status.buried)
    assert {call.fault for call in calls} >= {*FAULTS, "ok"}, "a fault was never met"
    for n, its in told.items():
        accepted = [call.fault for call in its if call.accepted]
        assert all(fault in AMBIGUOUS for fault in accepted[:-1]), f"{n} was doubled: {accepted}"
    assert len(desk.sent) == ALERTS
    print(
        f"\nseed {SEED}: {ALERTS} alerts, {len(calls)} calls, told {len(everything - untold)}, "
        f"buried {status.buried_count}, doubled after doubt "
        f"{sum(len([c for c in its if c.accepted]) - 1 for its in told.values() if its)}"
    )


def test_a_channel_that_never_answers_keeps_nobody_waiting(tmp_path: Path) -> None:
    """The well channel is done while the first call to the other still hangs."""
    store = filled(tmp_path / "hang.db")
    desk = FakeChannel()
    clock = Steps()
    with SlackServer(faults=["never"] * 10) as server:
        slow = replace(web_api(server), timeout_seconds=10)
        stage = SendStage(store, {"slack": slow, "desk": desk}, clock.now)
        for _ in range(STEPS_MAX):
            stage.step(clock.now())
            if len(desk.sent) == ALERTS:
                break
            Event().wait(0.005)
        assert len(desk.sent) == ALERTS
        assert [call.fault for call in server.calls] in ([], ["never"])
        assert stage.busy


def filled(path: Path) -> SqliteStore:
    """A store in which both channels must be told of every mention."""
    store = SqliteStore.at(path)
    posts = [a_post(str(n), text=f"Norvia lost bag {n} today") for n in range(ALERTS)]
    store.plan_sources([SourcePlan("fake", 60)], NOON)
    (turn,) = store.claim_sources(NOON, 60, 1)
    store.save_poll(turn, Polled(posts, [a_mention(post=post) for post in posts], None, NOON, NOON))
    for claimed in store.claim_mentions(NOON, 60, ALERTS):
        tags = (Tag("urgency", "high", 0.9, by="t/1"),)
        mention = replace(claimed.mention, tags=tags, priority=Priority(80))
        told = orders([RULE], mention, NOON, UTC)
        store.save_tags([Tagged(mention, claimed.token, told)], NOON)
    return store


def work(stage: SendStage, store: SqliteStore, clock: Steps) -> None:
    """Step until nothing waits; time goes fast only while nobody is at work."""
    for _ in range(STEPS_MAX):
        stage.step(clock.now())
        if stage.busy:
            Event().wait(0.005)
            clock.move(0.05)
        elif store.status(clock.now()).waiting_by_channel:
            clock.move(30)
        else:
            return
    pytest.fail("there was no end to it")


def by_alert(calls: list[Call]) -> dict[str, list[Call]]:
    """The calls that were about each alert, in their order."""
    told: dict[str, list[Call]] = defaultdict(list)
    for call in calls:
        (n,) = set(re.findall(rb"lost bag (\d+) today", call.raw))
        told[n.decode()].append(call)
    return told


def number(key: str) -> str:
    """Which mention an alert's key is about."""
    return re.findall(r"fake:(\d+)#", key)[0]

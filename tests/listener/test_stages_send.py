"""Send: told at least once or buried in sight, and no channel waits for another."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from listener.model import Alert
from listener.ports import Channel, Reject, Retry
from listener.rules import Rule
from listener.stages.send import BATCH, LEASE_SHARE, SendStage
from listener.store import Store, StoreUnavailable
from listener.testing import FakeChannel, a_post
from listener.testing.fakes import NOON
from listener.testing.store_steps import BURST, EACH, due, poll, tag_all
from listener.text import clean_text
from tests.listener.stage_helpers import (
    Balking,
    Clock,
    Hanging,
    drain_until_idle,
    locked,
    open_at,
    step_until,
    step_until_idle,
)

SECOND = timedelta(seconds=1)
MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
LEASE = 60.0
BOTH = Rule("each", ("desk", "mail"))


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = open_at(tmp_path)
    yield opened
    opened.close()


@dataclass
class Calling:
    """A channel that does as its function, and keeps what it was asked to send."""

    call: Callable[[Alert], Any]
    asked: list[str] = field(default_factory=list)

    def send(self, alert: Alert) -> str | None:
        self.asked.append(alert.key)
        receipt: str | None = self.call(alert)
        return receipt


def a_stage(store: Store, clock: Clock | None = None, **channels: Channel) -> SendStage:
    return SendStage(store, channels, clock or Clock(), LEASE)


def fill(store: Store, count: int = 1, rule: Rule = EACH) -> None:
    """So many alerts, of equal weight and due now."""
    poll(store, [a_post(str(n)) for n in range(count)])
    tag_all(store, [rule])


def keys(channel: FakeChannel) -> list[str]:
    return [alert.key for alert in channel.sent]


def alert_key(number: int, channel: str = "desk") -> str:
    return f"each/fake:{number}#norvia/{channel}"


# -- telling


def test_what_is_due_is_told_once_and_its_receipt_kept(store: Store) -> None:
    fill(store, 2, BURST)
    desk = FakeChannel()
    stage = a_stage(store, desk=desk)
    step_until_idle(stage, NOON)
    (told,) = desk.sent
    assert len(told.mentions) == 2
    assert told.title == "norvia: 2 mentions, 2 urgent"
    assert store.status(NOON).alerts_delivered == 1
    step_until_idle(stage, NOON + HOUR)
    assert len(desk.sent) == 1
    poll(store, [a_post("9")], now=NOON + SECOND)
    tag_all(store, [BURST], NOON + SECOND)
    step_until_idle(stage, NOON + MINUTE)
    assert (desk.sent[1].receipt, desk.sent[1].thread) == ("receipt-1", told.thread)


def test_more_than_a_batch_is_told_in_order_of_weight(store: Store) -> None:
    poll(store, [a_post(str(n)) for n in range(BATCH + 5)])
    tag_all(store, [EACH], priorities=list(range(BATCH + 5)))
    desk = FakeChannel()
    step_until_idle(a_stage(store, desk=desk), NOON)
    assert [alert.priority for alert in desk.sent] == sorted(range(BATCH + 5), reverse=True)


def test_nothing_is_sent_to_a_channel_that_is_not_here(store: Store) -> None:
    fill(store, 1, BOTH)
    desk = FakeChannel()
    step_until_idle(a_stage(store, desk=desk), NOON)
    assert keys(desk) == [alert_key(0)]
    assert store.status(NOON).waiting_by_channel == {"mail": 1}


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        (None, None),
        ("ts-1", "ts-1"),
        (17, "17"),
        ({"id": 1}, "{'id': 1}"),
        ("a\x00b\ud800", "a\ufffdb\ufffd"),
        ("x" * 10_000, clean_text("x" * 10_000, 4000)),
    ],
)
def test_whatever_a_channel_returns_is_a_receipt(
    store: Store, given: Any, kept: str | None
) -> None:
    fill(store, 1, BURST)
    desk = Calling(lambda _: given)
    step_until_idle(a_stage(store, desk=desk), NOON)
    assert store.status(NOON).alerts_delivered == 1
    poll(store, [a_post("9")], now=NOON + SECOND)
    tag_all(store, [BURST], NOON + SECOND)
    assert [turn.alert.receipt for turn in due(store, NOON + MINUTE)] == [kept]


# -- failing


def test_after_a_failure_the_channel_is_left_alone_and_the_rest_comes_back_untried(
    store: Store,
) -> None:
    fill(store, 3)
    desk = FakeChannel(faults=[Retry("HTTP 429", 90)])
    stage = a_stage(store, desk=desk)
    step_until_idle(stage, NOON)
    step_until_idle(stage, NOON + 89 * SECOND)
    assert desk.sent == []
    (waits,) = store.status(NOON).retrying
    assert (waits.key, waits.reason, waits.at) == (alert_key(0), "HTTP 429", NOON + 90 * SECOND)
    turns = due(store, NOON + 80 * SECOND)
    assert [(turn.alert.key, turn.attempts) for turn in turns] == [
        (alert_key(1), 1),
        (alert_key(2), 1),
    ]


def test_when_the_channel_is_well_again_all_is_told(store: Store) -> None:
    fill(store, 3)
    desk = FakeChannel(faults=[Retry("no answer")])
    stage = a_stage(store, desk=desk)
    step_until(stage, NOON, lambda: len(store.status(NOON).retrying) == 1)
    step_until(stage, NOON + SECOND, lambda: len(desk.sent) == 2)
    assert keys(desk) == [alert_key(1), alert_key(2)]
    step_until(stage, NOON + 10 * SECOND, lambda: len(desk.sent) == 3)
    assert keys(desk) == [alert_key(1), alert_key(2), alert_key(0)]


def test_a_moments_pause_is_no_rest_and_a_long_one_is(store: Store) -> None:
    fill(store)
    clock = Clock()
    stage = a_stage(store, clock, desk=FakeChannel(faults=[Retry("no answer"), Retry("slow", 90)]))
    step_until(stage, NOON, lambda: len(store.status(NOON).retrying) == 1)
    rests = [not stage.busy]
    clock.now = NOON + 6 * SECOND
    rests.append(not stage.busy)
    step_until_idle(stage, NOON + 6 * SECOND)
    assert [*rests, not stage.busy] == [False, True, True]


def test_what_will_never_work_is_buried_in_sight_and_the_rest_goes_on(store: Store) -> None:
    fill(store, 3)
    desk = FakeChannel(faults=[Reject("channel_not_found")])
    step_until_idle(a_stage(store, desk=desk), NOON)
    (buried,) = store.status(NOON).buried
    assert (buried.key, buried.reason, buried.mentions) == (alert_key(0), "channel_not_found", 1)
    assert keys(desk) == [alert_key(1), alert_key(2)]


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (ZeroDivisionError("by zero"), "ZeroDivisionError: by zero"),
        (SystemExit(3), "SystemExit: 3"),
        (Retry(OSError("a reason that is no text")), "a reason that is no text"),  # type: ignore[arg-type]
        (Retry("\x00\ud800" + "x" * 9999), clean_text("\ufffd\ufffd" + "x" * 9999, 1000)),
        (Retry("wishes nonsense", float("nan")), "wishes nonsense"),
    ],
)
def test_whatever_a_channel_raises_is_tried_again(
    store: Store, error: BaseException, reason: str
) -> None:
    fill(store)

    def fail(_: Alert) -> None:
        raise error

    desk = Calling(fail)
    stage = a_stage(store, desk=desk)
    step_until(stage, NOON, lambda: len(store.status(NOON).retrying) == 1)
    (waits,) = store.status(NOON).retrying
    assert waits.reason == reason
    assert NOON + 5 * SECOND <= waits.at <= NOON + 6 * SECOND
    step_until(stage, NOON + 6 * SECOND, lambda: len(desk.asked) == 2)


@pytest.mark.parametrize("error", [Retry("no answer"), ValueError("broke")])
def test_after_three_days_it_is_given_up_in_sight(store: Store, error: Exception) -> None:
    fill(store)
    later = NOON + timedelta(days=3)
    desk = FakeChannel(faults=[error])
    stage = a_stage(store, Clock(later), desk=desk)
    step_until(stage, later, lambda: store.status(NOON).buried_count == 1)
    (buried,) = store.status(NOON).buried
    assert buried.reason.startswith("gave up after 1 attempts: ")
    assert str(error) in buried.reason


def test_a_channel_that_wishes_for_eternity_is_given_up(store: Store) -> None:
    fill(store)
    desk = FakeChannel(faults=[Retry("not today", float("inf"))])
    step_until_idle(a_stage(store, desk=desk), NOON)
    assert [buried.reason for buried in store.status(NOON).buried] == [
        "gave up after 1 attempts: not today"
    ]


# -- hanging


def test_a_channel_that_hangs_delays_no_other(store: Store) -> None:
    fill(store, 3, BOTH)
    hanging = Hanging()
    desk, mail = Calling(lambda _: hanging()), FakeChannel()
    stage = a_stage(store, desk=desk, mail=mail)
    step_until(stage, NOON, hanging.began.is_set)
    step_until(stage, NOON, lambda: len(mail.sent) == 3)
    poll(store, [a_post("9")])
    tag_all(store, [BOTH])
    step_until(stage, NOON, lambda: len(mail.sent) == 4)
    assert desk.asked == [alert_key(0)]
    assert stage.busy
    hanging.let_go.set()
    step_until(stage, NOON, lambda: not stage.busy)
    assert store.status(NOON).alerts_delivered == 8


def test_a_batch_ends_well_before_its_lease(store: Store) -> None:
    fill(store, 3)
    clock = Clock()

    def slow(_: Alert) -> str:
        clock.now += timedelta(seconds=LEASE * LEASE_SHARE + 1)
        return "told"

    desk = Calling(slow)
    stage = a_stage(store, clock, desk=desk)
    stage.step(NOON)
    step_until(stage, NOON - HOUR, lambda: not stage.busy)
    assert desk.asked == [alert_key(0)]
    turns = due(store, NOON)
    assert [(turn.alert.key, turn.attempts) for turn in turns] == [
        (alert_key(1), 1),
        (alert_key(2), 1),
    ]


def test_a_stage_that_stops_gives_back_what_is_not_being_told(store: Store) -> None:
    fill(store, 3)
    hanging = Hanging()
    desk = Calling(lambda _: hanging())
    stage = a_stage(store, desk=desk)
    step_until(stage, NOON, hanging.began.is_set)
    stage.drain(NOON)
    assert store.status(NOON).alerts_delivered == 0
    hanging.let_go.set()
    drain_until_idle(stage, NOON)
    assert desk.asked == [alert_key(0)]
    assert store.status(NOON).alerts_delivered == 1
    assert [turn.attempts for turn in due(store, NOON)] == [1, 1]


# -- the store


def test_while_the_store_can_not_keep_it_what_was_told_is_not_told_again(store: Store) -> None:
    fill(store, 2)
    balking = Balking(store, {"settle_alerts": [locked(), locked()]})
    desk = FakeChannel()
    stage = a_stage(balking.as_store(), desk=desk)
    failures = 0
    while failures < 2:
        try:
            step_until(stage, NOON, lambda: False)
        except StoreUnavailable:
            failures += 1
            assert stage.busy
    assert store.status(NOON).alerts_delivered == 0
    step_until_idle(stage, NOON)
    assert store.status(NOON).alerts_delivered == 2
    assert len(desk.sent) == 2


def test_what_was_told_under_a_lost_lease_does_not_count(store: Store, tmp_path: Path) -> None:
    fill(store)
    other = open_at(tmp_path, "two")
    taken: list[int] = []

    def slow(_: Alert) -> str:
        taken.extend(turn.attempts for turn in due(other, NOON + HOUR))
        return "late"

    stage = a_stage(store, desk=Calling(slow))
    step_until_idle(stage, NOON)
    assert taken == [2]
    assert store.status(NOON).alerts_delivered == 0
    assert not stage.busy
    other.close()

"""Alarm: what no single mention shows is told once, and once when it is over, not at night."""

from collections.abc import Iterator
from datetime import datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from listener.budget import Limits
from listener.model import Fault, Spent
from listener.rules import Condition, Quiet, Rule, Spike, Trouble
from listener.stages.alarm import AlarmStage
from listener.store import Store, StoreUnavailable
from listener.store.port import SendTurn, SourcePlan
from listener.testing import a_post
from listener.testing.fakes import NOON
from listener.testing.store_steps import LEASE, delivered, poll, polled, turn_at
from tests.listener.stage_helpers import Balking, locked, open_at

MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
WEEK = timedelta(weeks=1)
NIGHT = Quiet(time(22), time(7))
MIDNIGHT = NOON + 10 * HOUR  # in Helsinki, where the quiet hours end at MORNING
MORNING = MIDNIGHT + 7 * HOUR
DOWN = Rule("down", ("desk",), trouble=Trouble(failures=3))
SPIKE = Rule("spike", ("desk",), spike=Spike())


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = open_at(tmp_path)
    yield opened
    opened.close()


def a_stage(store: Store, *rules: Rule) -> AlarmStage:
    return AlarmStage(store, rules, ["norvia", "skylark"], ZoneInfo("Europe/Helsinki"))


def fail(store: Store, times: int, now: datetime) -> None:
    """Let the source ``fake`` fail so many times, the last time just now."""
    for _ in range(times):
        store.fail_poll(turn_at(store, now), "HTTP 500", now)


def told(store: Store, now: datetime) -> list[str]:
    """The titles of what the desk must be told by now; then it is told."""
    turns: list[SendTurn] = []
    while batch := store.claim_alerts("desk", now, LEASE, 100):
        assert store.settle_alerts([delivered(turn) for turn in batch]) == len(batch)
        turns += batch
    return [turn.alert.title for turn in turns]


def test_a_source_that_fails_is_told_once_and_cleared_once(store: Store) -> None:
    stage = a_stage(store, DOWN)
    poll(store, [])
    fail(store, 2, NOON + HOUR)
    assert stage.step(NOON + HOUR) == 0
    fail(store, 1, NOON + HOUR)
    assert [stage.step(NOON + HOUR) for _ in range(3)] == [1, 0, 0]
    assert told(store, NOON + HOUR) == ["Source fake: failed 3 times in a row"]
    fail(store, 5, NOON + 2 * HOUR)
    assert stage.step(NOON + 2 * HOUR) == 0
    poll(store, [], now=NOON + 3 * HOUR)
    assert [stage.step(NOON + 3 * HOUR) for _ in range(3)] == [1, 0, 0]
    assert told(store, NOON + 3 * HOUR) == ["Source fake is back"]


def test_a_second_trouble_is_told_again(store: Store) -> None:
    stage = a_stage(store, DOWN)
    poll(store, [])
    for hours in (1, 3):
        fail(store, 3, NOON + hours * HOUR)
        assert stage.step(NOON + hours * HOUR) == 1
        assert told(store, NOON + hours * HOUR) == ["Source fake: failed 3 times in a row"]
        later = NOON + (hours + 1) * HOUR
        poll(store, [], now=later)
        assert stage.step(later) == 1
        assert told(store, later) == ["Source fake is back"]


def test_a_place_of_a_source_is_told_and_cleared_by_itself(store: Store) -> None:
    stage = a_stage(store, DOWN)
    for hours in range(3):
        poll(store, [], faults=[Fault("https://a", "404")], now=NOON + hours * HOUR)
    now = NOON + 2 * HOUR
    assert stage.step(now) == 1
    assert told(store, now) == ["Source fake https://a: failed 3 times in a row"]
    poll(store, [], now=now + HOUR)
    assert [stage.step(now + HOUR) for _ in range(2)] == [1, 0]
    assert told(store, now + HOUR) == ["Source fake https://a is back"]
    assert store.alarmed("down") == frozenset()


def test_a_source_without_anything_new_is_told_until_something_comes(store: Store) -> None:
    silent = Rule("silent", ("desk",), trouble=Trouble(failures=0, silent_seconds=7200))
    stage = a_stage(store, silent)
    poll(store, [a_post("1")])
    poll(store, [a_post("1")], now=NOON + 3 * HOUR)
    assert stage.step(NOON + 2 * HOUR) == 0
    assert stage.step(NOON + 3 * HOUR) == 1
    poll(store, [a_post("2")], now=NOON + 4 * HOUR)
    assert stage.step(NOON + 4 * HOUR) == 1
    assert told(store, NOON + 4 * HOUR) == [
        "Source fake: nothing new for 3.0 hours",
        "Source fake is back",
    ]


def test_every_channel_of_the_rule_is_told(store: Store) -> None:
    rule = Rule("down", ("desk", "mail"), trouble=Trouble(failures=1))
    poll(store, [])
    fail(store, 1, NOON + HOUR)
    a_stage(store, rule).step(NOON + HOUR)
    assert store.status(NOON + HOUR).waiting_by_channel == {"desk": 1, "mail": 1}


def test_two_processes_raise_an_alarm_once(store: Store, tmp_path: Path) -> None:
    other = open_at(tmp_path, "two")
    poll(store, [])
    fail(store, 3, NOON + HOUR)
    steps = [a_stage(one, DOWN).step(NOON + HOUR) for one in (store, other)]
    assert steps == [1, 0]
    other.close()


def test_credits_that_are_spent_are_told_at_once_and_once(store: Store) -> None:
    stage = a_stage(store, DOWN)
    poll(store, [])
    for hours in range(1, 6):
        now = NOON + hours * HOUR
        store.fail_poll(turn_at(store, now), "top up the account", now, state="credits")
        assert stage.step(now) == (hours == 1)
    assert told(store, now) == ["Source fake: its account has to be paid for"]
    poll(store, [], now=now + HOUR)
    assert stage.step(now + HOUR) == 1
    assert told(store, now + HOUR) == ["Source fake is back (credits)"]


def test_a_budget_that_is_nearly_spent_is_told_once_a_month(store: Store) -> None:
    stage = a_stage(store, DOWN)
    limits = (Limits(), Limits(posts_per_month=100))  # one that is changed makes it due
    titles = []
    for days in (0, 1, 2, 3, 22, 23):
        now = NOON + days * DAY
        for one in limits:
            store.plan_sources([SourcePlan("fake", 60, one)], now)
        store.save_poll(turn_at(store, now), polled([], now=now, spent=Spent(1, 30)))
        stage.step(now)
        titles.append(told(store, now))
    assert titles == [
        [],
        [],
        ["Source fake: 90% of the month's budget is spent"],
        [],
        ["Source fake: a new month begins with its whole budget"],
        [],
    ]


# -- quiet hours


def test_an_alarm_of_the_night_is_told_in_the_morning(store: Store) -> None:
    stage = a_stage(store, Rule("down", ("desk",), quiet=NIGHT, trouble=Trouble(failures=3)))
    poll(store, [])
    fail(store, 3, MIDNIGHT)
    assert stage.step(MIDNIGHT) == 1
    assert told(store, MORNING - MINUTE) == []
    poll(store, [], now=MIDNIGHT + HOUR)
    assert stage.step(MIDNIGHT + HOUR) == 1
    assert told(store, MORNING - MINUTE) == []
    assert told(store, MORNING) == ["Source fake: failed 3 times in a row", "Source fake is back"]


@pytest.mark.parametrize(("break_through", "due_at"), [(70, MIDNIGHT), (71, MORNING)])
def test_an_alarm_that_is_grave_enough_breaks_through(
    store: Store, break_through: int, due_at: datetime
) -> None:
    rule = Rule(
        "down", ("desk",), quiet=NIGHT, break_through=break_through, trouble=Trouble(failures=3)
    )
    poll(store, [])
    fail(store, 3, MIDNIGHT)
    a_stage(store, rule).step(MIDNIGHT)
    assert told(store, due_at - MINUTE) == []
    assert len(told(store, due_at)) == 1


# -- spikes


def test_a_spike_is_told_once_and_its_end(store: Store) -> None:
    stage = a_stage(store, SPIKE)
    poll(store, [])
    crisis = NOON + WEEK + HOUR
    posts = [a_post(str(n), published_at=crisis - n * MINUTE) for n in range(1, 21)]
    poll(store, posts, now=crisis)
    assert [stage.step(crisis) for _ in range(3)] == [1, 0, 0]
    assert told(store, crisis) == ["Spike: 20 mentions of norvia in 60 minutes"]
    assert stage.step(crisis + 50 * MINUTE) == 0
    later = crisis + 2 * HOUR
    stage.step(later)
    assert told(store, later)[-1].startswith("Calm again: ")
    assert store.alarmed("spike") == frozenset()


def test_a_usual_hour_and_another_brands_spike_tell_nothing(store: Store) -> None:
    poll(store, [])
    posts = [a_post(str(n), published_at=NOON - n * MINUTE) for n in range(1, 21)]
    poll(store, posts[:9], now=NOON)
    assert a_stage(store, SPIKE).step(NOON) == 0
    poll(store, posts, now=NOON + MINUTE)
    skylark = Rule("spike", ("desk",), Condition(brands=frozenset({"skylark"})), spike=Spike())
    assert a_stage(store, skylark).step(NOON) == 0
    assert a_stage(store, SPIKE).step(NOON) == 1


# -- the stage


def test_rules_about_mentions_raise_no_alarm(store: Store) -> None:
    poll(store, [a_post(str(n)) for n in range(50)])
    fail(store, 9, NOON + MINUTE)
    stage = a_stage(store, Rule("urgent", ("desk",)))
    assert (stage.step(NOON + MINUTE), stage.busy) == (0, False)
    stage.drain(NOON + MINUTE)


def test_while_the_store_can_not_keep_it_an_alarm_is_raised_later(store: Store) -> None:
    balking = Balking(store, {"save_alarm": [locked()]})
    stage = a_stage(balking.as_store(), DOWN)
    poll(store, [])
    fail(store, 3, NOON + HOUR)
    with pytest.raises(StoreUnavailable):
        stage.step(NOON + HOUR)
    assert store.alarmed("down") == frozenset()
    assert [stage.step(NOON + HOUR) for _ in range(2)] == [1, 0]
    assert len(told(store, NOON + HOUR)) == 1

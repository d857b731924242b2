"""Escalate: a case that nobody takes up is told to the next, at its time and once."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from listener.cases import Act
from listener.hours.calendar import Calendar
from listener.hours.rota import Rota
from listener.model import Author, Case
from listener.routing import Routing
from listener.rules import Rule
from listener.stages.escalate import EscalateStage
from listener.stages.tag import TagStage
from listener.store import Store
from listener.teams import Person, Step, Team, Teams
from listener.testing import a_post
from listener.testing.case_steps import deliver
from listener.testing.fakes import NOON
from listener.testing.store_steps import poll
from tests.listener.stage_helpers import open_at

MINUTE = timedelta(minutes=1)
CARE = Team(
    "care",
    ("desk",),
    Calendar(UTC),
    claim_minutes=10,
    answer_minutes=60,
    steps=(Step(1.0, "claim", ("next-channel",)), Step(0.5, "answer", ("manager",))),
)
TEAMS = Teams({"care": CARE}, following=frozenset({"desk"}))
COMPLAINTS = Rule("complaints", (), team="care")


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = open_at(tmp_path)
    poll(opened, [a_post("1")])
    TagStage(opened, [], Routing([COMPLAINTS], UTC, TEAMS)).step(NOON)
    yield opened
    opened.close()


def only(store: Store) -> Case:
    (case,) = store.cases.find(states=("new", "claimed", "answered", "closed"))
    return case


def told(store: Store, *channels: str, at: datetime) -> list[str]:
    """What these channels are told, in words."""
    turns = [turn for name in channels for turn in store.claim_alerts(name, at, 10**6, 20)]
    return [f"{turn.alert.channel}: {turn.alert.kind}" for turn in turns]


def act(store: Store, kind: str, at: datetime) -> None:
    store.cases.act(only(store).key, Act(f"{kind} {at}", kind, "anna", "test", at), at)  # type: ignore[arg-type]


def test_the_promises_are_set_as_the_case_opens(store: Store) -> None:
    EscalateStage(store, TEAMS).step(NOON)
    case = only(store)
    assert (case.claim_due_at, case.answer_due_at) == (NOON + 10 * MINUTE, NOON + 60 * MINUTE)


def test_each_step_is_told_at_its_time_and_once(store: Store) -> None:
    stage = EscalateStage(store, TEAMS)
    seen = []
    for minute in range(45):
        now = NOON + minute * MINUTE
        stage.step(now)
        seen += [f"{minute} {one}" for one in told(store, "next-channel", "manager", at=now)]
    assert seen == ["10 next-channel: escalation", "30 manager: escalation"]


def test_who_claims_in_time_is_not_escalated_for_it(store: Store) -> None:
    stage = EscalateStage(store, TEAMS)
    stage.step(NOON)
    act(store, "claim", NOON + MINUTE)
    for minute in range(1, 29):
        stage.step(NOON + minute * MINUTE)
    assert told(store, "next-channel", "manager", at=NOON + 28 * MINUTE) == []
    stage.step(NOON + 30 * MINUTE)
    assert told(store, "manager", at=NOON + 30 * MINUTE) == ["manager: escalation"]


def test_an_answer_ends_it(store: Store) -> None:
    stage = EscalateStage(store, TEAMS)
    stage.step(NOON)
    act(store, "answer", NOON + MINUTE)
    for minute in range(1, 200):
        stage.step(NOON + minute * MINUTE)
    assert told(store, "next-channel", "manager", at=NOON + 200 * MINUTE) == []
    assert only(store).answer_due_at is None


def test_after_an_outage_of_ours_what_is_due_is_told_late_and_not_lost(store: Store) -> None:
    EscalateStage(store, TEAMS).step(NOON)
    late = NOON + timedelta(hours=9)
    EscalateStage(store, TEAMS).step(late)
    assert sorted(told(store, "next-channel", "manager", at=late)) == [
        "manager: escalation",
        "next-channel: escalation",
    ]


def test_a_team_that_left_the_config_costs_only_its_promises(store: Store) -> None:
    stage = EscalateStage(store, Teams())
    assert stage.step(NOON) == 1
    assert only(store).answer_due_at is None
    assert stage.step(NOON + timedelta(days=1)) == 0


def test_who_had_enough_today_is_passed_over_until_tomorrow(store: Store) -> None:
    people = {
        name: Person(name, channel=f"{name}-phone", daily_max=1) for name in ("anna", "bartek")
    }
    rota = Rota(("anna", "bartek"), NOON - timedelta(days=1), 7, UTC)
    care = replace(CARE, steps=(Step(1.0, "claim", ("on call",)),), rota=rota)
    teams = Teams({"care": care}, people)
    stage = EscalateStage(store, teams, UTC)
    seen = []
    for minute in (0, 2, 3, 10, 12, 13, 25, 1440, 1444, 1454):
        now = NOON + minute * MINUTE
        if minute in {2, 3, 1444}:
            poll(store, [a_post(str(minute), author=Author(f"writer{minute}"))], now=now)
            TagStage(store, [], Routing([COMPLAINTS], UTC, teams)).step(now)
        stage.step(now)
        for phone in ("anna-phone", "bartek-phone"):
            seen += [turn.alert.channel for turn in deliver(store, now, phone)]
    assert [one.partition("-")[0] for one in seen] == ["anna", "bartek", "anna"]


def test_the_first_telling_knows_the_promises(store: Store) -> None:
    (turn,) = store.claim_alerts("desk", NOON, 60, 9)
    case = turn.alert.case
    assert case is not None
    assert (case.claim_due_at, case.answer_due_at) == (NOON + 10 * MINUTE, NOON + 60 * MINUTE)


def test_who_writes_again_after_the_answer_is_promised_anew(store: Store) -> None:
    act(store, "answer", NOON + MINUTE)
    later = NOON + timedelta(hours=2)
    poll(store, [a_post("2")], now=later)
    TagStage(store, [], Routing([COMPLAINTS], UTC, TEAMS)).step(later)
    case = only(store)
    assert (case.state, case.waiting_since) == ("claimed", later)
    assert (case.claim_due_at, case.answer_due_at) == (None, later + 60 * MINUTE)


def test_a_team_that_was_away_from_the_config_is_held_to_its_promises_again(store: Store) -> None:
    EscalateStage(store, Teams()).step(NOON)
    EscalateStage(store, TEAMS).step(NOON + 60 * MINUTE)
    seen = told(store, "next-channel", "manager", at=NOON + 60 * MINUTE)
    assert seen == ["next-channel: escalation", "manager: escalation"]


def test_promises_that_were_shortened_hold_for_what_waits_already(store: Store) -> None:
    slow = replace(CARE, claim_minutes=6_000, answer_minutes=6_000)
    EscalateStage(store, Teams({"care": slow})).step(NOON)
    stage = EscalateStage(store, TEAMS)
    stage.step(NOON + 9 * MINUTE)
    assert told(store, "next-channel", at=NOON + 9 * MINUTE) == []
    stage.step(NOON + 10 * MINUTE)
    assert told(store, "next-channel", at=NOON + 10 * MINUTE) == ["next-channel: escalation"]


def test_what_was_done_by_a_wrong_clock_is_looked_at_once_it_is_mended(store: Store) -> None:
    stage, next_year = EscalateStage(store, TEAMS), NOON + timedelta(days=365)
    poll(store, [a_post("2", "Norvia, again", author=Author("other"))], now=next_year)
    TagStage(store, [], Routing([COMPLAINTS], UTC, TEAMS)).step(next_year)
    stage.step(next_year - MINUTE)
    told(store, "next-channel", "manager", at=next_year)
    stage.step(NOON)
    stage.step(NOON + 10 * MINUTE)
    seen = told(store, "next-channel", at=NOON + 10 * MINUTE)
    assert len(seen) == 1

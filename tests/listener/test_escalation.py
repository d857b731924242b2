"""Promises in a team's hours, and who is told when they are not kept: by example."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from listener.cases import Act, ActKind, after
from listener.escalation import PRIORITY_MIN, Plan, plan
from listener.hours.calendar import Calendar, Spans
from listener.hours.rota import Rota
from listener.model import Case
from listener.teams import Person, Step, Team, Teams

HELSINKI = ZoneInfo("Europe/Helsinki")
OFFICE: Spans = ((time(8), time(12)), (time(13), time(16)))
STEPS = (
    Step(1.0, "answer", ("boss",)),
    Step(0.5, "claim", ("on call",)),
    Step(0.5, "answer", ("next",)),
)
CARE = Team(
    "care",
    ("desk",),
    Calendar(HELSINKI, dict.fromkeys(range(5), OFFICE)),
    claim_minutes=60,
    answer_minutes=240,
    steps=STEPS,
    rota=Rota(("anna", "bert", "carl"), datetime(2028, 1, 3, 9, tzinfo=HELSINKI), 7, HELSINKI),
    break_through=90,
)
NAMES = ("anna", "bert", "carl", "boss")


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


OPENED = at("2028-01-04 10:30")  # a Tuesday, half past twelve: over lunch
CLAIM_HALF, ANSWER_HALF, ANSWER_ALL = (
    at("2028-01-04 11:30"),
    at("2028-01-04 13:00"),
    at("2028-01-05 07:00"),
)
CASE = Case("c1", "acme", "urgent", "care", OPENED, OPENED - timedelta(minutes=25), OPENED)


def teams(team: Team = CARE, **away: tuple[date, date]) -> Teams:
    people = {
        name: Person(name, f"{name}-sms", away=(away[name],) if name in away else ())
        for name in NAMES
    }
    return Teams({team.name: team}, people, following=frozenset({"desk"}))


def act(case: Case, kind: ActKind, when: datetime, until: datetime | None = None) -> Case:
    return after(case, Act(f"{kind}{when}", kind, "bert", "desk", when, until))


def told(planned: Plan) -> list[tuple[int, tuple[str, ...]]]:
    return [(one.step, tuple(one.channels)) for one in planned.escalations]


def test_promises_run_in_the_teams_hours() -> None:
    planned = plan(CASE, teams(), OPENED)
    assert planned == Plan(at("2028-01-04 12:00"), ANSWER_ALL, CLAIM_HALF)


def test_each_step_is_told_once_in_the_order_in_which_they_fall_due() -> None:
    assert told(plan(CASE, teams(), CLAIM_HALF - timedelta(microseconds=1))) == []
    first = plan(CASE, teams(), CLAIM_HALF)
    assert told(first) == [(1, ("anna-sms",))]
    assert first.check_at == ANSWER_HALF
    assert told(plan(replace(CASE, step=1), teams(), CLAIM_HALF)) == []
    assert told(plan(replace(CASE, step=1), teams(), ANSWER_HALF)) == [(2, ("bert-sms",))]
    last = plan(replace(CASE, step=2), teams(), ANSWER_ALL)
    assert told(last) == [(3, ("boss-sms",))]
    assert last.check_at is None
    assert told(plan(replace(CASE, step=3), teams(), at("2028-09-01 09:00"))) == []


def test_what_is_late_is_all_told_each_once() -> None:
    late = plan(CASE, teams(), at("2028-01-05 09:00"))
    assert [step for step, _ in told(late)] == [1, 2, 3]
    assert late.check_at is None


def test_a_claim_keeps_that_promise_alone() -> None:
    claimed = act(CASE, "claim", OPENED + timedelta(minutes=5))
    planned = plan(claimed, teams(), CLAIM_HALF)
    assert planned == Plan(None, ANSWER_ALL, ANSWER_HALF)
    assert told(plan(claimed, teams(), ANSWER_HALF)) == [
        (2, ("carl-sms",))
    ]  # after bert, who has it


def test_a_case_that_is_released_must_be_claimed_again() -> None:
    claimed = act(CASE, "claim", OPENED + timedelta(minutes=5))
    released = act(claimed, "release", at("2028-01-04 12:30"))
    assert told(plan(released, teams(), at("2028-01-04 12:30"))) == [(1, ("anna-sms",))]


@pytest.mark.parametrize("kind", ["answer", "close", "not_ours"])
def test_nobody_waits_any_more(kind: ActKind) -> None:
    done = act(CASE, kind, OPENED + timedelta(minutes=5))
    assert plan(done, teams(), ANSWER_ALL) == Plan(None, None, None)


def test_who_writes_again_waits_from_then_on() -> None:
    answered = act(replace(CASE, step=2), "answer", at("2028-01-04 13:30"))
    again = act(answered, "joined", at("2028-01-05 06:00"))
    planned = plan(again, teams(), at("2028-01-05 06:00"))
    assert planned == Plan(None, at("2028-01-05 10:00"), at("2028-01-05 08:00"))
    (second,) = plan(again, teams(), at("2028-01-05 08:00")).escalations
    assert second.step == 2
    assert second.body.startswith("The customer waits again since 2 h; the first post is 21 h")


def test_while_it_is_snoozed_nothing_is_told() -> None:
    until = at("2028-01-04 18:00")
    snoozed = act(CASE, "snooze", OPENED, until)
    planned = plan(snoozed, teams(), ANSWER_HALF)
    assert planned == Plan(at("2028-01-04 12:00"), ANSWER_ALL, until)
    woken = plan(snoozed, teams(), until)
    assert woken.wakes
    assert [step for step, _ in told(woken)] == [1, 2]
    assert woken.check_at == ANSWER_ALL


def test_a_snooze_of_an_answered_case_ends_too() -> None:
    answered = act(CASE, "answer", OPENED)
    snoozed = act(answered, "snooze", OPENED, until=ANSWER_HALF)
    assert plan(snoozed, teams(), OPENED) == Plan(None, None, ANSWER_HALF)
    assert plan(snoozed, teams(), ANSWER_HALF) == Plan(None, None, None, wakes=True)


def test_next_is_after_whoever_was_told_last() -> None:
    steps = tuple(Step(share, "answer", ("next",)) for share in (0.25, 0.5, 0.75, 1.0))
    care = replace(CARE, steps=steps)
    late = plan(CASE, teams(care), ANSWER_ALL)
    assert [tuple(one.channels) for one in late.escalations] == [
        ("bert-sms",), ("carl-sms",), ("anna-sms",), ("bert-sms",)
    ]  # fmt: skip
    third = plan(replace(CASE, step=2), teams(care), ANSWER_ALL - timedelta(hours=1))
    assert told(third) == [(3, ("anna-sms",))]


def test_next_after_a_case_that_was_answered_in_public() -> None:
    steps = (Step(0.5, "claim", ("next",)), Step(0.5, "answer", ("next",)))
    care = teams(replace(CARE, steps=steps))
    reply = Act("r", "answer", "@acme", "in public", OPENED)
    again = act(after(CASE, reply), "joined", at("2028-01-05 06:00"))
    assert (again.state, again.owner) == ("new", "")
    assert told(plan(again, care, at("2028-01-05 06:30"))) == [(1, ("bert-sms",))]
    assert told(plan(replace(again, step=1), care, at("2028-01-05 08:00"))) == [(2, ("carl-sms",))]


def test_what_a_claim_made_needless_was_told_to_nobody() -> None:
    steps = (Step(0.5, "claim", ("next",)), *(Step(s, "answer", ("next",)) for s in (0.5, 1.0)))
    care = teams(replace(CARE, steps=steps))
    claimed = act(CASE, "claim", OPENED + timedelta(minutes=5))
    assert told(plan(claimed, care, ANSWER_HALF)) == [(2, ("carl-sms",))]
    assert told(plan(replace(claimed, step=2), care, ANSWER_ALL)) == [(3, ("anna-sms",))]


def test_a_hand_over_between_two_steps_doubles_nobody() -> None:
    friday = at("2028-01-07 13:00")
    steps = (Step(0.25, "answer", ("on call",)), Step(1.0, "answer", ("next",)))
    waiting = replace(CASE, waiting_since=friday, opened_at=friday)
    care = teams(replace(CARE, steps=steps))
    assert told(plan(waiting, care, at("2028-01-07 14:00"))) == [(1, ("anna-sms",))]
    monday = plan(replace(waiting, step=1), care, at("2028-01-10 09:00"))
    assert told(monday) == [(2, ("bert-sms",))]  # on call himself by now, and not told yet


def test_who_is_away_or_had_enough_gives_way() -> None:
    week = (date(2028, 1, 4), date(2028, 1, 9))
    assert told(plan(CASE, teams(anna=week), CLAIM_HALF)) == [(1, ("bert-sms",))]
    assert told(plan(CASE, teams(), CLAIM_HALF, full={"anna"})) == [(1, ("bert-sms",))]
    urgent = replace(CASE, priority=90)
    assert told(plan(urgent, teams(), CLAIM_HALF, full={"anna"})) == [(1, ("anna-sms",))]


def test_what_breaks_through_is_held_against_the_clock() -> None:
    friday_evening = at("2028-01-07 20:00")
    urgent = replace(CASE, waiting_since=friday_evening, opened_at=friday_evening, priority=90)
    half_an_hour_later = at("2028-01-07 20:30")
    assert plan(urgent, teams(), friday_evening) == Plan(
        at("2028-01-07 21:00"), at("2028-01-08 00:00"), half_an_hour_later
    )
    assert told(plan(urgent, teams(), half_an_hour_later)) == [(1, ("anna-sms",))]
    plain = replace(urgent, priority=89)
    assert plan(plain, teams(), friday_evening).check_at == at("2028-01-10 06:30")


def test_better_the_whole_team_than_nobody() -> None:
    care = replace(CARE, steps=(Step(1.0, "answer", ("owner",)),))
    (escalation,) = plan(CASE, teams(care), ANSWER_ALL).escalations
    assert escalation.channels == {"desk": True}
    everybody = {name: (date(2028, 1, 1), date(2028, 12, 31)) for name in NAMES}
    assert [*plan(CASE, teams(**everybody), CLAIM_HALF).escalations[0].channels] == ["desk"]


def test_several_are_told_once_each_with_whether_they_follow() -> None:
    care = replace(CARE, steps=(Step(0.5, "claim", ("boss", "desk", "care", "on call", "boss")),))
    (escalation,) = plan(CASE, teams(care), CLAIM_HALF).escalations
    assert escalation.channels == {"boss-sms": False, "desk": True, "anna-sms": False}


def test_without_a_promise_nothing_falls_due() -> None:
    care = replace(CARE, claim_minutes=None, answer_minutes=None)
    assert plan(CASE, teams(care), ANSWER_ALL) == Plan(None, None, None)
    assert plan(CASE, Teams(), ANSWER_ALL) == Plan(None, None, None)
    snoozed = act(CASE, "snooze", OPENED, ANSWER_HALF)
    assert plan(snoozed, Teams(), OPENED) == Plan(None, None, ANSWER_HALF)


def test_hours_that_never_come_are_no_promise() -> None:
    closed = {OPENED.date() + timedelta(days=n): () for n in range(-2, 500)}
    care = replace(CARE, calendar=Calendar(HELSINKI, days=closed))
    assert plan(CASE, teams(care), ANSWER_ALL) == Plan(None, None, None)


def test_it_says_which_case_how_long_and_who_has_it() -> None:
    (first,) = plan(CASE, teams(), CLAIM_HALF).escalations
    assert first.title == "acme: not claimed for 1 h (team care)"
    assert first.body == (
        "The customer wrote 1 h 25 min ago; we saw it 1 h ago.\n"
        "Team care promised that it would be claimed by 2028-01-04 14:00 EET; "
        "50% of the time is over.\n"
        "Nobody has it.\n"
        "Case c1"
    )
    assert first.priority == PRIORITY_MIN
    claimed = replace(act(CASE, "claim", OPENED), owner="slack:U1\n\x1b[31m", step=2, priority=89)
    (last,) = plan(claimed, teams(), ANSWER_ALL).escalations
    assert last.title == "acme: not answered for 20 h 30 min (team care)"
    assert "answered by 2028-01-05 09:00 EET; that is over.\nslack:U1 [31m has it." in last.body
    assert last.priority == 89


def test_clocks_of_a_site_that_runs_ahead_are_no_negative_wait() -> None:
    ahead = replace(CASE, published_at=OPENED + timedelta(days=1))
    (first,) = plan(ahead, teams(), CLAIM_HALF).escalations
    assert "wrote under a minute ago" in first.body

"""The state machine of cases: a table of every act in every state, and what holds for all runs."""

from dataclasses import replace
from datetime import timedelta
from typing import get_args

import hypothesis.strategies as st
import pytest
from hypothesis import given

from listener.cases import IN_PUBLIC, LISTENER, Act, ActKind, Refused, after, is_open
from listener.model import Case
from listener.testing.fakes import NOON

HOUR = timedelta(hours=1)
MINUTE = timedelta(minutes=1)
NEW = Case("c1", "norvia", "urgent", "service", NOON, NOON - HOUR, NOON)
PROMISED = replace(NEW, claim_due_at=NOON + HOUR, answer_due_at=NOON + 2 * HOUR, step=2)


def act(kind: ActKind, by: str = "anna", via: str = "slack", minutes: int = 5) -> Act:
    at = NOON + minutes * MINUTE
    return Act(f"{kind}{minutes}", kind, by, via, at, until=at + HOUR)


CLAIMED = after(PROMISED, act("claim"))
ANSWERED = after(CLAIMED, act("answer", minutes=9))
CLOSED = after(ANSWERED, act("close", minutes=12))
SNOOZED = after(PROMISED, act("snooze"))

WAYS: list[tuple[Case, ActKind, str]] = [
    (PROMISED, "claim", "claimed"),
    (PROMISED, "answer", "answered"),
    (PROMISED, "close", "closed"),
    (PROMISED, "not_ours", "closed"),
    (PROMISED, "snooze", "new"),
    (PROMISED, "joined", "new"),
    (PROMISED, "note", "new"),
    (PROMISED, "release", "refused"),
    (PROMISED, "reopen", "refused"),
    (PROMISED, "wake", "refused"),
    (SNOOZED, "wake", "new"),
    (SNOOZED, "claim", "claimed"),
    (CLAIMED, "claim", "refused"),
    (CLAIMED, "release", "new"),
    (CLAIMED, "answer", "answered"),
    (CLAIMED, "close", "closed"),
    (CLAIMED, "joined", "claimed"),
    (CLAIMED, "reopen", "refused"),
    (ANSWERED, "claim", "answered"),
    (ANSWERED, "release", "refused"),
    (ANSWERED, "answer", "refused"),
    (ANSWERED, "close", "closed"),
    (ANSWERED, "joined", "claimed"),
    (ANSWERED, "reopen", "claimed"),
    (CLOSED, "claim", "refused"),
    (CLOSED, "answer", "refused"),
    (CLOSED, "close", "refused"),
    (CLOSED, "snooze", "refused"),
    (CLOSED, "joined", "refused"),
    (CLOSED, "reopen", "claimed"),
    (CLOSED, "note", "closed"),
    (CLOSED, "wrong_tag", "closed"),
    (CLOSED, "mute_author", "closed"),
]


@pytest.mark.parametrize(
    ("case", "kind", "state"), WAYS, ids=[f"{case.state}-{kind}" for case, kind, _ in WAYS]
)
def test_every_act_in_every_state(case: Case, kind: ActKind, state: str) -> None:
    if state == "refused":
        with pytest.raises(Refused):
            after(case, act(kind, minutes=20))
        return
    changed = after(case, act(kind, minutes=20))
    assert (changed.state, changed.version) == (state, case.version + 1)


def test_a_claim_ends_the_promise_to_claim_and_keeps_that_to_answer() -> None:
    assert (CLAIMED.owner, CLAIMED.claimed_at) == ("anna", NOON + 5 * MINUTE)
    assert (CLAIMED.claim_due_at, CLAIMED.answer_due_at) == (None, NOON + 2 * HOUR)


def test_whoever_claims_it_next_has_it_and_the_first_claim_counts() -> None:
    taken = after(CLAIMED, act("claim", by="ben", minutes=9))
    assert (taken.owner, taken.claimed_at) == ("ben", CLAIMED.claimed_at)


def test_an_answer_ends_both_promises() -> None:
    for case in (PROMISED, CLAIMED, SNOOZED):
        answered = after(case, act("answer", minutes=9))
        assert (answered.claim_due_at, answered.answer_due_at) == (None, None)
        assert (answered.answered_at, answered.snoozed_until) == (NOON + 9 * MINUTE, None)
        assert (answered.owner, answered.claimed_at is None) == ("anna", False)


def test_a_public_reply_and_the_listener_own_nothing() -> None:
    for by, via in (("x:norvia", IN_PUBLIC), (LISTENER, LISTENER)):
        assert after(PROMISED, act("answer", by=by, via=via)).owner == ""
        assert after(CLAIMED, act("answer", by=by, via=via)).owner == "anna"


def test_who_writes_again_waits_from_then_on_for_whoever_had_it() -> None:
    again = after(ANSWERED, act("joined", by=LISTENER, via=LISTENER, minutes=30))
    assert (again.state, again.owner, again.step) == ("claimed", "anna", 0)
    assert (again.waiting_since, again.answered_at) == (NOON + 30 * MINUTE, None)
    assert again.opened_at == NOON


def test_what_was_answered_in_public_is_nobodys_again() -> None:
    answered = after(PROMISED, act("answer", by="x:norvia", via=IN_PUBLIC))
    again = after(answered, act("joined", minutes=30))
    assert (again.state, again.owner, again.claimed_at) == ("new", "", None)


def test_another_mention_ends_a_snooze() -> None:
    assert after(SNOOZED, act("joined")).snoozed_until is None


def test_a_snooze_needs_a_time_to_come() -> None:
    snooze = act("snooze")
    for until in (None, snooze.at, snooze.at - MINUTE):
        with pytest.raises(Refused):
            after(NEW, replace(snooze, until=until))


def test_what_is_closed_is_not_open() -> None:
    assert [is_open(case) for case in (NEW, CLAIMED, ANSWERED, CLOSED)] == [True, True, True, False]


ACTS = st.lists(
    st.builds(
        act,
        st.sampled_from(get_args(ActKind)),
        st.sampled_from(("anna", "ben")),
        st.sampled_from(("slack", IN_PUBLIC)),
    )
)


@given(ACTS)
def test_whatever_is_done_a_case_makes_sense(acts: list[Act]) -> None:
    case = PROMISED
    for number, one in enumerate(acts):
        try:
            changed = after(case, replace(one, at=NOON + number * MINUTE))
        except Refused:
            continue
        assert changed.version == case.version + 1
        assert (changed.key, changed.opened_at, changed.published_at) == (
            case.key,
            case.opened_at,
            case.published_at,
        )
        case = changed
        assert (case.closed_at is not None) == (case.state == "closed")
        assert case.state != "claimed" or (case.owner and case.claimed_at)
        assert case.state != "new" or not (case.owner or case.claimed_at or case.answered_at)
        if case.state in {"answered", "closed"}:
            assert (case.claim_due_at, case.answer_due_at) == (None, None)
        if case.state == "answered":
            assert case.answered_at

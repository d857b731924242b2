"""What people did to a ticket, and going through tickets by time."""

from dataclasses import replace
from datetime import timedelta

import pytest

from alerts.desks.noticing import handing, in_order, turn
from alerts.desks.paging import place
from alerts.desks.reading import OVERLAP, Seen, Stand, each
from alerts.desks.standing import raised
from listener.cases import Act, ActKind
from listener.ports import FailureState, Reject
from tests.alerts.example import NOON

LEVELS = ("low", "normal", "high", "urgent")


def act(kind: ActKind, seconds: float = 0) -> Act:
    return Act(f"{kind} {seconds}", kind, "anna", "desk", NOON + timedelta(seconds=seconds))


@pytest.mark.parametrize(
    ("before", "after", "kind"),
    [
        ("new", "claimed", None),
        ("open", "new", None),
        ("closed", "closed", None),
        ("new", "answered", "answer"),
        ("answered", "closed", "close"),
        ("closed", "answered", "answer"),
        ("closed", "open", "reopen"),
        ("answered", "claimed", "reopen"),
    ],
)
def test_what_brings_a_ticket_from_one_state_to_another(
    before: str, after: str, kind: ActKind | None
) -> None:
    assert turn(before, after) == kind


def test_who_took_it_and_who_let_it_go() -> None:
    assert handing("", "7", "1") == ("claim", "7")
    assert handing("8", "7", "1") == ("claim", "7")
    assert handing("7", "", "1") == ("release", "7")
    assert handing("7", "7", "1") is None
    assert handing("", "1", "1") is None


def test_what_happened_at_once_makes_sense_in_its_order() -> None:
    told = in_order(map(act, ("close", "answer", "claim", "reopen")))
    assert [one.kind for one in told] == ["reopen", "claim", "answer", "close"]


def test_a_level_is_raised_and_never_lowered() -> None:
    assert raised("normal", 85, LEVELS) == "urgent"
    assert raised("urgent", 85, LEVELS) == raised("urgent", 0, LEVELS) == ""
    assert raised("", 0, LEVELS) == "low"


def test_a_page_goes_on_from_the_time_at_which_the_last_one_ended() -> None:
    stand = Stand(NOON + OVERLAP, NOON)
    here = place(stand)
    assert (here.start, here.page) == (f"{NOON:%Y-%m-%dT%H:%M:%SZ}", 1)
    page = here.then(["1"], NOON + timedelta(seconds=9, microseconds=5))
    there = place(replace(stand, after=page.after))
    assert (there.start, there.page) == (f"{NOON + timedelta(seconds=9):%Y-%m-%dT%H:%M:%SZ}", 1)
    same_second = place(replace(stand, after=there.then(["2"], NOON + timedelta(seconds=9)).after))
    assert (same_second.start, same_second.page) == (there.start, 2)
    assert not same_second.then(["3"], None).more


@pytest.mark.parametrize(("state", "costs_itself"), [("gone", True), ("login", False)])
def test_a_ticket_that_was_taken_away_costs_itself_alone(
    state: FailureState, *, costs_itself: bool
) -> None:
    def see(ticket: str) -> Seen:
        if ticket == "2":
            raise Reject("no", state=state)
        return Seen([act("claim", -1), act("close")], f"stood {ticket}")

    stand = Stand(NOON + OVERLAP, NOON)
    if not costs_itself:
        with pytest.raises(Reject):
            each(["1", "2", "3"], stand, see)
        return
    look = each(["1", "2", "3"], stand, see)
    assert [(one.ticket, one.act.kind) for one in look.changes] == [("1", "close"), ("3", "close")]
    assert look.stood == {"1": "stood 1", "3": "stood 3"}

"""What every store promises of cases held against the clock, and of the desks that are asked."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from listener.cases import Change
from listener.escalation import Escalation, Plan
from listener.model import Case
from listener.ports import Changes
from listener.store.case_port import DeskTurn
from listener.store.port import LostLease, Store
from listener.testing.case_steps import an_act, come, deliver, due, the_case
from listener.testing.fakes import NOON
from listener.testing.store_steps import HOUR, LEASE, MINUTE, poll, retry

LATER = NOON + HOUR
NOTHING = Plan(None, None, None)


def to_boss(step: int = 1, *channels: str, follows: bool = False) -> Plan:
    """The promise is broken: tell these channels."""
    told = dict.fromkeys(channels or ("boss",), follows)
    return Plan(NOON + MINUTE, LATER, LATER, (Escalation(step, told, "still waits", "for 5 min"),))


def a_turn(store: Store, now: datetime = NOON) -> DeskTurn:
    """The turn of the one desk."""
    store.cases.plan_desks({"desk": 60.0}, now)
    (turn,) = store.cases.claim_desks(now, LEASE, 9)
    return turn


def one_due(store: Store, now: datetime = NOON) -> Case:
    """The case to hold against the clock now."""
    (case,) = store.cases.due(now, 9)
    return case


class StoreClock:
    """Plans are kept for the case they were made for, once; desks are asked by one at a time."""

    def test_new_and_changed_cases_are_due_and_then_when_planned(self, store: Store) -> None:
        come(store, "1", by="anna")
        plan = Plan(NOON + MINUTE, LATER, NOON + MINUTE)
        assert store.cases.keep(one_due(store), plan, NOON)
        assert store.cases.due(NOON, 9) == []
        planned = one_due(store, NOON + MINUTE)
        assert (planned.claim_due_at, planned.answer_due_at) == (NOON + MINUTE, LATER)
        assert store.cases.keep(planned, NOTHING, NOON + MINUTE)
        assert store.cases.due(NOON + 999 * HOUR, 9) == []
        store.cases.act(planned.key, an_act("claim"), LATER)
        assert one_due(store, LATER).state == "claimed"
        store.cases.keep(one_due(store, LATER), NOTHING, LATER)
        come(store, "2", by="anna", now=LATER + MINUTE)
        assert one_due(store, LATER + MINUTE).mentions == 2
        store.cases.act(planned.key, an_act("close"), LATER)
        assert store.cases.due(NOON + 999 * HOUR, 9) == []

    def test_the_longest_due_come_first(self, store: Store) -> None:
        for n in range(5):
            come(store, str(n), now=NOON + n * MINUTE)
        found = store.cases.due(LATER, 3)
        assert [case.opened_at for case in found] == [NOON + n * MINUTE for n in range(3)]

    def test_a_plan_for_what_has_changed_is_not_kept(self, store: Store, other: Store) -> None:
        come(store, "1")
        case = one_due(store)
        other.cases.act(case.key, an_act("answer"), NOON)
        assert not store.cases.keep(case, to_boss(), NOON)
        assert deliver(store, channel="boss") == []
        assert the_case(store).claim_due_at is None
        assert not store.cases.keep(replace(case, key="c0"), NOTHING, NOON)

    def test_two_processes_escalate_once(self, store: Store, other: Store) -> None:
        come(store, "1")
        mine, theirs = one_due(store), one_due(other)
        assert store.cases.keep(mine, to_boss(), NOON)
        assert not other.cases.keep(theirs, to_boss(), NOON)
        assert len(deliver(store, channel="boss")) == 1
        assert the_case(store).step == 1

    def test_an_escalation_tells_what_it_is_about(self, store: Store) -> None:
        come(store, "1", "2", by="anna")
        deliver(store)
        store.cases.keep(one_due(store), to_boss(2, "desk", "boss"), LATER)
        (ticket,), (boss,) = deliver(store, LATER), deliver(store, LATER, "boss")
        case = the_case(store)
        for alert in (ticket.alert, boss.alert):
            assert (alert.kind, alert.title, alert.body) == (
                "escalation",
                "still waits",
                "for 5 min",
            )
            assert (alert.case, alert.priority) == (case, 80)
        assert ticket.alert.key == f"urgent/{case.key}/desk~2"
        assert (ticket.alert.mentions, ticket.alert.earlier_count) == ((), 2)
        assert boss.alert.key == boss.alert.thread == f"urgent/{case.key}/boss"
        assert len(boss.alert.mentions) == 2
        assert case.step == 2

    def test_who_was_called_and_follows_is_told_how_it_goes_on(self, store: Store) -> None:
        come(store, "1")
        store.cases.keep(one_due(store), to_boss(1, "boss", "phone"), NOON)
        store.cases.keep(one_due(store, LATER), to_boss(2, "boss", follows=True), LATER)
        deliver(store, LATER, "boss")
        deliver(store, LATER, "phone")
        store.cases.act(the_case(store).key, an_act("claim"), LATER)
        assert [turn.alert.kind for turn in deliver(store, LATER, "boss")] == ["case"]
        assert deliver(store, LATER, "phone") == []

    def test_an_escalation_brings_what_waits_before_it(self, store: Store) -> None:
        """The first word to a channel may wait for the morning; a broken promise doesn't."""
        come(store, "1", due_at=NOON + 9 * HOUR)
        assert due(store) == []
        store.cases.keep(one_due(store), to_boss(1, "desk"), LATER)
        kinds = [turn.alert.kind for turn in deliver(store, LATER)]
        assert kinds == ["mentions", "escalation"]

    def test_nobody_is_told_of_a_promise_that_was_kept_meanwhile(self, store: Store) -> None:
        come(store, "1")
        store.cases.keep(one_due(store), to_boss(), NOON)
        store.cases.act(the_case(store).key, an_act("answer"), NOON)
        assert deliver(store, channel="boss") == []

    def test_a_post_that_only_the_boss_was_told_of_is_taken_back_there(self, store: Store) -> None:
        come(store, "1", channels=("desk",))
        store.cases.keep(one_due(store), to_boss(), NOON)
        deliver(store, channel="boss")
        poll(store, [], deleted=["fake:1"], now=LATER)
        (turn,) = deliver(store, LATER, "boss")
        assert (turn.alert.kind, turn.alert.retracted) == ("retraction", ("fake:1",))

    def test_a_snooze_that_is_over_is_told(self, store: Store) -> None:
        come(store, "1")
        deliver(store)
        store.cases.act(the_case(store).key, an_act("snooze", until=LATER), NOON)
        deliver(store)
        plan = replace(to_boss(), wakes=True, check_at=LATER + HOUR)
        assert store.cases.keep(one_due(store), plan, LATER)
        case = the_case(store)
        assert (case.snoozed_until, case.step) == (None, 1)
        assert store.cases.due(LATER, 9) == []
        file = store.cases.file(case.key)
        assert file
        assert [(act.kind, act.by) for act in file.acts] == [
            ("snooze", "anna"),
            ("wake", "listener"),
        ]
        assert [turn.alert.title for turn in deliver(store, LATER)] == [
            "no longer snoozed by listener"
        ]

    # -- desks

    def test_a_desk_is_asked_by_one_at_a_time_and_on_its_schedule(
        self, store: Store, other: Store
    ) -> None:
        turn = a_turn(store)
        assert (turn.channel, turn.cursor, turn.failures) == ("desk", None, 0)
        assert other.cases.claim_desks(NOON, LEASE, 9) == []
        store.cases.save_changes(turn, Changes("7"), NOON, NOON + MINUTE)
        assert other.cases.claim_desks(NOON, LEASE, 9) == []
        (turn,) = other.cases.claim_desks(NOON + MINUTE, LEASE, 9)
        assert turn.cursor == "7"
        other.cases.fail_changes(turn, "no answer", LATER)
        assert store.status(LATER).desks == (("desk", "no answer"),)
        assert store.cases.claim_desks(NOON + 2 * MINUTE, LEASE, 9) == []
        (turn,) = store.cases.claim_desks(LATER, LEASE, 9)
        assert (turn.cursor, turn.failures) == ("7", 1)

    def test_only_desks_of_the_plan_are_asked(self, store: Store) -> None:
        store.cases.plan_desks({"desk": 60.0, "post": 60.0}, NOON)
        store.cases.plan_desks({"post": 60.0}, NOON)
        assert [turn.channel for turn in store.cases.claim_desks(NOON, LEASE, 9)] == ["post"]
        assert store.cases.claim_desks(LATER, LEASE, 0) == []

    def test_an_old_lease_saves_nothing(self, store: Store, other: Store) -> None:
        come(store, "1")
        old = a_turn(store)
        (new,) = other.cases.claim_desks(LATER, LEASE, 9)
        change = Change(an_act("claim"), case=the_case(store).key)
        with pytest.raises(LostLease):
            store.cases.save_changes(old, Changes("9", (change,)), LATER, LATER)
        with pytest.raises(LostLease):
            store.cases.fail_changes(old, "no answer", LATER)
        assert the_case(store).state == "new"
        assert other.cases.save_changes(new, Changes("9", (change,)), LATER, LATER).applied == 1

    def test_the_desk_of_a_dead_process_is_asked_at_once(self, store: Store, other: Store) -> None:
        a_turn(other)
        assert "two" in store.owners()
        assert store.release(["two"]) == 1
        assert store.cases.claim_desks(NOON, LEASE, 9)

    def test_what_agents_did_comes_back_once(self, store: Store) -> None:
        come(store, "1", by="anna", channels=("desk", "slack"))
        (told,) = deliver(store)
        deliver(store, channel="slack")
        changes = (
            Change(an_act("claim", via="desk"), ticket=f"ticket {told.alert.key}"),
            Change(an_act("answer", via="desk", text="Sorry!"), case=the_case(store).key),
        )
        saved = store.cases.save_changes(a_turn(store), Changes("1", changes), NOON, NOON)
        assert (saved.applied, saved.known, saved.refused) == (2, 0, ())
        assert (the_case(store).state, the_case(store).owner) == ("answered", "anna")
        (message,) = deliver(store, channel="slack")
        assert message.alert.body.splitlines()[-1] == "  Sorry!"
        saved = store.cases.save_changes(a_turn(store), Changes("1", changes), NOON, NOON)
        assert (saved.applied, saved.known) == (0, 2)

    def test_changes_that_mean_nothing_cost_themselves(self, store: Store) -> None:
        come(store, "1")
        (told,) = deliver(store)
        ticket = f"ticket {told.alert.key}"
        bad = "\ud800\x1b[2J" * 99
        changes = (
            Change(an_act("claim", "a"), ticket="of somebody else"),
            Change(an_act("claim", "b"), case=bad),
            Change(an_act("claim", "c", by=bad)),
            Change(an_act("reopen", "d"), ticket=ticket),
            Change(an_act("claim", "e"), ticket=ticket),
        )
        saved = store.cases.save_changes(a_turn(store), Changes("2", changes), NOON, NOON)
        assert (saved.applied, len(saved.refused)) == (1, 4)
        assert "of somebody else" in saved.refused[0]
        assert all(why.isprintable() and len(why) < 400 for why in saved.refused)
        assert the_case(store).owner == "anna"

    def test_a_ticket_is_known_at_its_own_desk_only(self, store: Store) -> None:
        come(store, "1", channels=("post",))
        deliver(store, channel="post")
        file = store.cases.file(the_case(store).key)
        assert file
        change = Change(an_act("claim"), ticket=file.tickets["post"])
        saved = store.cases.save_changes(a_turn(store), Changes("1", (change,)), NOON, NOON)
        assert len(saved.refused) == 1

    def test_a_ticket_is_known_while_a_later_telling_waits(self, store: Store) -> None:
        come(store, "1", by="anna")
        (told,) = deliver(store)
        come(store, "2", by="anna", now=LATER)
        (again,) = due(store, LATER)
        store.settle_alerts([retry(again, LATER + timedelta(days=1))])
        change = Change(an_act("claim"), ticket=f"ticket {told.alert.key}")
        saved = store.cases.save_changes(a_turn(store), Changes("1", (change,)), LATER, LATER)
        assert saved.applied == 1

    def test_an_act_on_a_ticket_being_opened_is_asked_for_again(self, store: Store) -> None:
        """The process died between opening and settling, and an agent was faster."""
        come(store, "1")
        (opening,) = due(store)
        store.settle_alerts([retry(opening, LATER)])
        change = Change(an_act("claim"), ticket=f"ticket {opening.alert.key}")
        store.cases.save_changes(a_turn(store), Changes("1", (change,)), NOON, NOON)
        assert a_turn(store, NOON + MINUTE).cursor is None
        deliver(store, LATER)
        again = a_turn(store, LATER)
        saved = store.cases.save_changes(again, Changes("1", (change,)), LATER, LATER)
        assert saved.applied == 1
        assert a_turn(store, LATER).cursor == "1"

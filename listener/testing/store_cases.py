"""What every store promises of cases: who is in which, its threads, and how it is read."""

from datetime import timedelta

import pytest

from listener.model import Author
from listener.placing import MENTIONS_PER_TELLING_MAX
from listener.rules import CaseOrder
from listener.store.port import Store
from listener.testing.case_steps import (
    DAY,
    an_act,
    come,
    deliver,
    due,
    the_case,
)
from listener.testing.fakes import NOON, a_post
from listener.testing.store_steps import HOUR, LEASE, MINUTE, poll, retry

LATER = NOON + HOUR


def keys(store: Store, case: str) -> list[str]:
    """The ids of the posts in a case."""
    file = store.cases.file(case)
    assert file
    return [mention.post.native_id for mention in file.mentions]


class StoreCases:
    """One case per mention, and one thread per channel, as long as the case goes on."""

    # -- who is in which case

    def test_a_mention_opens_a_case_that_waits_from_now_on(self, store: Store) -> None:
        come(store, "1", now=LATER, published_at=NOON)
        case = the_case(store)
        assert (case.brand, case.rule, case.team) == ("norvia", "urgent", "service")
        assert (case.opened_at, case.waiting_since, case.published_at) == (LATER, LATER, NOON)
        assert (case.state, case.owner, case.version, case.priority) == ("new", "", 1, 80)
        assert (case.mentions, case.authors) == (1, 1)
        assert len(case.key) == 13
        assert case.key.isalnum()

    def test_the_next_of_the_same_author_joins(self, store: Store) -> None:
        come(store, "1", by="Anna")
        come(store, "2", by="@anna", now=LATER)
        come(store, "3", by="ben", now=LATER)
        cases = store.cases.find()
        assert sorted((case.mentions, case.authors) for case in cases) == [(1, 1), (2, 1)]

    def test_an_account_is_its_id_whatever_its_handle(self, store: Store) -> None:
        come(store, "1", author=Author("anna", id="7"))
        come(store, "2", author=Author("anna_new", id="7"), now=LATER)
        come(store, "3", author=Author("anna", id="8"), now=LATER)
        assert sorted(case.mentions for case in store.cases.find()) == [1, 2]

    def test_the_nameless_are_not_one_person(self, store: Store) -> None:
        come(store, "1", "2", author=Author())
        assert [case.mentions for case in store.cases.find()] == [1, 1]

    def test_one_story_told_by_many_is_one_case(self, store: Store) -> None:
        come(store, "1", "2", "3", story="fake:1")
        case = the_case(store)
        assert (case.mentions, case.authors) == (3, 3)
        assert sorted(keys(store, case.key)) == ["1", "2", "3"]

    @pytest.mark.parametrize(
        ("wanted", "cases"),
        [
            (CaseOrder("service"), 1),
            (CaseOrder("service", by_author=False), 1),
            (CaseOrder("service", by_author=False, by_story=False), 2),
            (CaseOrder("press"), 1),
            (CaseOrder("press", by_author=False), 2),
        ],
    )
    def test_what_fits_is_as_ordered(self, store: Store, wanted: CaseOrder, cases: int) -> None:
        come(store, "1", story="fake:1", by="anna")
        come(store, "2", story="fake:1", by="anna", now=LATER, case=wanted)
        assert len(store.cases.find()) == cases

    def test_the_author_counts_before_the_story(self, store: Store) -> None:
        come(store, "1", by="anna")
        come(store, "2", by="ben", story="fake:9")
        come(store, "3", by="anna", story="fake:9", now=LATER)
        (case,) = store.cases.find(author="anna")
        assert keys(store, case.key) == ["1", "3"]

    def test_a_closed_case_is_joined_no_more(self, store: Store) -> None:
        come(store, "1", by="anna")
        store.cases.act(the_case(store).key, an_act("close"), NOON)
        come(store, "2", by="anna", now=LATER)
        (case,) = store.cases.find()
        assert keys(store, case.key) == ["2"]

    def test_who_was_answered_and_writes_again_waits_again(self, store: Store) -> None:
        come(store, "1", by="anna")
        store.cases.act(the_case(store).key, an_act("answer"), NOON)
        come(store, "2", by="anna", now=LATER)
        case = the_case(store)
        assert (case.state, case.owner, case.waiting_since) == ("claimed", "anna", LATER)

    def test_a_mention_that_is_tagged_anew_stays_in_its_case(self, store: Store) -> None:
        come(store, "1")
        deliver(store)
        before = the_case(store)
        come(store, "1", text="Norvia is late, edited", now=LATER)
        assert the_case(store) == before
        assert due(store, LATER) == []

    def test_two_processes_put_one_author_into_one_case(self, store: Store, other: Store) -> None:
        come(store, "1", by="anna")
        come(other, "2", by="anna", now=LATER)
        assert the_case(store) == the_case(other)
        assert the_case(store).mentions == 2

    # -- its threads

    def test_a_case_is_one_thread_on_each_channel(self, store: Store) -> None:
        come(store, "1", by="anna", channels=("desk", "slack"))
        (ticket,), (message,) = deliver(store), deliver(store, channel="slack")
        case = the_case(store)
        assert ticket.alert.key == ticket.alert.thread == f"urgent/{case.key}/desk"
        assert message.alert.key == f"urgent/{case.key}/slack"
        assert ticket.alert.case == case
        come(store, "2", by="anna", now=LATER + DAY, channels=("desk", "slack"))
        (more,) = deliver(store, LATER + DAY)
        assert (more.alert.thread, more.alert.kind) == (ticket.alert.thread, "mentions")
        assert more.alert.key == f"{ticket.alert.thread}~2"
        assert more.alert.receipt == f"ticket {ticket.alert.key}"
        assert (len(more.alert.mentions), more.alert.earlier_count) == (1, 1)
        assert more.alert.case == the_case(store)

    def test_another_rule_of_the_team_tells_it_in_the_same_thread(self, store: Store) -> None:
        come(store, "1", by="anna")
        deliver(store)
        come(store, "2", by="anna", now=LATER, rule="angry")
        (more,) = deliver(store, LATER)
        assert more.alert.key == f"urgent/{the_case(store).key}/desk~2"
        assert more.alert.rule == "urgent"

    def test_what_comes_before_anybody_was_told_comes_with_it(self, store: Store) -> None:
        come(store, "1", "2", by="anna")
        come(store, "3", by="anna", now=NOON + MINUTE)
        (turn,) = due(store, NOON + MINUTE)
        assert len(turn.alert.mentions) == 3

    def test_updates_keep_the_pace_of_the_order(self, store: Store) -> None:
        come(store, "1", by="anna", group_seconds=600)
        deliver(store)
        come(store, "2", by="anna", group_seconds=600, now=NOON + MINUTE)
        come(store, "3", by="anna", group_seconds=600, now=NOON + 2 * MINUTE)
        assert due(store, NOON + 9 * MINUTE) == []
        (turn,) = due(store, NOON + 10 * MINUTE)
        assert len(turn.alert.mentions) == 2

    def test_a_telling_of_a_case_has_bounded_length(self, store: Store) -> None:
        ids = [str(n) for n in range(MENTIONS_PER_TELLING_MAX + 5)]
        come(store, *ids, story="fake:0")
        assert [len(turn.alert.mentions) for turn in deliver(store)] == [100, 5]

    def test_beyond_the_days_ceiling_a_case_waits_in_its_own_thread(self, store: Store) -> None:
        come(store, "1", "2", "3", daily_max=2)
        assert len(deliver(store)) == 2
        (rest,) = deliver(store, NOON + DAY)
        assert rest.alert.case
        assert rest.alert.thread == f"urgent/{rest.alert.case.key}/desk"

    def test_an_attempt_is_counted_for_the_channel(self, store: Store) -> None:
        come(store, "1")
        (turn,) = due(store)
        assert turn.alert.attempt == 1
        store.settle_alerts([retry(turn, NOON)])
        assert [again.alert.attempt for again in due(store)] == [2]

    def test_what_the_author_wrote_before_is_told_with_it(self, store: Store) -> None:
        for n in range(8):
            come(store, str(n), by="anna", now=NOON + n * MINUTE, case=None)
        come(store, "8", by="ben", now=LATER, case=None)
        deliver(store, LATER)
        come(store, "9", by="Anna", now=LATER + MINUTE)
        (turn,) = due(store, LATER + MINUTE)
        history = [mention.post.native_id for mention in turn.alert.history]
        assert (history, turn.alert.history_count) == (["7", "6", "5", "4", "3"], 8)

    # -- reading

    def test_cases_are_found_by_what_they_are(self, store: Store) -> None:
        come(store, "1", by="anna")
        come(store, "2", by="ben", now=NOON + MINUTE, case=CaseOrder("press"))
        first, second = store.cases.find()
        assert (first.team, second.team) == ("service", "press")
        store.cases.act(second.key, an_act("claim"), LATER)
        assert [case.team for case in store.cases.find(owner="anna")] == ["press"]
        assert [case.team for case in store.cases.find(teams=["service"])] == ["service"]
        assert [case.team for case in store.cases.find(author="@BEN")] == ["press"]
        assert [case.team for case in store.cases.find(author="fake:anna")] == ["service"]
        assert [case.team for case in store.cases.find(states=("claimed",))] == ["press"]
        assert len(store.cases.find(limit=1)) == 1
        assert store.cases.find(states=()) == store.cases.find(limit=0) == []
        assert store.status(LATER).cases == {"new": 1, "claimed": 1}

    def test_a_file_holds_all_of_a_case(self, store: Store) -> None:
        assert store.cases.file("c0") is None
        come(store, "1", by="anna", channels=("desk", "slack"))
        deliver(store)
        come(store, "2", by="anna", now=LATER)
        key = the_case(store).key
        store.cases.act(key, an_act("claim", now=LATER), LATER)
        file = store.cases.file(key)
        assert file
        assert keys(store, key) == ["1", "2"]
        assert [act.kind for act in file.acts] == ["joined", "claim"]
        assert file.tickets == {"desk": f"ticket urgent/{key}/desk"}

    def test_an_old_lease_opens_no_case(self, store: Store, other: Store) -> None:
        poll(store, [a_post("1")])
        (old,) = store.claim_mentions(NOON, LEASE, 1)
        come(other, now=NOON + timedelta(hours=2))
        assert the_case(store).opened_at == NOON + timedelta(hours=2)
        assert old.attempts == 1

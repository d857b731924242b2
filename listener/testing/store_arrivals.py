"""What others push: kept once, taken once, in order, whatever breaks in between."""

from dataclasses import replace
from datetime import timedelta

import pytest

from listener.model import Fault
from listener.ports import Arrival
from listener.store.port import LostLease, SourcePlan, Store
from listener.store.push_port import IntakeTurn, Pushed
from listener.testing.fakes import NOON, a_post
from listener.testing.store_steps import LEASE, MINUTE, polled


def pushed(*keys: str, source: str = "fake") -> list[Pushed]:
    """Things under these keys."""
    return [Pushed(source, Arrival(key, key.encode())) for key in keys]


def the_turn(store: Store, minutes: float = 0) -> IntakeTurn:
    """The turn of the one source for which something waits."""
    (turn,) = store.arrivals.claim(["fake"], NOON + minutes * MINUTE, LEASE)
    return turn


class StoreArrivals:
    """The book of arrivals."""

    def test_what_was_pushed_waits_in_order(self, store: Store) -> None:
        assert store.arrivals.keep(pushed("b", "a"), NOON) == 2
        assert store.arrivals.keep(pushed("c"), NOON) == 1
        turn = the_turn(store)
        assert [one.key for one in turn.arrivals] == ["b", "a", "c"]
        assert [one.body for one in turn.arrivals] == [b"b", b"a", b"c"]
        assert turn.arrivals[0].at == NOON
        assert turn.arrivals[0].number < turn.arrivals[1].number
        assert store.arrivals.waiting() == {"fake": 3}

    def test_a_key_is_kept_once(self, store: Store) -> None:
        assert store.arrivals.keep(pushed("a", "a"), NOON) == 1
        assert store.arrivals.keep([*pushed("a"), *pushed("a", source="other")], NOON) == 1
        assert store.arrivals.waiting() == {"fake": 1, "other": 1}

    def test_a_key_that_was_taken_is_known_for_a_week(self, store: Store) -> None:
        store.arrivals.keep(pushed("a"), NOON)
        store.arrivals.save(the_turn(store), polled([]))
        soon, late = NOON + timedelta(days=6), NOON + timedelta(days=8)
        assert store.arrivals.keep(pushed("a", "b"), soon) == 1
        (turn,) = store.arrivals.claim(["fake"], soon, LEASE)
        assert [one.key for one in turn.arrivals] == ["b"]
        store.arrivals.save(turn, polled([], now=late))
        assert store.arrivals.keep(pushed("a"), late) == 1

    def test_posts_and_that_it_was_taken_are_one(self, store: Store) -> None:
        store.plan_sources([SourcePlan("fake", 60)], NOON)
        store.arrivals.keep(pushed("a"), NOON)
        post, reject = a_post("1"), Fault("a", "half of it is no post")
        saved = store.arrivals.save(the_turn(store), polled([post], rejects=[reject]))
        assert (saved.posts_new, saved.mentions_new) == (1, 1)
        assert store.arrivals.waiting() == {}
        assert store.arrivals.claim(["fake"], NOON, LEASE) == []
        (source,) = store.status(NOON).sources
        assert (source.posts, source.rejects, source.last_rejects) == (1, 1, (reject,))

    def test_the_schedule_stands_as_it_did(self, store: Store) -> None:
        store.plan_sources([SourcePlan("fake", 60)], NOON)
        store.arrivals.keep(pushed("a"), NOON)
        store.arrivals.save(the_turn(store), polled([a_post("1")], cursor="not mine to move"))
        (turn,) = store.claim_sources(NOON, LEASE, 1)
        assert turn.cursor is None

    def test_one_at_a_time(self, store: Store, other: Store) -> None:
        store.arrivals.keep(pushed("a"), NOON)
        turn = the_turn(store)
        assert other.arrivals.claim(["fake"], NOON, LEASE) == []
        again = the_turn(other, minutes=2)
        assert [one.key for one in again.arrivals] == ["a"]
        with pytest.raises(LostLease):
            store.arrivals.save(turn, polled([a_post("1")]))
        assert store.status(NOON).posts == 0
        assert other.arrivals.save(again, polled([a_post("1")])).posts_new == 1

    def test_a_failure_waits_and_then_fewer_are_taken(self, store: Store) -> None:
        store.arrivals.keep(pushed(*map(str, range(30))), NOON)
        store.arrivals.fail(the_turn(store), "no answer", NOON + MINUTE)
        assert store.arrivals.claim(["fake"], NOON, LEASE) == []
        turn = the_turn(store, minutes=1)
        assert (len(turn.arrivals), turn.failures) == (20, 1)
        store.arrivals.fail(turn, "no answer", NOON + 2 * MINUTE)
        turn = the_turn(store, minutes=2)
        assert [one.key for one in turn.arrivals] == ["0"]
        store.arrivals.save(turn, polled([]))
        assert len(the_turn(store, minutes=3).arrivals) == 29

    def test_what_is_refused_is_told_and_lets_the_rest_go_on(self, store: Store) -> None:
        store.plan_sources([SourcePlan("fake", 60)], NOON)
        store.arrivals.keep(pushed("a"), NOON)
        store.arrivals.refuse(the_turn(store), "it breaks everything", NOON)
        assert store.arrivals.waiting() == {}
        (source,) = store.status(NOON).sources
        assert source.last_rejects == (Fault("a", "it breaks everything"),)
        assert store.arrivals.keep(pushed("a"), NOON) == 0

    def test_an_old_lease_settles_nothing(self, store: Store) -> None:
        store.arrivals.keep(pushed("a"), NOON)
        stale = replace(the_turn(store), token=-1)
        with pytest.raises(LostLease):
            store.arrivals.fail(stale, "late", NOON)
        with pytest.raises(LostLease):
            store.arrivals.refuse(stale, "late", NOON)
        assert store.arrivals.waiting() == {"fake": 1}

    def test_only_of_the_sources_asked_for(self, store: Store) -> None:
        store.arrivals.keep([*pushed("a"), *pushed("b", source="other")], NOON)
        assert [turn.source for turn in store.arrivals.claim(["other"], NOON, LEASE)] == ["other"]

"""What others push: kept once, taken once, in order, whatever breaks in between."""

from dataclasses import replace
from datetime import timedelta

import pytest

from listener.model import Fault
from listener.ports import Arrival
from listener.store.arrivals import BYTES_AT_ONCE
from listener.store.port import LostLease, SourcePlan, StageStatus, Store
from listener.store.push_port import IntakeTurn, Pushed
from listener.store.values import PushedStatus
from listener.testing.fakes import NOON, a_post
from listener.testing.store_steps import LEASE, MINUTE, polled


def pushed(*keys: str, source: str = "fake") -> list[Pushed]:
    """Things under these keys."""
    return [Pushed(source, Arrival(key, key.encode())) for key in keys]


def word(key: str, minutes: int, about: str = "fake:1") -> Pushed:
    """Something about a post, signed so many minutes after noon."""
    return Pushed("fake", Arrival(key, key.encode(), about=about, sent_at=NOON + minutes * MINUTE))


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

    def test_what_is_said_again_after_something_else_is_news(self, store: Store) -> None:
        """Late, too late, late: the last word counts, however often it was said before."""
        for minutes, key in enumerate(["late", "too late", "late", "late"]):
            store.arrivals.keep([word(key, minutes)], NOON + minutes * MINUTE)
        turn = the_turn(store, minutes=9)
        assert [one.key for one in turn.arrivals] == ["too late", "late"]
        store.arrivals.save(turn, polled([]))
        assert store.arrivals.keep([word("too late", 4)], NOON + 4 * MINUTE) == 1
        assert store.arrivals.keep([word("too late", 4, about="another")], NOON) == 0

    def test_who_overheard_it_can_t_say_it_again(self, store: Store) -> None:
        store.arrivals.keep([word("late", 0)], NOON)
        store.arrivals.keep([word("too late", 1)], NOON + MINUTE)
        assert store.arrivals.keep([word("late", 0)], NOON + 2 * MINUTE) == 0
        assert [one.key for one in the_turn(store, minutes=3).arrivals] == ["late", "too late"]

    def test_a_turn_fits_into_memory(self, store: Store) -> None:
        body = bytes(BYTES_AT_ONCE // 2 - 1)
        large = [Pushed("fake", Arrival(str(n), body)) for n in range(3)]
        huge = Pushed("fake", Arrival("huge", bytes(BYTES_AT_ONCE + 1)))
        store.arrivals.keep([*large, huge, *pushed("small")], NOON)
        for some in (["0", "1"], ["2"], ["huge"], ["small"]):
            turn = the_turn(store)
            assert [one.key for one in turn.arrivals] == some
            store.arrivals.save(turn, polled([]))

    def test_a_clock_that_was_wrong_for_a_while_holds_nothing_up(self, store: Store) -> None:
        store.arrivals.keep(pushed("a"), NOON)
        years = timedelta(days=2_000)
        (turn,) = store.arrivals.claim(["fake"], NOON + years, LEASE)
        store.arrivals.save(turn, polled([], now=NOON + years))
        store.arrivals.keep(pushed("b"), NOON)
        assert [one.key for one in the_turn(store).arrivals] == ["b"]

    def test_what_was_refused_is_kept_for_a_month_though_nothing_more_comes(
        self, store: Store
    ) -> None:
        store.arrivals.keep(pushed("a"), NOON)
        store.arrivals.refuse(the_turn(store), "it breaks everything", NOON)
        assert store.arrivals.claim(["fake"], NOON + timedelta(days=29), LEASE) == []
        assert store.arrivals.keep(pushed("a"), NOON) == 0
        assert store.arrivals.claim(["fake"], NOON + timedelta(days=31), LEASE) == []
        assert store.arrivals.keep(pushed("a"), NOON) == 1

    def test_what_was_refused_is_shown(self, store: Store) -> None:
        for key in ("a", "bb"):
            store.arrivals.keep(pushed(key), NOON)
            store.arrivals.refuse(the_turn(store), "it breaks everything", NOON + MINUTE)
        store.arrivals.keep(pushed("c"), NOON)
        second, first = store.arrivals.refused(9)
        assert (first.key, first.size, first.source) == ("a", 1, "fake")
        assert (first.at, first.refused_at) == (NOON, NOON + MINUTE)
        assert first.reason == "it breaks everything"
        assert (second.key, second.size) == ("bb", 2)
        assert store.arrivals.refused(1) == [second]
        assert store.arrivals.refused_body(second.number) == b"bb"
        assert store.arrivals.refused_body(0) is None

    def test_what_waits_is_told_of_sources_that_are_no_more_too(self, store: Store) -> None:
        store.plan_sources([SourcePlan("fake", 60)], NOON)
        store.arrivals.keep([*pushed("a", "b"), *pushed("c", source="gone")], NOON)
        store.arrivals.fail(the_turn(store), "no answer", NOON + MINUTE)
        status = store.status(NOON + MINUTE)
        assert status.pushed == (
            PushedStatus("fake", 2, NOON, "no answer"),
            PushedStatus("gone", 1, NOON),
        )
        assert status.stages["intake"] == StageStatus(3, NOON)

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

    def test_an_old_lease_takes_nothing_in(self, store: Store) -> None:
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

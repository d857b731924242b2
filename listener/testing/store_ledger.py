"""What every store promises of coverage and of budgets: what was missed, what may be spent."""

from datetime import UTC, datetime, timedelta

from listener.budget import NO_LIMITS, Limits, Spending
from listener.model import Fault, Gap, Spent
from listener.store.port import Reserved, SourcePlan, SourceStatus, SourceTurn, Store
from listener.testing.fakes import NOON
from listener.testing.store_steps import HOUR, LEASE, MINUTE, poll, polled, turn_at

DAY = timedelta(days=1)
MIDNIGHT = datetime(2026, 3, 11, tzinfo=UTC)
BROKEN = Fault("b.example", "it answers 500")
DOWN = Gap(NOON, NOON + 2 * HOUR, "no answer")


class StoreLedger:
    """Gaps, what of them was read after all, reservations, spending."""

    def test_what_was_read_after_all_counts_as_missed_no_longer(self, store: Store) -> None:
        poll(store, [])
        poll(store, [], now=NOON + 2 * HOUR, gap=DOWN)
        assert _standing(store).gaps == (DOWN,)
        poll(store, [], now=NOON + 3 * HOUR, filled=[DOWN])
        stands = _standing(store)
        assert stands.gaps == ()
        assert (stands.backfilled_seconds, stands.lost_seconds) == (7200, 0)
        (watched,) = store.watched(NOON, NOON + 3 * HOUR)
        assert watched.gaps == ()
        assert (NOON, NOON + 2 * HOUR) in watched.seen

    def test_a_gap_that_is_filled_in_part_is_one_at_both_ends(self, store: Store) -> None:
        poll(store, [], gaps=[Gap(NOON - 9 * HOUR, NOON, "page limit")])
        read = Gap(NOON - 6 * HOUR, NOON - 4 * HOUR, "read")
        poll(store, [], now=NOON + HOUR, filled=[read])
        assert _standing(store).gaps == (
            Gap(NOON - 4 * HOUR, NOON, "page limit"),
            Gap(NOON - 9 * HOUR, NOON - 6 * HOUR, "page limit"),
        )
        assert _standing(store).lost_seconds == 7 * 3600
        assert _standing(store).backfilled_seconds == 2 * 3600

    def test_a_place_is_filled_by_itself(self, store: Store) -> None:
        gaps = [Gap(NOON - HOUR, NOON, "page limit", place) for place in ("r/a", "r/b")]
        poll(store, [], gaps=gaps)
        poll(store, [], now=NOON + MINUTE, filled=[gaps[0], Gap(NOON - HOUR, NOON, "", "")])
        assert _standing(store).gaps == (gaps[1],)

    def test_a_gap_that_is_told_twice_counts_once(self, store: Store) -> None:
        told = Gap(NOON - HOUR, NOON, "page limit")
        poll(store, [], gaps=[told, told])
        longer = Gap(NOON - HOUR, NOON + HOUR, "page limit")
        poll(store, [], now=NOON + HOUR, gaps=[longer])
        assert _standing(store).lost_seconds == 7200
        assert len(_standing(store).gaps) == 2

    def test_a_complete_poll_keeps_the_outage_and_misses_nothing(self, store: Store) -> None:
        poll(store, [])
        poll(store, [], now=NOON + 2 * HOUR, gap=DOWN, complete=True)
        stands = _standing(store)
        assert (stands.gaps, stands.backfilled_seconds) == ((), 7200)
        (watched,) = store.watched(NOON, NOON + 2 * HOUR)
        assert watched.gaps == ()

    def test_what_a_complete_poll_tells_as_missed_stays_missed(self, store: Store) -> None:
        poll(store, [])
        lost = Gap(NOON, NOON + HOUR, "page limit")
        poll(store, [], now=NOON + 2 * HOUR, gap=DOWN, gaps=[lost], complete=True)
        assert _standing(store).gaps == (lost,)
        assert _standing(store).lost_seconds == 3600

    def test_an_outage_is_backfilled_by_the_last_of_several_polls(self, store: Store) -> None:
        poll(store, [])
        poll(store, [], now=NOON + 2 * HOUR, gap=DOWN, more=True)
        poll(store, [], now=NOON + 2 * HOUR, more=True)
        assert _standing(store).gaps == (DOWN,)
        poll(store, [], now=NOON + 2 * HOUR, complete=True)
        assert _standing(store).gaps == ()
        assert _standing(store).backfilled_seconds == 7200

    def test_a_later_complete_poll_fills_nothing_that_was_given_up(self, store: Store) -> None:
        poll(store, [])
        poll(store, [], now=NOON + 2 * HOUR, gap=DOWN, more=True)
        poll(store, [], now=NOON + 2 * HOUR)
        poll(store, [], now=NOON + 3 * HOUR, complete=True)
        assert _standing(store).gaps == (DOWN,)

    def test_a_long_wait_is_not_seen_until_the_source_was_asked(self, store: Store) -> None:
        poll(store, [], due_at=NOON + 6 * HOUR)
        (watched,) = store.watched(NOON, NOON + 3 * MINUTE)
        assert watched.gaps == ()
        (watched,) = store.watched(NOON, NOON + 6 * HOUR)
        assert watched.gaps == (Gap(NOON + 3 * MINUTE, NOON + 6 * HOUR, "not asked yet"),)
        poll(store, [], now=NOON + 6 * HOUR, due_at=NOON + 12 * HOUR)
        (watched,) = store.watched(NOON, NOON + 6 * HOUR)
        assert watched.gaps == ()

    def test_a_source_that_is_late_was_not_asked_at_all(self, store: Store) -> None:
        poll(store, [], due_at=NOON + 6 * HOUR)
        (watched,) = store.watched(NOON, NOON + 7 * HOUR)
        assert watched.gaps == (Gap(NOON, NOON + 7 * HOUR, "the listener was not running"),)

    # -- places that fail, and a source that is behind

    def test_a_place_that_fails_is_missed_until_it_was_read_after_all(self, store: Store) -> None:
        poll(store, [])
        for minutes in range(10, 70, 10):
            poll(store, [], now=NOON + minutes * MINUTE, faults=[BROKEN])
        missed = Gap(NOON, NOON + HOUR, "it answers 500", "b.example")
        assert _standing(store).gaps == (missed,)
        (watched,) = store.watched(NOON, NOON + HOUR)
        assert watched.gaps == (missed,)
        poll(store, [], now=NOON + HOUR)
        stands = _standing(store)
        assert (stands.gaps, stands.backfilled_seconds) == ((), 3600)

    def test_what_a_place_tells_as_missed_when_it_is_well_again_stays_missed(
        self, store: Store
    ) -> None:
        poll(store, [])
        poll(store, [], now=NOON + HOUR, faults=[BROKEN])
        lost = Gap(NOON, NOON + 20 * MINUTE, "page limit", "b.example")
        poll(store, [], now=NOON + HOUR, gaps=[lost])
        stands = _standing(store)
        assert [(gap.since, gap.until) for gap in stands.gaps] == [(lost.since, lost.until)]
        assert (stands.backfilled_seconds, stands.lost_seconds) == (2400, 1200)
        poll(store, [], now=NOON + 2 * HOUR, complete=True)
        assert _standing(store).lost_seconds == 1200

    def test_a_place_that_is_well_while_there_is_more_is_not_read_yet(self, store: Store) -> None:
        poll(store, [])
        poll(store, [], now=NOON + HOUR, faults=[BROKEN])
        poll(store, [], now=NOON + HOUR, more=True)
        assert _standing(store).lost_seconds == 3600
        poll(store, [], now=NOON + HOUR, complete=True)
        assert _standing(store).lost_seconds == 0

    def test_a_place_that_fails_once_leaves_no_trace(self, store: Store) -> None:
        poll(store, [])
        poll(store, [], now=NOON + MINUTE, faults=[BROKEN])
        assert _standing(store).lost_seconds == 60
        poll(store, [], now=NOON + 2 * MINUTE)
        assert (_standing(store).lost_seconds, _standing(store).backfilled_seconds) == (0, 0)

    def test_a_fault_of_a_poll_that_read_everything_is_no_gap(self, store: Store) -> None:
        poll(store, [])
        poll(store, [], now=NOON + HOUR, faults=[BROKEN], complete=True)
        assert _standing(store).gaps == ()

    def test_a_source_that_never_catches_up_is_not_seen(self, store: Store) -> None:
        for minutes in range(0, 70, 10):
            poll(store, [], now=NOON + minutes * MINUTE, more=True)
        (gap,) = _standing(store).gaps
        assert (gap.since, gap.until, gap.place) == (NOON, NOON + HOUR, "")
        assert gap.cause.startswith("it is behind")
        poll(store, [], now=NOON + HOUR)
        assert (_standing(store).gaps, _standing(store).backfilled_seconds) == ((), 3600)

    def test_what_was_behind_for_a_moment_is_not_while_another_place_fails(
        self, store: Store
    ) -> None:
        poll(store, [])
        for days, more in ((1, True), (1, False), (3, True), (3, False)):
            now = NOON + days * DAY
            poll(store, [], now=now - MINUTE, faults=[BROKEN])
            poll(store, [], now=now, faults=[BROKEN], more=more)
        assert {gap.place for gap in _standing(store).gaps} == {"b.example"}

    # -- clocks that jump

    def test_a_clock_that_is_behind_for_a_moment_takes_nothing_away(self, store: Store) -> None:
        poll(store, [])
        poll(store, [], now=NOON + HOUR)
        poll(store, [], now=NOON - 9 * DAY)
        poll(store, [], now=NOON + HOUR + MINUTE)
        (watched,) = store.watched(NOON, NOON + HOUR + MINUTE)
        assert (watched.seen, watched.gaps) == (((NOON, NOON + HOUR + MINUTE),), ())
        poll(store, [], now=NOON + 30 * MINUTE)
        assert store.watched(NOON, NOON + HOUR + MINUTE) == [watched]

    def test_a_clock_that_is_ahead_for_a_moment_hides_nothing_after_it(self, store: Store) -> None:
        ahead = NOON + 1000 * DAY
        poll(store, [])
        poll(store, [], now=ahead, gap=Gap(NOON, ahead, "the listener was not running"))
        for minutes in (2, 60, 120):
            poll(store, [], now=NOON + minutes * MINUTE)
        (watched,) = store.watched(NOON + HOUR, NOON + 2 * HOUR)
        assert (watched.seen, watched.gaps) == (((NOON + HOUR, NOON + 2 * HOUR),), ())
        assert _standing(store).gaps[0].until == NOON + 2 * MINUTE
        assert store.status(NOON + 2 * HOUR).sources[0].seen_until == NOON + 2 * HOUR

    # -- trouble

    def test_a_failure_has_a_state_until_it_is_over(self, store: Store) -> None:
        poll(store, [])
        turn = turn_at(store, NOON + HOUR)
        store.fail_poll(turn, "top it up", NOON + HOUR, state="credits")
        stands = _standing(store)
        assert (stands.state, stands.trouble, stands.last_error) == (
            "failing",
            "credits",
            "top it up",
        )
        (fact,) = store.source_facts(NOON + HOUR)
        assert (fact.state, fact.failures) == ("credits", 1)
        again = turn_at(store, NOON + HOUR)
        assert (again.state, again.last_error, again.due_at) == (
            "credits",
            "top it up",
            NOON + HOUR,
        )
        store.save_poll(again, polled([], now=NOON + HOUR))
        assert (_standing(store).state, _standing(store).trouble) == ("ok", "")

    def test_a_source_that_rests_is_not_failing(self, store: Store) -> None:
        poll(store, [])
        turn = turn_at(store, NOON + HOUR)
        store.fail_poll(turn, "all spent", MIDNIGHT, state="budget")
        assert _standing(store).state == "budget"
        (watched,) = store.watched(NOON, NOON + 2 * HOUR)
        assert watched.gaps == (Gap(NOON, NOON + 2 * HOUR, "budget"),)

    def test_all_that_is_due_is_not_what_a_site_or_a_budget_puts_off(self, store: Store) -> None:
        poll(store, [], due_at=NOON + 2 * HOUR)
        store.plan_sources([SourcePlan("fake", 60)], NOON + MINUTE, all_due=True)
        assert _standing(store).due_at == NOON + 2 * HOUR
        store.fail_poll(turn_at(store, NOON + 2 * HOUR), "no answer", NOON + 9 * HOUR)
        store.plan_sources([SourcePlan("fake", 60)], NOON + 3 * HOUR, all_due=True)
        assert _standing(store).due_at == NOON + 3 * HOUR

    def test_a_new_plan_does_not_cut_short_what_a_site_wants(self, store: Store) -> None:
        poll(store, [], due_at=NOON + 2 * HOUR)
        for plan in (SourcePlan("fake", 30), SourcePlan("fake", 30, Limits(posts_per_day=9))):
            store.plan_sources([plan], NOON + MINUTE)
            assert _standing(store).due_at == NOON + 2 * HOUR
        store.fail_poll(turn_at(store, NOON + 2 * HOUR), "slow down", NOON + 9 * HOUR)
        store.plan_sources([SourcePlan("fake", 90)], NOON + 3 * HOUR)
        assert _standing(store).due_at == NOON + 9 * HOUR

    def test_a_new_plan_counts_at_once_where_only_the_old_one_makes_it_wait(
        self, store: Store
    ) -> None:
        store.plan_sources([SourcePlan("fake", 3600)], NOON)
        store.save_poll(turn_at(store, NOON), polled([], due_at=NOON + HOUR))
        store.plan_sources([SourcePlan("fake", 60)], NOON + MINUTE)
        assert _standing(store).due_at == NOON + MINUTE
        turn = turn_at(store, NOON + MINUTE)
        store.fail_poll(turn, "all spent", MIDNIGHT, state="budget")
        store.plan_sources([SourcePlan("fake", 60, Limits(posts_per_day=9))], NOON + HOUR)
        assert _standing(store).due_at == NOON + HOUR

    # -- budgets

    def test_what_is_set_aside_is_spent_for_everybody(self, store: Store, other: Store) -> None:
        limits = Limits(requests_per_day=10)
        _plan(store, limits)
        assert _set_aside(store, limits, Spent(6)).allowance == Spent(6)
        assert _set_aside(other, limits, Spent(6)).allowance == Spent(4)
        assert store.reserve("fake", limits, Spent(6), NOON) is None
        assert other.spending("fake", NOON).day == Spent(10)

    def test_what_was_not_needed_is_given_back(self, store: Store) -> None:
        limits = Limits(requests_per_day=10)
        turn = _begun(store, limits)
        reserved = _set_aside(store, limits, Spent(6, 100))
        store.save_poll(turn, polled([], reserved=reserved, spent=Spent(1, 7)))
        assert _spent(store) == Spent(1, 7)
        assert _standing(store).spent_month == Spent(1, 7)

    def test_a_failure_that_does_not_say_costs_all_that_was_allowed(self, store: Store) -> None:
        limits = Limits(requests_per_day=100)
        for reserved, spent in ((Spent(6), None), (Spent(5), Spent(2))):
            turn = _begun(store, limits)
            kept = _set_aside(store, limits, reserved)
            store.fail_poll(turn, "no answer", NOON, spent=spent, reserved=kept)
        assert _spent(store) == Spent(8)

    def test_who_dies_leaves_what_was_set_aside_spent_for_good(
        self, store: Store, other: Store
    ) -> None:
        limits = Limits(posts_per_month=100)
        _begun(store, limits)
        _set_aside(store, limits, Spent(1, 60))
        assert other.release(["one"]) == 1
        other.plan_sources([SourcePlan("fake", 60, limits)], NOON + 2 * DAY)
        still = other.reserve("fake", limits, Spent(1, 60), NOON + 2 * DAY)
        assert still is not None
        assert still.allowance == Spent(1, 40)

    def test_what_is_settled_twice_counts_once(self, store: Store) -> None:
        limits = Limits(requests_per_day=100)
        reserved = _set_aside(store, limits, Spent(6))
        for _ in range(2):
            turn = _begun(store, limits)
            store.save_poll(turn, polled([], reserved=reserved, spent=Spent(3)))
        assert _spent(store) == Spent(3)

    def test_a_new_day_and_a_new_month_begin_with_the_whole_budget(self, store: Store) -> None:
        limits = Limits(requests_per_day=5, requests_per_month=8)
        assert _set_aside(store, limits, Spent(5)).allowance == Spent(5)
        assert _set_aside(store, limits, Spent(5), NOON + DAY).allowance == Spent(3)
        assert store.reserve("fake", limits, Spent(5), NOON + 2 * DAY) is None
        april = datetime(2026, 4, 1, tzinfo=UTC)
        assert _set_aside(store, limits, Spent(5), april).allowance == Spent(5)

    def test_a_call_around_midnight_counts_on_both_days_and_once_in_the_month(
        self, store: Store
    ) -> None:
        late = MIDNIGHT - MINUTE
        turn = _begun(store, NO_LIMITS, late)
        reserved = _set_aside(store, Limits(requests_per_day=10), Spent(6), late)
        for at in (late, MIDNIGHT):
            assert store.spending("fake", at).day == Spent(6)
        store.save_poll(turn, polled([], now=MIDNIGHT, reserved=reserved, spent=Spent(4)))
        for at in (late, MIDNIGHT):
            assert store.spending("fake", at).day == Spent(4)
        assert store.spending("fake", MIDNIGHT).month == Spent(4)

    def test_a_process_whose_clock_is_ahead_does_not_lead_across_a_ceiling(
        self, store: Store, other: Store
    ) -> None:
        limits = Limits(requests_per_day=10)
        _set_aside(other, limits, Spent(8), MIDNIGHT)
        late = MIDNIGHT - MINUTE
        assert _set_aside(store, limits, Spent(5), late).allowance == Spent(2)
        assert store.reserve("fake", limits, Spent(5), late) is None

    def test_what_was_spent_without_a_budget_is_counted_too(self, store: Store) -> None:
        poll(store, [], spent=Spent(2, 30, 1000))
        poll(store, [], now=NOON + MINUTE, spent=Spent(1))
        assert _spent(store) == Spent(3, 30, 1000)
        assert store.spending("fake", NOON).recent_polls == 2
        store.fail_poll(turn_at(store, NOON + HOUR), "no", NOON + HOUR, spent=Spent(1))
        assert _spent(store) == Spent(4, 30, 1000)

    def test_nothing_was_spent_by_a_source_nobody_knows(self, store: Store) -> None:
        spending = store.spending("nobody", NOON)
        assert (spending.day, spending.month, spending.recent_polls) == (Spent(), Spent(), 0)
        assert isinstance(spending, Spending)

    def test_a_budget_that_must_last_puts_the_next_poll_off(self, store: Store) -> None:
        limits = Limits(requests_per_day=24)
        turn = _begun(store, limits)
        store.save_poll(turn, polled([], spent=Spent(1)))
        assert _standing(store).due_at == NOON + timedelta(minutes=30)
        store.plan_sources([SourcePlan("fake", 60, Limits(requests_per_day=10**6))], NOON)
        assert _standing(store).due_at == NOON

    def test_each_ceiling_tells_how_it_stands(self, store: Store) -> None:
        limits = Limits(requests_per_month=100, money_micros_per_day=10)
        turn = _begun(store, limits)
        store.save_poll(turn, polled([], spent=Spent(20, 5, 10)))
        month, day = _standing(store).budget
        assert (month.period, month.measure, month.limit, month.spent) == (
            "2026-03",
            "requests",
            100,
            20,
        )
        assert (month.share, month.forecast) == (0.2, 20 + round(20 * 21.5))
        assert month.runs_out_at == NOON + 4 * DAY
        assert (day.period, day.share, day.runs_out_at) == ("2026-03-10", 1.0, NOON)
        (fact,) = store.source_facts(NOON)
        assert fact.budget == (month, day)


def _standing(store: Store) -> SourceStatus:
    (source,) = store.status(NOON).sources
    return source


def _plan(store: Store, limits: Limits, now: datetime = NOON) -> None:
    """The source is due, whatever its pace: a changed budget makes it so."""
    for one in (Limits(requests_per_day=10**9), limits):
        store.plan_sources([SourcePlan("fake", 60, one)], now)


def _begun(store: Store, limits: Limits, now: datetime = NOON) -> SourceTurn:
    _plan(store, limits, now)
    (turn,) = store.claim_sources(now, LEASE, 1)
    return turn


def _set_aside(store: Store, limits: Limits, dearest: Spent, now: datetime = NOON) -> Reserved:
    reserved = store.reserve("fake", limits, dearest, now)
    assert reserved is not None
    return reserved


def _spent(store: Store) -> Spent:
    return store.spending("fake", NOON).day

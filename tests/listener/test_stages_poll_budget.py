"""Poll and its ledger: what may be spent, what was missed, what was read after all, and answers."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, cast

import pytest

from listener.budget import PACE_SECONDS_MAX, Limits
from listener.match import Matcher
from listener.model import Author, Batch, Brand, Gap, Spent
from listener.ports import FailureState, Reject, Retry, Source
from listener.stages.bringing import Listened
from listener.stages.poll import CLAIMED_SECONDS_MAX, REJECTED_WAIT_SECONDS, PollStage
from listener.store import Store, StoreUnavailable
from listener.store.port import SourcePlan, SourceStatus
from listener.testing import a_post
from listener.testing.fakes import NOON, PricedSource
from tests.listener.poll_helpers import (
    BRANDS,
    HOUR,
    SECOND,
    CallingSource,
    failing,
    poll_stage,
    polled,
    source_status,
)
from tests.listener.stage_helpers import AtOnce, Balking, locked, logged, open_at

MINUTE = timedelta(minutes=1)
DAY = timedelta(days=1)
MIDNIGHT = datetime(2026, 3, 11, tzinfo=UTC)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = open_at(tmp_path)
    yield opened
    opened.close()


def priced_stage(store: Store, source: Source, limits: Limits) -> PollStage:
    """A stage over one source with a budget, polled every minute."""
    store.plan_sources([SourcePlan("blogs", 60, limits)], NOON)
    listened = {"blogs": Listened(source, 60, limits=limits)}
    return PollStage(store, listened, Matcher(BRANDS), AtOnce())


def make_due(store: Store, limits: Limits) -> None:
    """Have the source asked before its budget's pace lets it: another budget makes it due."""
    store.plan_sources([SourcePlan("blogs", 60)], NOON)
    store.plan_sources([SourcePlan("blogs", 60, limits)], NOON)


def posts(count: int) -> Batch:
    return Batch(tuple(a_post(str(number)) for number in range(count)))


def stands(store: Store) -> SourceStatus:
    return source_status(store)


# -- what may be spent


def test_a_poll_may_cost_what_is_left_and_reads_the_rest_when_it_may(store: Store) -> None:
    source = PricedSource([posts(70)])
    stage = priced_stage(store, source, Limits(posts_per_day=50))
    polled(stage)
    assert source.allowed == [Spent(1, 50)]
    assert stands(store).posts == 50
    polled(stage, stands(store).due_at)
    polled(stage, MIDNIGHT)
    assert source.allowed == [Spent(1, 50), Spent(1, 50)]
    assert (stands(store).posts, stands(store).spent_day) == (70, Spent(1, 50))
    assert store.spending("blogs", MIDNIGHT).day == Spent(1, 20)


def test_without_a_budget_a_poll_may_cost_what_it_likes_and_is_counted(store: Store) -> None:
    source = PricedSource([posts(170)])
    polled(poll_stage(store, blogs=source))
    assert source.allowed[0].posts >= 10**9
    assert stands(store).spent_month == Spent(1, 170)


def test_a_spent_budget_is_a_rest_until_the_new_day_and_no_failure(store: Store) -> None:
    source = PricedSource([posts(1), posts(1)])
    stage = priced_stage(store, source, Limits(requests_per_day=1))
    polled(stage)
    assert stands(store).due_at == MIDNIGHT  # all that is left of the day's pace
    make_due(store, Limits(requests_per_day=1))
    polled(stage, NOON + HOUR)
    told = stands(store)
    assert (told.state, told.trouble, told.due_at) == ("budget", "budget", MIDNIGHT)
    assert told.last_error == (
        "the day's budget of 1 request is spent; it is asked again when a new day begins"
    )
    assert len(source.asked) == 1
    polled(stage, MIDNIGHT)
    assert len(source.asked) == 2
    assert (stands(store).state, stands(store).gaps) == ("ok", ())
    assert stands(store).spent_month == Spent(2, 2)


def test_the_time_without_a_budget_is_a_gap_unless_all_is_read_after_it(store: Store) -> None:
    batches = iter([Batch(spent=Spent(1)), Batch(spent=Spent(1)), Batch(complete=True)])
    source = PricedSource()
    source.poll_within = lambda cursor, allowance: next(batches)  # type: ignore[method-assign]
    stage = priced_stage(store, source, Limits(requests_per_day=1))
    for hours in (0, 6, 12, 20, 36):
        now = NOON + hours * HOUR
        make_due(store, Limits(requests_per_day=1))
        polled(stage, now)
    told = stands(store)
    assert told.gaps == (Gap(NOON, MIDNIGHT, "budget"),)
    assert (told.lost_seconds, told.backfilled_seconds) == (12 * 3600, 24 * 3600)


def test_a_failure_costs_what_it_says_or_all_that_was_allowed(store: Store) -> None:
    failures = iter([Retry("busy", 60, spent=Spent(1)), Retry("busy", 60), ZeroDivisionError()])
    source = PricedSource()

    def call(cursor: str | None, allowance: Spent) -> Batch:
        raise next(failures)

    source.poll_within = call  # type: ignore[method-assign]
    stage = priced_stage(store, source, Limits(requests_per_day=100, posts_per_day=1000))
    costs = []
    for hours in range(3):
        polled(stage, NOON + hours * HOUR)
        costs.append(stands(store).spent_day)
    assert costs == [Spent(1), Spent(2, 100), Spent(3, 200)]


def test_a_source_that_takes_more_than_it_may_is_counted_and_told(store: Store) -> None:
    source = PricedSource()
    source.poll_within = lambda *_: Batch(spent=Spent(9, 9))  # type: ignore[method-assign]
    with logged() as entries:
        polled(priced_stage(store, source, Limits(requests_per_day=5)))
    assert [one["event"] for one in entries] == ["source spent more than it may"]
    assert stands(store).spent_day == Spent(9, 9)


@pytest.mark.parametrize("spent", [Spent(-5), Spent(cast("int", "x")), cast("Any", None)])
def test_a_count_that_is_none_never_gives_money_back(store: Store, spent: Spent) -> None:
    source = PricedSource()
    source.poll_within = lambda *_: Batch(spent=spent)  # type: ignore[method-assign]
    polled(priced_stage(store, source, Limits(requests_per_day=5)))
    assert stands(store).spent_day.requests >= 0


def test_a_source_that_can_not_say_what_it_costs_is_not_asked(store: Store) -> None:
    source = PricedSource(most=cast("Spent", None))
    polled(priced_stage(store, source, Limits(requests_per_day=5)))
    assert source.asked == []
    assert stands(store).failures == 1


def test_a_source_that_finds_its_allowance_too_small_waits_for_the_new_day(store: Store) -> None:
    polled(poll_stage(store, blogs=failing(Retry("too little", state="budget"))))
    assert (stands(store).state, stands(store).due_at) == ("budget", MIDNIGHT)


def test_while_the_store_can_set_nothing_aside_a_turn_waits(store: Store) -> None:
    balking = Balking(store, {"reserve": [locked(), locked()]})
    source = PricedSource([posts(1)])
    stage = priced_stage(balking.as_store(), source, Limits(requests_per_day=5))
    for seconds in range(2):
        with pytest.raises(StoreUnavailable):
            stage.step(NOON + seconds * SECOND)
    assert stage.busy
    polled(stage, NOON + 2 * SECOND)
    assert (stands(store).posts, stands(store).spent_day, stage.busy) == (1, Spent(1, 1), False)


def test_what_was_paid_for_is_kept_while_the_store_can_not_be_read(store: Store) -> None:
    balking = Balking(store, {"around": [locked(), locked()]})
    source = PricedSource([posts(3)])
    stage = priced_stage(balking.as_store(), source, Limits(posts_per_day=50))
    stage.step(NOON)
    for _ in range(2):
        with pytest.raises(StoreUnavailable):
            stage.step(NOON)
    stage.drain(NOON)
    assert (stands(store).posts, stands(store).spent_day, stage.busy) == (3, Spent(1, 3), False)
    assert len(source.asked) == 1


def test_a_turn_that_waited_too_long_is_left_to_be_claimed_anew(store: Store) -> None:
    balking = Balking(store, {"reserve": [locked()]})
    source = PricedSource([posts(1)])
    stage = priced_stage(balking.as_store(), source, Limits(requests_per_day=5))
    with pytest.raises(StoreUnavailable):
        stage.step(NOON)
    polled(stage, NOON + CLAIMED_SECONDS_MAX * SECOND)
    assert (source.asked, stage.busy) == ([], False)
    polled(stage, NOON + HOUR)
    assert len(source.asked) == 1


# -- when the next poll is


@pytest.mark.parametrize(
    ("wait", "seconds"),
    [(None, 60), (5, 5), (0, 1), (-9, 1), (7200.5, 7200.5), (1e99, 31 * 86_400)],
)
def test_a_source_may_know_better_when_it_is_due(
    store: Store, wait: float | None, seconds: float
) -> None:
    polled(poll_stage(store, blogs=CallingSource(lambda: Batch(wait_seconds=wait))))
    assert stands(store).due_at == NOON + seconds * SECOND


@pytest.mark.parametrize("wait", [float("nan"), "soon", [5]])
def test_a_wish_that_is_no_number_is_none(store: Store, wait: Any) -> None:
    polled(poll_stage(store, blogs=CallingSource(lambda: Batch(wait_seconds=wait))))
    assert stands(store).due_at == NOON + 60 * SECOND


def test_a_long_wait_that_was_asked_for_is_no_gap(store: Store) -> None:
    stage = poll_stage(store, blogs=CallingSource(lambda: Batch(wait_seconds=6 * 3600)))
    polled(stage)
    polled(stage, NOON + 6 * HOUR + MINUTE)
    assert stands(store).gaps == ()
    polled(stage, NOON + 13 * HOUR)
    assert [gap.cause for gap in stands(store).gaps] == ["the listener was not running"]


def test_the_budget_puts_off_what_has_more_to_bring(store: Store) -> None:
    source = PricedSource([posts(100)], most=Spent(1, 10))
    stage = priced_stage(store, source, Limits(posts_per_day=20))
    polled(stage)
    assert (stands(store).posts, stands(store).due_at) == (10, NOON + 6 * HOUR)
    polled(stage, NOON + 6 * HOUR)
    assert (stands(store).posts, stands(store).due_at) == (20, MIDNIGHT)


@pytest.mark.parametrize("state", ["rate limit", "quota", "budget"])
def test_once_does_not_hurry_what_must_wait(store: Store, state: FailureState) -> None:
    """``listener once`` makes every source due: not one that its site asked to wait."""
    stage = poll_stage(store, blogs=failing(Retry("wait", 7200, state=state)))
    polled(stage)
    store.plan_sources([SourcePlan("blogs", 60)], NOON + MINUTE, all_due=True)
    assert stands(store).due_at == NOON + 2 * HOUR


def test_once_does_not_hurry_a_wish_but_does_hurry_the_rest(store: Store) -> None:
    wishing = CallingSource(lambda: Batch(wait_seconds=7200))
    broken = failing(Reject("renew the token", state="login"))
    stage = poll_stage(store, wishing=wishing, broken=broken, plain=CallingSource(Batch))
    polled(stage)
    now = NOON + 10 * SECOND
    names = ("wishing", "broken", "plain")
    store.plan_sources([SourcePlan(name, 60) for name in names], now, all_due=True)
    due = {name: source_status(store, name).due_at - NOON for name in names}
    assert due == {"wishing": 2 * HOUR, "broken": 10 * SECOND, "plain": 10 * SECOND}


# -- kinds of failure


@pytest.mark.parametrize("state", ["login", "credits", "suspended", "blocked", "gone", "setup"])
def test_what_a_person_must_mend_is_told_by_its_kind_and_tried_later(
    store: Store, state: FailureState
) -> None:
    polled(poll_stage(store, blogs=failing(Reject("do this", state=state))))
    told = stands(store)
    assert (told.state, told.trouble, told.last_error) == ("failing", state, "do this")
    assert told.due_at == NOON + REJECTED_WAIT_SECONDS * SECOND


def test_a_kind_nobody_knows_is_an_outage(store: Store) -> None:
    odd = Retry("what?", state=cast("FailureState", "odd"))
    polled(poll_stage(store, blogs=failing(odd)))
    assert stands(store).trouble == "outage"


def test_a_gap_names_the_kind_of_failure_it_is_from(store: Store) -> None:
    outcomes: Iterator[Batch | Exception] = iter(
        [Batch(), Retry("slow down", state="rate limit"), Batch()]
    )

    def call() -> Batch:
        outcome = next(outcomes)
        if isinstance(outcome, Exception):
            raise outcome
        return outcome

    stage = poll_stage(store, blogs=CallingSource(call))
    for hours in range(3):
        polled(stage, NOON + hours * HOUR)
    assert stands(store).gaps == (Gap(NOON, NOON + 2 * HOUR, "rate limit: slow down"),)


# -- gaps of sources and places


def test_gaps_of_places_and_what_fills_them_are_kept_clean(store: Store) -> None:
    told = Gap(NOON - 3 * HOUR, NOON - HOUR, "page\x00 limit", "r/\x00")
    batches = iter(
        [Batch(gaps=(told,)), Batch(filled=(Gap(told.since, told.until, "", "r/\x00"),))]
    )
    stage = poll_stage(store, blogs=CallingSource(lambda: next(batches)))
    polled(stage)
    clean = Gap(told.since, told.until, "page\ufffd limit", "r/\ufffd")
    assert stands(store).gaps == (clean,)
    (watched,) = store.watched(NOON - 4 * HOUR, NOON)
    assert clean in watched.gaps
    polled(stage, NOON + MINUTE)
    assert stands(store).gaps == ()
    assert stands(store).backfilled_seconds == 7200


def test_a_gap_of_the_future_or_without_length_or_zone_does_no_harm(store: Store) -> None:
    naive = NOON.replace(tzinfo=None)
    gaps = (
        Gap(NOON - HOUR, NOON + 99 * DAY, "too long"),
        Gap(NOON + HOUR, NOON + 2 * HOUR, "to come"),
        Gap(NOON, NOON - HOUR, "backwards"),
        Gap(naive - 3 * HOUR, naive - 2 * HOUR, ""),
    )
    polled(poll_stage(store, blogs=CallingSource(lambda: Batch(gaps=gaps))))
    assert stands(store).gaps == (
        Gap(NOON - HOUR, NOON, "too long"),
        Gap(NOON - 3 * HOUR, NOON - 2 * HOUR, "not told"),
    )


@pytest.mark.parametrize("gaps", [5, (None,), (Gap(cast("Any", "x"), NOON, "y"),)])
def test_gaps_that_are_none_are_the_sources_failure(store: Store, gaps: Any) -> None:
    polled(poll_stage(store, blogs=CallingSource(lambda: Batch(gaps=gaps))))
    assert stands(store).failures == 1


# -- answers


NORVIA = Brand("norvia", names=("Norvia",), own_accounts=("norvia_help",))


@pytest.mark.parametrize("together", [True, False])
@pytest.mark.parametrize("answer_first", [True, False])
def test_a_reply_by_an_own_account_answers_the_mention_whichever_came_first(
    store: Store, *, together: bool, answer_first: bool
) -> None:
    asked = a_post("1", "Norvia, where is my bag?")
    reply = a_post(
        "2",
        "We look into it.",
        author=Author("norvia_help"),
        in_reply_to="1",
        published_at=NOON + 5 * MINUTE,
    )
    later = a_post(
        "3", "Found!", author=Author("norvia_help"), in_reply_to="1", published_at=NOON + HOUR
    )
    order = (reply, asked, later) if answer_first else (asked, later, reply)
    batches = iter([Batch(order)] if together else [Batch((post,)) for post in order])
    store.plan_sources([SourcePlan("blogs", 60)], NOON)
    source = CallingSource(lambda: next(batches))
    stage = PollStage(store, {"blogs": Listened(source, 60)}, Matcher([NORVIA]), AtOnce())
    for hours in range(1 if together else 3):
        polled(stage, NOON + (2 + hours) * HOUR)
    turns = store.claim_mentions(NOON + 9 * HOUR, 60, 9)
    answered = {turn.mention.post.native_id: turn.mention.answered_at for turn in turns}
    assert answered == {"1": NOON + 5 * MINUTE}


def test_the_pace_is_never_slower_than_a_search_reaches_back(store: Store) -> None:
    limits = Limits(posts_per_month=60)
    source = PricedSource([posts(50)])
    stage = priced_stage(store, source, limits)
    polled(stage)
    assert stands(store).due_at == NOON + timedelta(seconds=PACE_SECONDS_MAX)


def test_a_larger_budget_brings_on_what_a_small_one_put_off(store: Store) -> None:
    stage = priced_stage(store, PricedSource([posts(50)]), Limits(posts_per_month=60))
    polled(stage)
    assert stands(store).due_at > NOON + DAY
    store.plan_sources([SourcePlan("blogs", 60, Limits(posts_per_month=60_000))], NOON + HOUR)
    assert stands(store).due_at == NOON + HOUR

"""Rules: which mention is told where and when, and which message carries it."""

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from listener.model import Author, Mention, Priority, Tag
from listener.placing import (
    MENTIONS_PER_TELLING_MAX,
    THREAD_SECONDS_MAX,
    Place,
    Telling,
    held,
    over_ceiling,
    place,
)
from listener.rules import Condition, Order, Quiet, Rule, Spike, Trouble, matches, orders
from listener.testing import a_mention, a_post
from listener.testing.fakes import NOON

HELSINKI = ZoneInfo("Europe/Helsinki")
SECOND = timedelta(seconds=1)
HOUR = timedelta(hours=1)
NIGHT = Quiet(time(22), time(7))
LATE_EVENING = datetime(2026, 3, 10, 21, tzinfo=UTC)
MORNING = datetime(2026, 3, 11, 5, tzinfo=UTC)


def judged(**labels: str) -> Mention:
    """A mention of priority 80 with these labels."""
    tags = tuple(Tag(kind, label, 0.9) for kind, label in labels.items())
    return a_mention(tags=tags, priority=Priority(80))


def ordered(now: datetime = NOON, score: int = 80, **fields: Any) -> Order:
    """The one order that a rule of these fields gives for a mention of this priority."""
    rule = Rule("urgent", ("desk",), **fields)
    (order,) = orders([rule], a_mention(priority=Priority(score)), now, HELSINKI)
    return order


def burst(now: datetime = NOON, score: int = 80, **fields: Any) -> Order:
    return ordered(now, score, **({"group_seconds": 60} | fields))


def told(placed: Place, *, started_at: datetime = NOON, size: int = 1, tried: bool) -> Telling:
    """What the store would know of the telling that was placed so."""
    return Telling(
        key=placed.key,
        thread=placed.thread,
        revision=placed.revision,
        started_at=started_at,
        paced_at=placed.paced_at,
        due_at=placed.due_at,
        untried=not tried,
        size=size,
    )


# -- what is asked for


@pytest.mark.parametrize(
    ("fits", "does_not"),
    [
        (Condition(brands=frozenset({"norvia"})), Condition(brands=frozenset({"skylark"}))),
        (
            Condition(directness=frozenset({"indirect"})),
            Condition(directness=frozenset({"direct"})),
        ),
        (Condition(sources=frozenset({"fake", "x"})), Condition(sources=frozenset({"x"}))),
        (Condition(sites=frozenset({"fake"})), Condition(sites=frozenset({"fak"}))),
        (Condition(authors=frozenset({"traveller"})), Condition(authors=frozenset({"travel"}))),
        (Condition(priority_min=80), Condition(priority_min=81)),
        (
            Condition(tags={"urgency": frozenset({"high", "medium"})}),
            Condition(tags={"urgency": frozenset({"low"})}),
        ),
        (Condition(tags={"spam": frozenset({""})}), Condition(tags={"spam": frozenset({"no"})})),
    ],
)
def test_a_condition_asks_for_what_it_names_and_nothing_else(
    fits: Condition, does_not: Condition
) -> None:
    assert matches(fits, judged(urgency="high"))
    assert not matches(does_not, judged(urgency="high"))
    assert matches(Condition(), judged(urgency="high"))


def test_every_part_of_a_condition_must_hold() -> None:
    tags = {"urgency": frozenset({"high"}), "spam": frozenset({"no"})}
    condition = Condition(brands=frozenset({"norvia"}), tags=tags)
    assert matches(condition, judged(urgency="high", spam="no"))
    assert not matches(condition, judged(urgency="high", spam="yes"))
    assert not matches(condition, judged(urgency="low", spam="no"))


def test_an_author_is_known_with_and_without_at_in_any_case() -> None:
    post = a_post(author=Author("@TraVeller"))
    assert matches(Condition(authors=frozenset({"traveller"})), a_mention(post=post))


def test_the_newest_judgement_counts() -> None:
    rejudged = a_mention(tags=(Tag("urgency", "error", 0), Tag("urgency", "high", 0.9)))
    assert matches(Condition(tags={"urgency": frozenset({"high"})}), rejudged)
    assert not matches(Condition(tags={"urgency": frozenset({"error"})}), rejudged)


def test_what_could_not_be_judged_can_be_asked_for() -> None:
    condition = Condition(tags={"urgency": frozenset({"high", "error"})})
    assert matches(condition, judged(urgency="error"))


# -- orders


def test_a_mention_is_ordered_once_per_rule_and_channel() -> None:
    rules = [
        Rule("all", ("desk", "mail")),
        Rule("urgent", ("desk",), Condition(priority_min=50)),
        Rule("graver", ("desk",), Condition(priority_min=90)),
        Rule("spike", ("desk",), spike=Spike()),
        Rule("down", ("desk",), trouble=Trouble()),
    ]
    given_orders = orders(rules, judged(), NOON, UTC)
    told_where = [(order.rule, order.channel) for order in given_orders]
    assert told_where == [("all", "desk"), ("all", "mail"), ("urgent", "desk")]
    assert {order.mention_key for order in given_orders} == {"fake:1#norvia"}
    assert {order.priority for order in given_orders} == {80}


def test_a_burst_is_all_of_a_brand_and_without_grouping_a_mention_stands_alone() -> None:
    assert (burst().group, burst().group_seconds) == ("norvia", 60)
    assert (ordered().group, ordered().group_seconds) == ("fake:1#norvia", 0)


def test_no_rules_no_orders() -> None:
    assert orders([], judged(), NOON, UTC) == []


def test_an_order_is_due_now_or_when_the_quiet_hours_end() -> None:
    assert ordered(NOON, quiet=NIGHT).due_at == NOON
    assert ordered(LATE_EVENING, quiet=NIGHT).due_at == MORNING
    assert ordered(LATE_EVENING).due_at == LATE_EVENING


@pytest.mark.parametrize(
    ("score", "due_at"), [(89, MORNING), (90, LATE_EVENING), (100, LATE_EVENING)]
)
def test_what_is_grave_enough_breaks_through(score: int, due_at: datetime) -> None:
    order = ordered(LATE_EVENING, score, quiet=NIGHT, break_through=90, daily_max=1)
    assert order.due_at == due_at
    assert order.daily_max == (1 if score < 90 else None)


def test_nothing_breaks_through_unless_the_rule_says_so() -> None:
    assert ordered(LATE_EVENING, 100, quiet=NIGHT).due_at == MORNING


def test_an_order_knows_its_local_day() -> None:
    order = ordered(datetime(2026, 10, 25, 0, 30, tzinfo=UTC))
    assert order.day_start == datetime(2026, 10, 24, 21, tzinfo=UTC)
    assert order.day_end == datetime(2026, 10, 25, 22, tzinfo=UTC)


# -- the day's ceiling


def test_the_ceiling_counts_messages_of_the_day() -> None:
    order = ordered(daily_max=2)
    assert not over_ceiling(order, None, 1, NOON)
    assert over_ceiling(order, None, 2, NOON)
    assert over_ceiling(order, None, 3, NOON)
    assert not over_ceiling(ordered(), None, 10_000, NOON)
    assert over_ceiling(ordered(daily_max=0), None, 0, NOON)


def test_what_joins_an_open_message_opens_none() -> None:
    order = burst(daily_max=1)
    waiting = told(place(order, None, NOON), tried=False)
    over = told(place(order, None, NOON - HOUR), started_at=NOON - HOUR, tried=True)
    assert not over_ceiling(order, waiting, 1, NOON)
    assert over_ceiling(order, over, 1, NOON + HOUR)


def test_an_update_is_a_message_too_and_a_full_one_takes_nothing() -> None:
    order = burst(daily_max=1)
    going_on = told(place(order, None, NOON), tried=True)
    full = told(place(order, None, NOON), tried=False, size=MENTIONS_PER_TELLING_MAX)
    assert over_ceiling(order, going_on, 1, NOON)
    assert over_ceiling(order, full, 1, NOON)


def test_what_is_beyond_the_ceiling_comes_in_one_message_after_the_day() -> None:
    first, second = (held(replace(ordered(daily_max=1), mention_key=key)) for key in "ab")
    midnight = datetime(2026, 3, 10, 22, tzinfo=UTC)
    opened = place(first, None, NOON)
    joined = place(second, told(opened, tried=False), NOON + HOUR)
    assert (opened.due_at, joined.due_at) == (midnight, midnight)
    assert joined.joins
    assert joined.key == opened.key
    assert not over_ceiling(first, None, 10_000, NOON)


def test_the_rest_of_another_day_is_another_message() -> None:
    today, tomorrow = (held(ordered(now, daily_max=1)) for now in (NOON, NOON + 24 * HOUR))
    assert today.group != tomorrow.group


@pytest.mark.parametrize("now", [NOON, LATE_EVENING])
def test_the_rest_of_the_day_does_not_ring_at_midnight_in_quiet_hours(now: datetime) -> None:
    assert held(ordered(now, quiet=NIGHT, daily_max=1)).due_at == MORNING


# -- which message carries it


def test_an_order_of_its_own_has_the_key_of_rule_mention_and_channel() -> None:
    order = ordered()
    placed = place(order, None, NOON)
    assert placed == Place("urgent/fake:1#norvia/desk", placed.key, 1, NOON, NOON)


def test_an_order_whose_telling_was_withdrawn_and_comes_back_gets_a_key_of_its_own() -> None:
    placed = place(ordered(), None, NOON)
    assert place(ordered(), told(placed, tried=True), NOON).key == f"{placed.key}~2"


def test_a_burst_has_the_key_of_rule_brand_and_beginning_and_channel() -> None:
    placed = place(burst(), None, NOON)
    assert placed.key == "urgent/norvia@20260310T120000.000000Z/desk"
    assert (placed.thread, placed.revision, placed.due_at) == (placed.key, 1, NOON)


def test_until_a_message_goes_out_others_join_it() -> None:
    opened = place(burst(LATE_EVENING, quiet=NIGHT), None, LATE_EVENING)
    waiting = told(opened, tried=False)
    joined = place(burst(LATE_EVENING + HOUR, quiet=NIGHT), waiting, LATE_EVENING + HOUR)
    assert joined == replace(opened, joins=True)
    assert joined.due_at == MORNING


def test_what_breaks_through_takes_the_waiting_message_along() -> None:
    now = LATE_EVENING + HOUR
    fields: dict[str, Any] = {"quiet": NIGHT, "break_through": 90}
    waiting = told(place(burst(LATE_EVENING, **fields), None, LATE_EVENING), tried=False)
    pulled = place(burst(now, 95, **fields), waiting, now)
    assert pulled.joins
    assert (pulled.key, pulled.due_at) == (waiting.key, now)


def test_what_breaks_through_keeps_the_pace_of_its_burst() -> None:
    update = told(place(burst(), told(place(burst(), None, NOON), tried=True), NOON), tried=False)
    pulled = place(burst(NOON + SECOND, 100, break_through=90), update, NOON + SECOND)
    assert pulled.joins
    assert pulled.due_at == NOON + 60 * SECOND


def test_after_a_message_went_out_the_burst_is_told_on_at_its_pace() -> None:
    opened = place(burst(), None, NOON)
    now = NOON + 10 * SECOND
    update = place(burst(now), told(opened, tried=True), now)
    assert update == Place(f"{opened.key}~2", opened.key, 2, NOON + 60 * SECOND, NOON + 60 * SECOND)
    later = NOON + 70 * SECOND
    third = place(burst(later), told(update, tried=True), later)
    assert (third.key, third.due_at) == (f"{opened.key}~3", NOON + 120 * SECOND)


def test_an_update_is_quiet_in_quiet_hours() -> None:
    before = datetime(2026, 3, 10, 19, 59, 50, tzinfo=UTC)
    opened = place(burst(before, quiet=NIGHT), None, before)
    now = before + 20 * SECOND
    update = place(burst(now, quiet=NIGHT), told(opened, started_at=before, tried=True), now)
    assert (update.revision, update.due_at) == (2, MORNING)


@pytest.mark.parametrize(("seconds", "revision"), [(60, 2), (61, 1)])
def test_when_all_was_calm_a_new_burst_begins(seconds: int, revision: int) -> None:
    now = NOON + seconds * SECOND
    latest = told(place(burst(), None, NOON), tried=True)
    assert place(burst(now), latest, now).revision == revision


@pytest.mark.parametrize(
    ("seconds", "revision"), [(THREAD_SECONDS_MAX - 1, 2), (THREAD_SECONDS_MAX, 1)]
)
def test_a_thread_ends_after_a_day_even_in_a_storm(seconds: int, revision: int) -> None:
    now = NOON + seconds * SECOND
    latest = replace(told(place(burst(), None, NOON), tried=True), due_at=now)
    assert place(burst(now), latest, now).revision == revision


def test_a_full_message_is_followed_by_another_at_once() -> None:
    full = told(place(burst(), None, NOON), tried=False, size=MENTIONS_PER_TELLING_MAX)
    following = place(burst(), full, NOON)
    assert not following.joins
    assert (following.key, following.due_at) == (f"{full.key}~2", NOON)
    almost = replace(full, size=MENTIONS_PER_TELLING_MAX - 1)
    assert place(burst(), almost, NOON).joins


@given(st.lists(st.integers(0, 200), min_size=1, max_size=60))
def test_no_burst_rings_faster_than_its_pace_and_nobody_waits_longer(pauses: list[int]) -> None:
    latest: Telling | None = None
    rings: dict[str, list[datetime]] = {}
    keys: set[str] = set()
    now = started_at = NOON
    for pause in pauses:
        now += pause * SECOND
        if latest is not None:
            latest = replace(latest, untried=latest.due_at > now)
        placed = place(burst(now), latest, now)
        assert now <= placed.due_at <= now + 60 * SECOND
        if not placed.joins:
            assert placed.key not in keys
            keys.add(placed.key)
            started_at = now if placed.revision == 1 else started_at
            rings.setdefault(placed.thread, []).append(placed.due_at)
        latest = told(placed, started_at=started_at, tried=False)
    for thread in rings.values():
        gaps = [after - before for before, after in pairwise(thread)]
        assert all(gap >= 60 * SECOND for gap in gaps)

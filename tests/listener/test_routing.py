"""Routing: who makes the case, who watches, who is told besides, and what is silenced."""

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from listener import topics
from listener.hours.calendar import Calendar
from listener.model import Author, Mention, Priority
from listener.routing import Routed, Routing, silenced_by
from listener.rules import (
    FOLD_SECONDS,
    CaseOrder,
    Condition,
    Quiet,
    Rule,
    Silence,
    Silenced,
    Spike,
    Topic,
    Trouble,
)
from listener.teams import Team, Teams
from listener.testing import a_mention, a_post
from listener.testing.fakes import NOON

HELSINKI = ZoneInfo("Europe/Helsinki")
HOUR = timedelta(hours=1)
EVENING = datetime(2026, 3, 10, 18, tzinfo=UTC)  # a Tuesday, 20:00 in Helsinki
MORNING = datetime(2026, 3, 11, 7, tzinfo=UTC)
OFFICE = Calendar(HELSINKI, {day: ((time(9), time(17)),) for day in range(5)})
TEAMS = Teams(
    {
        "care": Team("care", ("tickets", "desk"), OFFICE, break_through=95),
        "night": Team("night", ("pager",), Calendar(UTC), fallback="care"),
        "press": Team("press", ("mail",), OFFICE, fallback="watch"),
        "watch": Team(
            "watch", ("pager",), Calendar(UTC, dict.fromkeys(range(7), ((time(), time()),)))
        ),
    },
    following=frozenset({"tickets"}),
)
CARE = Rule("care", ("marketing",), team="care")
ALL = Rule("all", ("desk", "wall"))
HUSH = Silence(NOON - HOUR, NOON + HOUR, "anna", number=3)


def routed(
    *rules: Rule, now: datetime = NOON, silences: tuple[Silence, ...] = (), **fields: Any
) -> Routed:
    mention = a_mention(**({"priority": Priority(60)} | fields))
    return Routing(rules, HELSINKI, TEAMS).route(mention, "fake:story", silences, now)


def told(routed: Routed) -> list[tuple[str, str]]:
    return [(order.rule, order.channel) for order in routed.orders]


# -- cases


def test_a_team_is_told_by_its_channels_and_others_watch() -> None:
    orders = routed(CARE).orders
    assert [(one.channel, one.follows) for one in orders] == [
        ("tickets", True),
        ("desk", False),
        ("marketing", False),
    ]
    assert {one.case for one in orders} == {CaseOrder("care")}
    assert {one.group_seconds for one in orders} == {FOLD_SECONDS}


def test_channels_that_are_told_of_the_case_are_not_told_again() -> None:
    assert told(routed(ALL, CARE)) == [
        ("care", "tickets"),
        ("care", "desk"),
        ("care", "marketing"),
        ("all", "wall"),
    ]


def test_the_first_rule_with_a_team_makes_the_one_case() -> None:
    press = Rule("press", ("wall",), Condition(brands=frozenset({"skylark"})), team="press")
    second = Rule("second", ("wall",), team="press")
    assert {one.rule for one in routed(press, CARE, second).orders} == {"care"}
    assert {one.rule for one in routed(press, CARE, second, brand="skylark").orders} == {"press"}


def test_a_team_that_nobody_can_be_told_of_leaves_the_case_to_the_next() -> None:
    lost, watched = Rule("lost", (), team="gone"), Rule("watched", ("wall",), team="gone")
    assert {one.rule for one in routed(lost, CARE).orders} == {"care"}
    assert told(routed(watched, CARE)) == [("watched", "wall")]
    assert told(routed(lost, ALL)) == [("all", "desk"), ("all", "wall")]


def test_a_channel_of_the_team_that_watches_too_is_told_once() -> None:
    orders = routed(replace(CARE, send_to=("desk", "wall"))).orders
    assert [one.channel for one in orders] == ["tickets", "desk", "wall"]


def test_the_team_follows_its_hours_and_those_who_watch_the_rules() -> None:
    late = replace(CARE, quiet=Quiet(time(19), time(22)))
    due = {one.channel: one.due_at for one in routed(late, now=EVENING).orders}
    at_ten = EVENING + 2 * HOUR
    assert due == {"tickets": MORNING, "desk": MORNING, "marketing": at_ten}


def test_what_breaks_through_to_the_team_does_not_by_itself_to_the_others() -> None:
    late = replace(CARE, quiet=Quiet(time(19), time(22)))
    due = {
        one.channel: one.due_at for one in routed(late, now=EVENING, priority=Priority(95)).orders
    }
    assert due == {"tickets": EVENING, "desk": EVENING, "marketing": EVENING + 2 * HOUR}


def test_while_nobody_is_there_the_fallback_has_the_case() -> None:
    orders = routed(Rule("press", (), team="press"), now=EVENING).orders
    assert [(one.channel, one.due_at) for one in orders] == [("pager", EVENING)]
    assert {one.case and one.case.team for one in orders} == {"watch"}


def test_beyond_the_ceiling_a_team_is_told_when_it_is_back() -> None:
    rest = {one.channel: one.rest_at for one in routed(replace(CARE, daily_max=3)).orders}
    midnight = datetime(2026, 3, 10, 22, tzinfo=UTC)
    assert rest == {"tickets": MORNING, "desk": MORNING, "marketing": midnight}
    assert {one.daily_max for one in routed(replace(CARE, daily_max=3)).orders} == {3}


@pytest.mark.parametrize(
    ("fold", "by_author", "by_story"),
    [
        (None, True, True),
        ("author or story", True, True),
        ("author", True, False),
        ("story", False, True),
        ("mention", False, False),
    ],
)
def test_what_a_mention_joins(fold: Any, by_author: bool, by_story: bool) -> None:
    orders = routed(replace(CARE, fold=fold)).orders
    assert {one.case for one in orders} == {CaseOrder("care", by_author, by_story)}
    assert {one.group_seconds for one in orders} == {0 if fold == "mention" else FOLD_SECONDS}


# -- silences


def test_who_is_muted_is_heard_where_the_rule_breaks_through() -> None:
    mute = replace(HUSH, authors=frozenset({"writer"}))
    author = {"post": a_post(author=Author("writer"))}
    loud = replace(ALL, break_through=70)
    assert not routed(loud, silences=(mute,), priority=Priority(69), **author).orders
    assert routed(loud, silences=(mute,), priority=Priority(70), **author).orders
    assert not routed(loud, silences=(HUSH,), priority=Priority(70), **author).orders


def test_a_silence_is_noted_with_its_number() -> None:
    result = routed(ALL, silences=(replace(HUSH, channels=frozenset({"desk"})),))
    assert told(result) == [("all", "wall")]
    assert result.silenced == (Silenced("all", "desk", 3),)


def test_where_the_case_is_silent_another_rule_may_speak() -> None:
    result = routed(CARE, ALL, silences=(replace(HUSH, rules=frozenset({"care"})),))
    assert told(result) == [("all", "desk"), ("all", "wall")]
    assert {one.channel for one in result.silenced} == {"tickets", "desk", "marketing"}


@pytest.mark.parametrize(
    ("fields", "holds"),
    [
        ({}, True),
        ({"rules": {"all"}}, True),
        ({"rules": {"other"}}, False),
        ({"brands": {"norvia"}, "sites": {"fake"}}, True),
        ({"brands": {"norvia"}, "sites": {"x"}}, False),
        ({"authors": {"@Traveller"}}, True),
        ({"authors": {"fake:traveller"}}, True),
        ({"authors": {"fake:ID7"}}, True),
        ({"authors": {"x:traveller"}}, False),
        ({"authors": {"somebody"}}, False),
        ({"channels": {"desk"}}, True),
        ({"channels": {"wall"}}, False),
    ],
)
def test_what_a_silence_is_about(fields: dict[str, set[str]], holds: bool) -> None:
    silence = replace(HUSH, **{key: frozenset(some) for key, some in fields.items()})
    mention = a_mention(post=a_post(author=Author("traveller", id="id7")))
    assert (silenced_by([silence], "all", "desk", mention, NOON) is silence) == holds


def test_a_silence_begins_and_ends() -> None:
    def holds(now: datetime) -> bool:
        return silenced_by([HUSH], "all", "desk", a_mention(), now) is not None

    assert [holds(NOON + hours * HOUR) for hours in (-2, -1, 0, 1)] == [False, True, True, False]


def test_of_several_silences_the_first_is_named() -> None:
    ended = replace(HUSH, until=NOON, number=1)
    both = [ended, HUSH, replace(HUSH, number=4)]
    assert silenced_by(both, "all", "desk", a_mention(), NOON) is HUSH


NAMES = st.frozensets(st.sampled_from(["desk", "wall", "tickets", "marketing"]))


@given(
    NAMES,
    st.lists(
        st.sampled_from([CARE, ALL, replace(CARE, name="second")]), unique_by=lambda rule: rule.name
    ),
)
def test_a_silence_only_ever_takes_away_and_notes_it(
    channels: frozenset[str], rules: list[Rule]
) -> None:
    aloud = routed(*rules)
    hushed = routed(*rules, silences=(replace(HUSH, channels=channels),))
    noted = [(one.rule, one.channel) for one in hushed.silenced]
    where = {channel for _, channel in told(aloud)}
    assert {channel for _, channel in told(hushed) + noted} == where
    if channels:
        assert not channels & {channel for _, channel in told(hushed)}
        assert {channel for _, channel in noted} == where & channels
    else:
        assert not hushed.orders


# -- what rules ask for


def met(when: Condition, **fields: Any) -> bool:
    return bool(routed(Rule("all", ("desk",), when), **fields).orders)


def test_topics() -> None:
    refunds = Condition(topics=frozenset({Topic("refunds", ("hyvitys",))}))
    assert met(refunds, post=a_post(text="Norvia, missä hyvitykseni on"))
    assert not met(refunds, post=a_post(text="Norvia on myöhässä"))


def test_nobody_looks_for_topics_that_no_other_condition_needs() -> None:
    topics._compiled.cache_clear()
    words = frozenset({Topic("never looked for", ("zzz",))})
    assert not met(Condition(priority_min=90, topics=words))
    assert topics._compiled.cache_info().misses == 0


def test_author_lists_and_authors_must_both_hold() -> None:
    post = a_post(author=Author("@Anna"))
    vip = Condition(listed=frozenset({"fake:anna"}))
    assert met(vip, post=post)
    assert met(replace(vip, authors=frozenset({"anna"})), post=post)
    assert not met(replace(vip, authors=frozenset({"bert"})), post=post)
    assert not met(Condition(listed=frozenset({"x:anna"})), post=post)


def test_followers() -> None:
    many = Condition(followers_min=1_000)
    assert met(many, post=a_post(author=Author("a", followers=1_000)))
    assert not met(many, post=a_post(author=Author("a", followers=999)))
    assert not met(many, post=a_post(author=Author("a")))


def test_rules_about_volumes_and_sources_are_not_asked() -> None:
    spike, trouble = Rule("s", ("desk",), spike=Spike()), Rule("t", ("desk",), trouble=Trouble())
    assert routed(spike, trouble) == Routed()


def test_a_mention_is_never_changed() -> None:
    mention: Mention = a_mention(priority=Priority(60))
    before = repr(mention)
    Routing([CARE, ALL], HELSINKI, TEAMS).route(mention, "", [HUSH], NOON)
    assert repr(mention) == before

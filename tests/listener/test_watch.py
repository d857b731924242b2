"""Spikes and troubles: told when they are real, once, and once when they are over."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from listener.budget import Use
from listener.ports import MENDED_BY_PEOPLE
from listener.rules import Condition, Rule, Spike, Trouble
from listener.testing.fakes import NOON
from listener.watch import Alarm, SourceFacts, Volume, spike_alarm, spike_line, trouble_alarms

HOUR = timedelta(hours=1)
NONE: frozenset[str] = frozenset()
SPIKE = Rule("spike", ("desk",), spike=Spike())
DOWN = Rule("down", ("desk",), trouble=Trouble(failures=3, silent_seconds=7200))


def facts(
    source: str = "blogs",
    place: str = "",
    failures: int = 0,
    last_error: str = "",
    last_post_at: datetime | None = NOON,
    state: str = "",
    budget: tuple[Use, ...] = (),
) -> SourceFacts:
    since = NOON - 24 * HOUR
    return SourceFacts(source, place, failures, last_error, last_post_at, since, state, budget)


def raised(known: Sequence[SourceFacts], alarmed: frozenset[str] = NONE) -> list[Alarm]:
    return trouble_alarms(DOWN, known, alarmed, NOON)


# -- spikes


def spike(count: int, history: tuple[int, ...], alarmed: frozenset[str] = NONE) -> Alarm | None:
    return spike_alarm(SPIKE, Volume("norvia", count, history), alarmed)


@pytest.mark.parametrize(
    ("history", "line"),
    [
        ((), 10),
        ((0,) * 8, 10),
        ((1, 0, 2, 1, 0, 1, 2, 1), 10),
        ((100,) * 8, 100 + 4 * 101**0.5),
        ((80, 120), 100 + 4 * 801**0.5),
        ((80, 120, 80, 120), 100 + 4 * (1600 / 3 + 1) ** 0.5),
    ],
)
def test_the_line_is_the_mean_and_four_deviations_and_never_too_low(
    history: tuple[int, ...], line: float
) -> None:
    assert spike_line(Spike(), history) == pytest.approx(line)


def test_a_small_brand_is_not_alarmed_by_its_first_few_mentions() -> None:
    assert spike(5, (0,) * 8) is None
    assert spike(9, ()) is None
    alarm = spike(10, (0,) * 8)
    assert alarm is not None
    assert (alarm.kind, alarm.subject, alarm.raised) == ("spike", "norvia", True)
    assert alarm.priority == 90
    alarmed = frozenset({"norvia"})
    assert spike(5, (0,) * 8, alarmed) is None
    assert spike(4, (0,) * 8, alarmed) is not None


@given(st.lists(st.integers(0, 10_000), max_size=12))
def test_a_usual_hour_is_no_spike(history: list[int]) -> None:
    mean = sum(history) / len(history) if history else 0
    assert spike_line(Spike(), history) >= max(10, mean + 4)
    assert spike(round(mean), tuple(history)) is None


@given(st.lists(st.integers(0, 1000), max_size=8), st.integers(0, 5000))
def test_the_same_volume_never_raises_and_clears(history: list[int], count: int) -> None:
    quiet = spike(count, tuple(history))
    alarmed = spike(count, tuple(history), frozenset({"norvia"}))
    assert quiet is None or alarmed is None
    assert quiet is None or quiet.raised
    assert alarmed is None or not alarmed.raised


@given(st.lists(st.integers(0, 10_000), max_size=12))
def test_a_usual_hour_after_a_spike_clears_it(history: list[int]) -> None:
    mean = sum(history) / len(history) if history else 0
    alarm = spike(round(mean), tuple(history), frozenset({"norvia"}))
    assert alarm is not None
    assert alarm.kind == "clear"


def test_a_spike_is_raised_once_and_cleared_well_below_the_line() -> None:
    alarmed: frozenset[str] = NONE
    told = []
    for count in (50, 141, 139, 145, 125, 200, 121, 120, 119, 30, 150):
        alarm = spike(count, (100,) * 8, alarmed)
        if alarm:
            alarmed = frozenset({"norvia"}) if alarm.raised else NONE
            told.append((count, alarm.kind))
    assert told == [(141, "spike"), (120, "clear"), (150, "spike")]


def test_a_spike_says_how_many_there_are_and_how_many_are_usual() -> None:
    alarm = spike(300, (20, 30))
    assert alarm is not None
    assert alarm.title == "Spike: 300 mentions of norvia in 60 minutes"
    assert alarm.body == "Usual at this hour of the week: 25.0, over 2 weeks."
    over = spike(3, (20, 30), frozenset({"norvia"}))
    assert over == Alarm(
        "spike", "norvia", "Calm again: 3 mentions of norvia in 60 minutes", kind="clear"
    )


def test_a_rule_without_spike_or_trouble_watches_nothing() -> None:
    plain = Rule("urgent", ("desk",))
    assert spike_alarm(plain, Volume("norvia", 10_000, ()), NONE) is None
    assert trouble_alarms(plain, [facts(failures=99)], frozenset({"blogs"}), NOON) == []


# -- sources


def test_a_source_is_told_after_so_many_failures_in_a_row() -> None:
    assert raised([facts(failures=2, last_error="HTTP 500")]) == []
    (alarm,) = raised([facts(failures=3, last_error="HTTP 500")])
    assert alarm == Alarm("down", "blogs", "Source blogs: failed 3 times in a row", "HTTP 500")
    assert (alarm.raised, alarm.priority) == (True, 70)


def test_trouble_is_told_once_and_cleared_once() -> None:
    failing, well = facts(failures=9), facts()
    assert raised([failing], frozenset({"blogs"})) == []
    assert raised([well], frozenset({"blogs"})) == [
        Alarm("down", "blogs", "Source blogs is back", kind="clear")
    ]
    assert raised([well]) == []


def test_each_place_of_a_source_is_told_by_itself() -> None:
    known = [facts(), facts(place="https://a", failures=3), facts(place="https://b", failures=1)]
    assert [alarm.subject for alarm in raised(known)] == ["blogs https://a"]
    assert raised(known, frozenset({"blogs https://a"})) == []


def test_a_place_that_is_well_again_has_no_facts_and_is_cleared() -> None:
    assert raised([facts()], frozenset({"blogs https://a"})) == [
        Alarm("down", "blogs https://a", "Source blogs https://a is back", kind="clear")
    ]


def test_a_source_that_was_taken_out_is_cleared_in_other_words() -> None:
    (alarm,) = raised([facts("blog")], frozenset({"blogs"}))
    assert (alarm.kind, alarm.title) == ("clear", "Source blogs is no longer watched")


@pytest.mark.parametrize(("hours", "is_silent"), [(2, False), (2.5, True), (1000, True)])
def test_a_source_without_anything_new_is_told(hours: float, is_silent: bool) -> None:
    told = raised([facts(last_post_at=NOON - hours * HOUR)])
    assert [alarm.title for alarm in told] == (
        [f"Source blogs: nothing new for {float(hours)} hours"] if is_silent else []
    )


def test_silence_counts_from_the_beginning_where_nothing_ever_came() -> None:
    (alarm,) = raised([facts(last_post_at=None)])
    assert alarm.title == "Source blogs: nothing new for 24.0 hours"


def test_a_place_is_never_silent_and_zero_means_never() -> None:
    place = facts(place="https://a", failures=1, last_post_at=None)
    assert raised([place]) == []
    never = Rule("down", ("desk",), trouble=Trouble(failures=0, silent_seconds=0))
    assert trouble_alarms(never, [facts(failures=99, last_post_at=None)], NONE, NOON) == []


def test_a_rule_may_watch_some_sources_only() -> None:
    rule = Rule("down", ("desk",), Condition(sources=frozenset({"news"})), trouble=Trouble())
    known = [facts("blogs", failures=9), facts("news", failures=9)]
    assert [alarm.subject for alarm in trouble_alarms(rule, known, NONE, NOON)] == ["news"]


# -- what a person must mend


@pytest.mark.parametrize("state", sorted(MENDED_BY_PEOPLE))
def test_what_a_person_must_mend_is_told_at_the_first_failure_and_once(state: str) -> None:
    (alarm,) = raised([facts(failures=1, last_error="top it up", state=state)])
    assert (alarm.subject, alarm.body) == (f"blogs: {state}", "top it up")
    assert alarm.title.startswith("Source blogs: ")
    told = frozenset({alarm.subject})
    for failures in (2, 3, 99):
        assert raised([facts(failures=failures, state=state)], told) == []
    (clear,) = raised([facts()], told)
    assert clear == Alarm("down", alarm.subject, f"Source blogs is back ({state})", kind="clear")


def test_one_kind_of_failure_that_turns_into_another_clears_nothing() -> None:
    outage = facts(failures=9, state="outage")
    credits_spent = facts(failures=10, state="credits")
    (first,) = raised([outage])
    assert first.subject == "blogs"
    (second,) = raised([credits_spent], frozenset({"blogs"}))
    assert second.subject == "blogs: credits"
    both = frozenset({"blogs", "blogs: credits"})
    assert raised([outage], both) == raised([credits_spent], both) == []
    assert [alarm.kind for alarm in raised([facts()], both)] == ["clear", "clear"]


@pytest.mark.parametrize("state", ["budget", "quota"])
def test_a_source_that_rests_is_no_outage(state: str) -> None:
    assert raised([facts(failures=99, state=state)]) == []
    assert raised([facts(failures=99, state=state)], frozenset({"blogs"})) == [
        Alarm("down", "blogs", "Source blogs is back", kind="clear")
    ]


def test_whoever_wants_no_failures_told_is_told_none_of_any_kind() -> None:
    silent = Rule("down", ("desk",), trouble=Trouble(failures=0, silent_seconds=7200))
    assert trouble_alarms(silent, [facts(failures=9, state="login")], NONE, NOON) == []


# -- budgets


def a_use(share: float, period: str = "2026-03", measure: str = "posts") -> Use:
    span = "month" if len(period) == 7 else "day"
    spent = round(share * 1000)
    return Use(period, span, measure, 1000, spent, share, spent, None)  # type: ignore[arg-type]


def test_a_budget_is_told_from_its_share_on_once_in_each_period() -> None:
    assert raised([facts(budget=(a_use(0.79),))]) == []
    (alarm,) = raised([facts(budget=(a_use(0.8),))])
    assert alarm == Alarm(
        "down",
        "blogs budget 2026-03",
        "Source blogs: 80% of the month's budget is spent",
        "800 of 1,000 posts. It lasts to the end at the pace of the last days.",
    )
    told = frozenset({alarm.subject})
    assert raised([facts(budget=(a_use(1.0),))], told) == []
    assert raised([facts(budget=(a_use(0.5),))], told) == []
    cleared, again = sorted(
        raised([facts(budget=(a_use(0.9, "2026-04"),))], told), key=lambda one: one.raised
    )
    assert cleared.title == "Source blogs: a new month begins with its whole budget"
    assert (cleared.subject, again.subject) == (alarm.subject, "blogs budget 2026-04")


def test_day_and_month_are_told_apart_and_of_two_measures_the_nearer() -> None:
    uses = (a_use(0.85), a_use(0.95, measure="requests"), a_use(0.9, "2026-03-10"))
    month, day = raised([facts(budget=uses)])
    assert "950 of 1,000 requests" in month.body
    assert "95%" in month.title
    assert day.subject == "blogs budget 2026-03-10"
    (over,) = raised([facts()], frozenset({day.subject}))
    assert over.title == "Source blogs: a new day begins with its whole budget"


def test_when_a_budget_runs_out_is_told() -> None:
    soon = replace(a_use(0.9), runs_out_at=NOON + 5 * HOUR)
    (alarm,) = raised([facts(budget=(soon,))])
    assert alarm.body.endswith("it runs out 2026-03-10 17:00 UTC.")


@pytest.mark.parametrize(("percent", "is_told"), [(0, False), (50, True), (100, False)])
def test_from_which_share_on_is_a_matter_of_the_rule(percent: int, *, is_told: bool) -> None:
    rule = Rule("down", ("desk",), trouble=Trouble(budget_percent=percent))
    told = trouble_alarms(rule, [facts(budget=(a_use(0.6),))], NONE, NOON)
    assert bool(told) == is_told

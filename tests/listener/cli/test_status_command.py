"""``listener status``: what of each source was seen, and what it cost, in words and as JSON."""

import json
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from listener.budget import Limits
from listener.cli.standing import lines
from listener.clock import utc_now
from listener.model import Gap, Spent
from listener.ports import Arrival, FailureState
from listener.store import Store
from listener.store.port import SourcePlan
from listener.store.push_port import Pushed
from listener.store.sqlite import SqliteStore
from listener.testing.fakes import NOON, a_post
from listener.testing.store_steps import HOUR, poll, polled, turn_at
from listener.web.metrics import exposition
from tests.listener.cli.commands import Listener, configure, store_in


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with closing(SqliteStore.at(tmp_path / "status.db")) as opened:
        yield opened


def told(store: Store) -> list[str]:
    """What is said of sources."""
    every = [line.strip() for line in lines(store.status(NOON), [], NOON)]
    return every[every.index("") + 1 :]


def test_until_when_it_was_seen_is_told_and_that_nothing_is_missing(store: Store) -> None:
    poll(store, [])
    assert told(store) == [
        "source   fake: ok, read 0 s ago, 0 posts",
        "seen until 2026-03-10 12:00 UTC, in the last 30 days nothing missed",
    ]


def test_what_was_missed_is_told_with_its_place_and_its_cause(store: Store) -> None:
    gaps = [Gap(NOON - 3 * HOUR, NOON - HOUR, "page limit", "r/travel")]
    poll(store, [], gaps=gaps, gap=Gap(NOON - 9 * HOUR, NOON - 5 * HOUR, "down"), complete=True)
    assert told(store)[1:] == [
        "seen until 2026-03-10 12:00 UTC, in the last 30 days 4 h backfilled and 2 h lost",
        "r/travel not seen for 2 h until 2026-03-10 11:00 UTC: page limit",
    ]


def test_second_looks_that_fail_are_told(store: Store) -> None:
    poll(store, [a_post()])
    store.plan_sources([SourcePlan("fake", 60, recheck_posts_max=9)], NOON)
    (turn,) = store.claim_rechecks(NOON + HOUR, 60, 1)
    store.fail_recheck(turn, "it is down", NOON + 2 * HOUR)
    assert told(store)[1] == "edits and deletions can't be looked for: it is down"


def test_many_gaps_are_told_by_the_newest(store: Store) -> None:
    gaps = [Gap(NOON - n * 2 * HOUR, NOON - (n * 2 - 1) * HOUR, f"n{n}") for n in range(1, 9)]
    poll(store, [], gaps=gaps)
    assert [line[-2:] for line in told(store) if "not seen" in line] == ["n1", "n2", "n3"]


@pytest.mark.parametrize(
    ("state", "line"),
    [
        ("outage", "failed once: top it up"),
        ("credits", "failing: credits: top it up (failed once)"),
        ("budget", "top it up"),
    ],
)
def test_each_kind_of_failure_is_told_by_its_name(
    store: Store, state: FailureState, line: str
) -> None:
    poll(store, [])
    store.fail_poll(turn_at(store, NOON + HOUR), "top it up", NOON + HOUR, state=state)
    assert told(store)[1] == line


def test_a_budget_is_told_with_its_share_and_its_forecast(store: Store) -> None:
    limits = Limits(posts_per_month=1000, money_micros_per_day=5_000_000)
    store.plan_sources([SourcePlan("fake", 60, limits)], NOON)
    spent = Spent(3, 100, 2_500_000)
    store.save_poll(turn_at(store, NOON), polled([], spent=spent))
    month, day = told(store)[-2:]
    assert month == (
        "budget of 2026-03: 100 of 1,000 posts spent (10%), forecast 2,250 posts, "
        "runs out 2026-03-19 12:00 UTC"
    )
    assert day == (
        "budget of 2026-03-10: 2.50 of 5.00 in money spent (50%), forecast 3.75 in money"
    )


def test_what_is_billed_without_a_budget_is_told_too(store: Store) -> None:
    poll(store, [], spent=Spent(1))
    assert not any("spent" in line for line in told(store))
    poll(store, [], spent=Spent(1, 20, 100_000))
    assert told(store)[-1] == (
        "spent this month: 2 requests, 20 posts, 0.10 in money; no budget is set"
    )


def test_the_same_stands_in_the_metrics(store: Store) -> None:
    limits = Limits(posts_per_month=1000)
    store.plan_sources([SourcePlan("fake", 60, limits)], NOON)
    gap = Gap(NOON - 3 * HOUR, NOON - HOUR, "page limit")
    store.save_poll(turn_at(store, NOON), polled([], spent=Spent(3, 100), gaps=[gap]))
    page = exposition(lambda: store.status(NOON), lambda: NOON).decode()
    for line in (
        'listener_source_missed_seconds{outcome="lost",source="fake"} 7200.0',
        'listener_source_missed_seconds{outcome="backfilled",source="fake"} 0.0',
        'listener_source_spent{measure="posts",source="fake",span="month"} 100.0',
        'listener_source_budget_share{measure="posts",source="fake",span="month"} 0.1',
    ):
        assert line in page


def test_programs_read_all_of_it(listener: Listener, tmp_path: Path) -> None:
    now = utc_now()
    configure(tmp_path)
    with store_in(tmp_path) as store:
        limits = Limits(posts_per_month=1000)
        store.plan_sources([SourcePlan("fake", 60, limits)], now)
        gap = Gap(now - 3 * HOUR, now - HOUR, "page limit", "r/a")
        turn = turn_at(store, now)
        store.save_poll(turn, polled([], now=now, spent=Spent(3, 100), gaps=[gap]))
    (source,) = json.loads(listener("status", "--json").out)["sources"]
    assert (source["state"], source["trouble"], source["lost_seconds"]) == ("ok", "", 7200.0)
    assert source["gaps"][0]["place"] == "r/a"
    assert source["spent_month"] == {"requests": 3, "posts": 100, "money_micros": 0}
    (use,) = source["budget"]
    assert (use["measure"], use["limit"], use["spent"], use["share"]) == ("posts", 1000, 100, 0.1)
    assert use["forecast"] >= 100


def test_what_was_pushed_and_waits_is_told(store: Store) -> None:
    store.plan_sources([SourcePlan("calls", 60)], NOON - HOUR)
    pushed = [Pushed(name, Arrival("1", b"{}")) for name in ("calls", "gone")]
    store.arrivals.keep(pushed, NOON - HOUR)
    every = list(lines(store.status(NOON), [], NOON))
    assert "intake   2 due, the oldest for 60 min, 0 later" in every
    assert "pushed   calls: 1 not taken in yet, the oldest for 60 min" in every
    assert "!        1 pushed to 'gone', which is not configured" in every
    (turn,) = store.arrivals.claim(["calls"], NOON - HOUR, 60)
    store.arrivals.fail(turn, "no \x1b[31manswer", NOON + HOUR)
    (told,) = (line for line in lines(store.status(NOON), [], NOON) if line.startswith("pushed"))
    assert told.startswith("pushed   calls: 1 not taken in yet, the oldest for 60 min: no ")
    assert "\x1b" not in told

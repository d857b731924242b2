"""However many processes ask, and whenever they die: together they never cross a ceiling."""

from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Thread

from hypothesis import given, settings
from hypothesis import strategies as st

from listener.budget import Limits
from listener.model import Spent
from listener.store.port import Reserved, SourcePlan
from listener.store.sqlite import SqliteStore
from listener.testing.store_steps import LEASE, polled

START = datetime(2026, 3, 30, 22, tzinfo=UTC)
LIMITS = Limits(requests_per_day=7, posts_per_day=120, posts_per_month=200)
PROCESSES = 3

COSTS = st.builds(Spent, st.integers(0, 4), st.integers(0, 60))
STEPS = st.lists(
    st.tuples(
        st.integers(0, PROCESSES - 1),
        st.integers(0, 600),
        COSTS,
        st.sampled_from(["settle less", "settle all", "fail", "fail unknown", "die"]),
    ),
    max_size=25,
)


@contextmanager
def stores() -> Iterator[list[SqliteStore]]:
    with TemporaryDirectory() as folder:
        opened = [SqliteStore.at(Path(folder, "t.db"), owner=str(n)) for n in range(PROCESSES)]
        opened[0].plan_sources([SourcePlan("fake", 60, LIMITS)], START)
        yield opened
        for store in opened:
            store.close()


@settings(max_examples=40, deadline=None)
@given(STEPS)
def test_no_number_of_processes_crosses_a_ceiling(steps) -> None:
    """What each call really cost is kept by hand, on the day it began and on the day it ended."""
    really: dict[str, Spent] = {}
    under_way: dict[int, tuple[Reserved, datetime]] = {}
    now = START
    with stores() as opened:
        for process, minutes, dearest, ending in steps:
            now += timedelta(minutes=minutes / 10)
            if process in under_way:
                reserved, began = under_way.pop(process)
                ended = min(now, began + timedelta(minutes=4))
                cost = end(opened[process], reserved, ending, ended)
                # At which second a cost falls due nobody knows: the worst is looked at.
                at = max(began, ended) if ending == "settle all" else began
                really[key(at)] = really.get(key(at), Spent()) + cost
            else:
                allowed = opened[process].reserve("fake", LIMITS, dearest, now)
                if allowed:
                    assert allowed.allowance.posts <= dearest.posts
                    under_way[process] = (allowed, now)
    for reserved, began in under_way.values():
        really[key(began)] = really.get(key(began), Spent()) + reserved.allowance
    for spent in really.values():
        assert spent.requests <= 7
        assert spent.posts <= 120
    for month in ("2026-03", "2026-04"):
        assert sum(spent.posts for day, spent in really.items() if day.startswith(month)) <= 200


def key(at: datetime) -> str:
    return f"{at:%Y-%m-%d}"


def end(store: SqliteStore, reserved: Reserved, ending: str, now: datetime) -> Spent:
    """End a call in this way. Returns what it really cost."""
    allowed = reserved.allowance
    less = Spent(min(1, allowed.requests), allowed.posts // 2)
    if ending == "die":
        return allowed
    store.release([str(process) for process in range(PROCESSES)])
    (turn,) = store.claim_sources(now + timedelta(days=40), LEASE, 1)  # it is due by then
    if ending.startswith("settle"):
        spent = allowed if ending == "settle all" else less
        store.save_poll(turn, polled([], now=now, reserved=reserved, spent=spent))
        return spent
    known = less if ending == "fail" else None
    store.fail_poll(turn, "no answer", now, spent=known, reserved=reserved)
    return known or allowed


def test_threads_that_ask_at_once_share_what_there_is(tmp_path: Path) -> None:
    SqliteStore.at(tmp_path / "t.db").close()
    limits = Limits(requests_per_day=50)
    given: list[Reserved] = []

    def ask(name: str) -> None:
        with closing(SqliteStore.at(tmp_path / "t.db", owner=name)) as store:
            while allowed := store.reserve("fake", limits, Spent(3), START):
                given.append(allowed)

    threads = [Thread(target=ask, args=(str(n),)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(one.allowance.requests for one in given) == 50
    assert len({one.number for one in given}) == len(given) == 17

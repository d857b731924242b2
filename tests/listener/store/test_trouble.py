"""Each verb that writes, on a store that can't be written for a while.

It says so with the right state and leaves nothing half done, ``status`` tells, and the same store
works when the trouble is over.
"""

import inspect
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from dataclasses import dataclass, replace
from datetime import UTC, timedelta
from pathlib import Path
from threading import Barrier, Thread

import pytest

from listener.model import Post, Tag
from listener.rules import orders
from listener.store import Store, StoreUnavailable, open_store
from listener.store.port import SendTurn, Settled, SourcePlan, SourceTurn, Tagged, TagTurn
from listener.store.sqlite import SqliteStore
from listener.testing import a_post
from listener.testing.fakes import NOON
from listener.testing.store_suite import EACH, LEASE, polled
from listener.watch import Alarm
from tests.listener.store.troubles import PLACES, Place

HOUR = timedelta(hours=1)


@dataclass(frozen=True)
class Work:
    """A store with something to do for every verb, and what was claimed of it."""

    store: SqliteStore
    source: SourceTurn
    mention: TagTurn
    alert: SendTurn


WRITES: dict[str, Callable[[Work], object]] = {
    "plan_sources": lambda work: work.store.plan_sources([SourcePlan("new", 60)], NOON),
    "claim_sources": lambda work: work.store.claim_sources(NOON + HOUR, LEASE, 9),
    "save_poll": lambda work: work.store.save_poll(work.source, polled([a_post("9")], cursor="9")),
    "fail_poll": lambda work: work.store.fail_poll(work.source, "no answer", NOON + HOUR),
    "claim_mentions": lambda work: work.store.claim_mentions(NOON, LEASE, 9),
    "save_tags": lambda work: work.store.save_tags([tagged(work.mention)], NOON),
    "claim_alerts": lambda work: work.store.claim_alerts("desk", NOON, LEASE, 9),
    "settle_alerts": lambda work: work.store.settle_alerts([delivered(work.alert)]),
    "release": lambda work: work.store.release(["tool"]),
    "save_alarm": lambda work: work.store.save_alarm(Alarm("r", "s", "t"), ["desk"], NOON, NOON),
    "beat": lambda work: work.store.beat("tag", NOON),
}
READS: dict[str, Callable[[Store], object]] = {
    "owners": lambda store: store.owners(),
    "alarmed": lambda store: store.alarmed("down"),
    "source_facts": lambda store: store.source_facts(),
    "volumes": lambda store: store.volumes(["norvia"], NOON, 60, 4),
    "mentions": lambda store: list(store.mentions(NOON - HOUR, NOON + HOUR)),
    "mention_counts": lambda store: store.mention_counts(NOON - HOUR, NOON + HOUR),
    "watched": lambda store: store.watched(NOON - HOUR, NOON),
    "search": lambda store: store.search("late", 9),
}


@pytest.fixture(params=PLACES)
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Place]:
    with PLACES[request.param](tmp_path) as made:
        yield made


@pytest.fixture
def work(place: Place) -> Iterator[Work]:
    store = SqliteStore(place.connect)
    with closing(store):
        store.migrate()
        yield prepared(store)


def prepared(store: SqliteStore) -> Work:
    """Of everything there is one that is claimed and one that waits."""
    store.plan_sources([SourcePlan("fake", 60)], NOON)
    (turn,) = store.claim_sources(NOON, LEASE, 1)
    store.save_poll(turn, polled([a_post(str(number)) for number in range(4)], cursor="4"))
    store.plan_sources([SourcePlan("fake", 60), SourcePlan("other", 60)], NOON)
    store.save_tags([tagged(turn) for turn in store.claim_mentions(NOON, LEASE, 2)], NOON)
    (source,) = store.claim_sources(NOON, LEASE, 1)
    (mention,) = store.claim_mentions(NOON, LEASE, 1)
    (alert,) = store.claim_alerts("desk", NOON, LEASE, 1)
    return Work(store, source, mention, alert)


def tagged(turn: TagTurn) -> Tagged:
    mention = replace(turn.mention, tags=(Tag("urgency", "high", 0.9, by="t/1"),))
    return Tagged(mention, turn.token, orders([EACH], mention, NOON, UTC))


def delivered(turn: SendTurn) -> Settled:
    return Settled(turn.alert.key, turn.token, "delivered", NOON)


def test_every_verb_of_the_store_is_tried_here() -> None:
    verbs = {name for name, _ in inspect.getmembers(Store, inspect.isfunction) if name[0] != "_"}
    assert verbs == {*WRITES, *READS, "status", "close"}


@pytest.mark.parametrize("verb", WRITES)
def test_a_write_in_trouble_says_so_and_works_afterwards(
    verb: str, work: Work, place: Place
) -> None:
    before = place.look()
    begin(place, work.store)
    with pytest.raises(StoreUnavailable) as told:
        WRITES[verb](work)
    assert told.value.state == place.trouble
    assert place.trouble in str(told.value)
    assert work.store.status(NOON).store == place.trouble
    place.end()
    assert place.look() == before, "something of it happened"
    WRITES[verb](work)
    assert place.look() != before
    assert work.store.status(NOON).store == "ok"


def test_everything_can_be_read_in_trouble(work: Work, place: Place) -> None:
    before = {verb: READS[verb](work.store) for verb in READS}
    assert before["search"]
    assert before["mentions"]
    begin(place, work.store)
    assert {verb: READS[verb](work.store) for verb in READS} == before
    status = work.store.status(NOON)
    assert (status.store, status.posts, status.mentions) == (place.trouble, 4, 4)
    place.end()


def test_a_store_that_is_opened_in_trouble_tells_how_it_stands(work: Work, place: Place) -> None:
    """Another process, such as ``listener status``."""
    work.store.close()
    place.begin()
    with closing(SqliteStore(place.connect)) as opened:
        opened.migrate()
        assert opened.status(NOON).store == place.trouble
        with pytest.raises(StoreUnavailable) as told:
            opened.beat("tag", NOON)
        assert told.value.state == place.trouble
        place.end()
        opened.beat("tag", NOON)
        assert opened.status(NOON).store == "ok"


def test_a_store_that_is_made_in_trouble_is_made_afterwards(place: Place) -> None:
    with closing(SqliteStore(place.connect)) as made:
        with suppress(FileNotFoundError):
            ...


def begin(place: Place, store: SqliteStore) -> None:
    if place.needs_closed:
        store.close()
    place.begin()

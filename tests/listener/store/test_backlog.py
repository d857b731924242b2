"""What is done for one alert or mention costs the same however much waits or was ever said."""

import sqlite3
from collections.abc import Iterator
from datetime import UTC
from pathlib import Path

import pytest

from listener.model import Author
from listener.rules import orders
from listener.store.connection import connect_to
from listener.store.port import Tagged
from listener.store.sqlite import SqliteStore
from listener.testing.fakes import NOON, a_mention, a_post
from listener.testing.store_steps import EACH, LEASE, MINUTE, claim, poll

POSTS = 400
WORK_AT_ONCE = 100
WORK_MAX = 50_000
"""Instructions of SQLite's machine: three times what it takes. By pairs it is a million."""
ALONE_MAX = 6_000


class Counting:
    """Connects, and counts what SQLite does."""

    def __init__(self, path: Path) -> None:
        self.work = 0
        self._connect = connect_to(path)

    def __call__(self) -> sqlite3.Connection:
        connection = self._connect()
        connection.set_progress_handler(self._count, WORK_AT_ONCE)
        return connection

    def _count(self) -> int:
        self.work += WORK_AT_ONCE
        return 0


@pytest.fixture
def counting(tmp_path: Path) -> Counting:
    return Counting(tmp_path / "test.db")


@pytest.fixture
def store(counting: Counting) -> Iterator[SqliteStore]:
    opened = SqliteStore(counting)
    opened.migrate()
    yield opened
    opened.close()


def tell(store: SqliteStore, alerts: int) -> None:
    """Many posts come; the last so many of them are told."""
    poll(store, [a_post(str(n), author=Author(f"author{n}")) for n in range(POSTS)])
    tagged = [
        Tagged(turn.mention, turn.token, orders(rules, turn.mention, NOON, UTC))
        for n, turn in enumerate(claim(store, NOON))
        for rules in [[EACH] if n >= POSTS - alerts else []]
    ]
    assert store.save_tags(tagged, NOON) == POSTS


@pytest.mark.parametrize(("alerts", "work_max"), [(POSTS, WORK_MAX), (1, ALONE_MAX)])
def test_one_alert_costs_little(
    store: SqliteStore, counting: Counting, alerts: int, work_max: int
) -> None:
    tell(store, alerts)
    counting.work = 0
    (turn,) = store.claim_alerts("desk", NOON, LEASE, 1)
    assert turn.alert.mentions
    assert counting.work < work_max


CLAIM = 50
CLAIM_MAX = 20_000
"""Instructions to take fifty of what waits: twice what it takes, however much that is."""
POLL_MAX = 26_000
KNOWN_MAX = 12_000


@pytest.mark.parametrize("waiting", [CLAIM, 4_000])
def test_taking_what_waits_costs_the_same_however_much_that_is(
    store: SqliteStore, counting: Counting, waiting: int
) -> None:
    posts = [a_post(str(n)) for n in range(waiting)]
    poll(store, posts)
    poll(store, [a_post("direct")], mentions=[a_mention("direct", directness="direct")])
    counting.work = 0
    turns = store.claim_mentions(NOON, LEASE, CLAIM)
    assert counting.work < CLAIM_MAX
    assert len(turns) == CLAIM
    assert turns[0].mention.post.native_id == "direct", "it is not behind the others"


def test_a_poll_goes_on_however_much_waits(store: SqliteStore, counting: Counting) -> None:
    """Nothing is held back: what a site shows once is safer with us than waiting there."""
    poll(store, [a_post(str(n)) for n in range(4_000)])
    counting.work = 0
    assert poll(store, [a_post("new")]).mentions_new == 1
    assert counting.work < POLL_MAX
    assert store.status(NOON).stages["tag"].waiting == 4_001


def test_what_was_tried_alone_and_waits_costs_the_others_little(
    store: SqliteStore, counting: Counting
) -> None:
    poll(store, [a_post(str(n)) for n in range(100)])
    for minutes in (0, 2):
        for _ in range(100):
            claim(store, NOON + minutes * MINUTE)
    poll(store, [a_post(f"new {n}") for n in range(CLAIM)])
    counting.work = 0
    assert len(store.claim_mentions(NOON + 4 * MINUTE, LEASE, CLAIM)) == CLAIM
    assert counting.work < CLAIM_MAX


def test_what_is_known_of_who_writes_much_costs_little(
    store: SqliteStore, counting: Counting
) -> None:
    poll(store, [a_post(str(n), author=Author("bot")) for n in range(2_000)])
    turns = claim(store, NOON)
    told = [Tagged(turn.mention, turn.token, story="fake:0") for turn in turns]
    assert store.save_tags(told, NOON) == 2_000
    counting.work = 0
    assert store.past.author(a_post("new", author=Author("bot"))).posts == 30
    assert len(store.past.tellers("fake:0")) == 1
    assert counting.work < KNOWN_MAX

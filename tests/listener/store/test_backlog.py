"""What is done for one alert costs the same however much waits, and however much was ever said."""

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
from listener.testing.fakes import NOON, a_post
from listener.testing.store_steps import EACH, LEASE, claim, poll

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

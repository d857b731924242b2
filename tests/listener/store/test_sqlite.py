"""The SQLite store passes the suite that every store has to pass."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from listener.store import Store
from listener.store.sqlite import SqliteStore
from listener.testing import StoreSuite


class TestSqliteStore(StoreSuite):
    @pytest.fixture
    def open_store(self, tmp_path: Path) -> Iterator[Callable[[str], Store]]:
        opened: list[Store] = []

        def open_it(owner: str) -> Store:
            opened.append(SqliteStore.at(tmp_path / "test.db", owner=owner))
            return opened[-1]

        yield open_it
        for store in opened:
            store.close()

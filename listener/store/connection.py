"""One connection to SQLite: how it is opened, how a transaction is run, what its errors mean."""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlite_utils import Database

from listener.store.port import StoreUnavailable, Trouble

BUSY_SECONDS = 5.0

# FULL: a commit is on the disk when it returns, so what we told a paid API we have, we have.
# What it costs beside NORMAL is measured by `make bench-store` (docs/decisions/0003).
_PRAGMAS = (
    "PRAGMA journal_mode = WAL",
    "PRAGMA synchronous = FULL",
    "PRAGMA foreign_keys = ON",
    "PRAGMA temp_store = MEMORY",
    "PRAGMA journal_size_limit = 67108864",
)

_STATES: dict[str, Trouble] = {
    "SQLITE_BUSY": "locked",
    "SQLITE_LOCKED": "locked",
    "SQLITE_FULL": "full",
    "SQLITE_READONLY": "read-only",
    "SQLITE_PERM": "read-only",
    "SQLITE_CORRUPT": "broken",
    "SQLITE_NOTADB": "broken",
    "SQLITE_IOERR": "unreachable",
    "SQLITE_CANTOPEN": "unreachable",
}

Connect = Callable[[], sqlite3.Connection]


def connect_to(path: Path, busy_seconds: float = BUSY_SECONDS) -> Connect:
    """How to connect to the database at this path."""

    def connect() -> sqlite3.Connection:
        connection = sqlite3.connect(
            path, timeout=busy_seconds, isolation_level=None, check_same_thread=False
        )
        for pragma in _PRAGMAS:
            connection.execute(pragma)
        return connection

    return connect


class Connection:
    """A connection that is opened when needed and opened anew after trouble.

    So a database that was locked, full or read-only for a while needs no restart.
    """

    def __init__(self, connect: Connect) -> None:
        self._connect = connect
        self._db: Database | None = None

    @contextmanager
    def reading(self) -> Iterator[Database]:
        """Read; what several reads see may differ by what others commit between them."""
        with self._translated():
            yield self._opened()

    @contextmanager
    def writing(self) -> Iterator[Database]:
        """One transaction that holds the write lock from its start: commit all or nothing."""
        with self._translated():
            db = self._opened()
            # Not db.atomic(): its deferred BEGIN fails at once, without waiting, when another
            # process writes between our first read and our first write.
            db.conn.execute("BEGIN IMMEDIATE")
            try:
                yield db
                db.conn.execute("COMMIT")
            except BaseException:
                if db.conn.in_transaction:
                    db.conn.rollback()
                raise

    def close(self) -> None:
        """Let go; the next use opens anew."""
        db, self._db = self._db, None
        if db is not None:
            db.close()

    def _opened(self) -> Database:
        if self._db is None:
            connection = self._connect()
            connection.row_factory = sqlite3.Row
            self._db = Database(connection)
        return self._db

    @contextmanager
    def _translated(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.DatabaseError as error:
            state = _state(error)
            if state is None:
                raise
            self._drop()
            raise StoreUnavailable(state, str(error)) from error

    def _drop(self) -> None:
        try:
            self.close()
        except sqlite3.Error:  # a broken handle may not even close; a new one is opened anyway
            self._db = None


def _state(error: sqlite3.Error) -> Trouble | None:
    name = getattr(error, "sqlite_errorname", "") or ""
    return next((state for code, state in _STATES.items() if name.startswith(code)), None)

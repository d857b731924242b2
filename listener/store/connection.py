"""One connection to SQLite: how it is opened, how a transaction is run, when it is let go."""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlite_utils import Database

from listener.store.port import StoreUnavailable
from listener.store.trouble import state_of, trouble_opening

BUSY_SECONDS = 5.0
WAL_TRIES_MAX = 20

# FULL: a commit is on the disk when it returns, so what we told a paid API we have, we have.
# What it costs is measured by benchmarks/store_synchronous.py (docs/decisions/0003).
_PRAGMAS = (
    "PRAGMA synchronous = FULL",
    "PRAGMA foreign_keys = ON",
    "PRAGMA temp_store = MEMORY",
    "PRAGMA journal_size_limit = 67108864",
    # What a site took down is overwritten, not only unlinked (docs/decisions/0013).
    "PRAGMA secure_delete = ON",
)

Connect = Callable[[], sqlite3.Connection]


class Glimpse(sqlite3.Connection):
    """A look at a database that can't be opened properly now; ``trouble`` says why.

    To be opened in WAL mode a database needs room for files beside it, even to be read. Without
    them nobody else has it open either, so that it can be read as it lies, for one look.
    """

    trouble: StoreUnavailable


def connect_to(path: Path, busy_seconds: float = BUSY_SECONDS) -> Connect:
    """How to connect to the database at this path. Raises StoreUnavailable, with what to mend."""

    def connect() -> sqlite3.Connection:
        try:
            return _open(path, busy_seconds)
        except sqlite3.DatabaseError as error:
            trouble = trouble_opening(path, error)
            if trouble.state in {"read-only", "full"} and not _has_log(path):
                return _glimpse(path, trouble)
            raise trouble from error

    return connect


def prepare(connection: sqlite3.Connection) -> None:
    """Set a fresh connection up for what the store promises."""
    _use_log(connection)
    for pragma in _PRAGMAS:
        connection.execute(pragma)


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
            if isinstance(db.conn, Glimpse):
                raise db.conn.trouble
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

    @contextmanager
    def alone(self, busy_seconds: float) -> Iterator[Database]:
        """Outside any transaction, waiting no longer than this for others."""
        with self._translated():
            db = self._opened()
            (usual,) = db.execute("PRAGMA busy_timeout").fetchone()
            db.execute(f"PRAGMA busy_timeout = {round(busy_seconds * 1000)}")
            try:
                yield db
            finally:
                db.execute(f"PRAGMA busy_timeout = {usual}")

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
            state = state_of(error)
            if state is None:
                raise
            # A wait or some room ends these. Opening anew needs room, so hold what is open.
            if state not in {"locked", "full"}:
                self._drop()
            raise StoreUnavailable(state, str(error)) from error
        finally:
            if self._db is not None and isinstance(self._db.conn, Glimpse):
                self._drop()

    def _drop(self) -> None:
        try:
            self.close()
        except sqlite3.Error:  # a broken handle may not even close; a new one is opened anyway
            self._db = None


def _open(path: Path, busy_seconds: float) -> sqlite3.Connection:
    connection = sqlite3.connect(
        path, timeout=busy_seconds, isolation_level=None, check_same_thread=False
    )
    try:
        prepare(connection)
    except sqlite3.Error:
        connection.close()
        raise
    return connection


def _use_log(connection: sqlite3.Connection) -> None:
    """Turn a new database to WAL mode, also where several processes do it at once.

    SQLite does not wait its turn for this one, but it does for a transaction.
    """
    for tries_left in reversed(range(WAL_TRIES_MAX)):
        try:
            connection.execute("PRAGMA journal_mode = WAL")
        except sqlite3.OperationalError as error:
            if not tries_left or state_of(error) != "locked":
                raise
            connection.execute("BEGIN IMMEDIATE")
            connection.execute("COMMIT")
        else:
            return


def _has_log(path: Path) -> bool:
    """Whether commits lie beside the file that are not yet in it."""
    log = path.with_name(f"{path.name}-wal")
    return log.exists() and log.stat().st_size > 0


def _glimpse(path: Path, trouble: StoreUnavailable) -> Glimpse:
    try:
        look = sqlite3.connect(
            f"{path.absolute().as_uri()}?mode=ro&immutable=1",
            uri=True,
            isolation_level=None,
            check_same_thread=False,
            factory=Glimpse,
        )
    except sqlite3.Error:
        raise trouble from None
    look.trouble = trouble
    return look

"""An apsw connection that looks like one of ``sqlite3``, as far as the store and sqlite-utils look.

``sqlite3`` can't use a VFS written in Python; apsw can, and brings its own SQLite.
"""

import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, cast

import apsw

from listener.store.connection import prepare

Values = Sequence[Any] | Mapping[str, Any]
_COUNTED = ("INSERT", "UPDATE", "DELETE", "REPLACE", "WITH")


class Row:
    """What ``sqlite3.Row`` is: values by place and by name."""

    def __init__(self, names: Sequence[str], values: Sequence[Any]) -> None:
        self._names = names
        self._values = values

    def keys(self) -> Sequence[str]:
        return self._names

    def __getitem__(self, key: int | str) -> Any:
        return self._values[self._names.index(key) if isinstance(key, str) else key]

    def __iter__(self) -> Iterator[Any]:
        return iter(self._values)

    def __len__(self) -> int:
        return len(self._values)


class Cursor:
    """A statement that ran to its end: its rows wait here."""

    description: tuple[tuple[Any, ...], ...] | None = None
    rowcount = -1
    lastrowid = 0
    _rows: Iterator[Row] = iter(())

    def __init__(self, connection: apsw.Connection) -> None:
        self._connection = connection

    def execute(self, sql: str, values: Values = ()) -> "Cursor":
        with translated():
            cursor = self._connection.cursor()
            cursor.exec_trace = self._describe
            self._rows = iter([self._row(row) for row in cursor.execute(sql, values)])
        counted = sql.lstrip().upper().startswith(_COUNTED)
        self.rowcount = self._connection.changes() if counted else -1
        self.lastrowid = self._connection.last_insert_rowid()
        return self

    def fetchone(self) -> Row | None:
        return next(self._rows, None)

    def fetchall(self) -> list[Row]:
        return list(self._rows)

    def __iter__(self) -> Iterator[Row]:
        return self._rows

    def _describe(self, cursor: apsw.Cursor, sql: str, values: Any) -> bool:
        columns = cursor.get_description()
        self.description = tuple((column[0], *[None] * 6) for column in columns) or None
        return True

    def _row(self, values: Sequence[Any]) -> Row:
        return Row([column[0] for column in self.description or ()], values)


class Connection:
    """What is used of ``sqlite3.Connection``, without its implicit transactions."""

    isolation_level = None
    row_factory: object = None  # set by the store; rows are always a Row

    def __init__(self, connection: apsw.Connection) -> None:
        self._connection = connection

    @property
    def in_transaction(self) -> bool:
        return self._connection.in_transaction

    def cursor(self) -> Cursor:
        return Cursor(self._connection)

    def execute(self, sql: str, values: Values = ()) -> Cursor:
        return self.cursor().execute(sql, values)

    def commit(self) -> None:
        if self.in_transaction:
            self.execute("COMMIT")

    def rollback(self) -> None:
        if self.in_transaction:
            self.execute("ROLLBACK")

    def close(self) -> None:
        with translated():
            self._connection.close()


def connect_on(vfs: str, name: str) -> sqlite3.Connection:
    """A connection as in production, but on this VFS, and with the wal-index in memory.

    There is no shared memory in a VFS written in Python, so this connection is the only one.
    """
    connection = cast("sqlite3.Connection", Connection(apsw.Connection(name, vfs=vfs)))
    connection.execute("PRAGMA locking_mode = EXCLUSIVE")
    prepare(connection)
    return connection


@contextmanager
def translated() -> Iterator[None]:
    """Errors of apsw as those of ``sqlite3``, with their names."""
    try:
        yield
    except apsw.ConstraintError as error:
        raise _named(sqlite3.IntegrityError(str(error)), error) from error
    except (apsw.CorruptError, apsw.NotADBError) as error:
        raise _named(sqlite3.DatabaseError(str(error)), error) from error
    except apsw.Error as error:
        raise _named(sqlite3.OperationalError(str(error)), error) from error


def _named(translated: sqlite3.Error, error: apsw.Error) -> sqlite3.Error:
    translated.sqlite_errorname = _name(error)
    return translated


def _name(error: apsw.Error) -> str:
    code = getattr(error, "extendedresult", None)
    if not code:  # raised by a VFS of ours, which says no more than its class
        return f"SQLITE_{type(error).__name__.removesuffix('Error').upper()}"
    if code in apsw.mapping_extended_result_codes:
        return str(apsw.mapping_extended_result_codes[code])
    return str(apsw.mapping_result_codes[code])

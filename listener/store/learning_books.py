"""Corrections, lessons and retaggings on SQLite: see :mod:`listener.store.learning_port`."""

from collections.abc import Collection, Iterator, Sequence
from datetime import datetime

from listener.corrections import Correction
from listener.store import corrections, lessons, retags
from listener.store.connection import Connection
from listener.store.learning_port import (
    CorrectionKept,
    Lesson,
    Retagged,
    Retagging,
    Standing,
    Stored,
)


class SqliteCorrections:
    """A :class:`listener.store.learning_port.CorrectionBook` on the connection of a store."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def keep(self, correction: Correction) -> CorrectionKept:
        with self._connection.writing() as db:
            return corrections.keep(db, correction)

    def mentions_called(self, name: str, brand: str = "") -> list[str]:
        with self._connection.reading() as db:
            return corrections.called(db, name, brand)

    def standing(
        self, *, kinds: Collection[str] = (), brand: str = "", since: datetime | None = None
    ) -> Iterator[Standing]:
        with self._connection.reading() as db:
            yield from corrections.standing(db, kinds, brand, since)


class SqliteLessons:
    """A :class:`listener.store.learning_port.LessonBook` on the connection of a store."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def keep(self, lesson: Lesson) -> int:
        with self._connection.writing() as db:
            return lessons.keep(db, lesson)

    def versions(self) -> list[Lesson]:
        with self._connection.reading() as db:
            return lessons.versions(db)

    def active(self) -> tuple[int, ...]:
        with self._connection.reading() as db:
            return lessons.active(db)

    def taken_up(self) -> list[Lesson]:
        with self._connection.reading() as db:
            return lessons.taken_up(db)

    def layer(self, number: int) -> str | None:
        with self._connection.reading() as db:
            return lessons.layer(db, number)

    def take_up(self, kind: str, brand: str, number: int) -> None:
        with self._connection.writing() as db:
            lessons.take_up(db, kind, brand, number)


class SqliteRetags:
    """A :class:`listener.store.learning_port.RetagBook` on the connection of a store."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def plan(
        self, asked: str, since: datetime | None, brand: str, now: datetime, *, anew: bool = False
    ) -> Retagging:
        with self._connection.reading() as db:
            found = None if anew else retags.broken_off(db, asked)
            return found or retags.fresh(db, asked, since, brand, now)

    def batch(self, passing: Retagging, limit: int) -> list[Stored]:
        with self._connection.reading() as db:
            return retags.batch(db, passing, limit)

    def save(self, passing: Retagging, done: Sequence[Retagged], now: datetime) -> Retagging:
        with self._connection.writing() as db:
            return retags.save(db, passing, done, now)

    def end(self, passing: Retagging) -> None:
        with self._connection.writing() as db:
            retags.end(db, passing)

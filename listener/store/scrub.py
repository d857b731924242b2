"""Wiping what removed words leave behind below the rows, in SQL.

SQLite overwrites rows that are freed (``secure_delete``, see :mod:`listener.store.connection`).
Two places keep words longer. The search index only notes that a word is gone until its parts are
merged; FTS5 can do so at once from SQLite 3.42 on, but a database in which it did can't be opened
by an older one. And the log beside the file holds pages as they were until it is emptied. Both
cost time, so they are done for many removals together: a chore that is kept in the database, so
that a crash only delays it.
"""

from collections.abc import Iterator
from datetime import datetime
from typing import TYPE_CHECKING

from listener.store.rows import stamp

if TYPE_CHECKING:
    from sqlite_utils import Database

MERGE_PAGES = 500
_STRUCTURE = 10
"""Where FTS5 keeps which parts its index has, level by level."""


def want(db: "Database", now: datetime) -> None:
    """Words were removed."""
    db.execute("INSERT OR IGNORE INTO chores (name, since) VALUES ('index', ?)", (stamp(now),))


def index_waits(db: "Database", before: datetime) -> bool:
    """Whether the index may hold words that were removed before then."""
    waits = "SELECT 1 FROM chores WHERE name = 'indexing' OR (name = 'index' AND since <= ?)"
    return db.execute(waits, (stamp(before),)).fetchone() is not None


def log_waits(db: "Database") -> bool:
    """Whether the log may hold words that the index doesn't any more."""
    return db.execute("SELECT 1 FROM chores WHERE name = 'log'").fetchone() is not None


def begin_index(db: "Database") -> None:
    """Begin to merge the whole index into one part, which holds only what is there."""
    db.execute("UPDATE OR REPLACE chores SET name = 'indexing' WHERE name = 'index'")
    db.execute("INSERT INTO posts_fts(posts_fts, rank) VALUES ('merge', ?)", (-MERGE_PAGES,))


def index_on(db: "Database") -> bool:
    """Merge some pages more. False, and the log is next, when there was nothing left to merge."""
    before = _changes(db)
    db.execute("INSERT INTO posts_fts(posts_fts, rank) VALUES ('merge', ?)", (MERGE_PAGES,))
    goes_on = _changes(db) - before >= 2  # FTS5's own sign of it
    if not goes_on and not _drops_words(db):
        db.execute("INSERT INTO posts_fts(posts_fts) VALUES ('rebuild')")
    if not goes_on:
        db.execute("UPDATE OR REPLACE chores SET name = 'log' WHERE name = 'indexing'")
    return goes_on


def empty_log(db: "Database") -> bool:
    """Bring everything into the database file and cut the log. False while others are at it."""
    row = db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    if row[0]:
        return False
    db.execute("DELETE FROM chores WHERE name = 'log'")
    return True


def _drops_words(db: "Database") -> bool:
    """Whether the last merge dropped what is gone.

    It does where its result lies on the last level. Where all parts lay on a lower one, FTS5
    merges them as if older parts could follow, and keeps the words with a note that they are gone.
    That is rare, and then the index is made anew.
    """
    row = db.execute("SELECT block FROM posts_fts_data WHERE id = ?", (_STRUCTURE,)).fetchone()
    try:
        parts = _parts(bytes(row["block"])) if row else []
    except (IndexError, StopIteration):
        return False
    return sum(parts) == 0 or (sum(parts) == 1 and parts[-1] == 1)


def _parts(structure: bytes) -> list[int]:
    """How many parts lie on each level, the newest level first."""
    numbers = _numbers(structure[4:])
    levels, _, _ = next(numbers), next(numbers), next(numbers)
    found: list[int] = []
    for _ in range(levels):
        _, parts = next(numbers), next(numbers)
        found.append(parts)
        for _ in range(3 * parts):
            next(numbers)
    return found


def _numbers(data: bytes) -> Iterator[int]:
    """SQLite's variable-length integers, seven bits to a byte; none here is so long as nine."""
    number = 0
    for byte in data:
        number = number << 7 | byte & 0x7F
        if byte < 0x80:
            yield number
            number = 0


def _changes(db: "Database") -> int:
    return int(db.execute("SELECT total_changes() AS changes").fetchone()["changes"])

"""Cuts the power while the store works, and looks at what is left.

A life is one run of the store's verbs on a volatile disk, from what the life before it left. At
random changes of the disk, also in the middle of a commit or of a checkpoint, what a power cut
would leave there is put aside with the number of verbs that had returned by then. The run itself
goes on, which tells what the verb under way was about to do. Everything put aside is then opened
by plain ``sqlite3``. Each verb is one transaction, so what is found must be what the store held
when the last verb returned, or what the verb under way was about to make of it: exactly, in every
table. And where it says that nothing is left to be wiped, no file may hold a word of a post that
is gone.

The wal-index is held in memory (``locking_mode = EXCLUSIVE``), for there is no shared memory in a
VFS written in Python. What goes to the disk, in which order and with which syncs, is the same: the
wal-index is never synced, and is made anew from the log by whoever comes first after a cut.
"""

import hashlib
import sqlite3
from collections import Counter
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from random import Random
from typing import Any, Protocol

from listener.store.sqlite import SqliteStore
from listener.testing.fakes import NOON
from tests.listener.store.apsw_adapter import connect_on
from tests.listener.store.store_work import word, work
from tests.listener.store.volatile_disk import Disk, DiskVfs

DATABASE = "power.db"
CUTS_PER_LIFE = 20
CHANGES_PER_CUT = 120
FRESH_STARTS = 5


class Executes(Protocol):
    """A connection, of either kind."""

    def execute(self, sql: str, /) -> Any: ...


@dataclass(frozen=True)
class Cut:
    """What a power cut left, how many verbs had returned, and which files it caught unsynced."""

    files: Mapping[str, bytes]
    returned: int
    caught: frozenset[str]


@dataclass(frozen=True)
class Found:
    """What plain ``sqlite3`` finds after a cut: the state, and what is wrong in itself."""

    state: str
    fault: str


UNUSED_SPACE = ", perhaps in unused space (docs/deletion.md)"


@dataclass
class Toll:
    """What the cuts cost: a line for each that lost a commit, or left what never was."""

    cuts: int = 0
    verbs: int = 0
    caught: Counter[str] = field(default_factory=Counter)
    kept_early: int = 0
    lost: list[str] = field(default_factory=list)
    corrupt: list[str] = field(default_factory=list)
    leftovers: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        return (
            f"{self.cuts} cuts in {self.verbs} verbs: {len(self.lost)} lost acknowledged commits, "
            f"{len(self.corrupt)} left the database corrupt, {self.kept_early} kept the commit "
            f"under way, {len(self.leftovers)} left words of what is gone in unused space; "
            f"unsynced at the cut: {dict(self.caught)}"
        )

    def add(self, life: "Life", cut: Cut, found: Found) -> bool:
        """Count one cut; whether nothing was lost."""
        self.cuts += 1
        self.caught.update(cut.caught)
        if found.fault.endswith(UNUSED_SPACE):
            self.leftovers.append(found.fault)
            found = replace(found, fault="")
        before, after = life.states[: cut.returned + 1], life.states[cut.returned + 1 :][:1]
        whole = not found.fault and found.state in [before[-1], *after]
        self.kept_early += whole and found.state != before[-1]
        where = f"cut {self.cuts}, after verb {cut.returned}"
        if found.fault:
            self.corrupt.append(f"{where}: {found.fault}")
        elif not whole and found.state in before:
            self.lost.append(f"{where}: {before[::-1].index(found.state)} verbs lost")
        elif not whole:
            self.corrupt.append(f"{where}: a state that never was")
        return whole


class Life:
    """A run of the store on a disk, during which the power is cut a number of times."""

    def __init__(self, files: Mapping[str, bytes], state: str, random: Random) -> None:
        self._disk = Disk(files)
        self._random = random
        self.states = [state]
        self.cuts: list[Cut] = []

    def run(self, number: int, synchronous: str) -> None:
        """Work until the power was cut often enough."""
        vfs = DiskVfs(self._disk)
        opened: list[sqlite3.Connection] = []

        def connect() -> sqlite3.Connection:
            opened.append(_connect(vfs.name, self._random, synchronous))
            return opened[-1]

        self._disk.before_change = self._maybe_cut
        store = SqliteStore(connect)
        for _ in work(store, self._random, NOON + number * timedelta(days=1)):
            self.states.append(state_of(opened[-1]))
            if len(self.cuts) >= CUTS_PER_LIFE:
                break
        store.close()
        vfs.unregister()

    def _maybe_cut(self) -> None:
        if len(self.cuts) < CUTS_PER_LIFE and not self._random.randrange(CHANGES_PER_CUT):
            left = self._disk.after_cut(self._random)
            caught = frozenset(name.removeprefix(DATABASE) for name in self._disk.pending())
            self.cuts.append(Cut(left, len(self.states) - 1, caught))


def campaign(folder: Path, cuts: int, seed: int, synchronous: str = "") -> Toll:
    """Live and cut until there were so many cuts; ``synchronous`` overrides production's."""
    random, toll = Random(seed), Toll()
    files, state = NOTHING
    for number in range(-(-cuts // CUTS_PER_LIFE)):
        life = Life(files, state, random)
        life.run(number, synchronous)
        toll.verbs += len(life.states) - 1
        beginnings = [NOTHING] * FRESH_STARTS
        for cut in life.cuts:
            found = look(folder, cut.files)
            if toll.add(life, cut, found):
                beginnings.append((cut.files, found.state))
        files, state = random.choice(beginnings)
    return toll


def look(folder: Path, files: Mapping[str, bytes]) -> Found:
    """Open what is left, as after any power cut: by plain sqlite3, with no preparation."""
    for name in (DATABASE, f"{DATABASE}-wal", f"{DATABASE}-journal"):
        (folder / name).unlink(missing_ok=True)
    for name, content in files.items():
        (folder / name).write_bytes(content)
    with closing(sqlite3.connect(folder / DATABASE)) as plain:
        try:
            return Found(state_of(plain), fault_in(plain) or leftover_in(plain, files))
        except sqlite3.DatabaseError as error:
            return Found("", str(error))


def fault_in(plain: sqlite3.Connection) -> str:
    """What no database of ours may hold, whatever was acknowledged."""
    (sound,) = plain.execute("PRAGMA integrity_check").fetchone()
    if sound != "ok":
        return f"integrity_check: {sound}"
    if plain.execute("PRAGMA foreign_key_check").fetchall():
        return "a row that refers to nothing"
    if not plain.execute("SELECT 1 FROM sqlite_master WHERE name = 'sources'").fetchall():
        return ""
    plain.execute("INSERT INTO posts_fts (posts_fts, rank) VALUES ('integrity-check', 1)")
    cursor, posts, mentions = plain.execute(
        """SELECT (SELECT cursor FROM sources), (SELECT count(*) FROM posts),
           (SELECT count(*) FROM mentions)"""
    ).fetchone()
    if not int(cursor or 0) == posts == mentions:
        return f"the cursor says {cursor} posts, and there are {posts} with {mentions} mentions"
    return ""


def leftover_in(plain: sqlite3.Connection, files: Mapping[str, bytes]) -> str:
    """What is still in the files of posts that are gone for good, once they were wiped."""
    if not plain.execute("SELECT 1 FROM sqlite_master WHERE name = 'chores'").fetchall():
        return ""
    if plain.execute("SELECT 1 FROM chores").fetchall():
        return ""
    gone = plain.execute(
        """SELECT native_id FROM posts WHERE deleted_at IS NOT NULL
           AND (native_id % 2 OR forgotten_at IS NOT NULL)"""
    ).fetchall()
    for (number,) in gone:
        # The search index keeps what two neighbours share only once.
        left = word(int(number))[4:].encode()
        if holding := [name for name, content in files.items() if left in content]:
            return f"post {number} is gone, and still in {holding}{UNUSED_SPACE}"
    return ""


def state_of(connection: Executes) -> str:
    """Everything in every table, the index of the search too, as one hash."""
    digest = hashlib.blake2b(digest_size=16)
    tables = connection.execute(
        """SELECT name, sql FROM sqlite_master WHERE type = 'table'
           AND sql NOT LIKE 'CREATE VIRTUAL%' ORDER BY name"""
    ).fetchall()
    for name, sql in tables:
        rows = connection.execute(f'SELECT * FROM "{name}"').fetchall()
        digest.update("\n".join((sql, *sorted(repr(tuple(row)) for row in rows))).encode())
    return digest.hexdigest()


def _connect(vfs: str, random: Random, synchronous: str) -> sqlite3.Connection:
    """As in production, with limits low enough to be met."""
    connection = connect_on(vfs, DATABASE)
    connection.execute(f"PRAGMA wal_autocheckpoint = {random.choice((4, 20, 60))}")
    connection.execute(f"PRAGMA cache_size = {random.choice((10, -2000))}")
    connection.execute("PRAGMA journal_size_limit = 65536")
    if synchronous:
        connection.execute(f"PRAGMA synchronous = {synchronous}")
    return connection


NOTHING: tuple[Mapping[str, bytes], str] = ({}, hashlib.blake2b(digest_size=16).hexdigest())

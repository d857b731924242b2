"""Cuts the power while the store works, and looks at what is left.

A life is one run of the store's verbs on a volatile disk, from what the life before it left. At
random changes of the disk, also in the middle of a commit or of a checkpoint, what a power cut
would leave there is put aside with the number of verbs that had returned by then. The run itself
goes on, which tells what the verb under way was about to do. Everything put aside is then opened
by plain ``sqlite3``. Each verb is one transaction, so what is found must be what the store held
when the last verb returned, or what the verb under way was about to make of it: exactly, in every
table.

The wal-index is held in memory (``locking_mode = EXCLUSIVE``), for there is no shared memory in a
VFS written in Python. What goes to the disk, in which order and with which syncs, is the same: the
wal-index is never synced, and is made anew from the log by whoever comes first after a cut.
"""

import hashlib
import sqlite3
from collections.abc import Callable, Mapping
from contextlib import closing
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from random import Random
from typing import Any, Protocol, cast

import apsw

from listener.store.connection import prepare
from listener.store.sqlite import SqliteStore
from listener.testing.fakes import NOON
from tests.listener.store import apsw_adapter
from tests.listener.store.store_work import work
from tests.listener.store.volatile_disk import Disk, DiskVfs

DATABASE = "power.db"
CUTS_PER_LIFE = 20
CHANGES_PER_CUT = 60


class Executes(Protocol):
    """A connection, of either kind."""

    def execute(self, sql: str, /) -> Any: ...


@dataclass(frozen=True)
class Cut:
    """What a power cut left, how many verbs had returned, and which files it caught unsynced."""

    files: Mapping[str, bytes]
    returned: int
    caught: frozenset[str]


@dataclass
class Toll:
    """What the cuts cost, a line for each that cost something."""

    cuts: int = 0
    verbs: int = 0
    kept_early: int = 0
    lost: list[str] = field(default_factory=list)
    corrupt: list[str] = field(default_factory=list)
    caught: set[str] = field(default_factory=set)


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
    files, state = dict[str, bytes](), state_of(sqlite3.connect(":memory:"))
    for number in range(-(-cuts // CUTS_PER_LIFE)):
        life = Life(files, state, random)
        life.run(number, synchronous)
        toll.verbs += len(life.states) - 1
        whole = []
        for cut in life.cuts:
            found, fault = look(folder / f"{toll.cuts}", cut.files)
            ...
    return toll


def look(folder: Path, files: Mapping[str, bytes]) -> tuple[str, str]:
    """The state that plain sqlite3 finds, and what is wrong with it, if anything is."""

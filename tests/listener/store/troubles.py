"""Stores that can't be written for a while: by a lock, for lack of room, or because they are
read-only.

Where a small file system may be mounted, the disk is really full, or really read-only. Where not,
SQLite is made to say so.
"""

import sqlite3
import subprocess
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import apsw
import pytest

from listener.store.connection import Connect, connect_to
from tests.listener.store.apsw_adapter import connect_on
from tests.listener.store.power_cut import state_of
from tests.listener.store.volatile_disk import Disk, DiskVfs

BUSY_SECONDS = 0.05
DISK_BYTES = 4_000_000


@dataclass(frozen=True)
class Place:
    """A database that gets into trouble and out of it again.

    ``look`` hashes all that is in it, while it is out of trouble. ``only_closed``: trouble can't
    begin while the store has it open.
    """

    trouble: str
    connect: Connect
    begin: Callable[[], object]
    end: Callable[[], object]
    look: Callable[[], str]
    only_closed: bool = False


@contextmanager
def locked(folder: Path) -> Iterator[Place]:
    """Another process is writing, and takes its time."""
    path = folder / "test.db"
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        yield Place(
            "locked",
            connect_to(path, BUSY_SECONDS),
            begin=lambda: other.execute("BEGIN IMMEDIATE"),
            end=lambda: other.execute("ROLLBACK"),
            look=lambda: look(path),
        )


@contextmanager
def full_disk(folder: Path) -> Iterator[Place]:
    """Something else used up all room: ENOSPC."""
    with mounted(folder):
        path, filler = folder / "test.db", folder / "filler"
        yield Place(
            "full",
            connect_to(path, BUSY_SECONDS),
            begin=lambda: fill(filler),
            end=filler.unlink,
            look=lambda: look(path),
        )


@contextmanager
def read_only_disk(folder: Path) -> Iterator[Place]:
    """The file system was made read-only, as systems do when a disk fails: EROFS."""
    with mounted(folder):
        path = folder / "test.db"
        yield Place(
            "read-only",
            connect_to(path, BUSY_SECONDS),
            begin=lambda: mount("-o", "remount,ro", str(folder)),
            end=lambda: mount("-o", "remount,rw", str(folder)),
            look=lambda: look(path),
            only_closed=True,
        )


@contextmanager
def full_by_sqlite(folder: Path) -> Iterator[Place]:
    """Whatever is written, there is no room for it."""
    disk = Disk()
    vfs = DiskVfs(disk)
    opened: list[sqlite3.Connection] = []

    def connect() -> sqlite3.Connection:
        opened.append(connect_on(vfs.name, "test.db"))
        return opened[-1]

    def no_room() -> None:
        raise apsw.FullError("database or disk is full")

    yield Place(
        "full",
        connect,
        begin=lambda: setattr(disk, "before_change", no_room),
        end=lambda: setattr(disk, "before_change", lambda: None),
        look=lambda: state_of(opened[-1]),
    )
    vfs.unregister()


@contextmanager
def read_only_by_sqlite(folder: Path) -> Iterator[Place]:
    """Every connection refuses to write."""
    path = folder / "test.db"
    opened: list[sqlite3.Connection] = []
    query_only = [0]

    def connect() -> sqlite3.Connection:
        opened.append(connect_to(path)())
        opened[-1].execute(f"PRAGMA query_only = {query_only[-1]}")
        return opened[-1]

    def turn(to: int) -> None:
        query_only.append(to)
        with suppress(sqlite3.ProgrammingError):  # the store closes what it could not write to
            opened[-1].execute(f"PRAGMA query_only = {to}")

    yield Place(
        "read-only",
        connect,
        begin=lambda: turn(1),
        end=lambda: turn(0),
        look=lambda: look(path),
    )


REAL = {"locked": locked, "full disk": full_disk, "read-only disk": read_only_disk}
PLACES = REAL | {
    "full, says SQLite": full_by_sqlite,
    "read-only, says SQLite": read_only_by_sqlite,
}


def look(path: Path) -> str:
    """What is in a database that can be opened."""
    with closing(sqlite3.connect(path)) as plain:
        return state_of(plain)


def fill(filler: Path) -> None:
    """Leave no room beside this file."""
    with filler.open("ab", buffering=0) as file, suppress(OSError):
        while True:
            file.write(bytes(4096))


@contextmanager
def mounted(folder: Path) -> Iterator[None]:
    """A small file system of its own. It can only be taken away if the store closed every file."""
    try:
        mount("-t", "tmpfs", "-o", f"size={DISK_BYTES}", "tmpfs", str(folder))
    except (OSError, subprocess.CalledProcessError) as error:
        pytest.skip(f"no file system may be mounted here: {error}")
    try:
        yield
    finally:
        if subprocess.run(["umount", str(folder)], check=False, capture_output=True).returncode:
            subprocess.run(["umount", "--lazy", str(folder)], check=True, capture_output=True)
            pytest.fail("the store left a file open")


def mount(*arguments: str) -> None:
    """The system's ``mount``, which only root may use."""
    subprocess.run(["mount", *arguments], check=True, capture_output=True)

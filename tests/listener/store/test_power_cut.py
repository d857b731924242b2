"""What was acknowledged survives a power cut, and this test would notice if it did not.

A longer campaign: ``POWER_CUTS=2000 POWER_SEED=7 pytest -s`` on this file.
"""

import os
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from random import Random

import apsw
import pytest

from tests.listener.store import apsw_adapter
from tests.listener.store.power_cut import Toll, campaign
from tests.listener.store.volatile_disk import SECTOR_BYTES, Disk, DiskVfs, Resize, Write

CUTS = int(os.environ.get("POWER_CUTS", "60"))
SEED = int(os.environ.get("POWER_SEED", "20260310"))
CUTS_TO_FIND_LOSSES = 20
OLD, NEW = b"o" * 4 * SECTOR_BYTES, b"n" * 4 * SECTOR_BYTES

Cost = Callable[[int, str], Toll]


@pytest.fixture
def cost(tmp_path: Path) -> Cost:
    def told(cuts: int, synchronous: str) -> Toll:
        toll = campaign(tmp_path, cuts, SEED, synchronous)
        print(f"\nseed {SEED}, synchronous {synchronous or 'of production'}: {toll}")
        return toll

    return told


def test_what_was_acknowledged_survives(cost: Cost) -> None:
    toll = cost(CUTS, "")
    assert toll.lost == []
    assert toll.corrupt == []
    assert toll.cuts >= CUTS
    assert toll.caught["-wal"], "no cut fell into a commit"
    assert toll.caught[""], "no cut fell into a checkpoint"
    assert toll.kept_early, "no cut left a commit that was under way: the disk forgets too much"


def test_without_syncs_commits_are_lost_and_databases_break(cost: Cost) -> None:
    toll = cost(CUTS_TO_FIND_LOSSES, "OFF")
    assert toll.corrupt
    assert len(toll.lost) + len(toll.corrupt) > toll.cuts / 4


def test_with_a_sync_at_checkpoints_only_commits_are_lost(cost: Cost) -> None:
    """NORMAL is no choice for us, and the test tells losing commits from breaking."""
    toll = cost(CUTS_TO_FIND_LOSSES, "NORMAL")
    assert toll.lost
    assert toll.corrupt == []


# -- the disk


def left(disk: Disk, name: str = "file") -> list[bytes | None]:
    """What many cuts leave of a file."""
    return [disk.after_cut(Random(seed)).get(name) for seed in range(300)]


def test_what_was_synced_is_never_dropped() -> None:
    disk = Disk({"file": OLD})
    file = disk.file("file")
    assert file
    file.change(Write(0, NEW))
    file.change(Resize(len(NEW) - 100))
    file.sync()
    assert set(left(disk)) == {NEW[:-100]}


def test_what_was_not_synced_is_kept_dropped_or_torn() -> None:
    disk = Disk({"file": OLD})
    file = disk.file("file")
    assert file
    file.change(Write(0, NEW))
    found = set(left(disk))
    assert {OLD, NEW} < found
    torn = [content for content in found - {OLD, NEW} if content]
    assert any(set(content) == {*b"on"} for content in torn), "some sectors old, some new"
    assert any(set(content) - {*b"on"} for content in torn), "some sectors rubbish"


def test_a_length_that_was_not_synced_may_be_the_old_one() -> None:
    disk = Disk({"file": OLD})
    file = disk.file("file")
    assert file
    file.change(Resize(0))
    assert set(left(disk)) == {OLD, b""}


def test_later_writes_may_be_kept_without_earlier_ones() -> None:
    disk = Disk({"file": b""})
    file = disk.file("file")
    assert file
    file.change(Write(0, b"first"))
    file.change(Write(5, b"second"))
    assert {b"", b"first", b"firstsecond", bytes(5) + b"second"} <= set(left(disk))


def test_names_are_kept_when_the_folder_is_synced() -> None:
    disk = Disk({"gone": OLD})
    disk.create("file").sync()
    disk.delete("gone")
    assert set(left(disk)) == {None, b""}
    assert set(left(disk, "gone")) == {None, OLD}
    disk.sync_folder()
    assert set(left(disk)) == {b""}
    assert set(left(disk, "gone")) == {None}


def test_no_byte_beside_a_torn_write_is_touched() -> None:
    disk = Disk({"file": OLD})
    file = disk.file("file")
    assert file
    file.change(Write(700, b"n" * 900))
    for content in left(disk):
        assert content
        assert content[:700] + content[1600:] == OLD[:1148]


@pytest.mark.parametrize(("synchronous", "found"), [("FULL", {2}), ("OFF", {1, 2})])
def test_sqlite_on_the_disk(synchronous: str, found: set[int], tmp_path: Path) -> None:
    """A commit that was synced is there after every cut; one that was not, is after some."""
    disk = Disk()
    vfs = DiskVfs(disk)
    with closing(apsw_adapter.Connection(apsw.Connection("test.db", vfs=vfs.name))) as connection:
        connection.execute("PRAGMA locking_mode = EXCLUSIVE")
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("CREATE TABLE t (x)")
        connection.execute("INSERT INTO t VALUES (1)")
        connection.execute(f"PRAGMA synchronous = {synchronous}")
        connection.execute("INSERT INTO t VALUES (2)")
        counts = {rows_in(tmp_path, disk.after_cut(Random(seed))) for seed in range(40)}
    assert counts == found


def rows_in(folder: Path, files: dict[str, bytes]) -> int:
    for name, content in files.items():
        (folder / name).write_bytes(content)
    with closing(sqlite3.connect(folder / "test.db")) as plain:
        return int(plain.execute("SELECT count(*) FROM t").fetchone()[0])


# -- the adapter


def test_the_adapter_answers_like_sqlite3() -> None:
    adapted = apsw_adapter.Connection(apsw.Connection(":memory:"))
    plain = sqlite3.connect(":memory:", isolation_level=None)
    plain.row_factory = sqlite3.Row
    with closing(adapted), closing(plain):
        assert answers(adapted) == answers(plain)


def answers(connection: sqlite3.Connection | apsw_adapter.Connection) -> list[object]:
    told: list[object] = []
    for sql in (
        "CREATE TABLE t (x UNIQUE, y)",
        "INSERT INTO t VALUES (1, 'a'), (2, 'b')",
        "INSERT INTO t VALUES (1, 'c')",
        "UPDATE t SET y = 'd' RETURNING y AS z",
        "SELECT x AS a, y FROM t WHERE x > 1",
        "SELECT x FROM t WHERE 0",
        "BEGIN",
        "DELETE FROM t",
        "SELECT nothing",
    ):
        try:
            cursor = connection.execute(sql)
            rows = [(tuple(row.keys()), tuple(row), row[0], len(row)) for row in cursor]
            told.append((sql, rows, cursor.rowcount, cursor.description, connection.in_transaction))
        except sqlite3.Error as error:
            told.append((sql, type(error), error.sqlite_errorname))
    connection.rollback()
    return [*told, connection.in_transaction]

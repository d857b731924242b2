"""What SQLite's ``synchronous`` costs when polls are saved, 50 posts with their mentions at a time.

``python benchmarks/store_synchronous.py [FOLDER] [--batches 200]``. Three databases in the same
folder, on a real disk, take the same batches in turn, so that whatever else the machine does
troubles all three alike. What is timed is ``save_poll``, the verb as it is used, with its commit
and the checkpoints that fall to it.
"""

import argparse
import os
import random
import sqlite3
import statistics
import sys
import tempfile
import time
from datetime import timedelta
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from benchmarks.load import OPENINGS, OTHERS, SAYINGS
from listener.store.connection import connect_to
from listener.store.port import Polled, SourcePlan
from listener.store.sqlite import SqliteStore
from listener.testing.fakes import NOON, a_mention, a_post

MODES = ("FULL", "NORMAL", "OFF")
POSTS_PER_BATCH = 50


def main() -> None:
    """Measure and print a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", nargs="?", type=Path, default=Path())
    parser.add_argument("--batches", type=int, default=200)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=given.folder) as name:
        print_table(measured(Path(name), given.batches))
        print(f"one write of 4 KiB with fsync on this disk: {sync_ms(Path(name)):.2f} ms (median)")


def measured(folder: Path, batches: int) -> dict[str, list[float]]:
    """Seconds per batch and mode; who goes first changes."""
    stores = {mode: opened(folder / f"{mode}.db", mode) for mode in MODES}
    seconds: dict[str, list[float]] = {mode: [] for mode in MODES}
    chance = random.Random(1)
    for number in range(batches):
        polled = batch(number, chance)
        for mode in chance.sample(MODES, len(MODES)):
            seconds[mode].append(saved(stores[mode], polled))
    for store in stores.values():
        store.close()
    return seconds


def opened(path: Path, mode: str) -> SqliteStore:
    """A store as in production, but for this one setting."""
    plain = connect_to(path)

    def connect() -> sqlite3.Connection:
        connection = plain()
        connection.execute(f"PRAGMA synchronous = {mode}")
        return connection

    store = SqliteStore(connect)
    store.migrate()
    store.plan_sources([SourcePlan("bench", 60)], NOON)
    return store


def batch(number: int, chance: random.Random) -> Polled:
    """Fifty posts that are new, each with a mention."""
    now = NOON + number * timedelta(minutes=1)
    first = number * POSTS_PER_BATCH
    posts = [
        a_post(
            str(first + n),
            f"{chance.choice(OPENINGS)} Norvia {chance.choice(SAYINGS)} "
            f"{chance.choice(OTHERS)} {chance.randbytes(8).hex()}",
            published_at=now,
        )
        for n in range(POSTS_PER_BATCH)
    ]
    mentions = [a_mention(post=post) for post in posts]
    return Polled(posts, mentions, str(number), seen_at=now, due_at=now)


def saved(store: SqliteStore, polled: Polled) -> float:
    """How many seconds it took."""
    (turn,) = store.claim_sources(polled.seen_at, 60, 1)
    start = time.perf_counter()
    store.save_poll(turn, polled)
    return time.perf_counter() - start


def sync_ms(folder: Path) -> float:
    """What the disk itself takes to keep something."""
    times = []
    with (folder / "plain").open("wb", buffering=0) as file:
        for _ in range(100):
            start = time.perf_counter()
            file.write(bytes(4096))
            os.fsync(file.fileno())
            times.append(time.perf_counter() - start)
    return statistics.median(times) * 1000


def print_table(seconds: dict[str, list[float]]) -> None:
    """A line per mode; the ratio is of the medians."""
    full = statistics.median(seconds["FULL"])
    print(f"{'synchronous':12}{'median ms':>10}{'slowest ms':>11}{'posts/s':>9}{'of FULL':>9}")
    for mode, times in seconds.items():
        median = statistics.median(times)
        posts_per_second = POSTS_PER_BATCH * len(times) / sum(times)
        print(
            f"{mode:12}{median * 1000:10.2f}{max(times) * 1000:11.1f}"
            f"{posts_per_second:9.0f}{median / full:9.2f}"
        )


if __name__ == "__main__":
    main()

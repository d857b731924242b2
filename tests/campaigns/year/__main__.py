"""The year of every platform, two at a time, as a table: ``make year``.

``python -m tests.campaigns.year [DAYS] [SEED] [PLATFORM ...]``; it fails where a year was not kept.
"""

import logging
import os
import sys
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from multiprocessing import get_context
from pathlib import Path
from tempfile import TemporaryDirectory
from time import monotonic

import structlog

from tests.campaigns.year.platforms import PLATFORMS
from tests.campaigns.year.table import HEAD, played, row

IN_MEMORY = Path("/dev/shm")
"""Where databases are fastest; what is asked here has nothing to do with power cuts."""


def main(days: int, seed: int, names: list[str]) -> int:
    """Play and print; how many years were not kept comes back."""
    began = monotonic()
    chosen = [at for at, one in enumerate(PLATFORMS) if not names or one.name in names]
    print(f"{days} days, seed {seed}\n{HEAD} seconds", flush=True)
    failed = 0
    with ProcessPoolExecutor(min(os.cpu_count() or 1, 4), get_context("spawn")) as pool:
        for line, wrongs in pool.map(partial(one, days, seed), chosen):
            print(line, *wrongs, sep="\n  ", flush=True)
            failed += bool(wrongs)
    print(f"{failed} of {len(chosen)} went wrong; {monotonic() - began:.0f} s in all")
    return failed


def one(days: int, seed: int, at: int) -> tuple[str, list[str]]:
    """A platform's row, and what went wrong there."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    began = monotonic()
    folder = IN_MEMORY if os.access(IN_MEMORY, os.W_OK) else None
    with TemporaryDirectory(prefix="year-", dir=folder) as name:
        verdict, year = played(PLATFORMS[at], seed, days, Path(name))
    line = f"{row(verdict, year)} {monotonic() - began:7,.0f}"
    return line, [f"{kind}: {what}" for kind, what in verdict.wrongs().items()]


if __name__ == "__main__":
    days, seed, *names = [*sys.argv[1:], *("365", "1")[len(sys.argv) - 1 :]]
    sys.exit(main(int(days), int(seed), names) > 0)

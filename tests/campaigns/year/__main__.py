"""The year of every platform, two at a time, as a table: ``make year``.

``python -m tests.campaigns.year [DAYS] [SEED] [PLATFORM ...]``; it fails where a year was not kept.
"""

import os
import sys
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from multiprocessing import get_context
from time import monotonic

from tests.campaigns.year.platforms import PLATFORMS
from tests.campaigns.year.table import HEAD, lines


def main(days: int, seed: int, names: list[str]) -> int:
    """Play and print; how many years were not kept comes back."""
    began = monotonic()
    chosen = [at for at, one in enumerate(PLATFORMS) if not names or one.name in names]
    print(f"{days} days, seed {seed}\n{HEAD} seconds", flush=True)
    failed = 0
    with ProcessPoolExecutor(min(os.cpu_count() or 1, 4), get_context("spawn")) as pool:
        for line, wrongs in pool.map(partial(lines, days, seed), chosen):
            print(line, *wrongs, sep="\n  ", flush=True)
            failed += bool(wrongs)
    print(f"{failed} of {len(chosen)} went wrong; {monotonic() - began:.0f} s in all")
    return failed


if __name__ == "__main__":
    days, seed, *names = [*sys.argv[1:], *("365", "1")[len(sys.argv) - 1 :]]
    sys.exit(main(int(days), int(seed), names) > 0)

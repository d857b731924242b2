"""Damaged answers through every source that asks in JSON.

``MUTANTS=500 pytest tests/sources/test_mutants.py -s`` is the whole show.
"""

import os
from collections import Counter

import pytest

from tests.sources.mutants import BYTES_MAX, SECONDS_MAX, costs, sites
from tests.sources.standins.serving import StandIn, serving

COUNT = int(os.environ.get("MUTANTS", "15"))
SEED = int(os.environ.get("MUTANTS_SEED", "1"))


@pytest.mark.parametrize("name", sites())
def test_no_damaged_answer_escapes(name: str) -> None:
    outcomes: Counter[str] = Counter()
    slowest, largest = 0.0, 0
    site: StandIn = sites()[name]()
    with serving(site):
        for seed, cost in costs(site, COUNT, SEED):
            assert cost.seconds <= SECONDS_MAX, f"{name}, seed {seed}: {cost}"
            assert cost.bytes <= BYTES_MAX, f"{name}, seed {seed}: {cost}"
            outcomes[cost.outcome] += 1
            slowest, largest = max(slowest, cost.seconds), max(largest, cost.bytes)
    print(
        f"\n{name}: {COUNT} damaged answers, {dict(outcomes)}, 0 uncaught; "
        f"slowest {slowest * 1000:.0f} ms, most memory {largest / 2**20:.1f} MiB"
    )
    assert sum(outcomes.values()) == COUNT

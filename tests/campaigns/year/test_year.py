"""A simulated year of each platform: what is stored is what was published, minus the told gaps.

The tests play a fortnight; ``make year`` plays 365 days and prints the table.
"""

import os
from pathlib import Path

import pytest

from tests.campaigns.year.platforms import PLATFORMS, Platform
from tests.campaigns.year.table import HEAD, played, row

DAYS = int(os.environ.get("YEAR_DAYS", "14"))
SEED = int(os.environ.get("YEAR_SEED", "1"))


@pytest.mark.parametrize("platform", PLATFORMS, ids=lambda platform: platform.name)
def test_what_was_published_is_stored_or_told_as_missed(platform: Platform, tmp_path: Path) -> None:
    verdict, year = played(platform, SEED, DAYS, tmp_path)
    print(f"\n{HEAD}\n{row(verdict, year)}")
    assert verdict.stored > 0
    assert not verdict.wrongs()

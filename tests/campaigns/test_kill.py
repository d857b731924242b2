"""kill -9 at random points of poll, tag and send: nothing lost, and every repeat recognisable.

In CI some two hundred kills; ``make kill`` makes it a thousand. Set KILL_SEED to repeat a run.
"""

import os
from pathlib import Path

import pytest

from tests.campaigns.kill import Campaign
from tests.campaigns.places import GrowingFeed, Hook

KILLS = int(os.environ.get("KILLS", "200"))
SEED = int(os.environ.get("KILL_SEED", "1"))


@pytest.mark.slow
def test_nothing_is_lost_and_repeats_are_recognised(tmp_path: Path) -> None:
    with GrowingFeed(items_max=min(40, KILLS // 4)) as feed, Hook() as hook:
        found = Campaign(tmp_path, feed, hook, KILLS, SEED).run()
    print(f"\nseed {SEED}: {found}")
    assert found.kills_at_work >= KILLS // 2
    assert found.posts_lost == 0
    assert found.mentions_lost == 0
    assert not found.cursor_ahead
    assert not found.mentions_untold
    assert not found.mentions_told_under_two_keys
    assert not found.tellings_that_changed
    assert found.forged == 0

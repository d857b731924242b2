"""kill -9 at random points of all that the daemon does: nothing lost, every repeat recognisable.

No ceiling crossed by the site's own count, and nothing left of what was taken down. In CI a
hundred kills; ``make kill`` makes it a thousand. Set KILL_SEED to repeat a run.
"""

import os
from pathlib import Path

import pytest

from tests.campaigns.billed import BilledSite, Ceilings
from tests.campaigns.kill import Campaign, Places
from tests.campaigns.places import GrowingFeed, Hook

KILLS = int(os.environ.get("KILLS", "100"))
SEED = int(os.environ.get("KILL_SEED", "1"))


@pytest.mark.slow
def test_nothing_is_lost_and_repeats_are_recognised(tmp_path: Path) -> None:
    feed, site = GrowingFeed(items_max=min(40, KILLS // 4)), BilledSite(SEED, Ceilings(0, 0))
    with feed, site, Hook() as hook:
        found = Campaign(tmp_path, Places(feed, site, hook), KILLS, SEED).run()
    print(f"\nseed {SEED}: {found}")
    assert found.kills_at_work >= KILLS // 2
    assert found.posts_lost == 0
    assert found.mentions_lost == 0
    assert not found.cursor_ahead
    assert not found.mentions_untold
    assert not found.mentions_told_under_two_keys
    assert not found.tellings_that_changed
    assert found.forged == 0
    assert not found.ceilings_crossed
    assert not found.neither_stored_nor_missed
    assert not found.still_there
    assert not found.still_shown
    assert not found.shown_again
    if KILLS >= 100:
        assert found.set_aside_for_good, "no kill fell into a call: this shows nothing of budgets"
        assert found.taken_back, "nothing was taken back: this shows nothing of deletions"

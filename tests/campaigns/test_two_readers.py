"""Two daemons read a site that bills: one budget, each deletion honoured, each telling once."""

from pathlib import Path

import pytest

from tests.campaigns.billed import BilledSite, Ceilings
from tests.campaigns.kill import Campaign, Places
from tests.campaigns.places import GrowingFeed, Hook

LIVES = 3
ROUNDS = 8
SEED = 1


@pytest.mark.slow
def test_two_daemons_share_a_budget_and_what_is_taken_down(tmp_path: Path) -> None:
    feed, site = GrowingFeed(items_max=5), BilledSite(SEED, Ceilings(0, 0))
    with feed, site, Hook() as hook:
        campaign = Campaign(tmp_path, Places(feed, site, hook), LIVES, SEED)
        found = campaign.share(ROUNDS)
    print(f"\nseed {SEED}: {found}")
    assert found.duplicates == 0
    assert found.posts_lost == 0
    assert not found.mentions_untold
    assert not found.mentions_told_under_two_keys
    assert not found.tellings_that_changed
    assert not found.ceilings_crossed
    assert not found.neither_stored_nor_missed
    assert not found.still_there
    assert not found.still_shown
    assert not found.shown_again
    assert found.forgotten == 1
    assert found.taken_back, "nothing was taken back: this shows nothing of deletions"

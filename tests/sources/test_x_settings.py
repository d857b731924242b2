"""X: settings that can't work, and a cursor that a wrong clock wrote."""

import json
import math
from collections.abc import Iterator

import pytest

from listener.ports import Secret
from sources.x import XSource
from tests.sources.standins.serving import DAY, MINUTE, serving
from tests.sources.standins.x_site import XSite


@pytest.fixture
def site() -> Iterator[XSite]:
    with serving(XSite()) as site:
        assert isinstance(site, XSite)
        yield site


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"queries": [""]}, "queries has an empty one"),
        ({"queries": ["Norvia", " "]}, "queries has an empty one"),
        ({"timeout_seconds": 0}, "more than 0"),
        ({"timeout_seconds": math.nan}, "at most 60"),
        ({"timeout_seconds": math.inf}, "at most 60"),
    ],
)
def test_settings_that_cannot_work_are_refused(settings: dict[str, object], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        XSource(**({"token": Secret("t")} | settings))  # type: ignore[arg-type]


def test_times_of_a_clock_that_was_wrong_stop_nothing_and_bill_nothing(site: XSite) -> None:
    site.publish("Norvia one", at=site.now - MINUTE)
    source = site.source()
    whole = json.loads(source.poll(None).cursor or "")
    ahead = int((site.now + 400 * DAY).timestamp())
    whole |= {"asked": ahead, "connected": ahead}
    for bound in whole["bounds"].values():
        bound["since"] = ahead
    site.now += 5 * MINUTE
    site.publish("Norvia two", at=site.now - MINUTE)
    batch = source.poll(json.dumps(whole))
    assert [post.text for post in batch.posts] == ["Norvia two"]
    after = json.loads(batch.cursor or "")
    assert after["asked"] == int(site.now.timestamp())
    assert after["connected"] == 0
    assert max(site.read.values()) == 1

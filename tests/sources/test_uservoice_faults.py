"""UserVoice through every fault."""

from collections.abc import Iterator
from typing import ClassVar

import pytest

from tests.sources.conformance import FaultSuite
from tests.sources.standins.serving import StandIn, serving
from tests.sources.standins.uservoice_site import UserVoiceSite


class TestFaults(FaultSuite):
    states: ClassVar = {}

    @pytest.fixture
    def site(self) -> Iterator[StandIn]:
        """With an idea that is talked about, answered and voted for, so that all is read."""
        with serving(UserVoiceSite()) as site:
            assert isinstance(site, UserVoiceSite)
            idea = site.publish("Norvia should be blue")
            for number in range(3):
                site.publish(f"Norvia in blue, yes {number}", author="bo", reply_to=idea)
            site.vote(idea, "bo", "cy")
            site.update(idea, 2, "Norvia will be blue")
            yield site

"""Fider through every fault."""

from collections.abc import Iterator

import pytest

from tests.sources.conformance import FaultSuite
from tests.sources.standins.fider_site import FiderSite
from tests.sources.standins.serving import StandIn, serving


class TestFaults(FaultSuite):
    @pytest.fixture
    def site(self) -> Iterator[StandIn]:
        """With an idea that is talked about, answered and voted for, so that all is asked for."""
        with serving(FiderSite()) as site:
            assert isinstance(site, FiderSite)
            idea = site.publish("Norvia should be blue")
            for number in range(3):
                site.publish(f"Norvia in blue, yes {number}", author="bo", reply_to=idea)
            site.vote(idea, "bo", "cy")
            site.respond_to(idea, "planned", "Norvia will be blue")
            yield site

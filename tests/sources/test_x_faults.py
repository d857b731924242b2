"""X through every fault."""

from collections.abc import Iterator

import pytest

from tests.sources.conformance import FaultSuite, Reader, patient, publish
from tests.sources.standins.serving import MINUTE, NORVIA, StandIn, serving
from tests.sources.standins.x_site import XSite


class TestFaults(FaultSuite):
    many = 250

    @pytest.fixture
    def site(self) -> Iterator[StandIn]:
        with serving(XSite()) as site:
            yield site

    @pytest.fixture
    def reader(self, site: StandIn) -> Reader:
        """As the suite's; but X's search knows no post that is younger than half a minute."""
        reader = Reader(site, site.source(NORVIA, **patient(self.quick)))
        publish(site, 3)
        site.now += MINUTE
        reader.to_rest()
        assert len(reader.came) == 3
        publish(site, 3)
        site.now += MINUTE
        return reader

"""Instagram through every fault."""

from collections.abc import Iterator

import pytest

from tests.sources.conformance import FaultSuite
from tests.sources.standins.instagram_site import InstagramSite
from tests.sources.standins.serving import StandIn, serving


class TestFaults(FaultSuite):
    quick = {"timeout_seconds": 0.3}  # noqa: RUF012

    @pytest.fixture
    def site(self) -> Iterator[StandIn]:
        with serving(InstagramSite()) as site:
            yield site

"""Google Play through every fault."""

from collections.abc import Iterator
from typing import ClassVar

import pytest

from tests.sources.conformance import FaultSuite
from tests.sources.standins.playstore_site import PlayStoreSite
from tests.sources.standins.serving import StandIn, serving


class TestFaults(FaultSuite):
    quick: ClassVar = {"timeout_seconds": 0.3}
    many: ClassVar = 250

    @pytest.fixture
    def site(self) -> Iterator[StandIn]:
        with serving(PlayStoreSite()) as site:
            yield site

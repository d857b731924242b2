"""YouTube through every fault."""

from collections.abc import Iterator

import pytest

from tests.sources.conformance import FaultSuite
from tests.sources.standins.serving import StandIn, serving
from tests.sources.standins.youtube_site import YoutubeSite


class TestFaults(FaultSuite):
    quick = {"timeout_seconds": 0.3}  # noqa: RUF012

    @pytest.fixture
    def site(self) -> Iterator[StandIn]:
        with serving(YoutubeSite()) as site:
            site.page_threads = 20
            yield site

"""Threads through every fault: what a search finds."""

from collections.abc import Iterator

import pytest

from tests.sources.conformance import FaultSuite
from tests.sources.standins.serving import StandIn, serving
from tests.sources.standins.threads_site import ThreadsSite


class TestFaults(FaultSuite):
    quick = {"timeout_seconds": 0.3}  # noqa: RUF012

    @pytest.fixture
    def site(self) -> Iterator[StandIn]:
        with serving(ThreadsSite()) as site:
            yield site

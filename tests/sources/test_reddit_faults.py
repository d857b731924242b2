"""Reddit through every fault."""

from collections.abc import Iterator
from typing import ClassVar

import pytest

from tests.sources.conformance import FaultSuite
from tests.sources.standins.reddit_site import RedditSite
from tests.sources.standins.serving import StandIn, serving


class TestFaults(FaultSuite):
    quick: ClassVar = {"timeout_seconds": 0.4, "search": False}

    @pytest.fixture
    def site(self) -> Iterator[StandIn]:
        with serving(RedditSite()) as site:
            yield site

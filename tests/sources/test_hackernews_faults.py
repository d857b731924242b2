"""Hacker News through every fault."""

from collections.abc import Iterator, Mapping
from typing import Any, ClassVar

import pytest

from tests.sources.conformance import FaultSuite
from tests.sources.standins.hackernews_site import HackerNewsSite
from tests.sources.standins.serving import StandIn, serving


class TestFaults(FaultSuite):
    quick: ClassVar[Mapping[str, Any]] = {"timeout_seconds": 0.4, "page_posts": 40}

    @pytest.fixture
    def site(self) -> Iterator[StandIn]:
        with serving(HackerNewsSite()) as site:
            yield site

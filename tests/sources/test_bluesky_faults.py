"""Bluesky through every fault that its answers can have."""

from collections.abc import Iterator, Mapping
from typing import Any, ClassVar

import pytest

from tests.sources.conformance import FaultSuite
from tests.sources.standins.bluesky_site import BlueskySite
from tests.sources.standins.serving import StandIn, serving


class TestFaults(FaultSuite):
    quick: ClassVar[Mapping[str, Any]] = {"timeout_seconds": 0.4}

    @pytest.fixture
    def site(self) -> Iterator[StandIn]:
        with serving(BlueskySite()) as site:
            yield site

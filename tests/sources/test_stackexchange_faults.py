"""Stack Exchange through every fault."""

from collections.abc import Iterator, Mapping
from typing import Any, ClassVar

import pytest

from tests.sources.conformance import FaultSuite
from tests.sources.standins.serving import StandIn, serving
from tests.sources.standins.stackexchange_site import StackExchangeSite


class TestFaults(FaultSuite):
    quick: ClassVar[Mapping[str, Any]] = {"timeout_seconds": 0.3, "page_posts": 40}

    @pytest.fixture
    def site(self) -> Iterator[StandIn]:
        with serving(StackExchangeSite()) as site:
            yield site

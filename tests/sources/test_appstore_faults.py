"""The App Store through every fault, by the public feed and by the API."""

from collections.abc import Iterator
from typing import ClassVar

import pytest

from tests.sources.conformance import FaultSuite
from tests.sources.standins.appstore_site import AppStoreConnectSite, AppStoreSite
from tests.sources.standins.serving import StandIn, serving


class TestFeedFaults(FaultSuite):
    quick: ClassVar = {"timeout_seconds": 0.3}

    @pytest.fixture
    def site(self) -> Iterator[StandIn]:
        with serving(AppStoreSite()) as site:
            yield site


class TestConnectFaults(FaultSuite):
    quick: ClassVar = {"timeout_seconds": 0.3}
    many: ClassVar = 450

    @pytest.fixture
    def site(self) -> Iterator[StandIn]:
        with serving(AppStoreConnectSite()) as site:
            yield site

"""Telegram through every fault."""

from collections.abc import Iterator, Mapping
from typing import Any, ClassVar

import pytest

from tests.sources.conformance import FaultSuite
from tests.sources.standins.serving import StandIn, serving
from tests.sources.standins.telegram_site import TelegramSite


class TestFaults(FaultSuite):
    """One poll is one question: many posts are several polls, and never several pages of one."""

    quick: ClassVar[Mapping[str, Any]] = {"timeout_seconds": 0.3, "page_updates": 40}
    states: ClassVar[Mapping[int, frozenset[str]]] = {404: frozenset({"login"})}
    requests_max: ClassVar[int] = 1

    @pytest.fixture
    def site(self) -> Iterator[StandIn]:
        with serving(TelegramSite()) as site:
            yield site

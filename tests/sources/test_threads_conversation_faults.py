"""Threads through every fault: the conversation below a thread of one's own, paged by cursor."""

from collections.abc import Iterator

import pytest

from tests.sources.conformance import FaultSuite
from tests.sources.standins.serving import StandIn, serving
from tests.sources.standins.threads_site import ME, ThreadsSite


class _LastingThread(ThreadsSite):
    """The account's own thread stays: with it, nobody could see its replies."""

    def delete(self, post_id: str) -> None:
        if self.entries[post_id].author != ME:
            super().delete(post_id)


class TestFaults(FaultSuite):
    quick = {"timeout_seconds": 0.3, "search": False, "mentions": False}  # noqa: RUF012

    @pytest.fixture
    def site(self) -> Iterator[StandIn]:
        site = _LastingThread()
        site.gathered = True
        with serving(site):
            yield site

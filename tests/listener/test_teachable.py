"""The fake that other tests teach keeps the promises of the port."""

import pytest

from listener.testing import TeachableSuite
from listener.testing.fakes import FakeTeachable


class TestFakeTeachable(TeachableSuite):
    @pytest.fixture
    def teachable(self) -> FakeTeachable:
        return FakeTeachable("sentiment", lambda mention: "neutral", score=1.0)

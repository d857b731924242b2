"""For those who write plugins or stores: fakes, and one conformance suite per port.

Each suite is a class of tests. Inherit from it in a test file of your own, give it what it asks
for as a fixture, and pytest runs the lot::

    class TestMySource(SourceSuite):
        @pytest.fixture
        def source(self): return MySource(...)
"""

from listener.testing.channel_suite import ChannelSuite
from listener.testing.classifier_suite import ClassifierSuite
from listener.testing.fakes import FakeChannel, FakeClassifier, FakeSource, a_mention, a_post
from listener.testing.source_suite import SourceSuite
from listener.testing.store_suite import StoreSuite
from listener.testing.teachable_suite import TeachableSuite

__all__ = [
    "ChannelSuite",
    "ClassifierSuite",
    "FakeChannel",
    "FakeClassifier",
    "FakeSource",
    "SourceSuite",
    "StoreSuite",
    "TeachableSuite",
    "a_mention",
    "a_post",
]

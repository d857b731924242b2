"""For all tests: the daemon's own log lines are no part of their output."""

import pytest

from listener import logs


@pytest.fixture(scope="session", autouse=True)
def _quiet_logs() -> None:
    logs.set_up("critical", "json", ())

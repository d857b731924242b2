"""For all tests: the daemon's own log lines are no part of their output, and no clock judges."""

import pytest
from hypothesis import settings

from listener import logs

# A test that fails when the machine is busy says nothing about the code.
settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")


@pytest.fixture(scope="session", autouse=True)
def _quiet_logs() -> None:
    logs.set_up("critical", "json", ())

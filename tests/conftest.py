"""For all tests: the daemon's own log lines are no part of their output, and no clock judges."""

import os

import pytest
from hypothesis import settings

from listener import logs

# A test that fails when the machine is busy says nothing about the code.
settings.register_profile("untimed", deadline=None)
# What runs before a landing tries the same examples each time; a new find is for those who look.
settings.register_profile("ci", deadline=None, derandomize=True)
settings.load_profile("ci" if os.environ.get("CI") else "untimed")


@pytest.fixture(scope="session", autouse=True)
def _quiet_logs() -> None:
    logs.set_up("critical", "json", ())

"""A missing service skips its tests by name; ``SERVICES_REQUIRED`` makes it fail them instead."""

import os

import pytest


def need(service: str, missing: str) -> None:
    """Skip or fail where the machine lacks what the service needs."""
    if not missing:
        return
    if service in os.environ.get("SERVICES_REQUIRED", "").split(","):
        pytest.fail(f"{service} is required here: {missing}")
    pytest.skip(f"{service}: {missing}")

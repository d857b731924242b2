"""The only place that asks what time it is, that sleeps, and that uses ``schedule``."""

import os
import time
from datetime import UTC, datetime


def utc_now() -> datetime:
    """The present moment, aware, in UTC."""
    return datetime.now(UTC)


def sleep(seconds: float) -> None:
    """Wait; for plugins and tools that must be polite to a server."""
    time.sleep(seconds)

"""The only place that asks what time it is, that sleeps, and that uses ``schedule``."""

import os
import time
from collections.abc import Callable
from datetime import UTC, datetime

Now = Callable[[], datetime]


def utc_now() -> datetime:
    """The present moment, aware, in UTC."""
    return datetime.now(UTC)


def sleep(seconds: float) -> None:
    """Wait; for plugins and tools that must be polite to a server."""
    time.sleep(seconds)


def run_in_utc() -> None:
    """Make this process' local time UTC.

    ``schedule`` reckons in naive local time, which stands still for an hour when clocks go
    back; in UTC it never does.
    """
    os.environ["TZ"] = "UTC"
    time.tzset()


class Ticker:
    """Calls jobs every so many seconds, the first time at once; a job that raises costs itself."""

    def __init__(self, on_error: Callable[[BaseException], None]) -> None:
        import schedule

        self._scheduler = schedule.Scheduler()
        self._on_error = on_error
        self._jobs: list[tuple[int, Callable[[], object]]] = []
        self._last = utc_now()

    def every(self, seconds: int, job: Callable[[], object]) -> None:
        """Call ``job`` now and then every ``seconds``."""
        self._jobs.append((seconds, job))
        self._scheduler.every(seconds).seconds.do(self.call, job)
        self.call(job)

    def call(self, job: Callable[[], object]) -> None:
        """Call ``job`` now; what it raises goes to ``on_error`` and stops nothing."""
        try:
            job()
        except BaseException as error:  # noqa: BLE001  one job must not stop the others
            self._on_error(error)

    def run_pending(self) -> None:
        """Call what is due. After the clock went back, everything is due anew."""
        now = utc_now()
        if now < self._last:
            self._scheduler.clear()
            for seconds, job in self._jobs:
                self._scheduler.every(seconds).seconds.do(self.call, job)
        self._last = now
        self._scheduler.run_pending()

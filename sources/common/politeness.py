"""Never more than a few requests at once to one host, and never in quick succession.

The whole process shares one account of it, so that two sources with addresses on the same host
are polite together.
"""

import threading
from time import monotonic
from urllib.parse import urlsplit

HOSTS_MAX = 10_000


class Politeness:
    """Who is being asked now, and who was asked a moment ago."""

    def __init__(self, at_once: int = 2, spacing_seconds: float = 0.5) -> None:
        self._at_once = at_once
        self._spacing = spacing_seconds
        self._lock = threading.Lock()
        self._open: dict[str, int] = {}
        self._last: dict[str, float] = {}

    def may_enter(self, host: str) -> bool:
        """Whether the host may be asked now; if so, it counts as being asked until ``leave``."""
        with self._lock:
            now = monotonic()
            if self._open.get(host, 0) >= self._at_once:
                return False
            if now - self._last.get(host, -self._spacing) < self._spacing:
                return False
            self._open[host] = self._open.get(host, 0) + 1
            self._last[host] = now
            self._forget(now)
            return True

    def leave(self, host: str) -> None:
        """The host has answered, or given up."""
        with self._lock:
            self._open[host] -= 1
            if not self._open[host]:
                del self._open[host]

    def _forget(self, now: float) -> None:
        """Hosts asked long ago need no place here."""
        if len(self._last) > HOSTS_MAX:
            recent = ((host, at) for host, at in self._last.items() if now - at < self._spacing)
            self._last = dict(recent)


EVERYBODY = Politeness()
"""The account that the whole process keeps."""


def host_of(url: str) -> str:
    """Host and port of an address: another port is another server."""
    return urlsplit(url).netloc.lower()

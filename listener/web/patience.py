"""Who calls and then says nothing: let go after a while, and never so many that we can't work.

uvicorn waits for ever for a request's head. A thousand silent connections would keep everybody
else out, and a few more take the files that the store and the sources need.
"""

import asyncio
import resource

from uvicorn.protocols.http.h11_impl import H11Protocol

CONNECTIONS_MAX = 1_000
HEAD_SECONDS_MAX = 10.0
"""From the connection, or the first sign after an answer, to the end of a request's head."""


def connections_max() -> int:
    """As many as leave half of the files that this process may open to the rest of it."""
    files, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    return CONNECTIONS_MAX if files < 0 else max(1, min(CONNECTIONS_MAX, files // 2))


class PatientProtocol(H11Protocol):
    """A connection that is over when its caller says nothing, or there are too many."""

    _patience: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Somebody calls."""
        super().connection_made(transport)
        if len(self.connections) > (self.limit_concurrency or CONNECTIONS_MAX):
            transport.abort()
        self._wait()

    def data_received(self, data: bytes) -> None:
        """They said something, which may be the rest of what they want, or a part of it."""
        super().data_received(data)
        if self.cycle is None or self.cycle.response_complete:
            self._wait()
        else:
            self._wait_no_more()

    def connection_lost(self, exc: Exception | None) -> None:
        """It is over."""
        self._wait_no_more()
        super().connection_lost(exc)

    def _wait(self) -> None:
        """From the first time on: another byte now and then wins no time."""
        if self._patience is None:
            self._patience = self.loop.call_later(HEAD_SECONDS_MAX, self.transport.abort)

    def _wait_no_more(self) -> None:
        if self._patience is not None:
            self._patience.cancel()
            self._patience = None

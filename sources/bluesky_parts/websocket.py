"""One websocket, opened to a checked address and read in chunks until it ends.

``handshake`` opens it, and ``frames`` cuts what comes into messages: as many at a time as one
read brought. A server that says nothing is asked whether it is there.
"""

import os
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from time import monotonic
from urllib.parse import urlsplit

from listener.net_connect import Deadline, connect
from listener.ports import Retry
from sources.bluesky_parts.frames import BINARY, CLOSE, PING, PONG, TEXT, FrameReader, framed
from sources.bluesky_parts.handshake import Refused, shake
from sources.common.asking import failure

_READ_BYTES = 262_144


@dataclass(frozen=True, slots=True)
class Chunk:
    """The messages that one read brought.

    ``silence`` is None, or, where the server just answered a ping, how many seconds it had
    brought no message by then.
    """

    messages: list[bytes] = field(default_factory=list)
    silence: float | None = None


@dataclass(frozen=True, slots=True)
class Wire:
    """How a websocket is opened and read. Times in seconds.

    ``quiet_seconds`` is None, or after how long a silence the reading ends. A host that answers
    pings but brings no message for ``stalled_seconds`` is left; 0: it may be silent.
    """

    now: Callable[[], datetime]
    allow_private: bool = False
    connect_seconds: float = 10.0
    beat_seconds: float = 1.0
    ping_seconds: float = 5.0
    dead_seconds: float = 30.0
    stalled_seconds: float = 0.0
    message_bytes_max: int = 5_000_000
    quiet_seconds: float | None = None

    def chunks(self, url: str, stop: threading.Event) -> Iterator[Chunk]:
        """What the server sends, until ``stop`` is set. Raises Retry and Reject."""
        host = str(urlsplit(url).hostname)
        connection, rest = self._opened(url, host)
        try:
            yield from _Listening(self, connection, host).chunks(rest, stop)
        except (OSError, ValueError) as error:
            raise Retry(f"the stream of {host} broke: {_told(error)}") from error
        finally:
            connection.close()

    def _opened(self, url: str, host: str) -> tuple[socket.socket, bytes]:
        """The open websocket, and what it brought already."""
        parts = urlsplit(url)
        is_secure = parts.scheme == "wss"
        with Deadline(self.connect_seconds) as deadline:
            connection = connect(
                host,
                parts.port or (443 if is_secure else 80),
                timeout_seconds=self.connect_seconds,
                deadline=deadline,
                allow_private=self.allow_private,
            )
            try:
                if is_secure:
                    connection = _context().wrap_socket(connection, server_hostname=host)
                return connection, shake(connection, url)
            except (Refused, Retry, OSError, ValueError) as error:
                connection.close()
                if isinstance(error, Refused):
                    raise failure(error.reply, self.now()) from error
                late = f"no answer within {self.connect_seconds:g} s" if deadline.passed else ""
                raise Retry(f"cannot listen to {host}: {late or _told(error)}") from error


class _Listening:
    """The reading of one open websocket."""

    def __init__(self, wire: Wire, connection: socket.socket, host: str) -> None:
        self._wire, self._connection, self._host = wire, connection, host
        self._reader = FrameReader(wire.message_bytes_max)
        self._heard_at = self._told_at = self._asked_at = monotonic()

    def chunks(self, rest: bytes, stop: threading.Event) -> Iterator[Chunk]:
        self._connection.settimeout(self._wire.beat_seconds)
        self._ping()
        while not stop.is_set():
            try:
                data = rest or self._connection.recv(_READ_BYTES)
            except TimeoutError:
                self._keep_alive()
                continue
            if not data:
                raise Retry(f"{self._host} hung up")
            rest, self._heard_at = b"", monotonic()
            chunk = self._chunk(data)
            if chunk.messages or chunk.silence is not None:
                yield chunk
            if self._is_enough(chunk):
                break
        with suppress(OSError):  # it may have gone first
            self._connection.sendall(framed(CLOSE, b"\x03\xe8"))

    def _is_enough(self, chunk: Chunk) -> bool:
        quiet = self._wire.quiet_seconds
        return quiet is not None and chunk.silence is not None and chunk.silence >= quiet

    def _chunk(self, data: bytes) -> Chunk:
        messages: list[bytes] = []
        silence = None
        for kind, payload in self._reader.frames(data):
            if kind in (TEXT, BINARY):
                messages.append(payload)
            elif kind == PING:
                self._connection.sendall(framed(PONG, payload[:125]))
            elif kind == PONG:
                silence = self._heard_at - self._told_at if not messages else 0.0
            elif kind == CLOSE:
                raise Retry(f"{self._host} closed the stream{_why(payload)}")
        if messages:
            self._told_at = self._heard_at
        return Chunk(messages, silence)

    def _keep_alive(self) -> None:
        now = monotonic()
        if now - self._heard_at > self._wire.dead_seconds:
            raise Retry(f"{self._host} has said nothing for {self._wire.dead_seconds:g} s")
        if 0 < self._wire.stalled_seconds < now - self._told_at:
            raise Retry(f"{self._host} brought nothing for {self._wire.stalled_seconds:g} s")
        if now - self._asked_at >= self._wire.ping_seconds:
            self._ping()

    def _ping(self) -> None:
        self._asked_at = monotonic()
        self._connection.sendall(framed(PING))


def _context() -> ssl.SSLContext:
    """Certificates are checked against those that requests brings, or one's own."""
    from requests.utils import DEFAULT_CA_BUNDLE_PATH

    path = os.environ.get("REQUESTS_CA_BUNDLE") or DEFAULT_CA_BUNDLE_PATH
    if Path(path).is_dir():
        return ssl.create_default_context(capath=path)
    return ssl.create_default_context(cafile=path)


def _why(payload: bytes) -> str:
    """The reason in a close frame: two bytes of a code, then words."""
    words = payload[2:].decode("utf-8", "replace").strip()
    return f": {words[:200]}" if words else ""


def _told(error: Exception) -> str:
    return str(getattr(error, "strerror", None) or error or type(error).__name__)[:300]

"""An instance's streams: they ring when a list has something new, and bring edits and deletions.

New statuses are still read from the list, by the cursor: a stream only says that it is time to.
So nothing is lost or doubled when a connection breaks, and while all is quiet nobody asks.
"""

import os
import ssl
import threading
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from http.client import HTTPConnection, HTTPException, HTTPResponse
from time import monotonic
from typing import Any
from urllib.parse import urlsplit

from listener.net import USER_AGENT, Reply
from listener.net_connect import Deadline, connect
from listener.ports import Reject, Retry, Secret
from sources.common import fields
from sources.common.asking import Meaning, failure
from sources.common.stream import Held

STREAMS_MAX = 4

_SILENCE_SECONDS = 60.0  # a stream that has nothing to say thumps every 15 seconds
_CONNECTED_SECONDS_MAX = 6 * 3_600.0
_LINE_BYTES_MAX = 1_000_000
_ERROR_BYTES_MAX = 100_000
_HELD_MAX = 2_000
_TAKEN_MAX = 1_000
_MEANINGS: dict[int, Meaning] = {
    401: ("login", "streams to logged-in users only (401): give a token, or set stream = false"),
    404: ("setup", "has no stream here (404): set stream_url, or stream = false"),
}


@dataclass(frozen=True, slots=True)
class Event:
    """``update``, ``status.update`` with a status, ``delete`` with an id; ``open`` at its begin.

    What was published before a stream stood is not on it: after ``open`` its list is read once.
    """

    kind: str
    payload: Any


@dataclass(frozen=True, slots=True)
class Line:
    """The way to the streams of one instance."""

    address: str
    token: Secret | None
    now: Callable[[], datetime]
    timeout_seconds: float
    allow_private: bool

    def events(self, path: str, stop: threading.Event) -> Iterator[Event]:
        """What the stream brings, until it ends or ``stop`` is set. Raises Retry and Reject."""
        parts = urlsplit(self.address)
        with Deadline(_CONNECTED_SECONDS_MAX) as deadline:
            connection = HTTPConnection(parts.hostname or "")
            try:
                self._connect(connection, deadline)
                connection.request(
                    "GET", f"{parts.path}{path}", headers=self._headers(parts.netloc)
                )
                with connection.getresponse() as response:
                    accepted = self._accepted(response)
                    yield Event("open", None)
                    yield from _events(accepted, stop)
            except (OSError, HTTPException, ValueError) as error:
                reason = f"the stream of {parts.hostname} broke off ({type(error).__name__})"
                raise Retry(reason) from error
            finally:
                connection.close()

    def _connect(self, connection: HTTPConnection, deadline: Deadline) -> None:
        parts = urlsplit(self.address)
        host, is_tls = parts.hostname or "", parts.scheme == "https"
        line: Any = connect(
            host,
            parts.port or (443 if is_tls else 80),
            timeout_seconds=self.timeout_seconds,
            deadline=deadline,
            allow_private=self.allow_private,
        )
        connection.sock = line
        if is_tls:
            connection.sock = _trusting().wrap_socket(line, server_hostname=host)
        connection.sock.settimeout(_SILENCE_SECONDS)

    def _accepted(self, response: HTTPResponse) -> HTTPResponse:
        if response.status != 200:
            body, headers = response.read(_ERROR_BYTES_MAX), dict(response.getheaders())
            refused = Reply(response.status, headers, body, self.address)
            raise failure(refused, self.now(), _MEANINGS)
        return response

    def _headers(self, host: str) -> dict[str, str]:
        login = {"Authorization": f"Bearer {self.token.reveal()}"} if self.token else {}
        return {"Host": host, "User-Agent": USER_AGENT, "Accept": "text/event-stream"} | login


@dataclass
class Heard:
    """What the streams brought, by the list they belong to.

    ``quiet`` are the lists whose stream stands and had nothing new; ``failures`` say why one
    doesn't stand.
    """

    events: dict[str, list[Event]] = field(default_factory=dict)
    quiet: set[str] = field(default_factory=set)
    failures: dict[str, Retry | Reject] = field(default_factory=dict)
    opened: int = 0


class Listening:
    """The streams of a source, held open between its polls."""

    def __init__(self) -> None:
        self._held: dict[str, Held[Event]] = {}

    def hear(self, cursor: str | None, line: Line, paths: Mapping[str, str], wait: float) -> Heard:
        """What came; where nothing did, wait so many seconds for it.

        Streams that are opened now may have missed something: there nobody waits.
        """
        heard = Heard()
        held = {key: self._held.setdefault(key, Held(_HELD_MAX)) for key in paths}
        new = {key for key, one in held.items() if not one.holds(cursor)}
        heard.opened = len(new)
        ends = monotonic() + (0.0 if new else wait)
        while True:
            for key, one in held.items():
                self._take(key, one, cursor, line, paths[key], heard)
            if heard.events or heard.failures or monotonic() >= ends:
                break
        heard.quiet = set(paths) - new - set(heard.events) - set(heard.failures)
        return heard

    def stands_at(self, cursor: str | None) -> None:
        """What was heard so far is covered by this cursor."""
        for held in self._held.values():
            held.stands_at(cursor)

    def _take(
        self, key: str, held: Held[Event], cursor: str | None, line: Line, path: str, heard: Heard
    ) -> None:
        stream, _ = held.at(cursor, lambda stop: line.events(path, stop))
        held.stands_at(cursor)
        taken = stream.take(0.1, _TAKEN_MAX, 0.0)
        if taken.items:
            heard.events.setdefault(key, []).extend(taken.items)
        if taken.ended:
            held.drop()
            known = isinstance(taken.error, Retry | Reject)
            ended = Retry(f"the stream of {urlsplit(line.address).hostname} ended")
            heard.failures[key] = taken.error if known else ended  # type: ignore[assignment]


def _events(response: HTTPResponse, stop: threading.Event) -> Iterator[Event]:
    """Server-sent events: a name, its data, an empty line; a line with a colon first is a thump."""
    kind, data = "", b""
    while not stop.is_set():
        line = response.readline(_LINE_BYTES_MAX + 1)
        if not line:
            return
        if len(line) > _LINE_BYTES_MAX:
            raise ValueError("a line is too long")
        name, _, value = line.strip().partition(b":")
        if name == b"event":
            kind = value.strip().decode(errors="replace")
        elif name == b"data":
            data = value.strip()
        elif not name and not value and kind:
            yield from _event(kind, data)
            kind, data = "", b""


def _event(kind: str, data: bytes) -> Iterator[Event]:
    if kind == "delete":
        yield Event(kind, data.decode(errors="replace"))
    elif kind in {"update", "status.update", "notification"}:
        try:
            yield Event(kind, fields.parsed(data))
        except ValueError:
            yield Event("update", None)  # the list will tell


def _trusting() -> ssl.SSLContext:
    """Trusts whom the other requests trust."""
    from requests.utils import DEFAULT_CA_BUNDLE_PATH

    authorities = os.environ.get("REQUESTS_CA_BUNDLE") or DEFAULT_CA_BUNDLE_PATH
    return ssl.create_default_context(cafile=authorities)

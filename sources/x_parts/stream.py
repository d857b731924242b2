"""The filtered stream: posts as they are written, over a connection that is held between polls.

tweepy's own stream reconnects and sleeps by itself for as long as it likes, and goes wherever a
name leads. So only the rules are set through tweepy; the connection is our own, to a checked
address, given up after half a minute without a sign of life, and closed after some hours at most.

What the stream hands out is billed whether or not anybody takes it. So it has a meter, and hangs
up when what the last poll was allowed is used up.
"""

import os
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import datetime
from http.client import HTTPConnection, HTTPException, HTTPResponse
from typing import Any
from urllib.parse import urlencode, urlsplit

from listener.net import USER_AGENT, Reply
from listener.net_connect import Deadline, connect
from listener.ports import Retry, Secret
from sources.common import fields
from sources.x_parts.asking import Asker, refusal, without_secret
from sources.x_parts.posts import EXPANSIONS, POST_FIELDS, USER_FIELDS

TAG = "mention-listener"
"""Marks the rules that are ours: an account may have others."""

_PATH = "/2/tweets/search/stream"
_SILENCE_SECONDS = 30.0
_CONNECTED_SECONDS_MAX = 6 * 3_600.0
_LINE_BYTES_MAX = 1_000_000
_ERROR_BYTES_MAX = 100_000


@dataclass
class Meter:
    """How many posts the stream may still hand out; set by polls, counted down by its thread."""

    left: int = 0
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def allow(self, posts: int) -> None:
        """So many from now on."""
        with self._lock:
            self.left = posts

    def count(self) -> bool:
        """One more came; whether another may."""
        with self._lock:
            self.left -= 1
            return self.left > 0


@dataclass(frozen=True, slots=True)
class Line:
    """The way to the stream."""

    base_url: str
    token: Secret
    now: Callable[[], datetime]
    timeout_seconds: float
    allow_private: bool

    def posts(self, meter: Meter, stop: threading.Event) -> Iterator[dict[str, Any]]:
        """What the stream hands out, until it ends or ``stop`` is set. Raises Retry and Reject."""
        with ExitStack() as open_:
            try:
                response = self._connected(open_)
                for line in _lines(response, stop):
                    message = _message(line)
                    yield message
                    if "data" in message and not meter.count():
                        return
            except (OSError, HTTPException, ValueError) as error:
                reason = f"the stream of X broke off ({type(error).__name__})"
                raise Retry(reason) from error

    def _connected(self, open_: ExitStack) -> HTTPResponse:
        """The answer that goes on; what must be closed after it is put into ``open_``."""
        parts = urlsplit(self.base_url)
        host, is_tls = parts.hostname or "", parts.scheme == "https"
        line: Any = connect(
            host,
            parts.port or (443 if is_tls else 80),
            timeout_seconds=self.timeout_seconds,
            deadline=open_.enter_context(Deadline(_CONNECTED_SECONDS_MAX)),
            allow_private=self.allow_private,
        )
        open_.callback(line.close)
        line.settimeout(_SILENCE_SECONDS)
        if is_tls:
            line = open_.enter_context(_trusting().wrap_socket(line, server_hostname=host))
        connection = HTTPConnection(host)
        connection.sock = line
        connection.request("GET", f"{_PATH}?{_parameters()}", headers=self._headers(parts.netloc))
        response = open_.enter_context(connection.getresponse())
        if response.status != 200:
            body, headers = response.read(_ERROR_BYTES_MAX), dict(response.getheaders())
            reply = Reply(response.status, headers, body, self.base_url)
            raise without_secret(refusal(reply, self.now()), self.token)
        return response

    def _headers(self, host: str) -> dict[str, str]:
        token = self.token.reveal()
        return {"Host": host, "Authorization": f"Bearer {token}", "User-Agent": USER_AGENT}


def set_rules(asker: Asker, queries: tuple[str, ...]) -> None:
    """Make the rules that are ours these queries. Raises Retry and Reject."""
    ours = {
        fields.text(rule, "value", chars_max=5_000): fields.name(rule, "id")
        for rule in fields.items(asker.rules(), "data")
        if fields.text(rule, "tag") == TAG
    }
    if old := [rule_id for value, rule_id in ours.items() if value not in queries]:
        asker.delete_rules(old)
    if new := [query for query in queries if query not in ours]:
        asker.add_rules(new, TAG)


def _parameters() -> str:
    asked = {"expansions": EXPANSIONS, "tweet.fields": POST_FIELDS, "user.fields": USER_FIELDS}
    return urlencode({name: ",".join(values) for name, values in asked.items()})


def _lines(response: HTTPResponse, stop: threading.Event) -> Iterator[bytes]:
    """The lines that say something; X sends an empty one every 20 seconds."""
    while not stop.is_set():
        line = response.readline(_LINE_BYTES_MAX + 1)
        if not line:
            return
        if len(line) > _LINE_BYTES_MAX:
            raise Retry(f"the stream of X sent a line of more than {_LINE_BYTES_MAX:,} bytes")
        if line.strip():
            yield line


def _message(line: bytes) -> dict[str, Any]:
    """A post, or an error with which X announces that it hangs up; this raises Retry."""
    message = fields.parsed(line)
    if not isinstance(message, dict):
        raise Retry("the stream of X sent something that is no object")
    if "data" not in message and "errors" in message:
        title = fields.text(message, "errors", 0, "title", chars_max=100) or "without a reason"
        raise Retry(f"X ended the stream: {title}")
    return message


def _trusting() -> ssl.SSLContext:
    """Trusts whom the other requests trust."""
    from requests.utils import DEFAULT_CA_BUNDLE_PATH

    authorities = os.environ.get("REQUESTS_CA_BUNDLE") or DEFAULT_CA_BUNDLE_PATH
    return ssl.create_default_context(cafile=authorities)

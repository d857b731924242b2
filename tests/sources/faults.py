"""The faults of a site, as tables, and a server that says nothing or too little at a time.

What a site may do to a source besides answering well: each entry is one way, with a name that
shows in the test's id. ``conformance.py`` drives every source through them.
"""

import socket
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from datetime import datetime, timedelta
from email.utils import format_datetime
from typing import Any

from tests.sources.standins.serving import Answer

STATES: dict[int, frozenset[str]] = {
    401: frozenset({"login"}),
    402: frozenset({"credits"}),
    403: frozenset({"blocked", "login", "suspended"}),
    404: frozenset({"gone"}),
    410: frozenset({"gone"}),
    429: frozenset({"rate limit", "quota"}),
    500: frozenset({"outage"}),
    502: frozenset({"outage"}),
    503: frozenset({"outage"}),
}
"""What a status may be told as, unless a site means something else by it."""

WAIT_SECONDS = 120


def _in_two_minutes(now: datetime) -> datetime:
    return now + timedelta(seconds=WAIT_SECONDS)


Spelling = Callable[[datetime], Answer]

CLEAR_WAITS: dict[str, Spelling] = {
    "seconds": lambda _: Answer(429, headers={"Retry-After": "120"}),
    "date": lambda now: Answer(
        429, headers={"Retry-After": format_datetime(_in_two_minutes(now), usegmt=True)}
    ),
    "epoch": lambda now: Answer(
        429, headers={"x-rate-limit-reset": f"{_in_two_minutes(now).timestamp():.0f}"}
    ),
    "iso": lambda now: Answer(429, headers={"X-RateLimit-Reset": _in_two_minutes(now).isoformat()}),
    "reset": lambda _: Answer(429, headers={"x-ratelimit-reset": "120"}),
    "body": lambda _: Answer(429, {"errors": ["slow down"], "extras": {"wait_seconds": 120}}),
    "both": lambda _: Answer(429, headers={"Retry-After": "120", "x-ratelimit-reset": "30"}),
}
"""Spellings of "come back in two minutes"."""

ODD_WAITS: dict[str, Spelling] = {
    "none": lambda _: Answer(429),
    "past": lambda now: Answer(
        429, headers={"Retry-After": format_datetime(now - timedelta(hours=1), usegmt=True)}
    ),
    "garbage": lambda _: Answer(429, headers={"Retry-After": "soon", "x-rate-limit-reset": "?"}),
    "huge": lambda _: Answer(429, headers={"Retry-After": "9" * 30}),
    "negative": lambda _: Answer(429, headers={"Retry-After": "-5", "x-ratelimit-reset": "-5"}),
    "infinite": lambda _: Answer(429, headers={"x-ratelimit-reset": "inf"}),
    "no number": lambda _: Answer(429, headers={"x-rate-limit-reset": "nan"}),
    "year 9999": lambda _: Answer(429, headers={"x-rate-limit-reset": "9999-12-31T23:59:59Z"}),
    "huge body": lambda _: Answer(429, b'{"retry_after": ' + b"9" * 400 + b"}"),
    "odd body": lambda _: Answer(429, {"retry_after": ["120"], "extras": None}),
}
"""Spellings that say nothing, or nothing that anybody could wait for."""

HTML = Answer(200, b"<!doctype html><title>Sign in</title>", {"Content-Type": "text/html"})

REDIRECTED = "/again"
"""Where a site's redirects lead: what is sent there, no source knows of."""

BODIES: dict[str, Answer] = {
    "html": HTML,
    "empty": Answer(200, b""),
    "no content": Answer(204, b""),
    "null": Answer(200, b"null"),
    "list": Answer(200, [1, "x", None, [], {}]),
    "empty list": Answer(200, []),
    "number": Answer(200, b"42"),
    "infinity": Answer(200, b"-Infinity"),
    "huge number": Answer(200, b"9" * 5_000),
    "string": Answer(200, b'"ok"'),
    "empty object": Answer(200, {}),
    "half": Answer(200, b'{"hits": [{"objectID": "1", "tex'),
    "cut": Answer(200, {"data": "x" * 5_000}, cut=True),
    "not utf-8": Answer(200, b'{"data": "\xff\xfe\xfd"}'),
    "deep": Answer(200, b"[" * 100_000),
    "deep object": Answer(200, b'{"data":' * 50_000),
    "endless redirect": Answer(302, b"", {"Location": REDIRECTED}),
    "redirect to a file": Answer(302, b"", {"Location": "file:///etc/passwd"}),
}
"""Answers of status 200 (or nearly) that are not what was asked for."""

TEXTS: dict[str, str] = {
    "emoji": "Norvia 🎉👩🏽‍🚀🇫🇮 arrived",
    "right to left": "نورفيا Norvia \u200fשלום\u200f \u202eabc",
    "nul": "Norvia was here\x00 and there",
    "lone surrogate": "Norvia \ud83d half an emoji \udc00",
    "one megabyte": "Norvia " + "long words " * 95_000,
    "markup": "Norvia <b onmouseover=alert(1)>bold</b> &amp;amp; &#0; <script>x()</script> <![CDA",
    "lines": "Norvia\r\n\u2028second\x0b\x85line",
}

OTHER_VALUES: tuple[Any, ...] = (None, [], {}, "", "x" * 50, 7, -1, 10**30, 1.5, True, [{}], [[]])
"""What a field may turn into."""


Talk = Callable[[socket.socket, threading.Event], None]


def silence(_: socket.socket, stop: threading.Event) -> None:
    """Takes the request and never says a word."""
    stop.wait(30)


def drip(connection: socket.socket, stop: threading.Event) -> None:
    """Sends a byte now and then, each in time for any time-out that starts anew."""
    head = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 1000000\r\n\r\n"
    connection.sendall(head)
    while not stop.wait(0.03):
        connection.sendall(b" ")


def reset(connection: socket.socket, _: threading.Event) -> None:
    """Cuts the line in the middle of the head."""
    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Ty")


def gibberish(connection: socket.socket, _: threading.Event) -> None:
    """Speaks no HTTP."""
    connection.sendall(b"\x16\x03\x01SSH-2.0-x\r\n\r\n" * 3)


@contextmanager
def talking(talk: Talk) -> Iterator[tuple[str, Mapping[str, int]]]:
    """A server on the loopback that reads a request and lets ``talk`` answer; counts them."""
    stop, counted = threading.Event(), {"connections": 0}

    def serve(connection: socket.socket) -> None:
        with connection, suppress(OSError):
            connection.recv(65_536)
            talk(connection, stop)

    def accept() -> None:
        with suppress(OSError):
            while True:
                connection, _ = listening.accept()
                counted["connections"] += 1
                threading.Thread(target=serve, args=(connection,), daemon=True).start()

    with socket.create_server(("127.0.0.1", 0)) as listening:
        thread = threading.Thread(target=accept, daemon=True)
        thread.start()
        try:
            yield f"http://127.0.0.1:{listening.getsockname()[1]}", counted
        finally:
            stop.set()
            listening.shutdown(socket.SHUT_RDWR)
            thread.join(5)

"""What every stand-in shares: a world of posts on a clock that a test sets, and an HTTP server.

A stand-in fills in ``answer`` after its site's official reference, names the pages it follows,
and says in ``source`` how the source under test is set up to read it. Tests, the campaigns and
the simulated year drive all of them through what stands here.
"""

import json
import threading
from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, ClassVar, TypeVar
from urllib.parse import parse_qs, urlsplit

from listener.model import Brand
from listener.ports import Source

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)
NORVIA = Brand("norvia", names=("Norvia",), handles=("@norvia",), hashtags=("#norvia",))


@dataclass(frozen=True, slots=True)
class Entry:
    """A post in the world of a stand-in; ``deleted_at`` and ``edited_at`` are None until then."""

    id: str
    text: str
    author: str
    at: datetime
    reply_to: str = ""
    edited_at: datetime | None = None
    deleted_at: datetime | None = None
    likes: int = 0


@dataclass(frozen=True, slots=True)
class Asked:
    """A request as it came."""

    at: datetime
    method: str
    path: str
    query: Mapping[str, list[str]]
    headers: Mapping[str, str]
    body: bytes

    def one(self, name: str, default: str = "") -> str:
        """A parameter's only value."""
        return self.query.get(name, [default])[0]


@dataclass(frozen=True, slots=True)
class Answer:
    """A response; ``body`` may be bytes or a value to write as JSON."""

    status: int = 200
    body: Any = b""
    headers: Mapping[str, str] = field(default_factory=dict)
    cut: bool = False  # promise the whole length, send half, hang up

    def content(self) -> bytes:
        return self.body if isinstance(self.body, bytes) else json.dumps(self.body).encode()


class Host(ABC):
    """A server on the loopback. ``now`` is its clock; ``trouble`` an answer it gives to everything.

    ``trouble`` may also be ``"down"``: it hangs up without a word. ``queued`` holds answers given
    once each, before anything else. ``asked`` is every request.
    """

    def __init__(self, now: datetime = NOON) -> None:
        self.now = now
        self.trouble: Answer | str | None = None
        self.queued: list[Answer | str] = []
        self.asked: list[Asked] = []
        self.url = ""
        self._lock = threading.RLock()

    @abstractmethod
    def answer(self, asked: Asked) -> Answer:
        """The site's answer to one request."""

    def requests_since(self, at: datetime) -> int:
        return sum(1 for asked in self.asked if asked.at >= at)

    def respond(self, asked: Asked) -> Answer | str:
        with self._lock:
            self.asked.append(asked)
            if self.queued:
                return self.queued.pop(0)
            return self.trouble if self.trouble is not None else self.answer(asked)


class StandIn(Host):
    """A site with posts, and the source that reads it.

    ``billed`` counts, by UTC day and post id, how often a post was handed out (for sites that
    charge by it).
    """

    name: ClassVar[str] = ""
    """The source's type."""

    def __init__(self, now: datetime = NOON) -> None:
        super().__init__(now)
        self.entries: dict[str, Entry] = {}
        self.gone_authors: dict[str, datetime] = {}
        self.billed: Counter[tuple[str, str]] = Counter()

    # What a test does to the world.

    def publish(
        self, text: str, *, author: str = "ada", at: datetime | None = None, reply_to: str = ""
    ) -> str:
        """Publish a post; its native id comes back."""
        with self._lock:
            moment = at or self.now
            entry = Entry(self.next_id(moment), text, author, moment, reply_to)
            self.entries[entry.id] = entry
            self.published(entry)
            return entry.id

    def edit(self, post_id: str, text: str) -> None:
        with self._lock:
            self.entries[post_id] = replace(self.entries[post_id], text=text, edited_at=self.now)
            self.changed(self.entries[post_id])

    def delete(self, post_id: str) -> None:
        with self._lock:
            self.entries[post_id] = replace(self.entries[post_id], deleted_at=self.now)
            self.changed(self.entries[post_id])

    def remove_author(self, author: str) -> None:
        with self._lock:
            self.gone_authors[author] = self.now

    # What a stand-in fills in.

    def next_id(self, at: datetime) -> str:
        """The next native id, as the site gives them."""
        return str(len(self.entries) + 1)

    def published(self, entry: Entry) -> None:
        """Called for each new post: for sites that stream."""

    def changed(self, entry: Entry) -> None:
        """Called for each edit and deletion: for sites that stream."""

    @abstractmethod
    def source(self, *brands: Brand, **settings: Any) -> Source:
        """The source under test, set up for this site and its clock (``now=lambda: self.now``)."""

    # Helpers.

    def visible(self) -> list[Entry]:
        """What is there now, oldest first."""
        return sorted(
            (
                entry
                for entry in self.entries.values()
                if entry.at <= self.now
                and entry.deleted_at is None
                and entry.author not in self.gone_authors
            ),
            key=lambda entry: (entry.at, entry.id),
        )

    def bill(self, *post_ids: str) -> None:
        """These posts were handed out."""
        self.billed.update((f"{self.now:%Y-%m-%d}", post_id) for post_id in post_ids)


SomeHost = TypeVar("SomeHost", bound=Host)


@contextmanager
def serving(site: SomeHost) -> Iterator[SomeHost]:
    """The site at 127.0.0.1, its address in ``url``."""
    with ThreadingHTTPServer(("127.0.0.1", 0), _handler(site)) as server:
        server.daemon_threads = True
        site.url = f"http://127.0.0.1:{server.server_port}"
        threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
        try:
            yield site
        finally:
            server.shutdown()


def _handler(site: Host) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        wbufsize = -1  # head and body leave together

        def do_GET(self) -> None:
            length = int(self.headers.get("Content-Length") or 0)
            parts = urlsplit(self.path)
            asked = Asked(
                site.now,
                self.command,
                parts.path,
                parse_qs(parts.query, keep_blank_values=True),
                {key.lower(): value for key, value in self.headers.items()},
                self.rfile.read(length) if length else b"",
            )
            answer = site.respond(asked)
            if isinstance(answer, str):  # hangs up
                self.close_connection = True
                return
            content = answer.content()
            self.send_response(answer.status)
            for name, value in (
                {"Content-Type": "application/json"} | dict(answer.headers)
            ).items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content[: len(content) // 2] if answer.cut else content)

        do_POST = do_PUT = do_DELETE = do_HEAD = do_GET  # noqa: N815

        def log_message(self, *_: object) -> None:
            pass

    return Handler


SECOND, MINUTE, HOUR, DAY = (timedelta(seconds=n) for n in (1, 60, 3600, 86_400))

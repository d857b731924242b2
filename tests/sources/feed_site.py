"""A web site on the loopback whose pages a test may change, and sources that read it."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from listener.model import Batch
from sources.common.politeness import Politeness
from sources.feed import FeedSource
from sources.feed_parts.document import Document
from sources.feed_parts.parse import read_document

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)


def rss(*items: str) -> bytes:
    """A feed of items like ``id|text``."""
    parts = [item.partition("|") for item in items]
    told = "".join(
        f"<item><guid isPermaLink='false'>{name}</guid><description>{text}</description></item>"
        for name, _, text in parts
    )
    return f"<rss version='2.0'><channel><title>x</title>{told}</channel></rss>".encode()


Answer = tuple[int, dict[str, str], bytes]


class Site:
    """A web site whose pages a test may change, and what it was asked for."""

    def __init__(self) -> None:
        self.pages: dict[str, Answer | Callable[[], Answer]] = {}
        self.asked: list[tuple[str, dict[str, str]]] = []
        self.url = ""

    def serve(self, path: str, body: bytes = b"", status: int = 200, **headers: str) -> str:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        self.pages[path] = (status, named, body)
        return self.url + path

    def answer(self, path: str, headers: dict[str, str]) -> Answer:
        self.asked.append((path, headers))
        page = self.pages.get(path, (404, {}, b""))
        status, said, body = page() if callable(page) else page
        validators = {
            (said.get("ETag"), headers.get("If-None-Match")),
            (said.get("Last-Modified"), headers.get("If-Modified-Since")),
        }
        unchanged = any(ours is not None and ours == theirs for ours, theirs in validators)
        return (304, said, b"") if unchanged else (status, said, body)

    def paths(self) -> list[str]:
        return [path for path, _ in self.asked]


@contextmanager
def serving() -> Iterator[Site]:
    """A site at 127.0.0.1."""
    site = Site()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            status, headers, body = site.answer(self.path, dict(self.headers))
            self.send_response(status)
            for name, value in ({"Content-Length": str(len(body))} | headers).items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        site.url = f"http://127.0.0.1:{server.server_port}"
        threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
        yield site
        server.shutdown()


class Reader:
    """Reads documents in this process, which is faster, and counts them."""

    def __init__(self) -> None:
        self.read: list[str] = []

    def __call__(self, body: bytes, content_type: str, url: str, entries_max: int) -> Document:
        self.read.append(url)
        return read_document(body, content_type, url, entries_max)


def source(*urls: str, **settings: object) -> FeedSource:
    preset: dict[str, object] = {
        "allow_private": True,
        "parse": Reader(),
        "politeness": Politeness(spacing_seconds=0),
        "now": lambda: NOON,
    }
    return FeedSource(list(urls), **(preset | settings))  # type: ignore[arg-type]


def told(batch: Batch) -> dict[str, str]:
    return {post.native_id: post.text for post in batch.posts}


def fault(batch: Batch) -> str:
    (only,) = batch.faults
    return only.reason

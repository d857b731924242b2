"""Real places on loopback for whole-daemon campaigns: a growing feed, and a webhook that counts."""

import hashlib
import hmac
import json
import threading
from collections import Counter
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self

SECRET = "a secret nobody guesses"
ITEMS_SHOWN = 60


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, *_: Any) -> None:
        """A client that was killed is no fault of the place."""


class Place:
    """An HTTP server on loopback, in a thread, as a context manager."""

    handler: type[BaseHTTPRequestHandler]

    def __enter__(self) -> Self:
        self.server = _Server(("127.0.0.1", 0), self.handler)
        self.server.place = self  # type: ignore[attr-defined]
        self.lock = threading.Lock()
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self.server.shutdown()
        self.server.server_close()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server.server_port}/"


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def answer(self, status: int, body: bytes, content_type: str) -> None:
        self.send_response(status)
        self.send_header("Content-Type", content_type)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: Any) -> None:
        """Quiet."""


class _FeedHandler(_Handler):
    def do_GET(self) -> None:
        self.answer(200, self.server.place.page(), "application/rss+xml")  # type: ignore[attr-defined]


class GrowingFeed(Place):
    """A feed that has one more item at each look until ``items_max``; shows the newest sixty."""

    handler = _FeedHandler

    def __init__(self, items_max: int) -> None:
        self.items_max = items_max
        self.published = 0

    def page(self) -> bytes:
        with self.lock:
            self.published = min(self.published + 1, self.items_max)
            newest = range(max(0, self.published - ITEMS_SHOWN), self.published)
        items = "".join(
            f"<item><guid>{n}</guid><title>Item {n}</title>"
            f"<description>Norvia lost bag {n}, help!</description></item>"
            for n in reversed(newest)
        )
        page = f'<rss version="2.0"><channel><title>t</title>{items}</channel></rss>'
        return page.encode()


class _HookHandler(_Handler):
    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        signed = hmac.new(SECRET.encode(), body, hashlib.sha256).hexdigest()
        genuine = hmac.compare_digest(self.headers["X-Listener-Signature"], f"sha256={signed}")
        self.server.place.take(json.loads(body), genuine)  # type: ignore[attr-defined]
        self.answer(200, b"{}", "application/json")


class Hook(Place):
    """A webhook that keeps what it was told: key → the mentions told under it, and how often.

    ``changed`` names what was missing or added when a telling came again. ``taken_back`` is, for
    each post, when it was last taken back, and ``shown`` when it was last shown, by the count of
    what came; ``shown_again`` names those that were shown after they were taken back.
    """

    handler = _HookHandler

    def __init__(self) -> None:
        self.told: dict[str, frozenset[str]] = {}
        self.times: Counter[str] = Counter()
        self.forged = 0
        self.changed: list[tuple[str, str]] = []
        self.shown: dict[str, int] = {}
        self.taken_back: dict[str, int] = {}
        self.shown_again: list[str] = []

    def take(self, alert: dict[str, Any], genuine: bool) -> None:
        mentions = frozenset(f"{told['post']['id']}#{told['brand']}" for told in alert["mentions"])
        with self.lock:
            self.forged += not genuine
            before = self.told.setdefault(alert["key"], mentions)
            self.changed += [(alert["key"], mention) for mention in before ^ mentions]
            self.times[alert["key"]] += 1
            self._note_posts(alert, sum(self.times.values()))

    def _note_posts(self, alert: dict[str, Any], at: int) -> None:
        for told in alert["mentions"]:
            post_id = told["post"]["id"]
            self.shown[post_id] = at
            if post_id in self.taken_back:
                self.shown_again.append(f"{post_id} in {alert['key']}")
        for post_id in alert.get("retracted", ()):
            self.taken_back[post_id] = at

    @property
    def duplicates(self) -> int:
        """Tellings that came more than once, each recognisable by its key."""
        return sum(times - 1 for times in self.times.values())

    def mentions(self) -> Counter[str]:
        """In how many different tellings each mention came."""
        with self.lock:
            return Counter(mention for told in self.told.values() for mention in told)

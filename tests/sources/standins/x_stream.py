"""X's filtered stream, beside the stand-in of its other parts.

After docs.x.com/x-api/posts/filtered-stream/introduction and /x-api/fundamentals/
handling-disconnections: rules with values and tags, one connection, chunked lines, an empty line
as a sign of life, an error as the last line where X hangs up.
"""

import json
import queue
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from listener.model import Brand
from sources.x import XSource
from tests.sources.standins.serving import Answer, Asked, Entry, serving
from tests.sources.standins.x_query import Facts, compiled
from tests.sources.standins.x_site import TOKEN, XSite, problem

RULES = "/2/tweets/search/stream/rules"
KEEP_ALIVE_SECONDS = 0.1

END = {"title": "operational-disconnect", "disconnect_type": "UpstreamOperationalDisconnect"}


class XStreamSite(XSite):
    """``hang_up`` ends the connection, ``connected`` counts how often there was one."""

    requests_max = XSite.requests_max | {RULES: 450}

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        self.rules: dict[str, dict[str, str]] = {}
        self.stream_url = ""
        self.connected = 0
        self.open = threading.Event()
        self._line: queue.Queue[dict[str, Any] | None] | None = None

    def source(self, *brands: Brand, **settings: Any) -> XSource:
        more = {"stream": True, "stream_url": self.stream_url, "stream_wait_seconds": 0.5}
        return super().source(*brands, **more | settings)

    def answer(self, asked: Asked) -> Answer:
        if asked.path == RULES and asked.headers.get("authorization") == f"Bearer {TOKEN}":
            return self._change(json.loads(asked.body)) if asked.body else self._listed()
        return super().answer(asked)

    def published(self, entry: Entry) -> None:
        super().published(entry)
        self._push(entry.id, entry)

    def changed(self, entry: Entry) -> None:
        super().changed(entry)
        if entry.deleted_at is None:
            self._push(self._versions[entry.id][-1][0], entry)

    def hang_up(self) -> None:
        if self._line is not None:
            self._line.put({"errors": [END | {"detail": "This stream has been disconnected."}]})
            self._line.put(None)
        self._line = None
        self.open.clear()

    def _listed(self) -> Answer:
        data = [{"id": one} | rule for one, rule in self.rules.items()]
        return Answer(200, {"meta": {"result_count": len(data)}} | ({"data": data} if data else {}))

    def _change(self, body: dict[str, Any]) -> Answer:
        for rule in body.get("add", []):
            self.rules[str(1_000 + len(self.rules))] = rule
        for one in body.get("delete", {}).get("ids", []):
            del self.rules[one]
        return Answer(201, {"meta": {"summary": {"created": 1, "valid": 1}}})

    def _push(self, version: str, entry: Entry) -> None:
        facts = Facts(entry.text, entry.author, reply=bool(entry.reply_to))
        matching = [
            {"id": one, "tag": rule.get("tag", "")}
            for one, rule in self.rules.items()
            if compiled(rule["value"])(facts)
        ]
        if self._line is None or not matching:
            return
        self._bill([version], read=True)
        names = {"author_id", "conversation_id", "created_at", "lang", "referenced_tweets"}
        asked = Asked(self.now, "GET", "", {"expansions": ["author_id"]}, {}, b"")
        users = self._body(asked, [version])["includes"]
        data = self._post(version, names | {"id", "text", "edit_history_tweet_ids"})
        self._line.put({"data": data, "includes": users, "matching_rules": matching})

    def connect(self) -> "queue.Queue[dict[str, Any] | None] | Answer":
        with self._lock:
            if not self.rules:
                return problem(409, "RuleConfigurationIssue", "Define rules before connecting.")
            if self._line is not None:
                return problem(429, "ConnectionException", "This stream is at its maximum.")
            self._line = queue.Queue()
            self.connected += 1
            self.open.set()
            return self._line

    def left(self, line: "queue.Queue[dict[str, Any] | None]") -> None:
        with self._lock:
            if self._line is line:
                self._line = None
                self.open.clear()


@contextmanager
def streaming(site: XStreamSite) -> Iterator[XStreamSite]:
    """The site served, its stream too."""
    with serving(site), ThreadingHTTPServer(("127.0.0.1", 0), _handler(site)) as server:
        server.daemon_threads = True
        site.stream_url = f"http://127.0.0.1:{server.server_port}"
        threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
        try:
            yield site
        finally:
            site.hang_up()
            server.shutdown()


def _handler(site: XStreamSite) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            self.close_connection = True
            authorized = self.headers.get("Authorization") == f"Bearer {TOKEN}"
            line = site.connect() if authorized else problem(401, "Unauthorized")
            if isinstance(line, Answer):
                self._refuse(line)
                return
            self.send_response(200)
            self.send_header("Transfer-Encoding", "chunked")
            self.end_headers()
            with suppress(OSError):
                self._talk(line)
            site.left(line)

        def _talk(self, line: "queue.Queue[dict[str, Any] | None]") -> None:
            while (message := _next(line)) is not None:
                self._chunk(json.dumps(message).encode() + b"\r\n" if message else b"\r\n")
            self.wfile.write(b"0\r\n\r\n")

        def _chunk(self, content: bytes) -> None:
            self.wfile.write(f"{len(content):x}\r\n".encode() + content + b"\r\n")
            self.wfile.flush()

        def _refuse(self, answer: Answer) -> None:
            self.send_response(answer.status)
            self.send_header("Content-Length", str(len(answer.content())))
            self.end_headers()
            self.wfile.write(answer.content())

        def log_message(self, *_: object) -> None:
            pass

    return Handler


def _next(line: "queue.Queue[dict[str, Any] | None]") -> dict[str, Any] | None:
    """The next message; an empty one as a sign of life; None at the end."""
    try:
        return line.get(timeout=KEEP_ALIVE_SECONDS)
    except queue.Empty:
        return {}

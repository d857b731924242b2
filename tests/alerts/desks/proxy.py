"""A proxy on loopback between us and a tracker, which fails as it is told: the way there is bad.

It listens on its port before anybody is behind it, so that a tracker can be told that address as
its own. What a fault does to a request is chosen when the request comes, by ``plan``.
"""

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPException
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Literal

WRITES = ("POST", "PUT", "PATCH", "DELETE")
_HOP = {"connection", "keep-alive", "transfer-encoding", "content-length", "te", "upgrade"}

Headers = tuple[tuple[str, str], ...]
What = Literal["status", "hang up", "lose the answer"]


@dataclass(frozen=True, slots=True)
class Fault:
    """What becomes of one request. ``lose the answer``: it is done, and nobody hears of it."""

    what: What
    status: int = 500
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = b"<h1>no</h1>"


@dataclass
class Proxy:
    """``plan`` is asked for each request by its method and path. ``seen`` are all that came."""

    port: int = 0
    behind: int = 0
    plan: Callable[[str, str], Fault | None] = lambda method, path: None
    seen: list[tuple[str, str]] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def once(self, fault: Fault, after: int = 0, only: tuple[str, ...] = ()) -> None:
        """Let one request fail: the one that comes after so many others of these methods."""
        left = [after]

        def plan(method: str, path: str) -> Fault | None:
            if only and method not in only:
                return None
            left[0] -= 1
            return fault if left[0] == -1 else None

        self.plan = plan

    def calm(self) -> None:
        self.plan = lambda method, path: None


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 64

    def __init__(self, proxy: Proxy) -> None:
        self.proxy = proxy
        super().__init__(("127.0.0.1", 0), _Handler)


class _Handler(BaseHTTPRequestHandler):
    server: _Server
    protocol_version = "HTTP/1.1"
    timeout = 10

    def do_GET(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        proxy = self.server.proxy
        with proxy.lock:
            proxy.seen.append((self.command, self.path))
            fault = proxy.plan(self.command, self.path)
        if fault is None:
            self.answer(*self.forwarded(body))
        elif fault.what == "status":
            self.answer(fault.status, fault.headers, fault.body)
        else:
            if fault.what == "lose the answer":
                self.forwarded(body)
            self.close_connection = True
            self.connection.shutdown(socket.SHUT_RDWR)

    def do_POST(self) -> None:
        self.do_GET()

    def do_PUT(self) -> None:
        self.do_GET()

    def do_PATCH(self) -> None:
        self.do_GET()

    def do_DELETE(self) -> None:
        self.do_GET()

    def forwarded(self, body: bytes) -> tuple[int, Headers, bytes]:
        sent = {name: value for name, value in self.headers.items() if name.lower() not in _HOP}
        behind = HTTPConnection("127.0.0.1", self.server.proxy.behind, timeout=20)
        try:
            behind.request(self.command, self.path, body or None, sent)
            got = behind.getresponse()
            return got.status, tuple(got.getheaders()), got.read()
        except (OSError, HTTPException):
            return 502, (), b"nobody is behind me"
        finally:
            behind.close()

    def answer(self, status: int, headers: Headers, body: bytes) -> None:
        self.send_response_only(status)
        for name, value in headers:
            if name.lower() not in _HOP:
                self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Connection", "close")
        self.end_headers()
        self.wfile.write(body)
        self.close_connection = True

    def log_message(self, *_: object) -> None:
        pass


@contextmanager
def standing() -> Iterator[Proxy]:
    proxy = Proxy()
    with _Server(proxy) as server:
        proxy.port = server.server_port
        thread = threading.Thread(target=server.serve_forever, args=(0.02,))
        thread.start()
        try:
            yield proxy
        finally:
            server.shutdown()
            thread.join()

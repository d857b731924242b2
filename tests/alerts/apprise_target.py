"""A target on loopback for Apprise's services: it keeps what it gets and answers as it is told.

As a proxy it also stands in for services whose host is fixed (Discord, Telegram, Teams): it
accepts CONNECT for any host and speaks TLS with a certificate that signed itself.
"""

import json
import shutil
import ssl
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

HOSTS = ("discord.com", "api.telegram.org", "hooks.slack.com", "contoso.logic.azure.com")


@dataclass(frozen=True)
class Call:
    """One request. ``host`` is the one that was meant."""

    host: str
    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


@dataclass
class Target:
    """What came in, and what to answer: by path where it is listed, else ``status``."""

    status: int = 200
    answer: bytes = b'{"ok": true}'
    headers: dict[str, str] = field(default_factory=dict)
    by_path: dict[str, int] = field(default_factory=dict)
    calls: list[Call] = field(default_factory=list)
    drips: bool = False
    port: int = 0
    over: threading.Event = field(default_factory=threading.Event)

    def url(self, schema: str, rest: str = "") -> str:
        return f"{schema}://127.0.0.1:{self.port}/{rest}"


@contextmanager
def target(certificate: Path | None = None, **answer: Any) -> Iterator[Target]:
    """A running target; with a certificate (see :func:`make_certificate`) it is a proxy too."""
    kept = Target(**answer)
    context = None
    if certificate is not None:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate / "own.pem", certificate / "key.pem")
    handler = type("Handler", (_Handler,), {"kept": kept, "context": context})
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        kept.port = server.server_port
        thread = threading.Thread(target=server.serve_forever, args=(0.02,))
        thread.start()
        try:
            yield kept
        finally:
            kept.over.set()
            server.shutdown()
            thread.join()


def make_certificate(folder: Path) -> Path | None:
    """A certificate for the hosts of fixed services, or None where openssl is missing."""
    if not shutil.which("openssl"):
        return None
    names = ",".join(f"DNS:{host}" for host in HOSTS)
    command = "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2"
    command += f" -subj /CN=stand-in -addext subjectAltName={names}"
    command += f" -addext keyUsage=critical,keyCertSign,digitalSignature -keyout {folder}/key.pem"
    subprocess.run([*command.split(), "-out", f"{folder}/own.pem"], check=True, capture_output=True)
    return folder


class _Handler(BaseHTTPRequestHandler):
    kept: Target
    context: ssl.SSLContext | None
    protocol_version = "HTTP/1.1"
    timeout = 5
    wbufsize = -1  # an answer is one packet
    disable_nagle_algorithm = True

    def do_CONNECT(self) -> None:
        assert self.context is not None
        self.send_response_only(200)
        self.end_headers()
        self.wfile.flush()
        with suppress(OSError):
            self.connection = self.context.wrap_socket(self.connection, server_side=True)
            self.rfile = self.connection.makefile("rb")
            self.wfile = self.connection.makefile("wb")
            self.close_connection = False

    def finish(self) -> None:
        with suppress(OSError):
            super().finish()
        self.connection.close()  # the TLS one, which the server doesn't know

    def _take(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        host = self.headers.get("Host", "")
        self.kept.calls.append(Call(host, self.path, dict(self.headers), body))
        if self.kept.drips:
            self._drip()
            return
        self.send_response(self.kept.by_path.get(self.path, self.kept.status))
        for name, value in self.kept.headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(self.kept.answer)))
        self.end_headers()
        self.wfile.write(self.kept.answer)

    do_GET = do_POST = do_PUT = _take  # noqa: N815

    def _drip(self) -> None:
        with suppress(OSError):
            self.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n")
            while not self.kept.over.wait(0.05):
                self.wfile.write(b"x")
                self.wfile.flush()
        self.close_connection = True

    def log_message(self, *_: object) -> None:
        pass

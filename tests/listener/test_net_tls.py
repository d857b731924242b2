"""TLS towards servers whose certificate is wrong, right, or never comes."""

import shutil
import socket
import ssl
import subprocess
import threading
from collections.abc import Iterator
from contextlib import closing
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from listener.net import Reply, request
from listener.ports import Reject, Retry


class Handler(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        moved = self.path == "/moved"
        self.send_response(302 if moved else 200)
        if moved:
            self.send_header("Location", "http://example.org/")
        self.end_headers()
        self.wfile.write(b"sealed")

    def log_message(self, *_: object) -> None:
        pass


class QuietServer(ThreadingHTTPServer):
    def handle_error(self, *_: object) -> None:
        """A client that refuses the certificate is what these tests are about."""


def get(url: str, total_seconds: float = 4.0) -> Reply:
    return request("GET", url, total_seconds=total_seconds, allow_private=True)


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A certificate for ``localhost`` that signed itself, and its key, in one file."""
    if not shutil.which("openssl"):
        pytest.skip("needs the openssl command to make a certificate")
    folder = tmp_path_factory.mktemp("tls")
    command = "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2"
    command += " -subj /CN=localhost -addext subjectAltName=DNS:localhost"
    command += f" -addext keyUsage=critical,keyCertSign,digitalSignature -keyout {folder}/key.pem"
    subprocess.run([*command.split(), "-out", f"{folder}/own.pem"], check=True, capture_output=True)
    with (folder / "own.pem").open("a") as both:
        both.write((folder / "key.pem").read_text())
    return folder / "own.pem"


@pytest.fixture
def port(certificate: Path) -> Iterator[int]:
    """The port of a server that holds this certificate."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    with QuietServer(("127.0.0.1", 0), Handler) as server:
        server.socket = context.wrap_socket(
            server.socket, server_side=True, do_handshake_on_connect=False
        )
        threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
        yield server.server_port
        server.shutdown()


@pytest.fixture
def vouched_for(certificate: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(certificate))


def test_a_certificate_that_nobody_vouches_for_is_refused(port: int) -> None:
    with pytest.raises(Retry, match=r"certificate of localhost is not accepted: self.signed"):
        get(f"https://localhost:{port}/")


@pytest.mark.usefixtures("vouched_for")
def test_the_name_is_verified_though_the_address_was_checked(port: int) -> None:
    assert get(f"https://localhost:{port}/").body == b"sealed"
    with pytest.raises(Retry, match=r"certificate of 127\.0\.0\.1 is not accepted"):
        get(f"https://127.0.0.1:{port}/")


@pytest.mark.usefixtures("vouched_for")
def test_a_redirect_never_gives_up_tls(port: int) -> None:
    with pytest.raises(Reject, match="localhost redirects from https to http"):
        get(f"https://localhost:{port}/moved")


def test_a_server_that_speaks_no_tls_is_worth_a_retry() -> None:
    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
        with pytest.raises(Retry, match="no TLS connection with localhost"):
            get(f"https://localhost:{server.server_port}/")
        server.shutdown()


def test_a_handshake_that_never_ends_is_cut_off() -> None:
    with closing(socket.create_server(("127.0.0.1", 0))) as silent:
        port = silent.getsockname()[1]
        with pytest.raises(Retry, match=r"did not finish within 0\.3 s"):
            get(f"https://localhost:{port}/", total_seconds=0.3)


def test_authorities_that_do_not_exist_are_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", "/nowhere/ca.pem")
    with pytest.raises(Reject, match=r"REQUESTS_CA_BUNDLE names /nowhere/ca\.pem"):
        request("GET", "https://example.org/")

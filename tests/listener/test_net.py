"""The way out to the network, against real servers that misbehave on purpose."""

import gzip
import re
import socket
import threading
import zlib
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from time import monotonic

import pytest
from hypothesis import given
from hypothesis import strategies as st

from listener import net
from listener.net import Reply, request, retry_after_seconds
from listener.ports import Reject, Retry

Talk = Callable[[socket.socket, bytes], None]


def is_whole(request: bytes) -> bool:
    head, ended, body = request.partition(b"\r\n\r\n")
    size = re.search(rb"Content-Length: (\d+)", head)
    return bool(ended) and len(body) >= int(size[1] if size else 0)


class Server:
    """A server that reads a request and then says whatever ``talk`` says."""

    def __init__(self, talk: Talk) -> None:
        self.heads: list[bytes] = []
        self._talk = talk
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listening.getsockname()[1]
        self._thread = threading.Thread(target=self._serve, daemon=True)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def _serve(self) -> None:
        while True:
            try:
                connection, _ = self._listening.accept()
            except OSError:
                return
            threading.Thread(target=self._answer, args=(connection,), daemon=True).start()

    def _answer(self, connection: socket.socket) -> None:
        with connection, suppress(OSError):
            connection.settimeout(10)
            head = b""
            while not is_whole(head) and (more := connection.recv(65_536)):
                head += more
            self.heads.append(head)
            self._talk(connection, head)

    def __enter__(self) -> "Server":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        with suppress(OSError):
            self._listening.shutdown(socket.SHUT_RDWR)
        self._listening.close()
        self._thread.join(5)


def answer(body: bytes = b"", status: str = "200 OK", **headers: str) -> bytes:
    lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(body)}"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


@contextmanager
def saying(*answers: bytes) -> Iterator[Server]:
    """A server that gives these answers in turn, the last one for ever."""
    left = list(answers)

    def talk(connection: socket.socket, _: bytes) -> None:
        connection.sendall(left.pop(0) if len(left) > 1 else left[0])

    with Server(talk) as server:
        yield server


def get(url: str, **options: object) -> Reply:
    limits: dict[str, object] = {"timeout_seconds": 2.0, "total_seconds": 4.0}
    return request("GET", url, allow_private=True, **(limits | options))  # type: ignore[arg-type]


def test_an_answer_comes_back_whole() -> None:
    with saying(answer(b"hello", "418 I'm a teapot", ETag='"7"')) as server:
        reply = get(server.url + "/cup")
    assert (reply.status, reply.body, reply.url) == (418, b"hello", server.url + "/cup")
    assert reply.headers["etag"] == reply.headers["ETAG"] == '"7"'
    assert server.heads[0].startswith(b"GET /cup HTTP/1.1\r\n")
    assert f"User-Agent: {net.USER_AGENT}\r\n".encode() in server.heads[0]


def test_a_body_and_headers_are_sent() -> None:
    with saying(answer()) as server:
        request(
            "POST",
            server.url,
            headers={"User-Agent": "mine", "X-Key": "7"},
            body=b'{"a": 1}',
            allow_private=True,
        )
    assert b"User-Agent: mine\r\n" in server.heads[0]
    assert b"X-Key: 7\r\n" in server.heads[0]
    assert server.heads[0].endswith(b'{"a": 1}')


def test_the_environment_has_no_say(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login me password secret\n")
    monkeypatch.setenv("NETRC", str(netrc))
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:1")
    monkeypatch.setenv("all_proxy", "http://127.0.0.1:1")
    with saying(answer(b"direct")) as server:
        assert get(server.url).body == b"direct"
    assert b"Authorization" not in server.heads[0]


# --- redirects -----------------------------------------------------------------------------


def test_redirects_are_followed_to_the_end() -> None:
    moved = answer(status="302 Found", Location="/next?q=1")
    with saying(moved, moved, answer(b"there")) as server:
        reply = get(server.url + "/start")
    assert (reply.body, reply.url) == (b"there", server.url + "/next?q=1")


@pytest.mark.parametrize(
    ("location", "reason"),
    [
        ("http://10.0.0.1/", "private address 10.0.0.1"),
        ("http://169.254.169.254/latest/meta-data/", "private address"),
        ("//0x7f.1/", "private address 127.0.0.1"),
        ("file:///etc/passwd", "'file'"),
        ("http://me:pw@127.0.0.1/", "user name"),
        ("http://[::1/", "redirects to no address"),
    ],
)
def test_a_redirect_is_checked_like_any_address(
    monkeypatch: pytest.MonkeyPatch, location: str, reason: str
) -> None:
    """A public server (8.8.8.8 is led to the loopback here) points inside."""
    look_up, connect = socket.getaddrinfo, socket.socket.connect

    def resolver(host: str, port: int, **_: object) -> list[object]:
        return list(look_up("8.8.8.8" if host == "public.example" else host, port))

    with saying(answer(status="302 Found", Location=location)) as server:

        def lead(sock: socket.socket, address: tuple[str, int]) -> None:
            connect(sock, ("127.0.0.1", server.port) if address[0] == "8.8.8.8" else address)

        monkeypatch.setattr(socket, "getaddrinfo", resolver)
        monkeypatch.setattr(socket.socket, "connect", lead)
        with pytest.raises(Reject) as caught:
            request("GET", "http://public.example/", timeout_seconds=1)
    assert reason in caught.value.reason
    assert len(server.heads) == 1


def test_redirects_end() -> None:
    with saying(answer(status="301 Moved", Location="/again")) as server:
        with pytest.raises(Reject, match="redirects more than 3 times"):
            get(server.url, redirects_max=3)
        assert len(server.heads) == 4


@pytest.mark.parametrize(("method", "redirects_max"), [("GET", 0), ("POST", 5), ("DELETE", 5)])
def test_a_redirect_comes_back_where_it_is_not_followed(method: str, redirects_max: int) -> None:
    with saying(answer(status="308 Permanent Redirect", Location="/there")) as server:
        reply = request(method, server.url, redirects_max=redirects_max, allow_private=True)
    assert (reply.status, reply.headers["location"], len(server.heads)) == (308, "/there", 1)


def test_credentials_stay_with_their_host() -> None:
    sent = {"Authorization": "Bearer s3cret", "X-Api-Key": "s3cret", "If-None-Match": '"1"'}
    with saying(answer(b"end")) as other:
        elsewhere = answer(status="302 Found", Location=f"{other.url}/there")
        with saying(answer(status="302 Found", Location="/here"), elsewhere) as server:
            assert get(server.url, headers=sent).body == b"end"
    assert all(b"s3cret" in head for head in server.heads)
    assert b"s3cret" not in other.heads[0]
    assert b'If-None-Match: "1"' in other.heads[0]


# --- limits and broken answers ---------------------------------------------------------------


def drip(connection: socket.socket, _: bytes) -> None:
    connection.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
    while True:
        connection.sendall(b"x")
        threading.Event().wait(0.05)


def drip_headers(connection: socket.socket, _: bytes) -> None:
    connection.sendall(b"HTTP/1.1 200 OK\r\nX: ")
    while True:
        connection.sendall(b"x")
        threading.Event().wait(0.05)


def continue_for_ever(connection: socket.socket, _: bytes) -> None:
    while True:
        connection.sendall(b"HTTP/1.1 100 Continue\r\n\r\n")
        threading.Event().wait(0.05)


@pytest.mark.parametrize("talk", [drip, drip_headers, continue_for_ever])
def test_a_server_that_drips_is_cut_off(talk: Talk) -> None:
    began = monotonic()
    with Server(talk) as server, pytest.raises(Retry, match=r"did not finish within 0\.3 s"):
        get(server.url, total_seconds=0.3)
    assert monotonic() - began < 3


def test_a_server_that_says_nothing_is_cut_off() -> None:
    def say_nothing(connection: socket.socket, _: bytes) -> None:
        connection.recv(1)

    with Server(say_nothing) as server, pytest.raises(Retry, match=r"sent nothing for 0\.2 s"):
        get(server.url, timeout_seconds=0.2)


@pytest.mark.parametrize("encoding", ["gzip", "deflate", "gzip, gzip"])
def test_a_bomb_is_measured_as_it_unfolds(encoding: str) -> None:
    size = 50_000_000
    packed = zlib.compress(bytes(size)) if encoding == "deflate" else gzip.compress(bytes(size))
    if encoding == "gzip, gzip":
        packed = gzip.compress(packed)
    with (
        saying(answer(packed, Content_Encoding=encoding)) as server,
        pytest.raises(Retry, match="larger than 1,000 bytes"),
    ):
        get(server.url, size_bytes_max=1_000)


def test_a_compressed_answer_is_unpacked() -> None:
    with saying(answer(gzip.compress(b"hello"), Content_Encoding="gzip")) as server:
        assert get(server.url, size_bytes_max=5).body == b"hello"


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        (b"", "broke off"),
        (b"SSH-2.0-OpenSSH_9.2\r\n", "broke off"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf", "broke off"),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nff\r\nhalf", "broke off"),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", "broke off"),
        (b"HTTP/1.1 200 OK\r\n" + b"X: 1\r\n" * 200 + b"\r\n", "broke off"),
        (b"HTTP/1.1 200 OK\r\nX: " + b"1" * 70_000 + b"\r\n\r\n", "broke off"),
        (answer(b"no gzip", Content_Encoding="gzip"), "broke off"),
        (answer(bytes(1_001)), "larger than 1,000 bytes"),
    ],
)
def test_a_broken_answer_is_worth_a_retry(said: bytes, reason: str) -> None:
    with saying(said) as server, pytest.raises(Retry) as caught:
        get(server.url + "/path?token=s3cret", size_bytes_max=1_000)
    assert reason in caught.value.reason
    assert "127.0.0.1" in caught.value.reason
    assert "s3cret" not in caught.value.reason


@given(st.binary(max_size=200))
def test_no_answer_escapes_as_anything_but_retry_or_reject(said: bytes) -> None:
    with saying(b"HTTP/1.1 " + said) as server, suppress(Retry, Reject):
        get(server.url, timeout_seconds=1)


def test_a_closed_port_is_worth_a_retry() -> None:
    with closing(socket.create_server(("127.0.0.1", 0))) as taken:
        port = taken.getsockname()[1]
    with pytest.raises(Retry, match=rf"cannot connect to 127\.0\.0\.1:{port}: Connection refused"):
        get(f"http://127.0.0.1:{port}/secret")


# --- Retry-After -----------------------------------------------------------------------------

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("120", 120),
        (" 0 ", 0),
        ("999999999999", 86_400),
        ("Sun, 01 Mar 2026 12:00:30 GMT", 30),
        ("Sun, 01 Mar 2026 11:00:00 GMT", 0),
        ("Sun, 01 Mar 2026 12:00:30 -0000", 30),
        ("Fri, 01 Mar 2126 12:00:00 GMT", 86_400),
        ("-5", None),
        ("1.5", None),
        ("soon", None),
        ("", None),
        ("١٢", None),
    ],
)
def test_retry_after(value: str, seconds: float | None) -> None:
    assert retry_after_seconds({"Retry-After": value}, NOON) == seconds


def test_no_retry_after() -> None:
    assert retry_after_seconds({}, NOON) is None


@given(st.text(max_size=40))
def test_any_retry_after_is_a_bounded_number_or_none(value: str) -> None:
    seconds = retry_after_seconds({"Retry-After": value}, NOON)
    assert seconds is None or 0 <= seconds <= 86_400

"""Which addresses may be reached, and that nothing is sent to the others."""

import socket
import threading
from collections.abc import Iterator
from ipaddress import IPv4Address, IPv6Address

import pytest
from hypothesis import given
from hypothesis import strategies as st

from listener.net import request
from listener.net_connect import is_public, resolve
from listener.ports import Reject, Retry


@pytest.fixture
def inside() -> Iterator[socket.socket]:
    """A server on every loopback address that nobody may ever reach."""
    with socket.create_server(("", 0), backlog=5) as listening:
        listening.setblocking(False)
        yield listening
        with pytest.raises(BlockingIOError):
            listening.accept()


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1",
        "2130706433",
        "0x7f000001",
        "0x7f.1",
        "017700000001",
        "127.1",
        "0",
        "0.0.0.0",
        "10.1.2.3",
        "172.31.255.255",
        "192.168.0.1",
        "100.64.0.1",
        "169.254.169.254",
        "224.0.0.1",
        "255.255.255.255",
        "[::1]",
        "[::]",
        "[::ffff:127.0.0.1]",
        "[::ffff:8.8.8.8]",
        "[::127.0.0.1]",
        "[fe80::1]",
        "[fd00:ec2::254]",
        "[ff02::1]",
        "[2002:7f00:1::]",
        "[2001:0:7f00:1::]",
        "[64:ff9b::7f00:1]",
        "localhost",
        "LOCALHOST",
        "%6c%6f%63%61%6c%68%6f%73%74",
        "good.example@127.0.0.1",
    ],
)
def test_private_addresses_are_refused(inside: socket.socket, host: str) -> None:
    with pytest.raises(Reject) as caught:
        request("GET", f"http://{host}:{inside.getsockname()[1]}/", timeout_seconds=1)
    assert "private address" in caught.value.reason or "user name" in caught.value.reason


@pytest.mark.parametrize("address", ["8.8.8.8", "2606:4700::1111", "64:ff9b::808:808"])
def test_public_addresses_are_public(address: str) -> None:
    assert is_public(address)


@given(st.ip_addresses(v=4))
def test_a_private_ipv4_address_is_private_in_every_wrapping(address: object) -> None:
    assert not is_public(f"::ffff:{address}")
    assert is_public(f"64:ff9b::{address}") == is_public(str(address))


@given(st.ip_addresses())
def test_what_python_knows_as_private_is_never_public(address: IPv4Address | IPv6Address) -> None:
    if address.is_private or address.is_loopback or address.is_multicast:
        assert not is_public(str(address))


def test_a_text_that_is_no_address_is_not_public() -> None:
    assert not is_public("example.org")


class Names:
    """The system's resolver, answering from a list, one entry per question."""

    def __init__(self, *answers: list[str]) -> None:
        self.answers, self.asked = list(answers), 0

    def __call__(self, host: str, port: int, **_: object) -> list[object]:
        self.asked += 1
        addresses = self.answers.pop(0)
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (ip, port)) for ip in addresses]


def test_a_name_with_one_private_address_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(socket, "getaddrinfo", Names(["8.8.8.8", "10.0.0.1"]))
    with pytest.raises(Reject, match=r"rebind\.example leads to the private address 10\.0\.0\.1"):
        request("GET", "http://rebind.example/")


def test_the_address_that_was_checked_is_the_one_that_is_used(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A name that turns private after the check leads nowhere: it is asked once."""
    names = Names(["8.8.8.8"], ["127.0.0.1"])
    used: list[object] = []

    def refuse(_: socket.socket, address: object) -> None:
        used.append(address)
        raise ConnectionRefusedError(111, "Connection refused")

    monkeypatch.setattr(socket, "getaddrinfo", names)
    monkeypatch.setattr(socket.socket, "connect", refuse, raising=False)
    with pytest.raises(Retry, match=r"rebind\.example:80: Connection refused"):
        request("GET", "http://rebind.example/")
    assert (names.asked, used) == (1, [("8.8.8.8", 80)])


def test_an_address_is_looked_up_nowhere_and_checked_all_the_same(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    names = Names(["8.8.8.8"])
    monkeypatch.setattr(socket, "getaddrinfo", names)
    with pytest.raises(Reject, match=r"10\.0\.0\.1 leads to the private address 10\.0\.0\.1"):
        request("GET", "http://10.0.0.1/")
    assert names.asked == 0
    assert resolve("192.0.2.7", 443, 1.0) == [(socket.AF_INET, ("192.0.2.7", 443))]
    assert resolve("192.0.2.007", 443, 1.0) == [(socket.AF_INET, ("8.8.8.8", 443))]


def test_a_slow_resolver_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    release = threading.Event()

    def slow(*_: object, **__: object) -> list[object]:
        release.wait(10)
        return []

    monkeypatch.setattr(socket, "getaddrinfo", slow)
    with pytest.raises(Retry, match=r"cannot resolve slow\.example: no answer within 0\.1 s"):
        request("GET", "http://slow.example/", timeout_seconds=0.1)
    release.set()


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("file:///etc/passwd", "'file'"),
        ("ftp://example.org/", "'ftp'"),
        ("javascript:alert(1)", "'javascript'"),
        ("gopher://127.0.0.1/", "'gopher'"),
        ("http+unix://socket/", "http"),
        ("example.org/feed", "http://"),
        ("", "http://"),
        ("http://", "malformed"),
        ("http:///path", "malformed"),
        ("http://example.org:99999/", "malformed"),
        ("http://[::1", "malformed"),
        ("http://" + "a" * 300 + "/", "name of no host"),
        ("http://me:hunter2@example.org/", "user name or password"),
    ],
)
def test_addresses_that_can_never_work_are_rejected(url: str, reason: str) -> None:
    with pytest.raises(Reject) as caught:
        request("GET", url)
    assert reason in caught.value.reason
    assert "hunter2" not in caught.value.reason


@given(st.text(max_size=40).map("http://".__add__) | st.text(max_size=40))
def test_no_address_escapes_as_anything_but_retry_or_reject(url: str) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(socket, "getaddrinfo", Names(["127.0.0.1"]))
        with pytest.raises((Retry, Reject)):
            request("GET", url, timeout_seconds=1)


def test_a_header_that_would_split_the_request_is_rejected() -> None:
    with pytest.raises(Reject, match="line break"):
        request("GET", "http://example.org/", headers={"X": "a\r\nEvil: 1"})

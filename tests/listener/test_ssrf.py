"""Hostile addresses, by every way out there is: nobody inside may be connected to, not once.

The addresses are generated: each private network in each way of writing it. Names are answered
by a resolver of the test's; what it says is public leads to a server of the test's that redirects,
or nowhere. Inside, a server listens on every loopback address and counts who comes.
"""

import ipaddress
import queue
import socket
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, quote, urlsplit

import pytest
import requests

from listener.net import request
from listener.net_connect import Deadline, connect
from listener.ports import Reject, Retry
from sources.bluesky_parts.websocket import Wire
from sources.common.session import NetSession
from tests.sources.standins.serving import NOON

PUBLIC = "8.8.8.8"
"""What public names resolve to. Connections to it are led to the redirecting server."""

PRIVATE_V4 = (
    "0.0.0.0", "0.1.2.3", "10.0.0.1", "10.255.255.255", "100.64.0.1", "100.127.255.254",
    "127.0.0.1", "127.1.2.3", "127.255.255.254", "168.63.129.16", "169.254.0.1",
    "169.254.169.254", "169.254.170.2", "172.16.0.1", "172.31.255.254", "192.0.0.8",
    "192.0.0.192", "192.0.2.1", "192.88.99.1", "192.168.0.1", "192.168.255.254", "198.18.0.1",
    "198.51.100.1", "203.0.113.1", "224.0.0.1", "239.255.255.250", "240.0.0.1",
    "255.255.255.255",
)  # fmt: skip
PRIVATE_V6 = (
    "::", "::1", "0:0:0:0:0:0:0:1", "0000::0001", "::127.0.0.1", "::7f00:1", "100::1", "fc00::1",
    "fd00:ec2::254", "fdff::1", "fe80::1", "fe80::5efe:7f00:1", "fec0::1", "ff02::1", "ff0e::1",
    "2001::1", "2001:0:7f00:1::", "2001:0:5ef5:79fd:0:0:80ff:fffe", "2001:10::1", "2001:db8::1",
    "3fff::1", "4000::1", "64:ff9b:1::7f00:1", "::ffff:0:127.0.0.1", "5f00::1", "e000::1",
)  # fmt: skip
LOOPBACK_NAMES = (
    "localhost", "LOCALHOST", "LocalHost", "localhost.", "%6cocalhost",
    "%6c%6f%63%61%6c%68%6f%73%74", "ⓛⓞⓒⓐⓛⓗⓞⓢⓣ", "ｌｏｃａｌｈｏｓｔ",
)  # fmt: skip
WIDE_DIGITS = str.maketrans("0123456789", "０１２３４５６７８９")
ROUND_DIGITS = str.maketrans("0123456789", "⓪①②③④⑤⑥⑦⑧⑨")


def spellings(address: str) -> Iterator[str]:
    """Ways in which a system's resolver may read one IPv4 address."""
    a, b, c, d = (int(part) for part in address.split("."))
    number = int(ipaddress.IPv4Address(address))
    yield from (f"{number}", f"0x{number:x}", f"0X{number:08X}", f"0{number:o}")
    yield from (f"{a}.{number % 2**24}", f"{a}.{b}.{number % 2**16}", f"0x{a:x}.{number % 2**24}")
    yield from (f"0{a:o}.0{b:o}.0{c:o}.0{d:o}", f"0x{a:x}.0x{b:x}.0x{c:x}.0x{d:x}")
    yield from (f"{a}.0{b:o}.0x{c:x}.{d}", f"000{a:o}.{b}.{c}.{d}", f"{address}.", f"{number}.")
    yield from (address.translate(WIDE_DIGITS), address.translate(ROUND_DIGITS))
    yield from (address.replace(".", "。"), address.replace(".", "．"), quote_all(address))


def quote_all(text: str) -> str:
    return "".join(f"%{ord(character):02x}" for character in text)


def wrapped(address: str) -> Iterator[str]:
    """IPv6 addresses that carry an IPv4 address."""
    number = int(ipaddress.IPv4Address(address))
    high, low = number >> 16, number % 2**16
    yield from (f"::ffff:{address}", f"::ffff:{high:x}:{low:x}", f"0:0:0:0:0:ffff:{address}")
    yield from (f"64:ff9b::{address}", f"64:ff9b::{high:x}:{low:x}")
    yield f"2002:{high:x}:{low:x}::1"


def hosts() -> list[str]:
    """Every host that is inside, as it stands in an address."""
    found = [*PRIVATE_V4, *LOOPBACK_NAMES]
    for address in ("127.0.0.1", "169.254.169.254", "10.0.0.1", "192.168.1.1"):
        found += spellings(address)
    six = [*PRIVATE_V6, *(one for address in PRIVATE_V4 for one in wrapped(address))]
    six += ["fe80::1%25lo", "fe80::1%25eth0", "fe80::1%lo", "::1%25lo", "::1%1"]
    found += [f"[{one}]" for one in six]
    return list(dict.fromkeys(found))


def odd_urls(port: int) -> list[str]:
    """Addresses that are read otherwise than they look, or are no web addresses."""
    return [
        f"http://good.example@127.0.0.1:{port}/",
        f"http://good.example:80@127.0.0.1:{port}/",
        f"http://127.0.0.1:{port}@good.example/",
        f"http://good.example%40127.0.0.1:{port}/",
        f"http://127.0.0.1:{port}\\@good.example/",
        f"http://good.example\\@127.0.0.1:{port}/",
        f"http://127.0.0.1:{port}#@good.example/",
        f"http://good.example#@127.0.0.1:{port}/",
        f"http://127.0.0.1:{port}?@good.example/",
        f"http:\\\\127.0.0.1:{port}\\",
        f"http:/127.0.0.1:{port}/",
        f"http:127.0.0.1:{port}/",
        f"http:///127.0.0.1:{port}/",
        f" http://127.0.0.1:{port}/",
        f"\thttp://127.0.0.1:{port}/",
        f"http://127.0.0.1\t:{port}/",
        f"http://127.0.0.\n1:{port}/",
        f"http://127.0.0.1\x00.good.example:{port}/",
        f"http://127.0.0.1%00.good.example:{port}/",
        f"http://127.0.0.1%2e:{port}/",
        f"http://127.0.0.1%09:{port}/",
        f"http://127.0.0.1%0d%0a:{port}/",
        f"http://[127.0.0.1]:{port}/",
        f"http://[::1:{port}/",
        f"http://[::1]]:{port}/",
        f"http://[v1.127.0.0.1]:{port}/",
        f"http://::1:{port}/",
        f"http://127.0.0.1:0{port}/",
        f"HTTP://127.0.0.1:{port}/",
        f"//127.0.0.1:{port}/",
        f"ftp://127.0.0.1:{port}/",
        f"gopher://127.0.0.1:{port}/_GET",
        f"dict://127.0.0.1:{port}/stat",
        f"ws://127.0.0.1:{port}/",
        f"http+unix://127.0.0.1:{port}/",
        "file:///etc/passwd",
        f"jar:http://127.0.0.1:{port}/!/",
        f"https://127.0.0.1:{port}/",
        f"https://localhost:{port}/",
    ]


@dataclass
class Names:
    """A resolver: what it is told to say of a name, one entry per question, the last for good.

    Numbers and ``localhost`` are read by the system; other names are public if they end so.
    ``asked`` counts the questions about a name since it was last cleared.
    """

    look_up: Callable[..., Any]
    answers: dict[str, list[list[str]]] = field(default_factory=dict)
    asked: Counter[str] = field(default_factory=Counter)

    def __call__(self, host: str, port: int, *_: object, **options: Any) -> list[Any]:
        if said := self.answers.get(host):
            addresses = said[min(self.asked[host], len(said) - 1)]
            self.asked[host] += 1
        elif host.endswith(".example"):
            addresses = [PUBLIC]
        else:
            options.setdefault("flags", socket.AI_NUMERICHOST if "local" not in host else 0)
            return list(self.look_up(host, port, **options))
        return [one for address in addresses for one in self._numeric(address, port)]

    def _numeric(self, address: str, port: int) -> list[Any]:
        return list(self.look_up(address, port, type=socket.SOCK_STREAM))


class Redirector(BaseHTTPRequestHandler):
    """Sends everybody where the query says."""

    def do_GET(self) -> None:
        target = parse_qs(urlsplit(self.path).query).get("to", ["/"])[0]
        self.send_response(302)
        self.send_header("Location", target.encode().decode("latin-1"))
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_: object) -> None:
        pass


@dataclass
class World:
    """The inside, which counts who comes, and the names that lead there."""

    inside: socket.socket
    names: Names
    connect: Callable[[socket.socket, Any], None]
    tried: int = 0
    came: "queue.SimpleQueue[int]" = field(default_factory=queue.SimpleQueue)

    @property
    def port(self) -> int:
        return int(self.inside.getsockname()[1])

    def watch(self) -> None:
        """Note the port that each comes from, and send it away."""
        with suppress(OSError):
            while True:
                connection, address = self.inside.accept()
                connection.close()
                self.came.put(address[1])

    def try_(self, attempt: Callable[[], object]) -> None:
        """One attempt: refused, failed, or answered by the public server; nothing else escapes."""
        self.tried += 1
        self.names.asked.clear()
        with suppress(Retry, Reject, requests.RequestException):
            attempt()

    def connections(self) -> int:
        """How many came in since the last count: all who came before a knock of our own."""
        with socket.socket() as knock:
            self.connect(knock, ("127.0.0.1", self.port))
            ours, others = knock.getsockname()[1], 0
            while self.came.get(timeout=5) != ours:
                others += 1
        return others


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    """Connections to ``PUBLIC`` reach the redirecting server; all others are real."""
    real = socket.socket.connect
    names = Names(socket.getaddrinfo)
    with _listening() as inside, ThreadingHTTPServer(("127.0.0.1", 0), Redirector) as outside:
        world = World(inside, names, real)
        threading.Thread(target=world.watch, daemon=True).start()
        threading.Thread(target=outside.serve_forever, args=(0.02,), daemon=True).start()

        def lead(sock: socket.socket, address: Any) -> None:
            real(sock, ("127.0.0.1", outside.server_port) if address[0] == PUBLIC else address)

        monkeypatch.setattr(socket, "getaddrinfo", names)
        monkeypatch.setattr(socket.socket, "connect", lead)
        yield world
        outside.shutdown()
        inside.shutdown(socket.SHUT_RDWR)


def _listening() -> socket.socket:
    both = socket.has_dualstack_ipv6()
    family = socket.AF_INET6 if both else socket.AF_INET
    return socket.create_server(("", 0), family=family, backlog=100, dualstack_ipv6=both)


def test_the_count_counts(world: World) -> None:
    with Deadline(5) as deadline:
        for host in ("127.0.0.1", "localhost", "start.example"):
            connect(
                host, world.port, timeout_seconds=1, deadline=deadline, allow_private=True
            ).close()
    assert world.connections() == 2, "of three, one goes to the public server"


def test_no_way_leads_inside(world: World, capsys: pytest.CaptureFixture[str]) -> None:
    urls = [f"http://{host}:{world.port}/" for host in hosts()] + odd_urls(world.port)
    urls += list(hostile_names(world))
    session = NetSession(timeout_seconds=1, total_seconds=2)
    for url in urls:
        world.try_(lambda url=url: request("GET", url, timeout_seconds=1, total_seconds=2))
        world.try_(lambda url=url: session.get(url))
        world.try_(lambda url=url: open_socket(url, world))
    direct = world.tried
    for url in urls:
        start = f"http://start.example/?to={quote(url, safe='')}"
        world.try_(lambda start=start: request("GET", start, timeout_seconds=1, total_seconds=2))
    with capsys.disabled():
        print(
            f"\n{len(urls)} hostile addresses, {direct} direct and {world.tried - direct} "
            f"redirected attempts: {world.connections()} connections inside"
        )
    assert len(urls) >= 300
    assert world.connections() == 0


def hostile_names(world: World) -> Iterator[str]:
    """Names with a private address, beside a public one, or only when asked again."""
    inside = [*PRIVATE_V4, *PRIVATE_V6, *wrapped("127.0.0.1")]
    for number, address in enumerate(inside):
        patterns = ([[address]], [[PUBLIC, address]], [[PUBLIC], [address]])
        for kind, pattern in zip(("plain", "mixed", "turning"), patterns, strict=True):
            name = f"{kind}{number}.example"
            world.names.answers[name] = pattern
            yield f"http://{name}:{world.port}/"


def open_socket(url: str, world: World) -> None:
    """As a websocket is opened: the host of the address, and a connection to it."""
    try:
        host, port = urlsplit(url).hostname or "", urlsplit(url).port or world.port
    except ValueError:  # nobody can open such an address
        return
    with Deadline(2) as deadline:
        connect(host, port, timeout_seconds=1, deadline=deadline, allow_private=False).close()


@pytest.mark.parametrize("scheme", ["ws", "http"])
def test_a_websocket_is_not_led_inside(world: World, scheme: str) -> None:
    """Its library would follow a redirect by a connection of its own."""
    wire = Wire(now=lambda: NOON, connect_seconds=2)
    for host in ("127.0.0.1", "[::1]", "localhost", "2130706433"):
        target = quote(f"{scheme}://{host}:{world.port}/", safe="")
        start = f"ws://start.example/?to={target}"
        world.try_(lambda start=start: next(wire.chunks(start, threading.Event())))
        world.try_(
            lambda host=host: next(wire.chunks(f"ws://{host}:{world.port}/", threading.Event()))
        )
    assert world.connections() == 0

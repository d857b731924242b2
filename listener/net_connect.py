"""Opens the connections that :mod:`listener.net` speaks over, to checked addresses only.

An address from outside (a feed, a redirect, a webhook) must not lead the daemon into the network
it stands in. A name proves nothing: it can resolve to a private address, or to a public one when
it is checked and to a private one when it is used. So the name is resolved once, every address it
has is checked, and the connection goes to one of exactly these addresses.

Standard library only, so that importing this costs nothing.
"""

import ipaddress
import queue
import socket
import threading
from contextlib import suppress
from time import monotonic
from typing import Any, Self

from listener.ports import Reject, Retry

Endpoint = tuple[socket.AddressFamily, tuple[Any, ...]]
"""A family and an address as ``socket.connect`` takes it: the IP first, then the port."""

_PRIVATE_V4 = tuple(
    ipaddress.IPv4Network(network)
    for network in (
        "0.0.0.0/8",  # this host
        "10.0.0.0/8",
        "100.64.0.0/10",  # behind a carrier's NAT
        "127.0.0.0/8",  # loopback
        "168.63.129.16/32",  # public in form, but answered inside by one cloud's host machine
        "169.254.0.0/16",  # link-local, where clouds keep their metadata
        "172.16.0.0/12",
        "192.0.0.0/24",  # protocol assignments
        "192.0.2.0/24",  # documentation
        "192.88.99.0/24",  # 6to4 relays
        "192.168.0.0/16",
        "198.18.0.0/15",  # benchmarking
        "198.51.100.0/24",  # documentation
        "203.0.113.0/24",  # documentation
        "224.0.0.0/4",  # multicast
        "240.0.0.0/4",  # reserved, broadcast
    )
)
_PUBLIC_V6 = ipaddress.IPv6Network("2000::/3")
_PRIVATE_V6 = tuple(
    ipaddress.IPv6Network(network)
    for network in (
        "2001::/23",  # protocol assignments, Teredo among them
        "2001:db8::/32",  # documentation
        "2002::/16",  # 6to4: carries an IPv4 address of anybody's choice
        "3fff::/20",  # documentation
    )
)
_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")


def is_public(address: str) -> bool:
    """Whether an IP address belongs to the public internet.

    The tables are our own, after IANA's special-purpose registries: those of ``ipaddress``
    change with the Python version. An address that is none is not public.
    """
    try:
        ip = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return False
    if isinstance(ip, ipaddress.IPv6Address) and ip in _NAT64:
        ip = ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF)
    if isinstance(ip, ipaddress.IPv4Address):
        return not any(ip in network for network in _PRIVATE_V4)
    return ip in _PUBLIC_V6 and not any(ip in network for network in _PRIVATE_V6)


class Deadline:
    """The moment by which an exchange must be over, whatever the other side does.

    Socket time-outs start anew with every byte, so a server that drips can hold a caller for
    days. When the time is up, this shuts the watched connections, which ends every read, write
    and handshake on them.
    """

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self._ends = monotonic() + seconds
        self._lock = threading.Lock()
        self._watched: list[socket.socket] = []
        self._timer = threading.Timer(seconds, self._shut)
        self._timer.daemon = True

    def __enter__(self) -> Self:
        self._timer.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._timer.cancel()
        with self._lock:
            for sock in self._watched:
                sock.close()
            self._watched.clear()

    @property
    def passed(self) -> bool:
        """Whether the time is up."""
        return monotonic() >= self._ends

    def remaining(self, seconds_max: float) -> float:
        """The seconds left, at most ``seconds_max``; never 0, which sockets take for no wait."""
        return max(min(self._ends - monotonic(), seconds_max), 0.001)

    def watch(self, sock: socket.socket) -> None:
        """Shut this connection when the time is up; a duplicate is kept, so TLS may wrap it."""
        with self._lock:
            self._watched.append(sock.dup())
        if self.passed:
            self._shut()

    def _shut(self) -> None:
        with self._lock:
            for sock in self._watched:
                with suppress(OSError):
                    sock.shutdown(socket.SHUT_RDWR)


def connect(
    host: str, port: int, *, timeout_seconds: float, deadline: Deadline, allow_private: bool
) -> socket.socket:
    """A watched connection to ``host``, to an address that was checked.

    Raises Reject where any address of the name is private and ``allow_private`` is false, and
    Retry where the name can't be resolved or nobody answers there.
    """
    endpoints = resolve(host, port, deadline.remaining(timeout_seconds))
    private = [address[0] for _, address in endpoints if not is_public(address[0])]
    if private and not allow_private:
        raise Reject(
            f"{host} leads to the private address {private[0]}: "
            "set allow_private = true where that is meant"
        )
    reason = "it has no address"
    for family, address in endpoints:
        try:
            return _open(family, address, deadline.remaining(timeout_seconds), deadline)
        except TimeoutError:
            reason = f"no connection within {timeout_seconds:g} s"
        except OSError as error:
            reason = error.strerror or str(error)
    raise Retry(f"cannot connect to {host}:{port}: {reason}")


def resolve(host: str, port: int, timeout_seconds: float) -> list[Endpoint]:
    """All addresses of a name, in the system's order of preference; an address has only itself.

    ``getaddrinfo`` knows no time-out, so it runs in a thread that is left behind when it is
    slow; the system's resolver gives up soon enough. Raises Retry, and Reject for a name that
    can be none.
    """
    if literal := _literal(host, port):
        return [literal]
    answers: queue.SimpleQueue[list[Endpoint] | Exception] = queue.SimpleQueue()

    def look_up() -> None:
        try:
            found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        except (OSError, ValueError, OverflowError) as error:
            answers.put(error)
        else:
            answers.put([(family, address) for family, _, _, _, address in found])

    threading.Thread(target=look_up, name="resolve", daemon=True).start()
    try:
        answer = answers.get(timeout=timeout_seconds)
    except queue.Empty:
        raise Retry(f"cannot resolve {host}: no answer within {timeout_seconds:.3g} s") from None
    if isinstance(answer, OSError):
        is_unknown = isinstance(answer, socket.gaierror)
        hint = "; is it spelt right, and is this machine online?" if is_unknown else ""
        raise Retry(f"cannot resolve {host}: {answer.strerror or answer}{hint}") from answer
    if isinstance(answer, Exception):
        raise Reject(f"{host[:100]!r} can be the name of no host") from answer
    return answer


def _literal(host: str, port: int) -> Endpoint | None:
    """The endpoint of an IPv4 address in its usual form: there is nothing to look up."""
    try:
        address = ipaddress.IPv4Address(host)
    except ValueError:
        return None
    return socket.AF_INET, (str(address), port)


def _open(
    family: socket.AddressFamily,
    address: tuple[Any, ...],
    timeout_seconds: float,
    deadline: Deadline,
) -> socket.socket:
    sock = socket.socket(family, socket.SOCK_STREAM)
    try:
        sock.settimeout(timeout_seconds)
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        sock.connect(address)
        deadline.watch(sock)
    except BaseException:
        sock.close()
        raise
    return sock

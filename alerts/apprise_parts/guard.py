"""Holds a library that speaks for itself to our rules: checked addresses, and an end in time.

Apprise's services call ``requests`` on their own, each in its way, so there is no place where one
could hand them a connection. But Python itself asks its audit hooks before it connects, sends,
sleeps or starts anything. The hook here answers only in a thread that is inside :func:`guarded`;
everywhere else it does nothing. It sees the very address that is connected to, so that neither a
redirect nor a name that changes its meaning leads past it.
"""

import socket
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from listener.net_connect import Deadline, is_public

_STARTS = "a service that starts programs or threads of its own can't be held to limits"


class Refused(OSError):
    """What the guard did not let happen; an OSError, because that is what libraries expect."""


@dataclass
class Guard:
    """The rules of one exchange, and in ``refused`` what they forbade, in words."""

    deadline: Deadline
    allow_private: bool
    refused: list[str] = field(default_factory=list)

    def refuse(self, reason: str) -> Refused:
        """Note the reason, for whoever gets to hear only that something failed."""
        self.refused.append(reason)
        return Refused(reason)


_active = threading.local()
_installing = threading.Lock()
_installed: list[bool] = []


@contextmanager
def guarded(deadline: Deadline, *, allow_private: bool) -> Iterator[Guard]:
    """Hold whatever this thread does inside to the deadline and to addresses that are allowed."""
    _install()
    guard = Guard(deadline, allow_private)
    _active.guard = guard
    try:
        yield guard
    finally:
        _active.guard = None


def _install() -> None:
    """Once in a process, because a hook can't be taken out again."""
    with _installing:
        if not _installed:
            sys.addaudithook(_hook)
            _installed.append(True)


def _hook(event: str, arguments: tuple[Any, ...]) -> None:
    check = _CHECKS.get(event)
    guard: Guard | None = getattr(_active, "guard", None) if check else None
    if check is not None and guard is not None:
        check(guard, arguments)


def _on_address(guard: Guard, arguments: tuple[Any, ...]) -> None:
    sock, address = arguments
    host = str(address[0]) if isinstance(address, tuple) else "a socket of this machine"
    if not guard.allow_private and not is_public(host):
        raise guard.refuse(
            f"it leads to the private address {host}: set allow_private = true where that is meant"
        )
    _on_time(guard, ())
    if isinstance(sock, socket.socket):
        guard.deadline.watch(sock)


def _on_time(guard: Guard, _arguments: tuple[Any, ...]) -> None:
    if guard.deadline.passed:
        raise TimeoutError(f"not finished within {guard.deadline.seconds:g} s")


def _on_sleep(guard: Guard, arguments: tuple[Any, ...]) -> None:
    seconds = float(arguments[0])
    if seconds > guard.deadline.remaining(guard.deadline.seconds):
        raise TimeoutError(f"it wants to wait {seconds:.0f} s")


def _on_start(guard: Guard, _arguments: tuple[Any, ...]) -> None:
    raise guard.refuse(_STARTS)


_CHECKS: dict[str, Callable[[Guard, tuple[Any, ...]], None]] = {
    "socket.connect": _on_address,
    "socket.sendto": _on_address,
    "socket.sendmsg": _on_address,
    "socket.getaddrinfo": _on_time,
    "time.sleep": _on_sleep,
    "subprocess.Popen": _on_start,
    "os.system": _on_start,
    "os.posix_spawn": _on_start,
    "os.fork": _on_start,
    "_thread.start_new_thread": _on_start,
}

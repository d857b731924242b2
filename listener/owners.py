"""Who works on a store: a name for this process, and which others are dead.

A lease also runs out by itself; knowing at start that its holder is dead only saves the wait.
"""

import os
import secrets
import socket
from collections.abc import Iterable


def owner_name() -> str:
    """A name for this process: host, process id, and a part that no other process has."""
    return f"{_host()}:{os.getpid()}:{secrets.token_hex(4)}"


def dead_owners(owners: Iterable[str], me: str) -> list[str]:
    """Those of this host whose process is gone. Of other hosts nothing is known."""
    return [owner for owner in owners if owner != me and _is_dead(owner)]


def _is_dead(owner: str) -> bool:
    host, _, rest = owner.partition(":")
    pid, _, _ = rest.partition(":")
    if host != _host() or not pid.isdecimal():
        return False
    # The same number under another name is a process before us, as in a restarted container.
    return int(pid) == os.getpid() or not _runs(int(pid))


def _runs(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except (ProcessLookupError, OverflowError):
        return False
    except PermissionError:
        return True
    return True


def _host() -> str:
    return socket.gethostname().replace(":", "-").replace(" ", "-")

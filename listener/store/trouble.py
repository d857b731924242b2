"""What an error of SQLite means: which state the store is in, and what a person can do."""

import os
import sqlite3
from pathlib import Path

from listener.store.port import StoreUnavailable, Trouble

# The first that the error's name begins with counts.
_STATES: dict[str, Trouble] = {
    "SQLITE_BUSY": "locked",
    "SQLITE_LOCKED": "locked",
    "SQLITE_PROTOCOL": "locked",
    "SQLITE_FULL": "full",
    "SQLITE_IOERR_SHMSIZE": "full",  # no room for the few kilobytes that readers share
    "SQLITE_READONLY": "read-only",
    "SQLITE_PERM": "read-only",
    "SQLITE_CORRUPT": "broken",
    "SQLITE_NOTADB": "broken",
    "SQLITE_IOERR": "unreachable",
    "SQLITE_CANTOPEN": "unreachable",
}


def state_of(error: sqlite3.Error) -> Trouble | None:
    """The state that this error tells of; None where it tells of a fault in our statements."""
    name = getattr(error, "sqlite_errorname", "") or ""
    return next((state for code, state in _STATES.items() if name.startswith(code)), None)


def trouble_opening(path: Path, error: sqlite3.Error) -> StoreUnavailable:
    """Why the database at this path can't be opened: SQLite says one sentence for many causes."""
    state = state_of(error) or "broken"
    if state == "broken":
        return StoreUnavailable(
            state, f"{path}: {error}; name another file in 'database', or restore a backup of it"
        )
    if state == "unreachable" and path.is_dir():
        return StoreUnavailable(state, f"{path} is a folder: name a file in it")
    if state == "unreachable" and not path.parent.is_dir():
        return StoreUnavailable(state, f"there is no folder {path.parent}: make it")
    if state == "unreachable" and not _writable(path):
        return StoreUnavailable("read-only", f"{path} and its folder must be writable")
    return StoreUnavailable(state, f"{path}: {error}")


def _writable(path: Path) -> bool:
    """SQLite writes into the file, and makes two more beside it."""
    return os.access(path.parent, os.W_OK) and (not path.exists() or os.access(path, os.W_OK))

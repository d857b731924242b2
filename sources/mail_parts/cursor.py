"""What is remembered of a mailbox between two polls, as JSON."""

import hashlib
import json
from base64 import urlsafe_b64encode
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sources.common import fields
from sources.mail_parts.folder import UID_MAX

SEEN_MAX = 3_000
"""So many mails are recognised when they come again, from another folder or renumbered."""

PENDING_MAX = 50

_VERSION = 1
_NAME_CHARS, _MARK_CHARS = 8, 5


@dataclass(frozen=True, slots=True)
class FolderState:
    """How far a folder was read.

    Under the numbering ``validity`` (0: it was never read), every mail up to the UID ``last`` was
    dealt with, but for those in ``pending``, which could not be had since the time stated there.
    Of mails below the UID ``below``, only those count that came in since ``since``. At ``read_at``
    it was last read to its end. Up to the UID ``apart`` mails are fetched one at a time, for one of
    them broke the line. ``waiting``: the last poll had no time for it.
    Times are seconds since 1970.
    """

    validity: int = 0
    last: int = 0
    below: int = 0
    since: float = 0.0
    read_at: float = 0.0
    apart: int = 0
    waiting: bool = False
    pending: Mapping[int, float] = field(default_factory=dict)


class Seen:
    """The mails that came lately, by their name, each with a mark of who wrote it when.

    The mark tells a mail that comes again from another that bears its name.
    """

    def __init__(self, known: Iterable[tuple[str, str]] = ()) -> None:
        self._marks = dict(known)

    def has(self, name: str, author: str) -> bool:
        """Whether this very mail came."""
        return self._marks.get(_digest(name, _NAME_CHARS)) == _digest(author, _MARK_CHARS)

    def names(self, name: str) -> bool:
        """Whether a mail of this name came."""
        return _digest(name, _NAME_CHARS) in self._marks

    def add(self, name: str, author: str) -> None:
        """It came."""
        digest = _digest(name, _NAME_CHARS)
        self._marks.pop(digest, None)
        self._marks[digest] = _digest(author, _MARK_CHARS)
        if len(self._marks) > SEEN_MAX:
            del self._marks[next(iter(self._marks))]

    def dump(self) -> str:
        """All of it in one word."""
        return "".join(name + mark for name, mark in self._marks.items())

    @classmethod
    def load(cls, word: str) -> "Seen":
        """What a word stands for; the newest, where it is too long."""
        step = _NAME_CHARS + _MARK_CHARS
        word = word[-SEEN_MAX * step :] if len(word) % step == 0 else ""
        pieces = (word[at : at + step] for at in range(0, len(word), step))
        return cls((one[:_NAME_CHARS], one[_NAME_CHARS:]) for one in pieces)


def load(
    cursor: str | None, folders: Iterable[str], now: datetime
) -> tuple[dict[str, FolderState], Seen]:
    """The state of each folder, and what was seen; what makes no sense begins anew."""
    try:
        read = fields.parsed((cursor or "{}").encode(errors="replace"))
    except ValueError:
        read = {}
    if fields.at(read, "v") != _VERSION:
        read = {}
    states = {name: _state(fields.table(read, "folders", name), now) for name in folders}
    return states, Seen.load(fields.text(read, "seen", chars_max=None))


def dump(states: Mapping[str, FolderState], seen: Seen) -> str:
    """Both as a cursor."""
    folders = {name: _json(state) for name, state in states.items()}
    said = {"v": _VERSION, "folders": folders, "seen": seen.dump()}
    return json.dumps(said, separators=(",", ":"))


def _digest(text: str, chars: int) -> str:
    digest = hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest()
    return urlsafe_b64encode(digest)[:chars].decode()


def _json(state: FolderState) -> dict[str, Any]:
    return {
        "validity": state.validity,
        "last": state.last,
        "below": state.below,
        "since": state.since,
        "read_at": state.read_at,
        "apart": state.apart,
        "waiting": state.waiting,
        "pending": {str(uid): at for uid, at in state.pending.items()},
    }


def _state(read: Mapping[str, Any], now: datetime) -> FolderState:
    aside = fields.table(read, "pending")
    pending = {
        int(uid): fields.second(aside, now, uid)
        for uid in aside
        if uid.isascii() and uid.isdigit() and len(uid) <= 10
    }
    return FolderState(
        validity=fields.count(read, "validity"),
        last=min(fields.count(read, "last"), UID_MAX),
        below=fields.count(read, "below"),
        since=fields.second(read, now, "since"),
        read_at=fields.second(read, now, "read_at"),
        apart=fields.count(read, "apart"),
        waiting=fields.truth(read, "waiting") or False,
        pending=dict(list(pending.items())[:PENDING_MAX]),
    )

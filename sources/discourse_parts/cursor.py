"""What is remembered of each forum between two polls, as JSON."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sources.common import fields

SEEN_MAX = 200
"""More than three pages of the newest posts: so many are recognised when they come again."""

_VERSION = 1
_HIGHEST = 10**15


@dataclass(frozen=True, slots=True)
class Seen:
    """A post that was read: what it said, in short (empty: it was not shown), and its place."""

    digest: str
    topic: str
    number: int


@dataclass(frozen=True, slots=True)
class ForumState:
    """How far one forum was read.

    Everything with an id up to ``top`` was read (None: it was never asked), but for the first
    look's rest: posts below ``back``, down to ``floor``, that are younger than ``since``
    (seconds since 1970). ``read_at`` is when it was last read to its end. It is not asked again
    before ``again_at``, for the reason ``said``. ``waiting``: the last poll had no time for it.
    """

    top: int | None = None
    back: int = 0
    floor: int = 0
    since: float = 0.0
    read_at: float = 0.0
    again_at: float = 0.0
    said: str = ""
    waiting: bool = False
    seen: Mapping[int, Seen] = field(default_factory=dict)


def load(cursor: str | None, addresses: Iterable[str], now: datetime) -> dict[str, ForumState]:
    """The state of each forum; one that is new, or whose state makes no sense, begins anew.

    A time that lies more than a day ahead counts as over.
    """
    try:
        read = fields.parsed((cursor or "{}").encode(errors="replace"))
    except ValueError:
        read = {}
    forums = fields.table(read, "forums") if fields.at(read, "v") == _VERSION else {}
    return {address: _state(fields.table(forums, address), now) for address in addresses}


def dump(states: Mapping[str, ForumState]) -> str:
    """The states as a cursor."""
    forums = {address: _json(state) for address, state in states.items()}
    return json.dumps({"v": _VERSION, "forums": forums}, separators=(",", ":"))


def kept(seen: Mapping[int, Seen]) -> dict[int, Seen]:
    """The newest of what was seen."""
    return {number: seen[number] for number in sorted(seen)[-SEEN_MAX:]}


def _json(state: ForumState) -> dict[str, Any]:
    return {
        "top": state.top,
        "back": state.back,
        "floor": state.floor,
        "since": state.since,
        "read_at": state.read_at,
        "again_at": state.again_at,
        "said": state.said,
        "waiting": state.waiting,
        "seen": {
            str(number): [one.digest, one.topic, one.number] for number, one in state.seen.items()
        },
    }


def _state(read: Mapping[str, Any], now: datetime) -> ForumState:
    top = fields.count_or_none(read, "top")
    seen = {
        int(number): Seen(fields.text(one, 0), fields.text(one, 1), fields.count(one, 2))
        for number, one in fields.table(read, "seen").items()
        if number.isascii() and number.isdigit() and len(number) < 17
    }
    return ForumState(
        top=None if top is None else min(top, _HIGHEST),
        back=fields.count(read, "back"),
        floor=fields.count(read, "floor"),
        since=fields.second(read, now, "since"),
        read_at=fields.second(read, now, "read_at"),
        again_at=fields.second(read, now, "again_at"),
        said=fields.text(read, "said", chars_max=300),
        waiting=fields.truth(read, "waiting") or False,
        seen=kept(seen),
    )

"""What is remembered of a bot's queue between two polls, as a line of JSON."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from sources.common import fields

MOVED_MAX = 200
"""So many groups that got a new id are remembered."""

_VERSION = 1


@dataclass(frozen=True, slots=True)
class State:
    """Where in its queue the bot stands.

    Updates below ``offset`` are stored; Telegram still has to be told so (0: it was). Everything
    up to ``read_until``, in seconds since 1970, was read (0: nothing yet). ``moved`` has the new
    id of each group that became a supergroup.
    """

    offset: int = 0
    read_until: float = 0.0
    moved: Mapping[str, str] = field(default_factory=dict)


def load(cursor: str | None, now: datetime) -> State:
    """What the cursor says; a damaged one says nothing."""
    try:
        told = fields.parsed((cursor or "{}").encode(errors="replace"))
    except ValueError:
        return State()
    if fields.at(told, "v") != _VERSION:
        return State()
    moved = fields.table(told, "moved")
    return State(
        offset=fields.count(told, "offset"),
        read_until=fields.second(told, now, "read_until"),
        moved={old: fields.name(moved, old) for old in list(moved)[-MOVED_MAX:]},
    )


def dump(state: State) -> str:
    """The state as a cursor."""
    moved = dict(list(state.moved.items())[-MOVED_MAX:])
    told = {
        "v": _VERSION,
        "offset": state.offset,
        "read_until": state.read_until,
        "moved": moved,
    }
    return json.dumps(told, separators=(",", ":"))

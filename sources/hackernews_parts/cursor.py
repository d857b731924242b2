"""How far each search was read, and what came lately, as a line of JSON."""

import json
from collections.abc import Iterable
from dataclasses import dataclass, field

from sources.common import fields

VERSION = 1
SEEN_MAX = 50_000
_SECOND_MAX = 10**11


@dataclass(frozen=True, slots=True)
class Stretch:
    """How far one search was read; all times are whole seconds since 1970.

    Everything created before ``since`` was read. The search lists the newest first, so while
    ``until`` is not 0 what lies between ``since`` and ``until`` is still unread; once it is read,
    everything before ``top`` is. ``turn`` is the last in which it was read to its end, by our
    clock at ``read_at``.
    """

    since: int
    until: int = 0
    top: int = 0
    turn: int = 0
    read_at: int = 0


@dataclass(slots=True)
class State:
    """The stretch of each search; of each post seen lately its text's mark, and when.

    In a turn every search is read once, over as many polls as that takes.
    """

    turn: int = 0
    searches: dict[str, Stretch] = field(default_factory=dict)
    seen: dict[str, tuple[str, int]] = field(default_factory=dict)


def load(cursor: str | None, searches: Iterable[str]) -> State:
    """What the cursor says of these searches; a damaged one says nothing."""
    try:
        told = json.loads(cursor or "null")
    except (ValueError, RecursionError):
        return State()
    if fields.at(told, "v") != VERSION:
        return State()
    read = fields.table(told, "searches")
    seen = fields.table(told, "seen")
    return State(
        _second(fields.at(told, "turn")),
        {key: _stretch(read[key]) for key in searches if _second(fields.at(read, key, 0))},
        {
            native_id: (fields.text(entry, 0), _second(fields.at(entry, 1)))
            for native_id, entry in seen.items()
        },
    )


def dump(state: State, forgotten_before: int) -> str:
    """The cursor. What was seen before that second is dropped, and of too much the oldest."""
    kept = sorted(
        ((at, native_id, mark) for native_id, (mark, at) in state.seen.items()), reverse=True
    )
    seen = {
        native_id: [mark, at] for at, native_id, mark in kept[:SEEN_MAX] if at >= forgotten_before
    }
    searches = {
        key: [one.since, one.until, one.top, one.turn, one.read_at]
        for key, one in state.searches.items()
    }
    told = {"v": VERSION, "turn": state.turn, "searches": searches, "seen": seen}
    return json.dumps(told, separators=(",", ":"))


def _stretch(told: object) -> Stretch:
    return Stretch(*(_second(fields.at(told, place)) for place in range(5)))


def _second(told: object) -> int:
    return min(fields.count(told), _SECOND_MAX)

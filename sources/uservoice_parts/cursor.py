"""What is remembered of an account between two polls, as JSON."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sources.common import fields
from sources.common.voters import Voters, number_of
from sources.common.voters import load as voters_of
from sources.uservoice_parts.posts import COMMENTS, IDEAS, UPDATES, VOTES

KINDS = (VOTES, UPDATES, COMMENTS, IDEAS)
"""In this order: so the voters are known before the counts, which then need no further look."""

SEEN_MAX = 3_000
"""Of each kind so many records, those seen last, are known by what they said."""

WAITING_MAX = 2_000

_VERSION = 1


@dataclass(frozen=True, slots=True)
class Lane:
    """How far the records of one kind were read; times are seconds since 1970.

    What was changed up to ``since`` was read (0: nothing yet). A walk through what came after
    that began at ``began``, is ``pages`` pages long, goes on at the site's ``cursor`` and met
    nothing newer than ``top``; with no walk under way these are empty.
    """

    since: float = 0.0
    cursor: str = ""
    pages: int = 0
    began: float = 0.0
    top: float = 0.0


@dataclass(slots=True)
class State:
    """``done`` are the kinds read to their end in this turn; it is over when all are.

    ``seen`` are marks by kind and number, those seen last at the end.

    ``counted`` is how many votes an idea had when its voters were listed last. ``touched`` are
    ideas to be asked for because something happened to them, ``uncounted`` those whose voters
    are to be listed: they are more, or fewer, than those known.
    """

    lanes: dict[str, Lane] = field(default_factory=lambda: dict.fromkeys(KINDS, Lane()))
    done: set[str] = field(default_factory=set)
    seen: dict[str, dict[str, str]] = field(default_factory=lambda: {kind: {} for kind in KINDS})
    counted: dict[str, int] = field(default_factory=dict)
    touched: dict[str, None] = field(default_factory=dict)
    uncounted: dict[str, int] = field(default_factory=dict)
    voters: Voters = field(default_factory=Voters)


def load(cursor: str | None, now: datetime) -> State:
    """The state; one that makes no sense begins anew."""
    try:
        read = fields.parsed((cursor or "null").encode(errors="replace"))
    except ValueError:
        read = None
    if fields.at(read, "v") != _VERSION:
        return State()
    lanes, seen = fields.table(read, "lanes"), fields.table(read, "seen")
    return State(
        lanes={kind: _lane(fields.at(lanes, kind), now) for kind in KINDS},
        done={kind for kind in KINDS if fields.truth(read, "done", kind)},
        seen={kind: _marks(fields.table(seen, kind)) for kind in KINDS},
        counted=_counts(fields.table(read, "counted")),
        touched=dict.fromkeys(_counts(fields.table(read, "touched"))),
        uncounted=_counts(fields.table(read, "uncounted")),
        voters=voters_of(fields.table(read, "voters")),
    )


def dump(state: State) -> str:
    """The state as a cursor."""
    told = {
        "v": _VERSION,
        "lanes": {
            kind: [one.since, one.cursor, one.pages, one.began, one.top]
            for kind, one in state.lanes.items()
        },
        "done": dict.fromkeys(sorted(state.done), True),
        "seen": {kind: _last(marks, SEEN_MAX) for kind, marks in state.seen.items()},
        "counted": _last(state.counted, SEEN_MAX),
        "touched": dict.fromkeys(_last(state.touched, WAITING_MAX), 0),
        "uncounted": _last(state.uncounted, WAITING_MAX),
        "voters": state.voters.dump(),
    }
    return json.dumps(told, separators=(",", ":"))


def _last(table: Mapping[str, Any], most: int) -> dict[str, Any]:
    return dict(list(table.items())[-most:])


def _lane(told: object, now: datetime) -> Lane:
    return Lane(
        since=fields.second(told, now, 0),
        cursor=fields.text(told, 1, chars_max=2_000),
        pages=fields.count(told, 2),
        began=fields.second(told, now, 3),
        top=fields.second(told, now, 4),
    )


def _marks(told: Mapping[str, Any]) -> dict[str, str]:
    return {number: fields.text(told, number, chars_max=40) for number in told if _is(number)}


def _counts(told: Mapping[str, Any]) -> dict[str, int]:
    return {number: fields.count(told, number) for number in told if _is(number)}


def _is(number: str) -> bool:
    return number_of([number], 0) is not None

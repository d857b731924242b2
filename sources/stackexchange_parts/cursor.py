"""What is remembered between two polls, as a line of JSON. All times are seconds since 1970."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sources.common import fields

SEEN_MAX = 3_000
"""Of so many posts of one site it is known what they said: more than the overlap ever holds."""

WATCHED_MAX = 300
OWED_MAX = 5_000
RESTS_MAX = 50

_VERSION = 1


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a listing was read, which tells the questions in order of their last activity.

    All that happened before ``since`` was read. ``at`` is where reading stopped midway (0: it
    did not), ``turn`` the last in which it was read to its end.
    """

    since: int
    at: int = 0
    turn: int = 0


@dataclass(frozen=True, slots=True)
class Watched:
    """A question or answer whose comments are looked for: no listing of questions tells of them.

    ``question`` is its thread, ``active`` when somebody last wrote there, ``since`` from when on
    its comments are unread, ``turn`` the last in which they were read.
    """

    question: str
    active: int
    since: int
    turn: int = 0


@dataclass(slots=True)
class SiteState:
    """How far one site was read; ``turn`` is the last in which all of it was.

    ``owed`` are the questions whose answers from some second on are still to be read. ``seen``
    has, by post, the mark of what it said and when it was last met.
    """

    turn: int = 0
    listings: dict[str, Progress] = field(default_factory=dict)
    owed: dict[str, int] = field(default_factory=dict)
    watched: dict[str, Watched] = field(default_factory=dict)
    seen: dict[str, tuple[str, int]] = field(default_factory=dict)


@dataclass(slots=True)
class State:
    """The state of each site, and until when which method must not be asked (empty: none).

    A turn is every listing, answers and comments of every site once, over as many polls as that
    takes. ``began`` is when it began, 0 where nothing is left of it.
    """

    sites: dict[str, SiteState]
    turn: int = 0
    began: int = 0
    rests: dict[str, float] = field(default_factory=dict)


def load(cursor: str | None, sites: Iterable[str], now: datetime) -> State:
    """What the cursor says of these sites; a damaged one says nothing."""
    try:
        told = fields.parsed((cursor or "{}").encode(errors="replace"))
    except ValueError:
        told = None
    if fields.at(told, "v") != _VERSION:
        told = None
    rests, turn = fields.table(told, "rests"), fields.count(told, "turn")
    return State(
        {site: _site(fields.table(told, "sites", site), turn, now) for site in sites},
        turn,
        _second(told, now, "began"),
        {method: fields.second(rests, now, method) for method in list(rests)[:RESTS_MAX]},
    )


def dump(state: State, now: datetime) -> str:
    """The cursor; of what was seen and is watched, the newest."""
    rests = {method: until for method, until in state.rests.items() if until > now.timestamp()}
    sites = {site: _json(one) for site, one in state.sites.items()}
    told = {
        "v": _VERSION,
        "turn": state.turn,
        "began": state.began,
        "rests": rests,
        "sites": sites,
    }
    return json.dumps(told, separators=(",", ":"))


def _json(state: SiteState) -> dict[str, Any]:
    seen = sorted(state.seen.items(), key=lambda one: one[1][1])[-SEEN_MAX:]
    return {
        "turn": state.turn,
        "listings": {key: [one.since, one.at, one.turn] for key, one in state.listings.items()},
        "owed": dict(list(state.owed.items())[-OWED_MAX:]),
        "watched": {
            post_id: [one.question, one.active, one.since, one.turn]
            for post_id, one in newest(state.watched).items()
        },
        "seen": {native_id: [mark, at] for native_id, (mark, at) in seen},
    }


def newest(watched: Mapping[str, Watched]) -> dict[str, Watched]:
    """Those posts where somebody wrote last."""
    return dict(sorted(watched.items(), key=lambda one: one[1].active)[-WATCHED_MAX:])


def _site(told: Mapping[str, Any], turn: int, now: datetime) -> SiteState:
    listings, watched = fields.table(told, "listings"), fields.table(told, "watched")
    owed, seen = fields.table(told, "owed"), fields.table(told, "seen")
    return SiteState(
        turn=min(fields.count(told, "turn"), turn),
        listings={
            key: Progress(since, _second(one, now, 1), min(fields.count(one, 2), turn))
            for key, one in listings.items()
            if (since := _second(one, now, 0))
        },
        owed={number: _second(owed, now, number) for number in owed if _is_number(number)},
        watched={
            number: Watched(
                fields.name(one, 0),
                _second(one, now, 1),
                _second(one, now, 2),
                fields.count(one, 3),
            )
            for number, one in watched.items()
            if _is_number(number) and _is_number(fields.name(one, 0))
        },
        seen={key: (fields.text(one, 0), _second(one, now, 1)) for key, one in seen.items()},
    )


def _second(told: object, now: datetime, place: int | str) -> int:
    return int(fields.second(told, now, place))


def _is_number(name: str) -> bool:
    return name.isascii() and name.isdigit() and len(name) < 20

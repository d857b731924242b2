"""What the reddit source remembers between two polls, as the JSON of its cursor.

A cursor that is damaged, or of another make, is forgotten; what it held is then brought again.
"""

import json
from dataclasses import astuple, dataclass, field, replace
from datetime import datetime, timedelta
from math import isfinite
from typing import Any

FIRST = timedelta(days=1)
"""How far the first look at a listing goes back."""

AHEAD_MAX = timedelta(days=1)
"""A time further ahead of now was written by a clock that was wrong."""

KNOWN_FOR = timedelta(days=1)
KNOWN_MAX = 4_000
"""How many things are remembered, over all listings; one that is read in full holds 1,000."""

_VERSION = 1
_SECONDS_MAX = 10.0**11


SHORT = 200
"""A listing that ends before so many things is short by itself: nothing slid out of it."""

SHORT_IF_EMPTY = 950
"""The same, where it held nothing when it was last read."""

SHORT_AT_FIRST = 10**9
"""The same, at the first look, which owes nobody what lies deeper."""


@dataclass(frozen=True, slots=True)
class Stretch:
    """A part of a listing still to be read: from ``after`` back to ``since``.

    ``until`` is when the oldest thing read was published, ``count`` how many were read above.
    Where the listing ends before it held ``short`` things, nothing is lost. ``is_restarted`` says
    that ``after`` was not there any more, and the listing is read from the top again.
    """

    since: float
    until: float
    after: str = ""
    count: int = 0
    short: int = SHORT
    is_restarted: bool = False


@dataclass(frozen=True, slots=True)
class Reach:
    """How far one listing is read: all up to ``until``, but for the stretch ``unread``.

    ``short`` is as in :class:`Stretch`; ``turn`` is the number of the poll that read it last.
    """

    until: float
    unread: Stretch | None = None
    short: int = SHORT_AT_FIRST
    turn: int = 0


@dataclass
class State:
    """All of it. Times are seconds since 1970.

    ``known`` holds, by fullname, when a thing was published and a mark of its words; it is
    whole from ``known_from`` on. ``shut`` holds the subreddits that can't be read, and when they
    were last known to be open; ``checked_at`` is when that was last looked up. ``turn`` counts
    the polls.
    """

    known_from: float
    known: dict[str, tuple[float, str]] = field(default_factory=dict)
    listings: dict[str, Reach] = field(default_factory=dict)
    shut: dict[str, tuple[float, str]] = field(default_factory=dict)
    checked_at: float = 0.0
    turn: int = 0

    def reach(self, place: str, now: datetime) -> Reach:
        """How far this listing is read; for one never read, a day back and nothing owed."""
        return self.listings.get(place) or Reach((now - FIRST).timestamp())

    def is_news(self, name: str, at: float, mark: str, since: float) -> bool:
        """Whether a thing is to be brought: not known, or with other words than then.

        ``since`` is up to where the listing it comes from was read before. What is older than
        that and older than all that is remembered may have been brought long ago.
        """
        if name in self.known:
            return self.known[name][1] != mark
        return at > since or at >= self.known_from

    def forget(self, now: datetime) -> None:
        """Drop what is too old or too much to remember."""
        self.known_from = max(self.known_from, (now - KNOWN_FOR).timestamp())
        newest = sorted(self.known.items(), key=lambda item: item[1][0], reverse=True)
        if len(newest) > KNOWN_MAX:
            # Others of the same second may have been cut off.
            self.known_from = max(self.known_from, newest[KNOWN_MAX - 1][1][0] + 1)
        self.known = {
            name: entry for name, entry in newest[:KNOWN_MAX] if entry[0] >= self.known_from
        }


def load(cursor: str | None, now: datetime) -> State:
    """The state in a cursor; an empty one where there is none that can be read.

    What was written by a clock more than a day ahead is forgotten.
    """
    fresh = State((now - FIRST).timestamp())
    try:
        whole = json.loads(cursor or "{}")
        state = _state(whole) if whole.get("v") == _VERSION else fresh
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError):
        return fresh
    return _without_future(state, (now + AHEAD_MAX).timestamp(), fresh)


def _without_future(state: State, latest: float, fresh: State) -> State:
    return replace(
        state,
        known_from=state.known_from if state.known_from <= latest else fresh.known_from,
        listings={
            place: reach
            for place, reach in state.listings.items()
            if reach.until <= latest and (not reach.unread or reach.unread.since <= latest)
        },
        shut={name: one for name, one in state.shut.items() if one[0] <= latest},
        checked_at=state.checked_at if state.checked_at <= latest else 0.0,
    )


def dump(state: State) -> str:
    """The cursor."""
    whole = {
        "v": _VERSION,
        "from": state.known_from,
        "known": state.known,
        "read": {place: _reach_as_json(reach) for place, reach in state.listings.items()},
        "shut": state.shut,
        "checked": state.checked_at,
        "turn": state.turn,
    }
    return json.dumps(whole, separators=(",", ":"))


def _reach_as_json(reach: Reach) -> dict[str, Any]:
    unread = reach.unread
    rest = unread and list(astuple(unread))
    return {"to": reach.until, "rest": rest, "short": reach.short, "turn": reach.turn}


def _state(whole: dict[str, Any]) -> State:
    return State(
        known_from=_seconds(whole["from"]),
        known=_entries(whole["known"]),
        listings={str(place): _reach(value) for place, value in whole["read"].items()},
        shut=_entries(whole["shut"]),
        checked_at=_seconds(whole["checked"]),
        turn=int(whole["turn"]),
    )


def _entries(value: dict[str, Any]) -> dict[str, tuple[float, str]]:
    return {str(name): (_seconds(at), str(word)) for name, (at, word) in value.items()}


def _reach(value: dict[str, Any]) -> Reach:
    rest = None
    if value["rest"]:
        since, until, after, count, short, again = value["rest"]
        times = _seconds(since), _seconds(until)
        rest = Stretch(*times, str(after), int(count), int(short), again is True)
    return Reach(_seconds(value["to"]), rest, int(value["short"]), int(value["turn"]))


def _seconds(value: Any) -> float:
    seconds = float(value)
    if not isfinite(seconds) or not 0 <= seconds <= _SECONDS_MAX:
        raise ValueError("no time")
    return seconds

"""What is remembered between two polls of lists that show the newest first, as JSON."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sources.common import fields

SEEN_MAX = 1_200
"""So many of the newest posts of a list are recognised when they come again."""

STRETCH_MAX = 10_000
"""So many while a stretch is open: what is longer is given up, and told as a gap."""

_VERSION = 1


@dataclass(frozen=True, slots=True)
class Known:
    """A post that was read: where it stood (seconds since 1970), and what it said, in short.

    ``first`` is when it was published as it was read first, for an edit may change that (0: not
    told). ``missing`` is since when it is not listed where it should be; 0: it is.
    """

    at: int
    digest: str
    first: int
    missing: int = 0


@dataclass(frozen=True, slots=True)
class ListState:
    """How far one list was read. Times are in seconds since 1970.

    Everything up to ``top`` was read, when it was last read to its end at ``read_at``. Nothing
    from before ``horizon`` is brought (0: it was never asked). A stretch that could not be read
    in one poll goes on at the page ``next``; the newest post of that stretch is at ``newest``.
    At ``deep_at`` the list was last read deeper than needed, for what changed there. It is not
    asked again before ``again_at``, for the reason ``said``. ``waiting``: the last poll did not
    get to it.
    """

    top: int = 0
    horizon: int = 0
    read_at: int = 0
    next: str = ""
    newest: int = 0
    deep_at: int = 0
    again_at: float = 0.0
    said: str = ""
    waiting: bool = False
    seen: Mapping[str, Known] = field(default_factory=dict)


def load(cursor: str | None, places: Iterable[str], now: datetime) -> dict[str, ListState]:
    """The state of each list; one that is new, or whose state makes no sense, begins anew.

    A time that lies more than a day ahead counts as over.
    """
    try:
        read = fields.parsed((cursor or "{}").encode(errors="replace"))
    except ValueError:
        read = {}
    lists = fields.table(read, "lists") if fields.at(read, "v") == _VERSION else {}
    return {place: _state(fields.table(lists, place), now) for place in places}


def dump(states: Mapping[str, ListState]) -> str:
    """The states as a cursor."""
    lists = {place: _json(state) for place, state in states.items()}
    return json.dumps({"v": _VERSION, "lists": lists}, separators=(",", ":"))


def kept(
    seen: Mapping[str, Known], horizon: int, most: int = SEEN_MAX
) -> tuple[dict[str, Known], int]:
    """The newest of what was seen, and the horizon: above it, all that was read is known."""
    if len(seen) <= most:
        return dict(seen), horizon
    newest = sorted(seen, key=lambda post_id: seen[post_id].at)[-most:]
    lowest = seen[newest[0]].at
    return {post_id: seen[post_id] for post_id in newest}, max(horizon, lowest)


def _json(state: ListState) -> dict[str, Any]:
    return {
        "top": state.top,
        "horizon": state.horizon,
        "read_at": state.read_at,
        "next": state.next,
        "newest": state.newest,
        "deep_at": state.deep_at,
        "again_at": state.again_at,
        "said": state.said,
        "waiting": state.waiting,
        "seen": {
            post_id: [one.at, one.digest, one.first, one.missing]
            for post_id, one in state.seen.items()
        },
    }


def _state(read: Mapping[str, Any], now: datetime) -> ListState:
    seen = {
        post_id: _known(one, now)
        for post_id, one in fields.table(read, "seen").items()
        if isinstance(one, list)
    }
    horizon = _second(read, now, "horizon")
    few, horizon = kept(seen, horizon, STRETCH_MAX) if horizon else ({}, 0)
    return ListState(
        top=_second(read, now, "top"),
        horizon=horizon,
        read_at=_second(read, now, "read_at"),
        next=fields.text(read, "next"),
        newest=_second(read, now, "newest"),
        deep_at=_second(read, now, "deep_at"),
        again_at=fields.second(read, now, "again_at"),
        said=fields.text(read, "said", chars_max=300),
        waiting=fields.truth(read, "waiting") or False,
        seen=few,
    )


def _known(one: list[Any], now: datetime) -> Known:
    return Known(
        _second(one, now, 0), fields.text(one, 1), _second(one, now, 2), _second(one, now, 3)
    )


def _second(read: object, now: datetime, *path: str | int) -> int:
    return int(fields.second(read, now, *path))

"""What a feed source remembers between two polls, as the JSON of its cursor.

One state per address in ``urls``. A cursor that is damaged, or of another make, is no reason to
stop: what can't be read of it is forgotten, and the feed is read afresh.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field, fields, replace
from math import isfinite
from types import MappingProxyType
from typing import Any

from listener.net import RETRY_AFTER_SECONDS_MAX

SEEN_BEYOND = 200
"""How many entries are remembered that a feed no longer lists: some lists flap."""

NAMES_MAX = 20
NAME_CHARS_MAX = 300

AHEAD_SECONDS_MAX = RETRY_AFTER_SECONDS_MAX
"""No site is obeyed that asks for a longer wait."""

_VERSION = 1
_TIMES = ("not_before", "hold_until", "turn", "read_at", "subscribed_at")


@dataclass(frozen=True, slots=True)
class UrlState:
    """What is known of one address.

    ``etag`` and ``modified`` are the server's validators for the body whose hash is ``digest``,
    ``unread`` how often it answered in a row that this has not changed; ``fault`` is what was
    wrong with that body, if anything. ``feed_url`` is the feed that a page at the address named.
    ``waiting`` says that the last poll had no time for it. ``seen`` holds a hash of each entry's
    id with a hash of its content, the oldest first, and ``names`` the names of the newest that
    are listed.

    Times are in seconds since 1970. ``not_before`` is when the server wants to be asked again,
    ``hold_until`` until when it says that nothing new is worth asking for, and ``ttl`` (seconds),
    ``skip_hours`` and ``skip_days`` what the feed itself says of that. ``turn`` is when it was
    last due, ``read_at`` when it was last read, ``trouble`` what went wrong in the last of so
    many ``failures`` in a row. ``posts`` came in ``seconds`` of watching: see
    :mod:`listener.pace`. ``comments`` are addresses of its comments' feeds. ``hub`` is where its
    ``topic`` was subscribed to at ``subscribed_at``.
    """

    etag: str = ""
    modified: str = ""
    digest: str = ""
    unread: int = 0
    fault: str = ""
    feed_url: str = ""
    not_before: float = 0.0
    waiting: bool = False
    hold_until: float = 0.0
    ttl: float = 0.0
    skip_hours: list[int] = field(default_factory=list)
    skip_days: list[int] = field(default_factory=list)
    turn: float = 0.0
    read_at: float = 0.0
    trouble: str = ""
    failures: int = 0
    posts: float = 0.0
    seconds: float = 0.0
    comments: list[str] = field(default_factory=list)
    hub: str = ""
    topic: str = ""
    subscribed_at: float = 0.0
    seen: dict[str, str] = field(default_factory=dict)
    names: dict[str, str] = field(default_factory=dict)


def load(cursor: str | None, urls: Iterable[str], *, comments: bool = False) -> dict[str, UrlState]:
    """The state of each of ``urls`` and, with ``comments``, of the comments' feeds they named.

    Of other addresses nothing is kept.
    """
    try:
        whole = json.loads(cursor or "{}")
    except (ValueError, RecursionError):
        whole = {}
    known = whole.get("urls") if isinstance(whole, dict) and whole.get("v") == _VERSION else {}
    known = known if isinstance(known, dict) else {}
    states = {url: _state(known.get(url)) for url in urls}
    if not comments:
        states = {url: replace(state, comments=[]) for url, state in states.items()}
    return with_comments(states, known)


def with_comments(
    states: dict[str, UrlState], known: Mapping[str, object] = MappingProxyType({})
) -> dict[str, UrlState]:
    """The states, and those of the comments' feeds they name, new ones empty."""
    named = {one: _state(known.get(one)) for state in states.values() for one in state.comments}
    return named | states


def on_time(states: Mapping[str, UrlState], now: float) -> dict[str, UrlState]:
    """The states without times of a clock that was wrong: none lies over a day ahead of ``now``.

    A wait until then counts as over, and what happened then as never.
    """
    return {url: _on_time(state, now + AHEAD_SECONDS_MAX) for url, state in states.items()}


def dump(states: dict[str, UrlState]) -> str:
    """The cursor, without what goes without saying."""
    empty = asdict(UrlState())
    urls = {
        url: {key: value for key, value in asdict(state).items() if value != empty[key]}
        for url, state in states.items()
    }
    return json.dumps({"v": _VERSION, "urls": urls}, separators=(",", ":"))


def remembered(before: dict[str, str], listed: dict[str, str]) -> dict[str, str]:
    """``seen`` after a feed was read: all it lists, and some of what it listed before."""
    gone = [(key, value) for key, value in before.items() if key not in listed]
    return dict(gone[-SEEN_BEYOND:]) | listed


def newest(names: Mapping[str, str]) -> dict[str, str]:
    """The last of these names, as many as are remembered."""
    short = [(mark, name) for mark, name in names.items() if len(name) <= NAME_CHARS_MAX]
    return dict(short[-NAMES_MAX:])


def forgetful(state: UrlState, feed_url: str = "") -> UrlState:
    """The state as if nothing had been fetched yet, with what it lists still known."""
    return replace(state, etag="", modified="", digest="", fault="", feed_url=feed_url)


def _on_time(state: UrlState, latest: float) -> UrlState:
    off: dict[str, Any] = {name: 0.0 for name in _TIMES if abs(getattr(state, name)) > latest}
    return replace(state, **off)


def _state(value: Any) -> UrlState:
    """The state, or an empty one as soon as a part of it is not of its kind."""
    if not isinstance(value, dict):
        return UrlState()
    kinds = {one.name: type(getattr(UrlState(), one.name)) for one in fields(UrlState)}
    if not all(isinstance(part, kinds.get(key, object)) for key, part in value.items()):
        return UrlState()
    state = UrlState(**{key: part for key, part in value.items() if key in kinds})
    sound = (
        all(isinstance(one, str) for one in (*state.seen.values(), *state.names.values()))
        and all(isinstance(address, str) for address in state.comments)
        and all(isinstance(number, int) for number in state.skip_hours + state.skip_days)
        and all(isfinite(getattr(state, name)) for name in kinds if kinds[name] is float)
    )
    return state if sound else UrlState()

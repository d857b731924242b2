"""What a feed source remembers between two polls, as the JSON of its cursor.

One state per address in ``urls``. A cursor that is damaged, or of another make, is no reason to
stop: what can't be read of it is forgotten, and the feed is read afresh.
"""

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field, fields
from typing import Any

SEEN_BEYOND = 200
"""How many entries are remembered that a feed no longer lists: some lists flap."""

_VERSION = 1


@dataclass(frozen=True, slots=True)
class UrlState:
    """What is known of one address.

    ``etag`` and ``modified`` are the server's validators for the body whose hash is ``digest``;
    ``fault`` is what was wrong with that body, if anything. ``feed_url`` is the feed that a page
    at the address named. ``not_before`` (seconds since 1970) is when the server wants to be
    asked again. ``waiting`` says that the last poll had no time for it. ``seen`` holds a hash of
    each entry's id with a hash of its content, the oldest first.
    """

    etag: str = ""
    modified: str = ""
    digest: str = ""
    fault: str = ""
    feed_url: str = ""
    not_before: float = 0.0
    waiting: bool = False
    seen: dict[str, str] = field(default_factory=dict)


def load(cursor: str | None, urls: Iterable[str]) -> dict[str, UrlState]:
    """The state of each of ``urls``; of other addresses nothing is kept."""
    try:
        whole = json.loads(cursor or "{}")
    except (ValueError, RecursionError):
        whole = {}
    known = whole.get("urls") if isinstance(whole, dict) and whole.get("v") == _VERSION else {}
    known = known if isinstance(known, dict) else {}
    return {url: _state(known.get(url)) for url in urls}


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


def _state(value: Any) -> UrlState:
    """The state, or an empty one as soon as a part of it is not of its kind."""
    if not isinstance(value, dict):
        return UrlState()
    kinds = {one.name: type(getattr(UrlState(), one.name)) for one in fields(UrlState)}
    if not all(isinstance(part, kinds.get(key, object)) for key, part in value.items()):
        return UrlState()
    seen = value.get("seen", {})
    if not all(isinstance(content, str) for content in seen.values()):
        return UrlState()
    return UrlState(**{key: part for key, part in value.items() if key in kinds})

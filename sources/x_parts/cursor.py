"""What the X source remembers between two polls, as the JSON of its cursor.

Each query has a bound: the newest post that it brought. What lies above the bound was not asked
for yet; below it everything was read but for the query's stretch in ``unread``, if it has one.
A damaged cursor is forgotten; of one that is damaged in part, what can be read is kept.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime
from hashlib import sha256

from sources.common import fields

SEEN_MAX = 2_000
_VERSION = 1
_QUERIES_MAX = 100
_TIME_MAX = 2**33
_DAY_SECONDS = 86_400


@dataclass(frozen=True, slots=True)
class Stretch:
    """Posts of one query to be read, named by the query's :func:`key`.

    They begin after ``since_id`` or, where that is empty, at the second ``since``, and end
    before ``until_id``, if given. ``token`` is the page to go on with, ``oldest`` the id of the
    oldest post that was read, ``pages`` how many pages were. ``floor`` is the id up to which all
    was read before, where the stretch begins a little below it.
    """

    query: str
    since: int
    since_id: str = ""
    until_id: str = ""
    token: str = ""
    oldest: str = ""
    pages: int = 0
    floor: str = ""


@dataclass(frozen=True, slots=True)
class Bound:
    """Where a query's new posts begin: after ``newest``, or at the second ``since``.

    What lies up to ``floor`` was billed on an earlier day.
    """

    since: int
    newest: str = ""
    floor: str = ""


@dataclass(frozen=True, slots=True)
class State:
    """Where the reading stands.

    ``asked`` is the second in which X was last asked, ``day`` the UTC day of it. ``seen`` are
    the ids of versions that came lately with the second each was written in, ``told`` is what
    could not be asked for when that was last told, as a key. ``connected`` is the second in which
    the stream was opened, until search has brought what was written before; else 0.
    """

    asked: int = 0
    day: str = ""
    bounds: dict[str, Bound] = field(default_factory=dict)
    unread: tuple[Stretch, ...] = ()
    seen: dict[str, int] = field(default_factory=dict)
    told: str = ""
    connected: int = 0


def key(text: str) -> str:
    """A short name for a long text."""
    return sha256(text.encode("utf-8", "replace")).hexdigest()[:12]


def load(cursor: str | None, now: datetime) -> State:
    """The state in a cursor; of one that makes no sense, that of a first poll.

    A time more than a day ahead was written by a clock that was wrong. It counts as a day ago;
    the ids beside it are X's and stay, so that nothing is billed again.
    """
    try:
        whole = fields.parsed((cursor or "").encode("utf-8", "replace"))
    except ValueError:
        return State()
    if fields.at(whole, "v") != _VERSION or not 0 < fields.count(whole, "asked") < _TIME_MAX:
        return State()
    return State(
        asked=int(fields.second(whole, now, "asked")),
        day=fields.text(whole, "day"),
        bounds=dict(_bounds(fields.table(whole, "bounds"), now)),
        unread=tuple(_stretches(whole, now)),
        seen={
            name: second
            for name, second in list(fields.table(whole, "seen").items())[:SEEN_MAX]
            if isinstance(second, int)
        },
        told=fields.text(whole, "told"),
        connected=int(fields.second(whole, now, "connected")),
    )


def dump(state: State) -> str:
    """The cursor; of what was seen the newest."""
    newest = sorted(state.seen.items(), key=lambda one: one[1])[-SEEN_MAX:]
    whole = {"v": _VERSION} | asdict(replace(state, seen=dict(newest)))
    return json.dumps(whole, separators=(",", ":"))


def _bounds(table: Mapping[str, object], now: datetime) -> Iterator[tuple[str, Bound]]:
    for name in list(table)[:_QUERIES_MAX]:
        since = _since(table, now, name)
        if since:
            yield name, Bound(since, _id(table, name, "newest"), _id(table, name, "floor"))


def _stretches(whole: object, now: datetime) -> Iterator[Stretch]:
    for _, one in zip(range(_QUERIES_MAX), fields.items(whole, "unread"), strict=False):
        since = _since(one, now)
        if since:
            yield Stretch(
                query=fields.text(one, "query"),
                since=since,
                since_id=_id(one, "since_id"),
                until_id=_id(one, "until_id"),
                token=fields.text(one, "token"),
                oldest=_id(one, "oldest"),
                pages=fields.count(one, "pages"),
                floor=_id(one, "floor"),
            )


def _since(value: object, now: datetime, *path: str) -> int:
    """The second at which something begins; 0 where there is none."""
    stated = fields.count(value, *path, "since")
    known = int(fields.second(value, now, *path, "since"))
    return known or (int(now.timestamp()) - _DAY_SECONDS if 0 < stated < _TIME_MAX else 0)


def _id(value: object, *path: str) -> str:
    found = fields.text(value, *path, chars_max=19)
    return found if found.isascii() and found.isdigit() else ""

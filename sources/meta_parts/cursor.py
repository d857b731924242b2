"""What is remembered between two polls of a page or an account, as JSON."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import astuple, dataclass, field
from datetime import datetime
from typing import Any, TypeVar

from sources.common import fields

POSTS_MAX = 2_000
COMMENTS_MAX = 3_000
THREADS_MAX = 400
HASHTAGS_MAX = 500
"""More than so many of each are not remembered: the oldest are forgotten."""

_VERSION = 1
_ID_CHARS_MAX = 100
_PAGES_MAX = 10_000
_LATEST = 10**11
_TIMES = ("since", "hashtags_full_until", "asked_at", "again_at", "checked_at")
_PLAIN = ("expires_at", "left", "marred", "said")


@dataclass(frozen=True, slots=True)
class Known:
    """A post that was seen: when it was published, and what it said, in short.

    ``digest`` is empty for one that is shown no longer.
    """

    created: float
    digest: str


@dataclass(frozen=True, slots=True)
class Scan:
    """How far a list that begins with the newest was read.

    All that was published up to ``top`` was read (0: never). A scan under way goes on at
    ``after``; it ``began`` then, and ``high`` is the newest it met, ``count`` and ``pages`` how
    much it read. Times are seconds since 1970.
    """

    top: float = 0.0
    high: float = 0.0
    after: str = ""
    began: float = 0.0
    count: int = 0
    pages: int = 0


@dataclass(frozen=True, slots=True)
class Thread:
    """A post whose comments are followed. They are to be read while ``want`` is not ``done``.

    Both stand for how the post counted its comments.
    """

    created: float
    done: str = ""
    want: str = ""
    scan: Scan = Scan()


Dated = TypeVar("Dated", Known, Thread)


@dataclass(frozen=True, slots=True)
class Hashtag:
    """A hashtag's id, when it was last counted as asked for, and up to when it was read."""

    id: str = ""
    counted_at: float = 0.0
    read_at: float = 0.0


@dataclass
class State:
    """All of it. ``since`` is where the first look began; 0: nothing was ever asked.

    ``left`` are the jobs of a round that an earlier poll could not finish, ``marred`` says that
    one of it failed.
    """

    since: float = 0.0
    scans: dict[str, Scan] = field(default_factory=dict)
    threads: dict[str, Thread] = field(default_factory=dict)
    posts: dict[str, Known] = field(default_factory=dict)
    comments: dict[str, Known] = field(default_factory=dict)
    hashtags: dict[str, Hashtag] = field(default_factory=dict)
    hashtags_full_until: float = 0.0
    left: list[str] = field(default_factory=list)
    marred: bool = False
    asked_at: float = 0.0
    again_at: float = 0.0
    said: str = ""
    checked_at: float = 0.0
    expires_at: float = 0.0


def dump(state: State) -> str:
    """The state as a cursor; what is too much of it is forgotten."""
    whole = {
        **{name: getattr(state, name) for name in (*_TIMES, *_PLAIN)},
        "v": _VERSION,
        "scans": {name: _as_list(scan) for name, scan in state.scans.items()},
        "threads": {
            name: [one.created, one.done, one.want, _as_list(one.scan)]
            for name, one in _threads_kept(state.threads).items()
        },
        "posts": _known_as_json(state.posts, POSTS_MAX),
        "comments": _known_as_json(state.comments, COMMENTS_MAX),
        "hashtags": {name: list(astuple(one)) for name, one in state.hashtags.items()},
    }
    return json.dumps(whole, separators=(",", ":"))


def load(cursor: str | None, now: datetime) -> State:
    """The state in a cursor; what makes no sense in it counts as never written.

    A time that lies more than a day ahead counts as over.
    """
    try:
        read = fields.parsed((cursor or "{}").encode(errors="replace"))
    except ValueError:
        return State()
    if fields.at(read, "v") != _VERSION:
        return State()
    state = State(
        scans={name: _scan(fields.at(read, "scans", name), now) for name in _names(read, "scans")},
        threads={name: _thread(read, name, now) for name in _names(read, "threads")},
        posts=_known(read, "posts", now),
        comments=_known(read, "comments", now),
        hashtags={name: _hashtag(read, name, now) for name in _names(read, "hashtags")},
        left=[fields.text(read, "left", at) for at in range(len(_list(read, "left")))],
        marred=fields.truth(read, "marred") or False,
        said=fields.text(read, "said", chars_max=300),
        expires_at=float(min(fields.count(read, "expires_at"), _LATEST)),
    )
    for name in _TIMES:
        setattr(state, name, fields.second(read, now, name))
    return state


def newest(found: Mapping[str, Dated], count: int) -> dict[str, Dated]:
    """The newest of what was seen."""
    if len(found) <= count:
        return dict(found)
    names = sorted(found, key=lambda name: found[name].created)[-count:]
    return {name: found[name] for name in names}


def _threads_kept(threads: Mapping[str, Thread]) -> dict[str, Thread]:
    """Those that are still to be read, and else the newest."""
    due = {name: one for name, one in threads.items() if one.want != one.done}
    rest = {name: one for name, one in threads.items() if name not in due}
    return newest(due, 2 * THREADS_MAX) | newest(rest, THREADS_MAX)


def _as_list(scan: Scan) -> list[Any]:
    return list(astuple(scan))


def _known_as_json(found: Mapping[str, Known], count: int) -> dict[str, list[Any]]:
    return {name: [one.created, one.digest] for name, one in newest(found, count).items()}


def _list(read: object, *path: str) -> list[Any]:
    found = fields.at(read, *path)
    return found if isinstance(found, list) else []


def _names(read: object, *path: str) -> Iterable[str]:
    """The ids that are keys here."""
    return (name for name in fields.table(read, *path) if 0 < len(name) <= _ID_CHARS_MAX)


def _scan(read: object, now: datetime) -> Scan:
    return Scan(
        top=fields.second(read, now, 0),
        high=fields.second(read, now, 1),
        after=fields.text(read, 2),
        began=fields.second(read, now, 3),
        count=fields.count(read, 4),
        pages=min(fields.count(read, 5), _PAGES_MAX),
    )


def _thread(read: object, name: str, now: datetime) -> Thread:
    one = fields.at(read, "threads", name)
    scan = _scan(fields.at(one, 3), now)
    return Thread(fields.second(one, now, 0), fields.text(one, 1), fields.text(one, 2), scan)


def _hashtag(read: object, name: str, now: datetime) -> Hashtag:
    one = fields.at(read, "hashtags", name)
    return Hashtag(fields.name(one, 0), fields.second(one, now, 1), fields.second(one, now, 2))


def _known(read: object, key: str, now: datetime) -> dict[str, Known]:
    table = fields.table(read, key)
    return {
        name: Known(fields.second(table[name], now, 0), fields.text(table[name], 1))
        for name in _names(read, key)
    }

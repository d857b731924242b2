"""What is remembered between two polls, as JSON. All times are whole seconds since 1970."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any

from sources.common import fields

THREADS_MAX = 4_000
"""So many threads are watched for new replies; of more, those with the oldest activity go."""

REPLIES_MAX = 10_000
"""So many replies are recognised when they come again, in all threads together."""

UPLOADS_MAX = 200
"""So many uploads of a channel are recognised when they come again."""

START = "*"
"""Where a thread's replies are to be read from their first page on."""

_VERSION = 1


@dataclass
class Thread:
    """A thread that is watched for new replies.

    ``total`` is how many replies it had when it was ``looked`` at last; ``active`` when something
    was last written in it. Replies from before ``floor`` are none of ours. ``wants`` is the page of
    replies to read next, empty: none. ``digest`` is of the first comment's words, empty where it is
    too old to be brought; ``seen`` holds one for each reply.
    """

    place: str
    video: str = ""
    published: int = 0
    total: int = 0
    looked: int = 0
    active: int = 0
    floor: int = 0
    wants: str = ""
    digest: str = ""
    seen: dict[str, str] = field(default_factory=dict)


@dataclass
class Place:
    """How far the list of threads of a channel or a video was read.

    All threads from before ``since`` were read (0: it was never read). While ``token`` is not
    empty, what lies between ``since`` and ``until`` is unread, in a reading that was ``begun`` at a
    time; once it is read, everything before ``top`` is. ``again`` says that the site knew its own
    token no longer, and that reading began anew; ``blanks`` counts pages in a row that held
    nothing. A thread from before ``floor`` that is not watched is known or none of ours.

    It is not asked before ``again_at``, because of ``said``; ``off`` is quiet.
    """

    since: int = 0
    top: int = 0
    until: int = 0
    token: str = ""
    begun: int = 0
    again: bool = False
    blanks: int = 0
    floor: int = 0
    again_at: int = 0
    said: str = ""
    state: str = ""
    off: bool = False


@dataclass
class Channel:
    """What is known of a channel that the settings name, ``looked`` up at a time (0: never).

    ``floor`` is from when on its uploads are ours; ``read_at`` when they were last read. ``seen``
    holds a digest of each upload's words, the newest last, empty where it is too old to be brought.
    """

    id: str = ""
    handle: str = ""
    name: str = ""
    followers: int = 0
    uploads: str = ""
    looked: int = 0
    floor: int = 0
    read_at: int = 0
    seen: dict[str, str] = field(default_factory=dict)


@dataclass
class State:
    """Everything: places and threads by id, channels by how the settings name them.

    A round is everything that is to be asked, once, over as many polls as that takes; it ``began``
    at a time, and ``waiting`` is what it has still to do.
    """

    places: dict[str, Place] = field(default_factory=dict)
    channels: dict[str, Channel] = field(default_factory=dict)
    threads: dict[str, Thread] = field(default_factory=dict)
    waiting: list[str] = field(default_factory=list)
    began: int = 0


def load(cursor: str | None, channels: Iterable[str], now: datetime) -> State:
    """The state; one that is damaged, or of another make, begins anew.

    Of channels that the settings no longer name nothing is kept. A time that lies more than a day
    ahead, because a clock was wrong, counts as never.
    """
    try:
        read = fields.parsed((cursor or "{}").encode(errors="replace"))
    except ValueError:
        read = {}
    if fields.at(read, "v") != _VERSION:
        read = {}
    known = fields.table(read, "channels")
    threads = fields.table(read, "threads")
    waiting = fields.at(read, "waiting")
    return State(
        {key: _made(Place, one, now) for key, one in fields.table(read, "places").items()},
        {name: _made(Channel, known.get(name), now) for name in channels},
        {key: _made(Thread, one, now) for key, one in threads.items()},
        [key for key in waiting if isinstance(key, str)] if isinstance(waiting, list) else [],
        int(fields.second(read, now, "began")),
    )


def dump(state: State) -> str:
    """The state as a cursor, without what goes without saying."""
    told = {
        "v": _VERSION,
        "places": _told(state.places, Place()),
        "channels": _told(state.channels, Channel()),
        "threads": _told(state.threads, Thread("")),
        "waiting": state.waiting,
        "began": state.began,
    }
    return json.dumps(told, separators=(",", ":"))


def _told(states: Mapping[str, Any], empty: Any) -> dict[str, dict[str, Any]]:
    plain = asdict(empty)
    return {
        key: {name: value for name, value in vars(one).items() if value != plain[name]}
        for key, one in states.items()
    }


_TEXT_CHARS = 2_000
_AHEAD = {
    "since",
    "top",
    "until",
    "published",
    "looked",
    "active",
    "floor",
    "read_at",
    "again_at",
    "begun",
}


def _made(kind: Any, told: object, now: datetime) -> Any:
    """A state of this kind from what is told of it; what is not of its type is left out."""
    made = kind("") if kind is Thread else kind()
    known = fields.table(told)
    for name, plain in vars(made).items():
        if name in known:
            setattr(made, name, _value(known, name, plain, now))
    return made


def _value(told: object, name: str, plain: object, now: datetime) -> object:
    if isinstance(plain, bool):
        return fields.truth(told, name) or False
    if isinstance(plain, int):
        return int(fields.second(told, now, name)) if name in _AHEAD else fields.count(told, name)
    if isinstance(plain, str):
        return fields.text(told, name, chars_max=_TEXT_CHARS)
    entries = fields.table(told, name).items()
    return {key: mark for key, mark in entries if isinstance(mark, str)}

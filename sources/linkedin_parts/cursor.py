"""What is remembered between two polls, as JSON: what was read, which posts are watched."""

import json
from collections.abc import Mapping
from dataclasses import astuple, dataclass, field
from datetime import datetime
from typing import Any

from sources.common import fields
from sources.linkedin_parts.posts import is_number, is_post

WATCHED_SECONDS = 30 * 86_400.0
"""So long comments on a post are looked for without being told of any."""

WATCHED_MAX = 300
COMMENTS_MAX = 15_000
HEARD_SECONDS = 3 * 86_400.0
LISTED_MAX = 500

_VERSION = 1
_SHARES_MAX = 2_000
_HEARD_MAX = 5_000


@dataclass(frozen=True, slots=True)
class Window:
    """A stretch of a list that is read page by page; times are seconds since 1970.

    Everything up to ``since`` was read. A reading under way goes up to ``until`` and on from the
    place ``start``.
    """

    since: float = 0.0
    until: float = 0.0
    start: int = 0


@dataclass(frozen=True, slots=True)
class Known:
    """A comment or a mention that was read: a mark of its words, the comment it answers.

    ``replies`` is how many replies it had when these were read last; ``kept_since`` is when it
    was brought, where it is to be deleted in time; else 0.
    """

    mark: str
    parent: str = ""
    replies: int = 0
    kept_since: float = 0.0


@dataclass(slots=True)
class Thread:
    """A post whose comments are read.

    Of them nothing is brought that is older than ``floor``. ``mark`` is of the post's own words,
    ``activity`` LinkedIn's other name for it. ``is_told``: notices tell of its comments.
    ``start`` and ``nested`` are where a reading goes on, ``wanted`` the comments that a notice
    named, ``is_due`` that they are not read yet.
    """

    at: float
    floor: float
    mark: str = ""
    activity: str = ""
    is_told: bool = True
    read_at: float = 0.0
    start: int = 0
    is_due: bool = False
    nested: list[str] = field(default_factory=list)
    wanted: list[str] = field(default_factory=list)
    comments: dict[str, Known] = field(default_factory=dict)

    @property
    def is_begun(self) -> bool:
        """Whether a reading of it was left midway."""
        return bool(self.start or self.nested)


@dataclass(slots=True)
class State:
    """All that is remembered.

    Nothing is brought that was published before ``began``. ``done`` are the lists that were read
    in the round under way, ``shares`` the posts of others that mention the page, ``sought`` those
    of them that are still to be fetched, ``heard`` the notices that were read, with their times.
    ``told`` says that notices can be read.
    """

    began: float
    done: list[str] = field(default_factory=list)
    notices: Window = Window()
    page: Window = Window()
    threads: dict[str, Thread] = field(default_factory=dict)
    shares: dict[str, Known] = field(default_factory=dict)
    sought: list[str] = field(default_factory=list)
    heard: dict[str, float] = field(default_factory=dict)
    told: bool = False


def load(cursor: str | None, began: datetime, now: datetime) -> State:
    """The state; what makes no sense begins anew, and a time that lies ahead counts as over."""
    try:
        read = fields.parsed((cursor or "{}").encode(errors="replace"))
    except ValueError:
        read = {}
    stated = read if fields.at(read, "v") == _VERSION else {}
    threads, shares = fields.table(stated, "threads"), fields.table(stated, "shares")
    heard = fields.table(stated, "heard")
    return State(
        began=fields.second(stated, now, "began") or began.timestamp(),
        done=[name for name in _texts(stated, "done") if name in ("notices", "page")],
        notices=_window(fields.at(stated, "notices"), now),
        page=_window(fields.at(stated, "page"), now),
        threads={urn: _thread(threads[urn], now) for urn in threads if is_post(urn)},
        shares={urn: _known(shares[urn], now) for urn in shares if is_post(urn)},
        sought=[urn for urn in _texts(stated, "sought") if is_post(urn)],
        heard={key: fields.second(heard, now, key) for key in heard},
        told=fields.truth(stated, "told") or False,
    )


def dump(state: State, now: datetime) -> str:
    """The cursor: without what can't come any more, and of too much the oldest left out."""
    second = now.timestamp()
    threads: dict[str, Any] = {}
    room = COMMENTS_MAX
    for urn, thread in _watched(state.threads, second):
        room -= len(thread.comments)
        if room >= 0:
            threads[urn] = _as_list(thread)
    told = {
        "v": _VERSION,
        "began": state.began,
        "done": state.done,
        "notices": astuple(state.notices),
        "page": astuple(state.page),
        "threads": threads,
        "shares": {u: astuple(one) for u, one in list(state.shares.items())[-_SHARES_MAX:]},
        "sought": state.sought[-LISTED_MAX:],
        "heard": _lately(state.heard, second),
        "told": state.told,
    }
    return json.dumps(told, separators=(",", ":"))


def _watched(threads: Mapping[str, Thread], now: float) -> list[tuple[str, Thread]]:
    """The newest, and those that owe something: a comment to be read, or to be deleted."""
    kept = [
        (urn, one)
        for urn, one in threads.items()
        if now - one.at < WATCHED_SECONDS
        or one.is_due
        or any(known.kept_since for known in one.comments.values())
    ]
    return sorted(kept, key=lambda pair: pair[1].at, reverse=True)[:WATCHED_MAX]


def _lately(heard: Mapping[str, float], now: float) -> dict[str, float]:
    late = {key: at for key, at in heard.items() if at >= now - HEARD_SECONDS}
    return dict(sorted(late.items(), key=lambda one: one[1])[-_HEARD_MAX:])


def _as_list(one: Thread) -> list[Any]:
    comments = {number: astuple(known) for number, known in one.comments.items()}
    flags = [one.is_told, one.is_due]
    lists = [one.nested[:LISTED_MAX], one.wanted[:LISTED_MAX]]
    return [
        one.at,
        one.floor,
        one.mark,
        one.activity,
        one.read_at,
        one.start,
        *flags,
        *lists,
        comments,
    ]


def _thread(told: object, now: datetime) -> Thread:
    comments = fields.table(told, 10)
    return Thread(
        at=fields.second(told, now, 0),
        floor=fields.second(told, now, 1),
        mark=fields.text(told, 2, chars_max=40),
        activity=fields.text(told, 3, chars_max=60),
        read_at=fields.second(told, now, 4),
        start=min(fields.count(told, 5), 1_000_000),
        is_told=fields.truth(told, 6) is not False,
        is_due=fields.truth(told, 7) or False,
        nested=[one for one in _texts(told, 8) if is_number(one)],
        wanted=[one for one in _texts(told, 9) if is_number(one)],
        comments={key: _known(comments[key], now) for key in comments if is_number(key)},
    )


def _known(told: object, now: datetime) -> Known:
    return Known(
        fields.text(told, 0, chars_max=40),
        fields.text(told, 1, chars_max=40),
        fields.count(told, 2),
        fields.second(told, now, 3),
    )


def _window(told: object, now: datetime) -> Window:
    since, until = (fields.second(told, now, place) for place in (0, 1))
    return Window(min(since, now.timestamp()), until, min(fields.count(told, 2), 1_000_000))


def _texts(value: object, *path: str | int) -> list[str]:
    found = fields.at(value, *path)
    return [one for one in found if isinstance(one, str)] if isinstance(found, list) else []

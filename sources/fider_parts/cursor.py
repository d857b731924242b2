"""What is remembered of a forum between two polls, as JSON."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from sources.common import fields
from sources.common.voters import ID_MAX, Voters
from sources.common.voters import load as voters_of

IDEAS_MAX = 10_000
SEEN_PER_IDEA = 30
"""Of an idea so many comments, the newest, are known by what they said."""

_VERSION = 1


@dataclass(frozen=True, slots=True)
class Known:
    """An idea as it was listed last, and how far its comments and votes were read.

    ``comments`` and ``votes`` are the counts listed, ``comments_read`` and ``votes_read`` those
    at the last look: where they differ, a look is due. Comments up to the number ``floor`` were
    read; ``seen`` are marks of later ones. ``missed``: it is listed no more. ``brought`` says
    whether the idea itself was ever told.
    """

    mark: str = ""
    response: str = ""
    comments: int = 0
    comments_read: int = 0
    votes: int = 0
    votes_read: int = 0
    floor: int = 0
    missed: bool = False
    brought: bool = False
    seen: Mapping[int, str] = field(default_factory=dict)

    @property
    def is_due(self) -> bool:
        """Whether its comments or votes changed since they were read."""
        return (self.comments, self.votes) != (self.comments_read, self.votes_read)


@dataclass(slots=True)
class State:
    """``since``: older ideas and comments are not told (seconds since 1970; 0: never polled).

    ``read_at`` is when the ideas were listed last. ``turn`` is the idea whose comments and votes
    were looked at last though nothing spoke for it.
    """

    since: float = 0.0
    read_at: float = 0.0
    turn: int = 0
    ideas: dict[int, Known] = field(default_factory=dict)
    voters: Voters = field(default_factory=Voters)


def load(cursor: str | None, now: datetime) -> State:
    """The state; one that makes no sense begins anew."""
    try:
        read = fields.parsed((cursor or "null").encode(errors="replace"))
    except ValueError:
        read = None
    if fields.at(read, "v") != _VERSION:
        return State()
    since = fields.second(read, now, "since")
    if not since:
        return State()
    return State(
        since=since,
        read_at=fields.second(read, now, "read_at"),
        turn=fields.count(read, "turn"),
        ideas={
            int(number): _known(told)
            for number, told in fields.table(read, "ideas").items()
            if _is_number(number)
        },
        voters=voters_of(fields.table(read, "voters")),
    )


def dump(state: State) -> str:
    """The state as a cursor; of too many ideas the newest."""
    numbers = sorted(state.ideas)[-IDEAS_MAX:]
    ideas = {str(number): _told(state.ideas[number]) for number in numbers}
    told = {
        "v": _VERSION,
        "since": state.since,
        "read_at": state.read_at,
        "turn": state.turn,
        "ideas": ideas,
        "voters": state.voters.dump(),
    }
    return json.dumps(told, separators=(",", ":"))


def kept(known: Known) -> Known:
    """With the newest comments alone known by what they said; of the others how far they went."""
    if len(known.seen) <= SEEN_PER_IDEA:
        return known
    numbers = sorted(known.seen)
    newest = numbers[-SEEN_PER_IDEA:]
    floor = max(known.floor, numbers[-SEEN_PER_IDEA - 1])
    return replace(known, floor=floor, seen={number: known.seen[number] for number in newest})


def _told(known: Known) -> list[Any]:
    return [
        known.mark,
        known.response,
        known.comments,
        known.comments_read,
        known.votes,
        known.votes_read,
        known.floor,
        int(known.missed),
        int(known.brought),
        {str(number): mark for number, mark in known.seen.items()},
    ]


def _known(told: object) -> Known:
    comments, comments_read, votes, votes_read, floor, missed, brought = (
        fields.count(told, place) for place in range(2, 9)
    )
    seen = fields.table(told, 9)
    return Known(
        fields.text(told, 0, chars_max=40),
        fields.text(told, 1, chars_max=40),
        comments=comments,
        comments_read=comments_read,
        votes=votes,
        votes_read=votes_read,
        floor=floor,
        missed=bool(missed),
        brought=bool(brought),
        seen={
            int(number): fields.text(seen, number, chars_max=40)
            for number in seen
            if _is_number(number)
        },
    )


def _is_number(key: str) -> bool:
    return key.isascii() and key.isdigit() and len(key) < 17 and 0 < int(key) <= ID_MAX

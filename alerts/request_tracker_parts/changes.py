"""What people did to our tickets, from the transactions that Request Tracker numbers for good.

A transaction may come to light after one with a higher number. So each question goes back a
little, and the numbers that were seen within that stretch are remembered.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from alerts.desks.noticing import person, turn
from alerts.desks.shapes import moment, number, word
from alerts.request_tracker_parts.tickets import DESK, NOBODY, Names, RequestTrackerTickets
from listener.cases import TEXT_CHARS_MAX, Act, ActKind, Change
from listener.model import CaseState
from listener.ports import Changes, Retry
from listener.text import clean_text

OVERLAP = 200
TOLD_MAX = 60
_OWNER_TYPES = frozenset({"Set", "Take", "Steal", "Give", "Untake", "Force"})


@dataclass(frozen=True, slots=True)
class Stand:
    """``start`` is the number it began after, ``newest`` the highest seen."""

    start: int
    newest: int
    seen: frozenset[int] = frozenset()

    @property
    def asked_after(self) -> int:
        """The number after which to ask."""
        return max(self.start, self.newest - OVERLAP)

    def after(self, numbers: list[int]) -> "Stand":
        """Once these were dealt with."""
        newest = max([self.newest, *numbers])
        seen = {one for one in {*self.seen, *numbers} if one > newest - OVERLAP}
        return Stand(self.start, newest, frozenset(seen))

    def text(self) -> str:
        """As a cursor."""
        stood = {"start": self.start, "newest": self.newest, "seen": sorted(self.seen)}
        return json.dumps(stood, separators=(",", ":"))


@dataclass(frozen=True, slots=True)
class Asked:
    """One question: to which desk, and when. ``users`` are logins by number, as they are met."""

    tickets: RequestTrackerTickets
    names: Names
    place: str
    now: datetime
    users: dict[str, str] = field(default_factory=dict)


def read(cursor: str | None) -> Stand | None:
    """The cursor's meaning; None for the first question, or where it is broken."""
    try:
        stored = json.loads(cursor or "")
        seen = frozenset(map(int, stored["seen"]))
        return Stand(int(stored["start"]), int(stored["newest"]), seen)
    except (ValueError, KeyError, TypeError):
        return None


def changes(asked: Asked, cursor: str | None) -> Changes:
    """What people did since the cursor, the oldest first, and the cursor after it."""
    stand = read(cursor)
    if stand is None:
        newest = asked.tickets.newest()
        return Changes(Stand(newest, newest).text())
    rest = _unseen(asked, stand)
    found: list[Change] = []
    for done, one in enumerate(rest[:TOLD_MAX]):
        try:
            found += list(_told(asked, one))
        except Retry:
            if not done:
                raise
            return Changes(stand.text(), tuple(found), more=True)  # the rest is asked for anew
        stand = stand.after([number(one, "id")])
    return Changes(stand.text(), tuple(found), more=len(rest) > TOLD_MAX)


def _unseen(asked: Asked, stand: Stand) -> list[dict[str, Any]]:
    """The next transactions, the oldest first; a page or two, or the few that are new."""
    found: list[dict[str, Any]] = []
    for page in (1, 2, 3):
        listed = asked.tickets.transactions(stand.asked_after, page)
        found += [one for one in listed if number(one, "id") not in stand.seen]
        if len(found) > TOLD_MAX or not listed:
            break
    return found


def _told(asked: Asked, transaction: Mapping[str, Any]) -> Iterator[Change]:
    kind, who = _meaning(asked, transaction)
    ticket = word(transaction, "ObjectId")
    if kind is None or not ticket:
        return
    when = moment(transaction, "Created") or asked.now
    words = asked.tickets.words(word(transaction, "id")) if kind in {"answer", "note"} else ""
    yield Change(
        Act(
            key=f"{DESK}:{asked.place}:{ticket}:{word(transaction, 'id')}",
            kind=kind,
            by=person(who, asked.names.agents, DESK),
            via=DESK,
            at=min(when, asked.now),
            text=clean_text(words, TEXT_CHARS_MAX),
        ),
        ticket=ticket,
    )


def _meaning(asked: Asked, transaction: Mapping[str, Any]) -> tuple[ActKind | None, str]:
    """What it means for a case, and by whom."""
    kind, creator = word(transaction, "Type"), word(transaction, "Creator", "id")
    if kind == "Correspond":
        return "answer", creator
    if kind == "Comment":
        return "note", creator
    if kind == "Status":
        return _of_status(asked.names, transaction), creator
    if kind in _OWNER_TYPES and word(transaction, "Field") == "Owner":
        owner = _user(asked, word(transaction, "NewValue"))
        if owner == asked.names.me:
            return None, creator
        return ("release", creator) if owner in {"", NOBODY} else ("claim", owner)
    return None, creator


def _of_status(names: Names, transaction: Mapping[str, Any]) -> ActKind | None:
    return turn(*(_standing(names, word(transaction, one)) for one in ("OldValue", "NewValue")))


def _standing(names: Names, status: str) -> CaseState:
    if status in names.closed:
        return "closed"
    return "answered" if status == names.statuses["answered"] else "new"


def _user(asked: Asked, user_id: str) -> str:
    if user_id not in asked.users:
        asked.users[user_id] = asked.tickets.user(user_id)
    return asked.users[user_id]

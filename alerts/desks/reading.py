"""Reading what people did at a desk that lists changed tickets: page by page, ticket by ticket.

A question costs a page of tickets and then a look at each of ours, so one turn does a part and the
cursor says what is left. Each round goes back a little before the round before it began, since
desks show some changes late; what was told within that stretch is remembered by its key.
"""

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Protocol

from listener.cases import Act, Change
from listener.ports import Changes, Reject

OVERLAP = timedelta(minutes=5)
TICKETS_MAX = 12
_TOLD_MAX = 2_000
_STOOD_MAX = 1_000


@dataclass(frozen=True, slots=True)
class Page:
    """Our tickets that changed; ``after`` names the next page, ``more`` that there is one."""

    tickets: tuple[str, ...] = ()
    after: str = ""
    more: bool = False


@dataclass(frozen=True, slots=True)
class Stand:
    """Where the reading stands.

    All that happened before ``since`` was told; the round under way began at ``asked_at``.
    ``after`` names its next page, ``pending`` are tickets of the page before it that are still
    to be looked at. ``told`` holds the keys of the newest acts, with their times, and ``stood``,
    for a desk that keeps no history, how each ticket stood when it was looked at last.
    """

    since: datetime
    asked_at: datetime
    after: str = ""
    pending: tuple[str, ...] = ()
    more: bool = False
    told: tuple[tuple[str, float], ...] = ()
    stood: tuple[tuple[str, str], ...] = ()

    @property
    def looks_back_to(self) -> datetime:
        """The time from which on tickets and what happened to them are looked at."""
        return self.since - OVERLAP

    @property
    def is_between_rounds(self) -> bool:
        """Whether all that the last round found was looked at."""
        return not self.pending and not self.more

    def text(self) -> str:
        """As a cursor."""
        times = {"since": self.since.isoformat(), "asked_at": self.asked_at.isoformat()}
        rest = {"after": self.after, "pending": [*self.pending], "more": self.more}
        kept = {"told": dict(self.told), "stood": dict(self.stood)}
        return json.dumps({**times, **rest, **kept}, separators=(",", ":"))


@dataclass(frozen=True, slots=True)
class Look:
    """What people did, and how tickets stand by now, where the desk keeps no history."""

    changes: Sequence[Change] = ()
    stood: Mapping[str, str] = field(default_factory=dict)


class Listing(Protocol):
    """One desk for the time of one question. Both raise Retry or Reject."""

    def page(self, stand: Stand) -> Page:
        """The next page of our tickets that changed since ``stand.looks_back_to``."""
        ...

    def look(self, tickets: Sequence[str], stand: Stand) -> "Look":
        """What people did to these tickets since ``stand.looks_back_to``; nothing of ours."""
        ...


@dataclass(frozen=True, slots=True)
class Seen:
    """One ticket: what people did to it, and how it stands where the desk keeps no history."""

    acts: Iterable[Act]
    stands: str = ""


def each(tickets: Sequence[str], stand: Stand, see: Callable[[str], Seen]) -> Look:
    """What is seen of these tickets. One that was taken away meanwhile shows nothing."""
    changes: list[Change] = []
    stood: dict[str, str] = {}
    for ticket in tickets:
        try:
            seen = see(ticket)
            acts = [act for act in seen.acts if act.at >= stand.looks_back_to]
        except Reject as refusal:
            if refusal.state != "gone":
                raise
            continue
        changes += [Change(act, ticket=ticket) for act in acts]
        stood |= {ticket: seen.stands} if seen.stands else {}
    return Look(changes, stood)


def read(cursor: str | None, now: datetime) -> Stand:
    """The cursor's meaning; from now on where there is none or it is broken."""
    try:
        stored = json.loads(cursor or "")
        since, asked_at = (datetime.fromisoformat(stored[name]) for name in ("since", "asked_at"))
        told = tuple((str(key), float(at)) for key, at in stored["told"].items())
        pending = tuple(str(one) for one in stored["pending"])
        stood = tuple((str(one), str(its)) for one, its in stored["stood"].items())
        rest = (str(stored["after"]), pending, bool(stored["more"]), told, stood)
        return Stand(since.astimezone(UTC), asked_at.astimezone(UTC), *rest)
    except (ValueError, KeyError, TypeError, AttributeError, OverflowError):
        return Stand(now, now)


def go_on(listing: Listing, stand: Stand, now: datetime) -> Changes:
    """The next part of what people did, and where the reading stands after it."""
    if stand.is_between_rounds:
        stand = replace(stand, asked_at=now)
    if not stand.pending:
        page = listing.page(stand)
        stand = replace(stand, pending=page.tickets, after=page.after, more=page.more)
    looked_at = stand.pending[:TICKETS_MAX]
    look = listing.look(looked_at, stand) if looked_at else Look()
    known = {key for key, _ in stand.told}
    new = sorted((one for one in look.changes if one.act.key not in known), key=_when)
    stood = tuple({**_without(stand.stood, look.stood), **look.stood}.items())[-_STOOD_MAX:]
    stand = _after(replace(stand, pending=stand.pending[TICKETS_MAX:], stood=stood), new)
    return Changes(stand.text(), tuple(new), more=not stand.is_between_rounds)


def _without(stood: Iterable[tuple[str, str]], looked_at: Mapping[str, str]) -> dict[str, str]:
    """What was looked at now comes last, so that what was longest ago is forgotten first."""
    return {one: its for one, its in stood if one not in looked_at}


def _after(stand: Stand, new: list[Change]) -> Stand:
    """After these were told: the round's beginning counts once all of it was looked at."""
    since = stand.asked_at if stand.is_between_rounds else stand.since
    told = {**dict(stand.told), **{one.act.key: one.act.at.timestamp() for one in new}}
    oldest = (since - 2 * OVERLAP).timestamp()
    kept = sorted(((key, at) for key, at in told.items() if at >= oldest), key=lambda one: one[1])
    return replace(stand, since=since, told=tuple(kept[-_TOLD_MAX:]))


def _when(change: Change) -> datetime:
    return change.act.at

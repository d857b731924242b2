"""What must change about a ticket so that it stands as its case does. Pure.

A desk says how its ticket stands in the words of a case; who was faster, the agent there or
somebody here, is told by when the ticket was settled. The other way round, from a ticket to its
case, is :mod:`alerts.desks.noticing`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from alerts.desks.ticket import Note
from listener.model import CaseState

SETTLED: frozenset[CaseState] = frozenset({"answered", "closed"})


@dataclass(frozen=True, slots=True)
class Standing:
    """How a ticket stands: ``owner`` as the desk calls them, ``since`` when somebody settled it.

    None where that was ourselves: what we wrote may have come late, and holds nothing up.
    """

    state: CaseState
    owner: str = ""
    since: datetime | None = None


@dataclass(frozen=True, slots=True)
class Move:
    """What to change: the state, and the owner (empty: nobody). None: leave it as it is."""

    state: CaseState | None = None
    owner: str | None = None


STAY = Move()


def move(standing: Standing, note: Note, owner: str) -> Move:
    """What the note makes of the ticket; ``owner`` is the note's, as the desk calls them."""
    if standing.state in SETTLED:
        return _of_settled(standing, note, owner)
    if note.state in SETTLED:
        return Move(note.state)
    if note.state == "claimed":
        return _claimed(standing, owner)
    return Move("new", "") if note.state == "new" and standing.owner else STAY


def known_as(owner: str, agents: Mapping[str, str], desk: str) -> str:
    """The owner of a case as the desk calls them, where that is known; else empty.

    ``agents`` says it for people of the config; whom the desk named is ``DESK:NAME``.
    """
    prefix = f"{desk}:"
    return owner.removeprefix(prefix) if owner.startswith(prefix) else agents.get(owner, "")


def level(priority: int, names: tuple[str, str, str, str]) -> str:
    """One of a desk's four priorities, the lowest first, for one of 0 to 100."""
    return names[(priority >= 40) + (priority >= 60) + (priority >= 80)]


def raised(now: str, priority: int, names: tuple[str, str, str, str]) -> str:
    """The level to bring a ticket to; empty where it stands as high already.

    A level that is none of the four counts as lower.
    """
    wanted = level(priority, names)
    return "" if now in names and names.index(now) >= names.index(wanted) else wanted


def _of_settled(standing: Standing, note: Note, owner: str) -> Move:
    if note.state in SETTLED:
        return Move("closed") if note.state == "closed" != standing.state else STAY
    if not (note.reopens and _was_before(standing, note)):
        return STAY
    if note.state == "new":
        return Move("new", "" if standing.owner else None)
    if note.state == "claimed":
        return Move("claimed", owner if owner and owner != standing.owner else None)
    return Move("claimed" if standing.owner else "new")


def _claimed(standing: Standing, owner: str) -> Move:
    if owner and owner != standing.owner:
        return Move("claimed", owner)
    return STAY if standing.owner else Move("claimed")


def _was_before(standing: Standing, note: Note) -> bool:
    """Whether the ticket was settled by us, or before somebody began to wait again."""
    if standing.since is None or note.waiting_since is None:
        return True
    return standing.since <= note.waiting_since

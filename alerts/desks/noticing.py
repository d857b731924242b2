"""What people did to a ticket, from how it stood and how it stands. Pure.

The other way round, from a case to its ticket, is :mod:`alerts.desks.standing`.
"""

from collections.abc import Iterable, Mapping

from alerts.desks.standing import SETTLED
from listener.cases import Act, ActKind

_ORDER: tuple[ActKind, ...] = ("reopen", "release", "claim", "note", "answer", "close")


def turn(before: str, after: str) -> ActKind | None:
    """What brings a ticket from one state of a case to another; None where that is nothing.

    Whatever is neither answered nor closed counts as open.
    """
    if before == after:
        return None
    if after == "closed":
        return "close"
    if after == "answered":
        return "answer"
    return "reopen" if before in SETTLED else None


def handing(had: str, has: str, me: str) -> tuple[ActKind, str] | None:
    """Who took it or let it go. None where it is whose it was, or ours, who are nobody's agent."""
    if has in {had, me}:
        return None
    return ("claim", has) if has else ("release", had)


def in_order(acts: Iterable[Act]) -> list[Act]:
    """What happened at once, so that each makes sense after the one before."""
    return sorted(acts, key=lambda act: _ORDER.index(act.kind))


def person(name: str, agents: Mapping[str, str], desk: str) -> str:
    """Who did it, for an act: a person of the config, or what the desk calls them."""
    known = (one for one, its in agents.items() if its.lower() == name.lower())
    return next(known, f"{desk}:{name}")

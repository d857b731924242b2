"""Zammad as the service queue: a ticket for each case, and what agents do there back.

A ticket carries the case's token as a tag: Zammad takes no key that would make a repeat harmless,
so the ticket is looked up by it before a repeat.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Annotated
from urllib.parse import urlsplit

from alerts.desks.asking import Asking
from alerts.desks.checks import address_fault, fits_header, limits_fault, states_fault
from listener.clock import utc_now
from listener.model import Alert
from listener.ports import Changes, Secret

if TYPE_CHECKING:
    from alerts.zammad_parts.tickets import ZammadTickets

_CHARS_MAX = 50_000
_STATES = {"new": "open", "claimed": "open", "answered": "closed", "closed": "closed"}


@dataclass
class ZammadChannel:
    """Opens and follows tickets at Zammad."""

    url: Annotated[str, "Address of the Zammad."]
    token: Annotated[Secret, "Access token of an agent of our own, with ticket.agent."]
    group: Annotated[str, "Name of the group that gets the tickets."]
    customer: Annotated[str, "Mail address of the tickets' customer; empty: our agent."] = ""
    states: Annotated[
        dict[str, str], "Names of the states for cases that are new, claimed, answered, closed."
    ] = field(default_factory=dict)
    agents: Annotated[
        dict[str, str], "Mail addresses of agents at Zammad, by their names in this config."
    ] = field(default_factory=dict)
    changes_seconds: Annotated[float, "How often agents' work is asked for, 5 or more."] = 30.0
    timeout_seconds: Annotated[float, "Longest time one delivery may take, up to 10."] = 8.0
    allow_private: Annotated[bool, "Whether the address may lie in a private network."] = False
    now: Callable[[], datetime] = field(default=utc_now, repr=False)

    follows_cases = True
    names_people = ("agents",)

    def __post_init__(self) -> None:
        fault = address_fault(self.url, allow_private=self.allow_private) or self._fault()
        if fault:
            raise ValueError(fault)

    def send(self, alert: Alert) -> str | None:
        """Open the case's ticket, add a note, or bring it to the case's state; its id.

        Raises Retry where Zammad is busy, broken or out of reach, and Reject, with what to mend,
        where it would refuse this again.
        """
        from alerts.desks.telling import tell

        return tell(self._tickets(), alert, chars_max=_CHARS_MAX)

    def retract(self, alert: Alert) -> str | None:
        """Delete our notes with the posts' words, and write the rest anew. Raises as ``send``."""
        from alerts.desks.telling import take_back

        return take_back(self._tickets(), alert)

    def changes(self, cursor: str | None) -> Changes:
        """What agents did to our tickets. Raises Retry or Reject."""
        from alerts.desks import reading
        from alerts.zammad_parts.history import History

        now = self.now()
        history = History(self._tickets(), urlsplit(self.url).hostname or "")
        return reading.go_on(history, reading.read(cursor, now), now)

    def _tickets(self) -> "ZammadTickets":
        from alerts.zammad_parts.tickets import Desk, ZammadTickets

        asking = Asking(
            self.url,
            self.now,
            headers={"Authorization": f"Token token={self.token.reveal()}"},
            hidden=(self.token.reveal(),),
            total_seconds=self.timeout_seconds,
            allow_private=self.allow_private,
        )
        desk = Desk(self.group, _STATES | self.states, self.agents, self.customer)
        return ZammadTickets(asking.talk(), desk, self.now())

    def _fault(self) -> str:
        if not fits_header(self.token):
            return "token is empty or holds what no token does: make one in the agent's profile"
        if not self.group.strip():
            return "group is empty: name the group that gets the tickets"
        if self.customer and "@" not in self.customer:
            return "customer must be a mail address, or be left out"
        return states_fault("states", self.states) or limits_fault(
            self.changes_seconds, 5, self.timeout_seconds
        )

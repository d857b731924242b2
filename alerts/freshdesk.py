"""Freshdesk as the service queue: a ticket for each case, and what agents do there back.

A ticket's requester carries the case's token as external id: Freshdesk takes no key that would
make a repeat harmless, so the ticket is looked up by it before a repeat.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Annotated
from urllib.parse import urlsplit

from alerts.desks.asking import Asking, basic_login
from alerts.desks.checks import address_fault, limits_fault, states_fault
from listener.clock import utc_now
from listener.model import Alert
from listener.ports import Changes, Secret

if TYPE_CHECKING:
    from alerts.freshdesk_parts.tickets import FreshdeskTickets

_STATUSES = {"new": 2, "claimed": 2, "answered": 3, "closed": 4}


@dataclass
class FreshdeskChannel:
    """Opens and follows tickets at Freshdesk."""

    url: Annotated[str, "Address of the account: https://NAME.freshdesk.com."]
    key: Annotated[Secret, "API key of an agent of our own."]
    group: Annotated[int, "Number of the group that gets the tickets; 0: as Freshdesk routes."] = 0
    statuses: Annotated[
        dict[str, int], "Numbers of the statuses for cases that are new, claimed, answered, closed."
    ] = field(default_factory=dict)
    agents: Annotated[
        dict[str, str], "Mail addresses of agents at Freshdesk, by their names in this config."
    ] = field(default_factory=dict)
    changes_seconds: Annotated[float, "How often agents' work is asked for, 10 or more."] = 60.0
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
        """Open the case's ticket, add a note, or bring it to the case's state; its number.

        Raises Retry where Freshdesk is busy, broken or out of reach, and Reject, with what to
        mend, where it would refuse this again.
        """
        from alerts.desks.telling import tell

        return tell(self._tickets(), alert)

    def retract(self, alert: Alert) -> str | None:
        """Take the posts' words out of the ticket and our notes. Raises as ``send``."""
        from alerts.desks.telling import take_back

        return take_back(self._tickets(), alert)

    def changes(self, cursor: str | None) -> Changes:
        """What agents did to our tickets. Raises Retry or Reject."""
        from alerts.desks import reading
        from alerts.freshdesk_parts.history import History

        now = self.now()
        history = History(self._tickets(), urlsplit(self.url).hostname or "")
        return reading.go_on(history, reading.read(cursor, now), now)

    def _tickets(self) -> "FreshdeskTickets":
        from alerts.freshdesk_parts.tickets import Desk, FreshdeskTickets

        login = basic_login(self.key.reveal(), "X")
        asking = Asking(
            self.url,
            self.now,
            headers={"Authorization": f"Basic {login}"},
            hidden=(self.key.reveal(), login),
            total_seconds=self.timeout_seconds,
            allow_private=self.allow_private,
        )
        desk = Desk(_STATUSES | self.statuses, self.agents, self.group)
        return FreshdeskTickets(asking.talk(), desk, self.now())

    def _fault(self) -> str:
        if not self.key.reveal().strip():
            return "key is empty: it stands in the agent's profile settings at Freshdesk"
        return states_fault("statuses", self.statuses) or limits_fault(
            self.changes_seconds, 10, self.timeout_seconds
        )

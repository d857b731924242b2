"""Request Tracker 5 as the service queue: a ticket for each case, and what people do there back.

It speaks REST 2, which Request Tracker brings along. Everything goes in as comments, which stay
among colleagues: nobody outside is written to.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Annotated
from urllib.parse import urlsplit

from alerts.desks.asking import Asking, basic_login
from alerts.desks.checks import address_fault, limits_fault, secret_fault
from listener.clock import utc_now
from listener.model import Alert, CaseState
from listener.ports import Changes, Secret

if TYPE_CHECKING:
    from alerts.request_tracker_parts.tickets import Names, RequestTrackerTickets

_LOGIN = re.compile(r"[\w.@+-]{1,100}")
_FIELD = re.compile(r"[\w .-]{0,100}")


@dataclass
class RequestTrackerChannel:
    """Opens and follows tickets at Request Tracker."""

    url: Annotated[str, "Address of Request Tracker, without /REST/2.0."]
    username: Annotated[str, "Login of an account of our own; what it does is never read back."]
    queue: Annotated[str, "Queue that gets the tickets."]
    token: Annotated[Secret | None, "Authentication token of the account."] = None
    password: Annotated[Secret | None, "Instead of the token: the account's password."] = None
    key_field: Annotated[
        str, "Custom field of tickets for the case's name; empty: it ends the subject."
    ] = ""
    status_new: Annotated[str, "Status of a ticket that nobody has."] = "new"
    status_claimed: Annotated[str, "Status of one that somebody is at."] = "open"
    status_answered: Annotated[str, "Status of one whose customer has an answer."] = "stalled"
    status_closed: Annotated[str, "Status of one where nothing is to be done."] = "resolved"
    agents: Annotated[
        dict[str, str], "Logins of agents at Request Tracker, by their names in this config."
    ] = field(default_factory=dict)
    changes_seconds: Annotated[float, "How often people's work is asked for, 5 or more."] = 30.0
    timeout_seconds: Annotated[float, "Longest time one delivery may take, up to 10."] = 9.0
    allow_private: Annotated[bool, "Whether the address may lie in a private network."] = False
    now: Callable[[], datetime] = field(default=utc_now, repr=False)

    follows_cases = True
    names_people = ("agents",)

    def __post_init__(self) -> None:
        fault = address_fault(self.url, allow_private=self.allow_private) or self._fault()
        if fault:
            raise ValueError(fault)

    def send(self, alert: Alert) -> str | None:
        """Open the case's ticket, comment on it, or bring it to the case's state; its number.

        Raises Retry where Request Tracker is busy, broken or out of reach, and Reject, with what
        to mend, where it would refuse this again.
        """
        from alerts.desks.telling import tell

        return tell(self._tickets(), alert)

    def retract(self, alert: Alert) -> str | None:
        """Say in the ticket which posts were taken down: its records can't be changed."""
        from alerts.desks.telling import take_back

        return take_back(self._tickets(), alert)

    def changes(self, cursor: str | None) -> Changes:
        """What people did to our tickets. Raises Retry or Reject."""
        from alerts.request_tracker_parts.changes import Asked, changes

        parts = urlsplit(self.url)
        place = parts.netloc + parts.path.rstrip("/")
        return changes(Asked(self._tickets(), self._names(), place, self.now()), cursor)

    def _tickets(self) -> "RequestTrackerTickets":
        from alerts.request_tracker_parts.tickets import RequestTrackerTickets

        login = self._login()
        asking = Asking(
            self.url,
            self.now,
            headers={"Authorization": login},
            hidden=(login.partition(" ")[2], self._secret().reveal()),
            total_seconds=self.timeout_seconds,
            allow_private=self.allow_private,
        )
        return RequestTrackerTickets(asking.talk(), self._names())

    def _names(self) -> "Names":
        from alerts.request_tracker_parts.tickets import Names

        statuses: dict[CaseState, str] = {
            "new": self.status_new,
            "claimed": self.status_claimed,
            "answered": self.status_answered,
            "closed": self.status_closed,
        }
        return Names(self.queue, statuses, self.agents, self.username, self.key_field)

    def _login(self) -> str:
        if self.token is not None:
            return f"token {self.token.reveal()}"
        return f"Basic {basic_login(self.username, self._secret().reveal())}"

    def _secret(self) -> Secret:
        return self.token or self.password or Secret("")

    def _fault(self) -> str:
        limits = limits_fault(self.changes_seconds, 5, self.timeout_seconds)
        return self._login_fault() or self._name_fault() or limits

    def _login_fault(self) -> str:
        if not _LOGIN.fullmatch(self.username):
            return "username must be the login of an account: letters, digits and . @ + - _"
        return secret_fault(self.token, self.password)

    def _name_fault(self) -> str:
        if not self.queue.strip():
            return "queue is empty: name the queue that gets the tickets"
        if not _FIELD.fullmatch(self.key_field):
            return "key_field must be a custom field's name: letters, digits, spaces and . -"
        unsettled = {self.status_new, self.status_claimed}
        settled = {self.status_answered, self.status_closed}
        if not all(unsettled | settled) or unsettled & settled:
            return "all statuses need names, answered and closed other names than the rest"
        return ""

"""Zendesk Support as the service queue: a ticket for each case, and what agents do there back.

A ticket carries the case's token as its external id, and is opened under an idempotency key. What
agents did is read from the incremental export, which shows it a minute later at the earliest.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Annotated
from urllib.parse import urlsplit

from alerts.desks.asking import Asking, basic_login
from alerts.desks.checks import address_fault, limits_fault
from listener.clock import utc_now
from listener.model import Alert
from listener.ports import Changes, Secret

if TYPE_CHECKING:
    from alerts.zendesk_parts.tickets import ZendeskTickets


@dataclass
class ZendeskChannel:
    """Opens and follows tickets at Zendesk."""

    url: Annotated[str, "Address of the account: https://NAME.zendesk.com."]
    email: Annotated[str, "Mail address of the agent of our own that the token is for."]
    token: Annotated[Secret, "API token of the account."]
    group: Annotated[int, "Number of the group that gets the tickets; 0: as Zendesk routes."] = 0
    agents: Annotated[
        dict[str, str], "Mail addresses of agents at Zendesk, by their names in this config."
    ] = field(default_factory=dict)
    changes_seconds: Annotated[float, "How often agents' work is asked for, 15 or more."] = 60.0
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
        """Open the case's ticket, comment on it, or bring it to the case's state; its number.

        Raises Retry where Zendesk is busy, broken or out of reach, and Reject, with what to mend,
        where it would refuse this again.
        """
        from alerts.desks.telling import tell

        return tell(self._tickets(), alert)

    def retract(self, alert: Alert) -> str | None:
        """Redact the posts' words in our comments, for good. Raises as ``send``."""
        from alerts.desks.telling import take_back

        return take_back(self._tickets(), alert)

    def changes(self, cursor: str | None) -> Changes:
        """What agents did to our tickets. Raises Retry or Reject."""
        from alerts.desks import reading
        from alerts.zendesk_parts.export import Export

        now = self.now()
        stand = reading.read(cursor, now)
        host = urlsplit(self.url).hostname or ""
        return reading.go_on(Export(self._tickets(), host, self.agents, now), stand, now)

    def _tickets(self) -> "ZendeskTickets":
        from alerts.zendesk_parts.tickets import ZendeskTickets, refusal

        login = basic_login(f"{self.email}/token", self.token.reveal())
        asking = Asking(
            self.url,
            self.now,
            headers={"Authorization": f"Basic {login}"},
            hidden=(self.token.reveal(), login),
            total_seconds=self.timeout_seconds,
            allow_private=self.allow_private,
            refusal=refusal,
        )
        return ZendeskTickets(asking.talk(), self.agents, self.group)

    def _fault(self) -> str:
        if "@" not in self.email or not self.email.isprintable():
            return "email must be the mail address of the agent whose token it is"
        if not self.token.reveal().strip():
            return "token is empty: make one in Zendesk's Admin Center"
        # Zendesk allows ten questions a minute.
        return limits_fault(self.changes_seconds, 15, self.timeout_seconds)

"""Chatwoot as the service queue: a conversation for each case, and what agents do there back.

A conversation's contact carries the case's token as its identifier: Chatwoot takes no key that
would make a repeat harmless, so the conversation is looked up by it before a repeat.
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
    from alerts.chatwoot_parts.tickets import ChatwootTickets

_CHARS_MAX = 50_000  # Chatwoot takes 150,000, and every sign gets a backslash
_STATUSES = {"new": "open", "claimed": "open", "answered": "pending", "closed": "resolved"}


@dataclass
class ChatwootChannel:
    """Opens and follows conversations at Chatwoot."""

    url: Annotated[str, "Address of the Chatwoot: https://app.chatwoot.com, or one's own."]
    token: Annotated[Secret, "Access token of an agent of our own, from the profile settings."]
    account: Annotated[int, "Number of the account."]
    inbox: Annotated[int, "Number of an inbox of the kind API, made for this."]
    team: Annotated[int, "Number of the team that gets the conversations; 0: none."] = 0
    statuses: Annotated[
        dict[str, str], "Statuses for cases that are new, claimed, answered, closed."
    ] = field(default_factory=dict)
    agents: Annotated[
        dict[str, str], "Mail addresses of agents at Chatwoot, by their names in this config."
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
        """Open the case's conversation, add a note, or bring it to the case's state; its id.

        Raises Retry where Chatwoot is busy, broken or out of reach, and Reject, with what to
        mend, where it would refuse this again.
        """
        from alerts.desks.telling import tell

        return tell(self._tickets(), alert, chars_max=_CHARS_MAX)

    def retract(self, alert: Alert) -> str | None:
        """Delete our notes with the posts' words, and write the rest anew. Raises as ``send``."""
        from alerts.desks.telling import take_back

        return take_back(self._tickets(), alert)

    def changes(self, cursor: str | None) -> Changes:
        """What agents did to our conversations. Raises Retry or Reject."""
        from alerts.chatwoot_parts.history import History
        from alerts.desks import reading

        now = self.now()
        history = History(self._tickets(), urlsplit(self.url).hostname or "")
        return reading.go_on(history, reading.read(cursor, now), now)

    def _tickets(self) -> "ChatwootTickets":
        from alerts.chatwoot_parts.tickets import ChatwootTickets, Desk

        asking = Asking(
            self.url,
            self.now,
            headers={"api_access_token": self.token.reveal()},
            hidden=(self.token.reveal(),),
            total_seconds=self.timeout_seconds,
            allow_private=self.allow_private,
        )
        desk = Desk(self.inbox, _STATUSES | self.statuses, self.agents, self.team)
        return ChatwootTickets(asking.talk(), self.account, desk, self.now())

    def _fault(self) -> str:
        if not fits_header(self.token):
            return "token is empty or holds what no token does: copy it from the agent's profile"
        if self.account < 1 or self.inbox < 1:
            return "account and inbox must be the numbers that stand in Chatwoot's addresses"
        wrong = sorted(set(self.statuses.values()) - {"open", "pending", "snoozed", "resolved"})
        if wrong:
            return f"statuses: there is no {wrong[0]!r} at Chatwoot"
        return states_fault("statuses", self.statuses) or limits_fault(
            self.changes_seconds, 5, self.timeout_seconds
        )

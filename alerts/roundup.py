"""Roundup as the service queue: an issue for each case, and what people do there back.

It speaks the REST interface that Roundup brings along since 2.0; nothing is installed in the
tracker. It needs an account of its own, with the rights of a regular user.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Literal
from urllib.parse import urlsplit

from alerts.desks.asking import Asking, basic_login
from alerts.desks.checks import address_fault, limits_fault, secret_fault
from listener.clock import utc_now
from listener.model import Alert
from listener.ports import Changes, Secret

if TYPE_CHECKING:
    from alerts.roundup_parts.tickets import Names, RoundupTickets


@dataclass
class RoundupChannel:
    """Opens and follows issues at a Roundup tracker."""

    url: Annotated[str, "Address of the tracker, as its config.ini has it under [tracker] web."]
    username: Annotated[str, "Login of an account of our own; what it does is never read back."]
    password: Annotated[Secret | None, "Its password."] = None
    token: Annotated[Secret | None, "Instead of the password: a JSON Web Token of the account."] = (
        None
    )
    status_new: Annotated[str, "Status of an issue that nobody has."] = "unread"
    status_claimed: Annotated[str, "Status of one that somebody is at."] = "in-progress"
    status_answered: Annotated[str, "Status of one whose customer has an answer."] = "chatting"
    status_closed: Annotated[str, "Status of one where nothing is to be done."] = "resolved"
    priorities: Annotated[
        list[str], "The tracker's priorities, the most urgent first; they share 100 to 0 evenly."
    ] = field(default_factory=lambda: ["critical", "urgent", "bug", "feature"])
    messages_mean: Annotated[
        Literal["answer", "note"], "What a message that a person writes there means for the case."
    ] = "answer"
    settled_means: Annotated[
        Literal["answer", "close"], "What status_closed means where it is status_answered as well."
    ] = "close"
    agents: Annotated[
        dict[str, str], "Logins of agents at the tracker, by their names in this config."
    ] = field(default_factory=dict)
    changes_seconds: Annotated[float, "How often people's work is asked for, 5 or more."] = 30.0
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
        """Open the case's issue, add to it, or bring it to the case's state; its number.

        Raises Retry where Roundup is busy, broken or out of reach, and Reject, with what to mend,
        where it would refuse this again.
        """
        from alerts.desks.telling import tell

        return tell(self._tickets(), alert)

    def retract(self, alert: Alert) -> str | None:
        """Blank the posts' words in our messages. Raises as ``send``."""
        from alerts.desks.telling import take_back

        return take_back(self._tickets(), alert)

    def changes(self, cursor: str | None) -> Changes:
        """What people did to our issues. Raises Retry or Reject."""
        from alerts.roundup_parts.changes import Asked, Meanings, changes

        meanings = Meanings(self.messages_mean, self.settled_means)
        place = urlsplit(self.url).netloc + urlsplit(self.url).path.rstrip("/")
        asked = Asked(self._tickets(), self._names(), meanings, place, self.now())
        return changes(asked, cursor)

    def _tickets(self) -> "RoundupTickets":
        from alerts.roundup_parts.tickets import RoundupTickets, refusal

        parts = urlsplit(self.url)
        login = self._login()
        asking = Asking(
            self.url,
            self.now,
            # Roundup takes no request of a program without these three: it guards its pages so.
            headers={
                "Authorization": login,
                "X-Requested-With": "mention-listener",
                "Origin": f"{parts.scheme}://{parts.netloc}",
                "Referer": self.url,
            },
            hidden=(login.partition(" ")[2], self._secret().reveal()),
            total_seconds=self.timeout_seconds,
            allow_private=self.allow_private,
            refusal=refusal,
        )
        return RoundupTickets(asking.talk(), self._names())

    def _names(self) -> "Names":
        from alerts.roundup_parts.tickets import Names

        return Names(
            statuses={
                "new": self.status_new,
                "claimed": self.status_claimed,
                "answered": self.status_answered,
                "closed": self.status_closed,
            },
            priorities=tuple(self.priorities),
            agents=self.agents,
            me=self.username,
        )

    def _login(self) -> str:
        if self.token is not None:
            return f"Bearer {self.token.reveal()}"
        return f"Basic {basic_login(self.username, self._secret().reveal())}"

    def _secret(self) -> Secret:
        return self.token or self.password or Secret("")

    def _fault(self) -> str:
        limits = limits_fault(self.changes_seconds, 5, self.timeout_seconds)
        return self._login_fault() or self._status_fault() or limits

    def _login_fault(self) -> str:
        if not self.username.strip() or ":" in self.username or not self.username.isprintable():
            return "username must be the login of an account at the tracker"
        return secret_fault(self.token, self.password)

    def _status_fault(self) -> str:
        unsettled = {self.status_new, self.status_claimed}
        settled = {self.status_answered, self.status_closed}
        if not all(unsettled | settled):
            return "every status needs a name that the tracker knows"
        if unsettled & settled:
            return "status_answered and status_closed must differ from new and claimed"
        return ""

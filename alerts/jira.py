"""Jira Service Management (Cloud) as the service queue: an issue for each case, and back.

An issue carries the case's token as a label. Jira takes no key that would make a repeat harmless,
and its search lags: after a failure the look-up waits until the index must have caught up.
"""

import re
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
    from alerts.jira_parts.tickets import JiraTickets

_CHARS_MAX = 20_000  # Jira takes 32,767 in a comment
_STATUSES = {
    "new": "Waiting for support",
    "claimed": "In progress",
    "answered": "Waiting for customer",
    "closed": "Resolved",
}


@dataclass
class JiraChannel:
    """Opens and follows issues in a service project of Jira Cloud."""

    url: Annotated[str, "Address of the site: https://NAME.atlassian.net."]
    email: Annotated[str, "Mail address of the account of our own that the token is for."]
    token: Annotated[Secret, "API token of that account."]
    project: Annotated[str, "Key of the service project, such as SUP."]
    issue_type: Annotated[str, "Name of the type of issue to make."] = "[System] Service request"
    statuses: Annotated[
        dict[str, str], "Names of the statuses for cases that are new, claimed, answered, closed."
    ] = field(default_factory=dict)
    agents: Annotated[
        dict[str, str], "Account ids of agents at Jira, by their names in this config."
    ] = field(default_factory=dict)
    fields: Annotated[
        dict[str, str], "Further fields of the issue, by id: the request type's, say."
    ] = field(default_factory=dict)
    sets_priority: Annotated[bool, "Whether issues get Low, Medium, High or Highest."] = True
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
        """Make the case's issue, comment on it, or bring it to the case's state; its id.

        Raises Retry where Jira is busy, broken or out of reach, and Reject, with what to mend,
        where it would refuse this again.
        """
        from alerts.desks.telling import tell

        return tell(self._tickets(alert.attempt), alert, chars_max=_CHARS_MAX)

    def retract(self, alert: Alert) -> str | None:
        """Take the posts' words out of our comments. Raises as ``send``."""
        from alerts.desks.telling import take_back

        return take_back(self._tickets(alert.attempt), alert)

    def changes(self, cursor: str | None) -> Changes:
        """What people did to our issues. Raises Retry or Reject."""
        from alerts.desks import reading
        from alerts.jira_parts.history import History

        now = self.now()
        history = History(self._tickets(), urlsplit(self.url).hostname or "", now)
        return reading.go_on(history, reading.read(cursor, now), now)

    def _tickets(self, attempt: int = 1) -> "JiraTickets":
        from alerts.jira_parts.tickets import JiraTickets, Project

        login = basic_login(self.email, self.token.reveal())
        asking = Asking(
            self.url,
            self.now,
            headers={"Authorization": f"Basic {login}"},
            hidden=(self.token.reveal(), login),
            total_seconds=self.timeout_seconds,
            allow_private=self.allow_private,
        )
        project = Project(
            self.project,
            self.issue_type,
            _STATUSES | self.statuses,
            self.agents,
            self.fields,
            self.sets_priority,
        )
        return JiraTickets(asking.talk(), project, attempt)

    def _fault(self) -> str:
        if "@" not in self.email or not self.email.isprintable():
            return "email must be the mail address of the account whose token it is"
        if not self.token.reveal().strip():
            return "token is empty: make one in the account's security settings at Atlassian"
        if not re.fullmatch(r"[A-Z][A-Z0-9_]{1,30}", self.project):
            return "project must be the key of a project: capital letters, such as SUP"
        return states_fault("statuses", self.statuses) or limits_fault(
            self.changes_seconds, 10, self.timeout_seconds
        )

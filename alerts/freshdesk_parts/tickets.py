"""A ticket at Freshdesk: found by its requester's external id, joined by private notes.

Each case is its own requester, a contact without a mail address: so the ticket is found by a list
and not by a search that lags, and Freshdesk has nobody to write to. What we set about a ticket
stands in a tag, since Freshdesk shows programs no history of it: ``mw-STATUS-AGENT-SECONDS``.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from html import escape
from typing import Any

from alerts.desks import html
from alerts.desks.asking import TICKET_GONE, Talk
from alerts.desks.keys import LABEL
from alerts.desks.shapes import at, moment, number, rows, word
from alerts.desks.standing import Move, Standing, known_as, level, move, raised
from alerts.desks.ticket import TAKEN_DOWN, Note, Ticket, is_first
from listener.model import Alert, CaseState
from listener.ports import Reject, Retry

SET = "mw-"
PRIORITIES = ("1", "2", "3", "4")
LONG_AGO = "2015-01-19T02:00:00Z"
PAGES_MAX = 10
_PAGE = 100
_TAG_CHARS_MAX = 32
_CLOCKS_APART = timedelta(minutes=2)


@dataclass(frozen=True, slots=True)
class Desk:
    """How things are called at this account; ``group`` 0: as Freshdesk routes."""

    statuses: Mapping[str, int]
    agents: Mapping[str, str]
    group: int = 0

    def state(self, ticket: Any) -> CaseState:
        """How a ticket stands, in the words of a case."""
        status = number(ticket, "status")
        if status in {4, 5, self.statuses["closed"]}:
            return "closed"
        if status in {3, self.statuses["answered"]}:
            return "answered"
        return "claimed" if word(ticket, "responder_id") else "new"


@dataclass(frozen=True, slots=True)
class FreshdeskTickets:
    """Freshdesk for the time of one telling."""

    talk: Talk
    desk: Desk
    now: datetime

    def me(self) -> str:
        """The id of the agent whose key this is."""
        found = word(self.talk.get("/api/v2/agents/me"), "id")
        if not found:
            raise Retry("Freshdesk did not say whose key this is")
        return found

    def find(self, token: str) -> str | None:
        """The newest ticket of the case's requester."""
        known = rows(self.talk.get("/api/v2/contacts", unique_external_id=token))
        if not known:
            return None
        # Without a time Freshdesk lists those of the last thirty days alone.
        contact = word(known, 0, "id")
        listed = self.talk.get("/api/v2/tickets", requester_id=contact, updated_since=LONG_AGO)
        ids = [number(one, "id") for one in rows(listed) if token in (at(one, "tags") or [])]
        return str(max(ids)) if ids else None

    def open(self, ticket: Ticket) -> str:
        """Open it, by a requester of its own."""
        owner = self._agent(ticket.case.owner) if ticket.case else ""
        tags = [tag[:_TAG_CHARS_MAX] for tag in (LABEL, ticket.token, *ticket.tags)]
        content = {
            "unique_external_id": ticket.token,
            "name": f"Case {ticket.token}",
            "subject": html.still(ticket.subject),
            "description": html.as_html(ticket.body),
            "status": self.desk.statuses["claimed" if owner else "new"],
            "priority": int(level(ticket.priority, PRIORITIES)),
            "source": 2,
            "tags": [*tags, self._set(self.desk.statuses["claimed"], owner)] if owner else tags,
            **({"responder_id": int(owner)} if owner else {}),
            **({"group_id": self.desk.group} if self.desk.group else {}),
        }
        opened = word(self.talk.send("POST", "/api/v2/tickets", content), "id")
        if not opened:
            raise Retry("Freshdesk did not say which ticket it opened")
        return opened

    def has(self, ticket_id: str, marker: str) -> bool:
        """Whether the ticket or one of its notes carries the marker."""
        told = [word(self.ticket(ticket_id), "description_text")]
        told += [word(one, "body_text") for one in self.conversations(ticket_id)]
        return any(f"[{marker}]" in words for words in told)

    def add(self, ticket_id: str, note: Note) -> None:
        """Change what must change in one update, then say so in a private note."""
        ticket = self.ticket(ticket_id)
        step = move(self._standing(ticket), note, self._agent(note.owner))
        if note.only_state and step == Move():
            return
        fields = self._fields(ticket, step)
        if note.priority is not None:
            wanted = raised(word(ticket, "priority"), note.priority, PRIORITIES)
            fields |= {"priority": int(wanted)} if wanted else {}
        if fields:
            self._update(ticket_id, fields)
        body = {"body": html.as_html(note.text), "private": True}
        path = f"/api/v2/tickets/{ticket_id}/notes"
        self.talk.send("POST", path, body, meanings=TICKET_GONE)

    def blank(self, ticket_id: str, alert: Alert) -> None:
        """Take the posts out of the ticket, its subject and our notes."""
        ticket = self.ticket(ticket_id)
        told = word(ticket, "description")
        kept = html.without(told, alert.retracted, _blank)
        if kept != told:
            about = any(is_first(word(ticket, "description_text"), one) for one in alert.retracted)
            renamed = {"subject": TAKEN_DOWN} if about else {}
            self._update(ticket_id, {"description": kept, **renamed})
        for one in self.conversations(ticket_id):
            told = word(one, "body")
            kept = html.without(told, alert.retracted, _blank)
            if kept != told:
                path = f"/api/v2/conversations/{word(one, 'id')}"
                self.talk.send("PUT", path, {"body": kept}, meanings=TICKET_GONE)

    def ticket(self, ticket_id: str) -> Any:
        """How it stands; one in the trash or in the spam is gone."""
        ticket = self.talk.get(f"/api/v2/tickets/{ticket_id}", TICKET_GONE, include="stats")
        if at(ticket, "deleted") is True or at(ticket, "spam") is True:
            raise Reject("the ticket lies in Freshdesk's trash or spam", state="gone")
        return ticket

    def conversations(self, ticket_id: str) -> list[dict[str, Any]]:
        """Its replies and notes, the oldest first."""
        found: list[dict[str, Any]] = []
        path = f"/api/v2/tickets/{ticket_id}/conversations"
        for page in range(1, PAGES_MAX + 1):
            listed = rows(self.talk.get(path, TICKET_GONE, page=page, per_page=_PAGE))
            found += listed
            if len(listed) < _PAGE:
                break
        return found

    def _update(self, ticket_id: str, fields: Mapping[str, object]) -> None:
        self.talk.send("PUT", f"/api/v2/tickets/{ticket_id}", fields, meanings=TICKET_GONE)

    def _agent(self, owner: str) -> str:
        """The id of whoever has the case, where that is an agent's."""
        mail = known_as(owner, self.desk.agents, "freshdesk")
        if "@" not in mail:
            return ""
        return word(self.talk.get("/api/v2/agents", email=mail), 0, "id")

    def _standing(self, ticket: Any) -> Standing:
        times = ("resolved_at", "closed_at", "pending_since", "status_updated_at")
        settled = [then for name in times if (then := moment(ticket, "stats", name))]
        since = max(settled, default=None)
        if since is not None and self._is_ours(ticket, since):
            since = None
        return Standing(self.desk.state(ticket), word(ticket, "responder_id"), since)

    def _is_ours(self, ticket: Any, since: datetime) -> bool:
        """Whether we set the status that it got then, by the tag that says what we set."""
        tags = [str(tag).split("-") for tag in at(ticket, "tags") or []]
        ours = (tag[1::2] for tag in tags if len(tag) == 4 and f"{tag[0]}-" == SET)
        status, latest = word(ticket, "status"), (since - _CLOCKS_APART).timestamp()
        return any(was == status and when.isdigit() and int(when) >= latest for was, when in ours)

    def _fields(self, ticket: Any, step: Move) -> dict[str, Any]:
        """What to set, and the tag that says that we did."""
        if step == Move():
            return {}
        was, owner = number(ticket, "status"), word(ticket, "responder_id")
        status = self.desk.statuses[step.state] if step.state is not None else was
        after = owner if step.owner is None else step.owner
        tags = [tag for tag in at(ticket, "tags") or [] if not str(tag).startswith(SET)]
        return {
            "status": status,
            "tags": [*tags, self._set(status, after)],
            **({"responder_id": int(after) if after else None} if after != owner else {}),
        }

    def _set(self, status: int, owner: str) -> str:
        return f"{SET}{status}-{owner or 0}-{int(self.now.timestamp())}"[:_TAG_CHARS_MAX]


def _blank(_paragraph: str) -> str:
    return escape(TAKEN_DOWN)

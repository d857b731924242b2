"""A ticket at Request Tracker: found by its token, joined by comments that carry a marker.

The token stands in a custom field where there is one, else at the end of the subject. A comment's
marker is its subject, which the ticket's history gives back. What was written once can't be
changed there: that is how Request Tracker keeps its records.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from alerts.desks.asking import TICKET_GONE, Talk, query
from alerts.desks.shapes import at, moment, number, rows, word
from alerts.desks.standing import SETTLED, STAY, Move, Standing, known_as, move
from alerts.desks.ticket import TAKEN_DOWN, Note, Ticket, is_first
from listener.model import Alert, CaseState
from listener.ports import Reject, Retry

DESK = "request_tracker"
API = "/REST/2.0"
NOBODY = "Nobody"
INACTIVE = frozenset({"resolved", "rejected", "deleted"})
PER_PAGE = 100
PAGES_MAX = 20
_PLAIN = "text/plain"


@dataclass(frozen=True, slots=True)
class Names:
    """What the desk calls things: its queue, its statuses, us, and the field for our token."""

    queue: str
    statuses: Mapping[CaseState, str]
    agents: Mapping[str, str]
    me: str
    key_field: str = ""

    @property
    def closed(self) -> frozenset[str]:
        """The statuses of tickets that nobody works on any more."""
        return INACTIVE | {self.statuses["closed"]}


@dataclass
class RequestTrackerTickets:
    """Request Tracker for the time of one telling."""

    talk: Talk
    names: Names

    def find(self, token: str) -> str | None:
        """The newest ticket with the token; the token holds nothing that TicketSQL obeys."""
        field = f"CF.{{{self.names.key_field}}} =" if self.names.key_field else "Subject LIKE"
        asked = {"query": f"{field} '{token}'", "orderby": "id", "order": "DESC", "per_page": 20}
        found = rows(self.talk.get(f"{API}/tickets{query(asked)}"), "items")
        return max((word(one, "id") for one in found), key=lambda one: int(one or 0), default=None)

    def open(self, ticket: Ticket) -> str:
        """Open it: one request, with everything."""
        state: CaseState = ticket.case.state if ticket.case else "new"
        owner = self._owner(ticket.case.owner) if ticket.case else ""
        content = {
            "Queue": self.names.queue,
            "Subject": self._subject(ticket),
            "Content": ticket.body,
            "ContentType": _PLAIN,
            "Status": self.names.statuses[state],
            "Priority": ticket.priority,
            **({"Owner": owner} if owner else {}),
            **self._key(ticket.token),
        }
        found = word(self.talk.send("POST", f"{API}/ticket", content), "id")
        if not found:
            raise Retry("Request Tracker did not say which ticket it opened")
        return found

    def has(self, ticket_id: str, marker: str) -> bool:
        """Whether a comment has this subject, or the ticket's first words end with the marker."""
        history = self._history(ticket_id, "Type,Data")
        if any(word(one, "Data").strip() == marker for one in history):
            return True
        return self._opened_with(history).rstrip().endswith(f"[{marker}]")

    def add(self, ticket_id: str, note: Note) -> None:
        """A comment, with the new status in the same request; owner and priority before it."""
        ticket = self._ticket(ticket_id)
        fields = self._fields(ticket, note)
        if note.only_state and not fields:
            return
        status = fields.pop("Status", None)
        path = f"{API}/ticket/{ticket_id}"
        if fields:
            self.talk.send("PUT", path, fields, meanings=TICKET_GONE)
        comment = {"Subject": note.marker, "Content": note.text, "ContentType": _PLAIN}
        content = comment | ({"Status": status} if status else {})
        self.talk.send("POST", f"{path}/comment", content, meanings=TICKET_GONE)

    def blank(self, ticket_id: str, alert: Alert) -> None:
        """Take the author out of the subject, if it was theirs; the words stay in the history."""
        ticket = self._ticket(ticket_id)
        opened = self._opened_with(self._history(ticket_id, "Type"))
        if not any(is_first(opened, one) for one in alert.retracted):
            return
        subject = word(ticket, "Subject")
        _, bracket, token = subject.rpartition(" (ml-")
        kept = f"{TAKEN_DOWN}{bracket}{token}"
        if subject != kept:
            path = f"{API}/ticket/{ticket_id}"
            self.talk.send("PUT", path, {"Subject": kept}, meanings=TICKET_GONE)

    def transactions(self, after: int, page: int) -> list[dict[str, Any]]:
        """What happened to tickets that we opened, by others, after the transaction's number."""
        told = (
            f"ObjectType = 'RT::Ticket' AND id > {after} AND TicketCreator = '{self.names.me}'"
            f" AND Creator != '{self.names.me}'"
        )
        return self._transactions(told, page, "ASC")

    def newest(self) -> int:
        """The number of the newest transaction of any ticket."""
        found = self._transactions("ObjectType = 'RT::Ticket'", 1, "DESC", 1)
        return max((number(one, "id") for one in found), default=0)

    def words(self, transaction: str) -> str:
        """What was written in a transaction, as plain text."""
        asked = query({"fields": "Content,ContentType"})
        shown = self.talk.get(f"{API}/transaction/{transaction}/attachments{asked}")
        texts = [word(one, "Content") for one in rows(shown, "items") if _is_text(one)]
        return "\n".join(texts)

    def user(self, user_id: str) -> str:
        """The login of a user by their number."""
        if not user_id.isdigit():
            return user_id
        return word(self.talk.get(f"{API}/user/{user_id}{query({'fields': 'Name'})}"), "Name")

    def _transactions(
        self, told: str, page: int, order: str, size: int = PER_PAGE
    ) -> list[dict[str, Any]]:
        asked = {
            "query": told,
            "fields": "Type,Creator,Created,Field,OldValue,NewValue,ObjectId",
            "orderby": "id",
            "order": order,
            "per_page": size,
            "page": page,
        }
        return rows(self.talk.get(f"{API}/transactions{query(asked)}"), "items")

    def _ticket(self, ticket_id: str) -> Any:
        if not ticket_id.isdigit():
            raise Reject(f"{ticket_id[:40]!r} is no ticket", state="gone")
        return self.talk.get(f"{API}/ticket/{ticket_id}", TICKET_GONE)

    def _history(self, ticket_id: str, fields: str) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = []
        for page in range(1, PAGES_MAX + 1):
            asked = query({"fields": fields, "per_page": PER_PAGE, "page": page})
            listed = rows(
                self.talk.get(f"{API}/ticket/{ticket_id}/history{asked}", TICKET_GONE), "items"
            )
            found += listed
            if len(listed) < PER_PAGE:
                break
        return found

    def _answered_here(self, ticket_id: str, note: Note) -> bool:
        """Whether somebody wrote the answer right here: then it stands as they left it."""
        if note.state != "answered":
            return False
        told = {"Create", "Comment", "Correspond"}
        history = self._history(ticket_id, "Type,Creator")
        written = [one for one in history if word(one, "Type") in told]
        return bool(written) and word(written[-1], "Creator", "id") != self.names.me

    def _opened_with(self, history: list[dict[str, Any]]) -> str:
        opened = next((word(one, "id") for one in history if word(one, "Type") == "Create"), "")
        return self.words(opened) if opened else ""

    def _fields(self, ticket: Any, note: Note) -> dict[str, Any]:
        status, owner = word(ticket, "Status"), _owner_of(ticket)
        step = self._step(word(ticket, "id"), status, owner, note)
        fields: dict[str, Any] = {}
        if step.state is not None and self.names.statuses[step.state] != status:
            fields["Status"] = self.names.statuses[step.state]
        if step.owner is not None and step.owner != owner:
            fields["Owner"] = step.owner or NOBODY
        if note.priority is not None and number(ticket, "Priority") < note.priority:
            fields["Priority"] = note.priority
        return fields

    def _step(self, ticket_id: str, status: str, owner: str, note: Note) -> Move:
        standing = Standing(self._state(status, owner), owner)
        if note.reopens and standing.state in SETTLED:
            standing = replace(standing, since=self._settled_at(ticket_id))
        step = move(standing, note, self._owner(note.owner))
        return STAY if step != STAY and self._answered_here(ticket_id, note) else step

    def _settled_at(self, ticket_id: str) -> datetime | None:
        """When it got its status; None where it got it from us."""
        history = self._history(ticket_id, "Type,Creator,Created")
        given = [one for one in history if word(one, "Type") == "Status"]
        if not given or word(given[-1], "Creator", "id") == self.names.me:
            return None
        return moment(given[-1], "Created")

    def _state(self, status: str, owner: str) -> CaseState:
        if status in self.names.closed:
            return "closed"
        if status == self.names.statuses["answered"]:
            return "answered"
        taken = owner or status == self.names.statuses["claimed"]
        return "claimed" if taken else "new"

    def _owner(self, owner: str) -> str:
        """The owner's login, where the desk may know it; an unknown one changes nothing."""
        name = known_as(owner, self.names.agents, DESK) or ("" if ":" in owner else owner)
        return "" if name == self.names.me else name

    def _subject(self, ticket: Ticket) -> str:
        return ticket.subject if self.names.key_field else f"{ticket.subject} ({ticket.token})"

    def _key(self, token: str) -> dict[str, Any]:
        return {"CustomFields": {self.names.key_field: token}} if self.names.key_field else {}


def _owner_of(ticket: Any) -> str:
    owner = word(ticket, "Owner", "id")
    return "" if owner == NOBODY else owner


def _is_text(attachment: Any) -> bool:
    return bool(at(attachment, "Content")) and word(attachment, "ContentType").startswith("text/")

"""A ticket at Zammad: found by a tag, joined by internal notes, each change in one request.

A search by conditions alone reads Zammad's database, and so shows what was made a moment ago; a
search by words asks an index that lags. Words go as plain text, which Zammad escapes itself.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from alerts.desks.asking import TICKET_GONE, Meaning, Talk, query
from alerts.desks.html import still
from alerts.desks.keys import LABEL
from alerts.desks.shapes import at, moment, number, rows, word
from alerts.desks.standing import Move, Standing, known_as, level, move
from alerts.desks.ticket import TAKEN_DOWN, Note, Ticket, blanked, is_first
from listener.model import Alert, CaseState
from listener.ports import Reject, Retry

PRIORITIES = ("1 low", "2 normal", "3 high", "3 high")
NOBODY = 1  # the user "-", whom Zammad gives what nobody has
MERGED = "merged"
PENDING = timedelta(days=7)

_TOO_OLD = (
    "Zammad lets a note be deleted only for a while, ten minutes unless its setting"
    " ui_ticket_zoom_article_delete_timeframe says otherwise: delete it by hand"
)
_CANT_DELETE: Mapping[int, Meaning] = {403: ("setup", _TOO_OLD)}


@dataclass(frozen=True, slots=True)
class Desk:
    """How things are called at this Zammad; ``customer`` is a mail address, empty: ourselves."""

    group: str
    states: Mapping[str, str]
    agents: Mapping[str, str]
    customer: str = ""

    def state(self, ticket: Any) -> CaseState:
        """How a ticket stands, in the words of a case."""
        name = word(ticket, "state").lower()
        if name in {"closed", self.states["closed"].lower()}:
            return "closed"
        if name == self.states["answered"].lower():
            return "answered"
        return "claimed" if number(ticket, "owner_id") > NOBODY else "new"


@dataclass(frozen=True, slots=True)
class ZammadTickets:
    """Zammad for the time of one telling."""

    talk: Talk
    desk: Desk
    now: datetime

    def me(self) -> int:
        """The id of the user whose token this is."""
        found = number(self.talk.get("/api/v1/users/me"), "id")
        if not found:
            raise Retry("Zammad did not say whose token this is")
        return found

    def find(self, token: str) -> str | None:
        """The newest ticket with this tag that was not merged into another."""
        found = self.search({"ticket.tags": {"operator": "contains all", "value": token}})
        ids = [number(one, "id") for one in found if word(one, "state") != MERGED]
        return str(max(ids)) if ids else None

    def search(
        self, condition: Mapping[str, object], page: int = 1, per_page: int = 50
    ) -> list[dict[str, Any]]:
        """The tickets that are so, the one that changed longest ago in front."""
        order = {"sort_by": "updated_at", "order_by": "asc", "page": page, "per_page": per_page}
        path = "/api/v1/tickets/search" + query({"expand": "true", **order})
        return rows(self.talk.send("POST", path, {"condition": condition}))

    def open(self, ticket: Ticket) -> str:
        """Open it with its tags and its first note, in one transaction of Zammad's."""
        owner = self._agent(ticket.case.owner) if ticket.case else ""
        customer = f"guess:{self.desk.customer}" if self.desk.customer else self.me()
        content = {
            "title": still(ticket.subject),
            "group": self.desk.group,
            "customer_id": customer,
            "priority": level(ticket.priority, PRIORITIES),
            "tags": ",".join([LABEL, ticket.token, *ticket.tags]),
            "article": _article(ticket.body),
            **({"owner": owner, "state": self.desk.states["claimed"]} if owner else {}),
        }
        opened = word(self.talk.send("POST", "/api/v1/tickets", content), "id")
        if not opened:
            raise Retry("Zammad did not say which ticket it opened")
        return opened

    def has(self, ticket_id: str, marker: str) -> bool:
        """Whether one of its articles carries the marker."""
        return any(f"[{marker}]" in word(one, "body") for one in self.articles(ticket_id))

    def add(self, ticket_id: str, note: Note) -> None:
        """A note, and what else must change, in one update."""
        ticket = self._ticket(ticket_id)
        step = move(self._standing(ticket, note), note, self._agent(note.owner))
        if note.only_state and step == Move():
            return
        fields = {**self._fields(ticket, step), "article": _article(note.text)}
        if note.priority is not None:
            wanted = level(note.priority, PRIORITIES)
            fields |= {"priority": wanted} if wanted > word(ticket, "priority") else {}
        self._update(ticket_id, fields)

    def blank(self, ticket_id: str, alert: Alert) -> None:
        """Write our notes anew without the posts, then delete the old ones."""
        articles = self.articles(ticket_id)
        for place, one in enumerate(articles):
            told = word(one, "body")
            kept = blanked(told, alert.retracted)
            if kept == told.replace("\r\n", "\n"):
                continue
            if all(word(other, "body") != kept for other in articles):
                self._update(ticket_id, {"article": _article(kept)})
            path = f"/api/v1/ticket_articles/{word(one, 'id')}"
            self.talk.reply("DELETE", path, meanings=_CANT_DELETE)
            if place == 0 and any(is_first(told, one) for one in alert.retracted):
                self._update(ticket_id, {"title": TAKEN_DOWN})

    def articles(self, ticket_id: str) -> list[dict[str, Any]]:
        """What was written in it, the oldest first."""
        return rows(self.talk.get(f"/api/v1/ticket_articles/by_ticket/{ticket_id}", TICKET_GONE))

    def history(self, ticket_id: str) -> Any:
        """What was changed about it, and who is named there."""
        return self.talk.get(f"/api/v1/ticket_history/{ticket_id}", TICKET_GONE)

    def _ticket(self, ticket_id: str) -> Any:
        ticket = self.talk.get(f"/api/v1/tickets/{ticket_id}", TICKET_GONE, expand="true")
        if word(ticket, "state") == MERGED:
            raise Reject("the ticket was merged into another", state="gone")
        return ticket

    def _update(self, ticket_id: str, fields: Mapping[str, object]) -> None:
        self.talk.send("PUT", f"/api/v1/tickets/{ticket_id}", fields, meanings=TICKET_GONE)

    def _agent(self, owner: str) -> str:
        name = known_as(owner, self.desk.agents, "zammad").lower()
        return name if "@" in name else ""

    def _standing(self, ticket: Any, note: Note) -> Standing:
        state = self.desk.state(ticket)
        owner = word(ticket, "owner").lower() if number(ticket, "owner_id") > NOBODY else ""
        if state in {"new", "claimed"} or not note.reopens:
            return Standing(state, owner)
        changes = rows(self.history(word(ticket, "id")), "history")
        moves = [one for one in changes if word(one, "attribute") == "state"]
        if not moves or number(moves[-1], "created_by_id") == self.me():
            return Standing(state, owner)
        return Standing(state, owner, moment(moves[-1], "created_at"))

    def _fields(self, ticket: Any, step: Move) -> dict[str, Any]:
        fields: dict[str, Any] = {}
        if step.state is not None:
            name = self.desk.states[step.state]
            if name.lower() != word(ticket, "state").lower():
                fields["state"] = name
                if name.lower().startswith("pending"):
                    fields["pending_time"] = f"{self.now + PENDING:%Y-%m-%dT%H:%M:%SZ}"
        if step.owner:
            fields["owner"] = step.owner
        elif step.owner is not None:
            fields["owner_id"] = NOBODY
        return fields


def agent_mail(user: object) -> str:
    """How an agent is called: by their mail address, else by their login."""
    return (word(user, "email") or word(user, "login")).lower()


def user_in(history: object, user_id: int) -> Any:
    """A user who is named in a ticket's history."""
    return at(history, "assets", "User", str(user_id))


def _article(words: str) -> dict[str, Any]:
    said = {"type": "note", "internal": True, "content_type": "text/plain"}
    return {"body": still(words), **said}

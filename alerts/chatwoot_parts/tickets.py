"""A conversation at Chatwoot: found by its contact's identifier, joined by private notes.

Each case is a contact of its own, in an inbox of the kind API, so that a look-up reads Chatwoot's
database and no index. What we set about a conversation stands in an attribute of it, since
Chatwoot shows programs no history: ``STATUS:AGENT:SECONDS``.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from alerts.chatwoot_parts.markdown import as_markdown, as_words
from alerts.desks.asking import TICKET_GONE, Talk, json_body, query
from alerts.desks.html import still
from alerts.desks.shapes import at, number, rows, word
from alerts.desks.standing import SETTLED, Move, Standing, known_as, level, move, raised
from alerts.desks.ticket import Note, Ticket, blanked
from listener.model import Alert, CaseState
from listener.ports import Retry

CASE, SET = "listener_case", "listener_set"
PRIORITIES = ("low", "medium", "high", "urgent")
PAGES_MAX = 20
_NOTE = {"message_type": "outgoing", "private": True}


@dataclass(frozen=True, slots=True)
class Desk:
    """The account's inbox that gets the cases, and how things are called."""

    inbox: int
    statuses: Mapping[str, str]
    agents: Mapping[str, str]
    team: int = 0

    def state(self, status: str, owner: str) -> CaseState:
        """How a conversation stands, in the words of a case."""
        if status == self.statuses["closed"]:
            return "closed"
        if status == self.statuses["answered"]:
            return "answered"
        return "claimed" if owner else "new"


@dataclass(frozen=True, slots=True)
class ChatwootTickets:
    """Chatwoot for the time of one telling, in the account of this number."""

    talk: Talk
    account: int
    desk: Desk
    now: datetime

    def me(self) -> str:
        """The id of the user whose token this is."""
        found = word(self.talk.get("/api/v1/profile"), "id")
        if not found:
            raise Retry("Chatwoot did not say whose token this is")
        return found

    @property
    def root(self) -> str:
        """How the paths of the account begin."""
        return f"/api/v1/accounts/{self.account}"

    def find(self, token: str) -> str | None:
        """The newest conversation of the case's contact."""
        contact = self._contact(token)
        if not contact:
            return None
        listed = self.talk.get(f"{self.root}/contacts/{word(contact, 'id')}/conversations")
        ids = [number(one, "id") for one in rows(listed, "payload")]
        return str(max(ids)) if ids else None

    def open(self, ticket: Ticket) -> str:
        """Make the contact, if it is not there, then the conversation with its first note."""
        contact = self._contact(ticket.token) or self._new_contact(ticket.token)
        owner = self._agent(ticket.case.owner) if ticket.case else ""
        inboxes = rows(contact, "contact_inboxes")
        source = next((word(one, "source_id") for one in inboxes if self._is_inbox(one)), "")
        status = self.desk.statuses["claimed" if owner else "new"]
        content = {
            "inbox_id": self.desk.inbox,
            "contact_id": number(contact, "id"),
            "source_id": source or ticket.token,
            "status": status,
            "custom_attributes": {
                CASE: ticket.token,
                SET: self._set(status, owner),
                "listener_subject": still(ticket.subject),
                "listener_tags": ", ".join(ticket.tags),
            },
            "message": {"content": as_markdown(ticket.body), **_NOTE},
            **({"assignee_id": int(owner)} if owner else {}),
            **({"team_id": self.desk.team} if self.desk.team else {}),
        }
        opened = word(self.talk.send("POST", f"{self.root}/conversations", content), "id")
        if not opened:
            raise Retry("Chatwoot did not say which conversation it made")
        self._prioritise(opened, level(ticket.priority, PRIORITIES))
        return opened

    def has(self, ticket_id: str, marker: str) -> bool:
        """Whether one of its notes carries the marker."""
        messages = self.messages(ticket_id)
        return any(f"[{marker}]" in as_words(word(one, "content")) for one in messages)

    def add(self, ticket_id: str, note: Note) -> None:
        """Change what must change, then say so in a private note."""
        shown = self.conversation(ticket_id)
        status, had = word(shown, "status"), word(shown, "meta", "assignee", "id")
        standing = self._standing(shown, note)
        step = move(standing, note, self._agent(note.owner))
        if note.only_state and step == Move():
            return
        if step != Move():
            wanted = self.desk.statuses[step.state] if step.state is not None else status
            self._bring(ticket_id, shown, wanted, had if step.owner is None else step.owner)
        if note.priority is not None:
            self._prioritise(ticket_id, raised(word(shown, "priority"), note.priority, PRIORITIES))
        self._say(ticket_id, note.text)

    def blank(self, ticket_id: str, alert: Alert) -> None:
        """Write our notes anew without the posts, then delete the old ones."""
        messages = self.messages(ticket_id)
        told = {word(one, "id"): as_words(word(one, "content")) for one in messages}
        for message_id, words in told.items():
            kept = blanked(words, alert.retracted)
            if kept == words:
                continue
            if kept not in told.values():
                self._say(ticket_id, kept)
            path = f"{self.root}/conversations/{ticket_id}/messages/{message_id}"
            self.talk.reply("DELETE", path, meanings=TICKET_GONE)
        attributes = dict(at(self.conversation(ticket_id), "custom_attributes") or {})
        if attributes.pop("listener_subject", None) is not None:
            self._attributes(ticket_id, attributes)  # it named an author

    def messages(self, ticket_id: str) -> list[dict[str, Any]]:
        """Its messages, the oldest first, of the last few hundred."""
        found: list[dict[str, Any]] = []
        before: str | None = None
        for _ in range(PAGES_MAX):
            path = f"{self.root}/conversations/{ticket_id}/messages"
            page = rows(self.talk.get(path, TICKET_GONE, before=before), "payload")
            if not page:
                break
            found = [*page, *found]
            before = word(page[0], "id")
        return found

    def listed(self, page: int) -> list[dict[str, Any]]:
        """The inbox's conversations, the one that changed last in front."""
        every = query({"status": "all", "assignee_type": "all", "page": page})
        path = f"{self.root}/conversations{every}&inbox_id={self.desk.inbox}"
        return rows(self.talk.get(path), "data", "payload")

    def _contact(self, token: str) -> Any:
        found = rows(self.talk.get(f"{self.root}/contacts/search", q=token), "payload")
        return next((one for one in found if word(one, "identifier") == token), None)

    def _new_contact(self, token: str) -> Any:
        content = {"inbox_id": self.desk.inbox, "name": f"Case {token}", "identifier": token}
        return at(self.talk.send("POST", f"{self.root}/contacts", content), "payload", "contact")

    def _is_inbox(self, contact_inbox: dict[str, Any]) -> bool:
        return number(contact_inbox, "inbox", "id") == self.desk.inbox

    def conversation(self, ticket_id: str) -> Any:
        """How it stands."""
        return self.talk.get(f"{self.root}/conversations/{ticket_id}", TICKET_GONE)

    def _agent(self, owner: str) -> str:
        """The id of whoever has the case, where that is an agent's."""
        mail = known_as(owner, self.desk.agents, "chatwoot").lower()
        if "@" not in mail:
            return ""
        agents = rows(self.talk.get(f"{self.root}/agents"))
        return next((word(one, "id") for one in agents if word(one, "email").lower() == mail), "")

    def _standing(self, shown: Any, note: Note) -> Standing:
        owner, status = word(shown, "meta", "assignee", "id"), word(shown, "status")
        standing = Standing(self.desk.state(status, owner), owner)
        as_we_set = word(shown, "custom_attributes", SET).partition(":")[0]
        if standing.state not in SETTLED or not note.reopens or status == as_we_set:
            return standing
        return replace(standing, since=self._others_wrote_at(word(shown, "id")))

    def _others_wrote_at(self, ticket_id: str) -> datetime | None:
        """The time of the newest message that isn't ours: Chatwoot writes one of each change."""
        path, me = f"{self.root}/conversations/{ticket_id}/messages", self.me()
        page = rows(self.talk.get(path, TICKET_GONE), "payload")
        times = [number(one, "created_at") for one in page if word(one, "sender", "id") != me]
        return datetime.fromtimestamp(max(times), UTC) if times else None

    def _bring(self, ticket_id: str, shown: Any, status: str, owner: str) -> None:
        """To the status and the owner; first noted as ours, so that it is not read as people's."""
        attributes = {**(at(shown, "custom_attributes") or {}), SET: self._set(status, owner)}
        self._attributes(ticket_id, attributes)
        path = f"{self.root}/conversations/{ticket_id}"
        if status != word(shown, "status"):
            toggled = {"status": status}
            self.talk.send("POST", f"{path}/toggle_status", toggled, meanings=TICKET_GONE)
        # Who opens a conversation gets it at Chatwoot; we are nobody's agent.
        body = {"assignee_id": int(owner) if owner else None}
        self.talk.reply("POST", f"{path}/assignments", json_body(body), meanings=TICKET_GONE)

    def _attributes(self, ticket_id: str, attributes: Mapping[str, object]) -> None:
        path = f"{self.root}/conversations/{ticket_id}/custom_attributes"
        self.talk.send("POST", path, {"custom_attributes": attributes}, meanings=TICKET_GONE)

    def _prioritise(self, ticket_id: str, wanted: str) -> None:
        if wanted:
            path = f"{self.root}/conversations/{ticket_id}/toggle_priority"
            self.talk.reply("POST", path, json_body({"priority": wanted}), meanings=TICKET_GONE)

    def _say(self, ticket_id: str, words: str) -> None:
        path = f"{self.root}/conversations/{ticket_id}/messages"
        said = {"content": as_markdown(words), **_NOTE}
        self.talk.send("POST", path, said, meanings=TICKET_GONE)

    def _set(self, status: str, owner: str) -> str:
        return f"{status}:{owner}:{int(self.now.timestamp())}"

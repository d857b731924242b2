"""A ticket at Zendesk: found by its external id, opened once, joined by internal comments.

Words go as HTML with everything escaped, since Zendesk reads Markdown in plain ones. All comments
are internal: nobody outside is written to.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from alerts.desks import html
from alerts.desks.asking import TICKET_GONE, Meaning, Talk, query
from alerts.desks.shapes import at, moment, rows, word
from alerts.desks.standing import Move, Standing, known_as, level, move, raised
from alerts.desks.ticket import TAKEN_DOWN, Note, Ticket, is_first
from listener.model import Alert, CaseState
from listener.net import Reply
from listener.ports import Reject, Retry

PRIORITIES = ("low", "normal", "high", "urgent")
STATES: dict[str, CaseState] = {"pending": "answered", "solved": "closed", "closed": "closed"}
STATUSES: dict[CaseState, str] = {
    "new": "open",
    "claimed": "open",
    "answered": "pending",
    "closed": "solved",
}
PAGES_MAX = 10

_CANT_REDACT: Mapping[int, Meaning] = {
    403: ("setup", "turn on the Agent Workspace, and let agents delete tickets, to redact words")
}


@dataclass
class ZendeskTickets:
    """Zendesk for the time of one telling."""

    talk: Talk
    agents: Mapping[str, str]
    group: int = 0
    _me: dict[str, Any] = field(default_factory=dict)

    def me(self) -> str:
        """The id of the agent whose token this is."""
        if not self._me:
            self._me = at(self.talk.get("/api/v2/users/me.json"), "user") or {}
        found = word(self._me, "id")
        if not found:
            raise Retry("Zendesk did not say whose token this is")
        return found

    def find(self, token: str) -> str | None:
        """The newest ticket with this external id that can still be changed."""
        listed = self.talk.get("/api/v2/tickets.json", external_id=token)
        found = [one for one in rows(listed, "tickets") if word(one, "external_id") == token]
        usable = [int(word(one, "id")) for one in found if word(one, "status") != "closed"]
        return str(max(usable)) if usable else None

    def open(self, ticket: Ticket) -> str:
        """Open it under an idempotency key; one that was opened with other words is found."""
        owner = self._agent(ticket.case.owner) if ticket.case else ""
        content = {
            "external_id": ticket.token,
            "subject": html.still(ticket.subject),
            "comment": _comment(ticket.body),
            "tags": [*ticket.tags],
            "priority": level(ticket.priority, PRIORITIES),
            **({"group_id": self.group} if self.group else {}),
            **({"assignee_email": owner} if owner else {}),
        }
        key = {"Idempotency-Key": ticket.marker}
        try:
            made = self.talk.send("POST", "/api/v2/tickets.json", {"ticket": content}, headers=key)
        except _KnownKey:
            found = self.find(ticket.token)
            if found is None:
                raise Retry("Zendesk has this ticket already, but doesn't show it yet") from None
            return found
        number = word(made, "ticket", "id")
        if not number:
            raise Retry("Zendesk did not say which ticket it opened")
        return number

    def has(self, ticket_id: str, marker: str) -> bool:
        """Whether one of its comments carries the marker."""
        return any(f"[{marker}]" in _words(one) for one in self._comments(ticket_id))

    def add(self, ticket_id: str, note: Note) -> None:
        """A comment, and what else the note asks for, in one update."""
        path = f"/api/v2/tickets/{ticket_id}.json"
        shown = self.talk.get(path, meanings=TICKET_GONE, include="users")
        ticket = at(shown, "ticket")
        standing = self._standing(ticket, rows(shown, "users"), note)
        step = move(standing, note, self._agent(note.owner))
        fields = self._fields(ticket, step, note)
        if note.only_state and not fields:
            return
        if fields:
            # Refused with 409 if an agent changed it meanwhile: then it is looked at anew.
            fields |= {"safe_update": True, "updated_stamp": word(ticket, "updated_at")}
        body = {"ticket": {**fields, "comment": _comment(note.text)}}
        self.talk.send("PUT", path, body, meanings=TICKET_GONE)

    def blank(self, ticket_id: str, alert: Alert) -> None:
        """Redact the posts' paragraphs, for good, and the subject where it named the author."""
        for at_, comment in enumerate(self._comments(ticket_id)):
            told = word(comment, "html_body")
            hidden = html.without(told, alert.retracted, _redacted)
            if hidden == told:
                continue
            if at_ == 0 and any(is_first(_words(comment), one) for one in alert.retracted):
                renamed = {"ticket": {"subject": TAKEN_DOWN}}
                self.talk.send("PUT", f"/api/v2/tickets/{ticket_id}.json", renamed)
            self.talk.send(
                "PUT",
                f"/api/v2/comment_redactions/{word(comment, 'id')}.json",
                {"ticket_id": int(ticket_id), "html_body": hidden},
                meanings=_CANT_REDACT,
            )

    def audits(self, ticket_id: str) -> list[dict[str, Any]]:
        """All that happened to the ticket, the oldest first."""
        return self._paged(f"/api/v2/tickets/{ticket_id}/audits.json", "audits")

    def users(self, ids: set[str]) -> dict[str, dict[str, Any]]:
        """These users, by their ids."""
        if not ids:
            return {}
        wanted = ",".join(sorted(ids)[:100])
        shown = self.talk.get("/api/v2/users/show_many.json", ids=wanted)
        return {word(user, "id"): user for user in rows(shown, "users")}

    def _comments(self, ticket_id: str) -> list[dict[str, Any]]:
        return self._paged(f"/api/v2/tickets/{ticket_id}/comments.json", "comments")

    def _paged(self, path: str, name: str) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = []
        after: str | None = None
        for _ in range(PAGES_MAX):
            whole = path + query({"page[size]": 100, "page[after]": after})
            page = self.talk.get(whole, meanings=TICKET_GONE)
            found += rows(page, name)
            after = word(page, "meta", "after_cursor")
            if not at(page, "meta", "has_more") or not after:
                break
        return found

    def _agent(self, owner: str) -> str:
        """The mail address of whoever has the case, where that is an agent's."""
        name = known_as(owner, self.agents, "zendesk").lower()
        return name if "@" in name else ""

    def _standing(self, ticket: Any, users: list[dict[str, Any]], note: Note) -> Standing:
        assignee = word(ticket, "assignee_id")
        mails = {word(user, "id"): word(user, "email").lower() for user in users}
        owner = mails.get(assignee, "") or assignee
        state = STATES.get(word(ticket, "status"), "claimed" if assignee else "new")
        if state not in STATES.values() or not note.reopens:
            return Standing(state, owner)
        audits = [one for one in self.audits(word(ticket, "id")) if _changes_status(one)]
        if not audits or word(audits[-1], "author_id") == self.me():
            return Standing(state, owner)
        return Standing(state, owner, moment(audits[-1], "created_at"))

    def _fields(self, ticket: Any, step: Move, note: Note) -> dict[str, Any]:
        fields: dict[str, Any] = {}
        if step.state is not None and word(ticket, "status") != STATUSES[step.state]:
            fields["status"] = STATUSES[step.state]
        if step.owner:
            fields["assignee_email"] = step.owner
        elif step.owner is not None:
            fields["assignee_id"] = None
        if fields.get("status") == "solved" and not word(ticket, "assignee_id"):
            fields["assignee_id"] = int(self.me())  # nobody's ticket can't be solved
        if step.state == "claimed" and not fields:
            fields["status"] = "open"  # claimed by somebody whom Zendesk doesn't know
        if note.priority is not None:
            wanted = raised(word(ticket, "priority"), note.priority, PRIORITIES)
            fields |= {"priority": wanted} if wanted else {}
        return fields


class _KnownKey(Exception):
    """The idempotency key was used before, with another content."""


def refusal(reply: Reply) -> Exception | None:
    """What Zendesk says in words, where its status alone doesn't tell."""
    said = reply.body[:4096].decode("utf-8", "replace")
    if reply.status == 400 and "IdempotentRequestError" in said:
        return _KnownKey()
    if reply.status == 422 and "closed prevents ticket update" in said:
        return Reject("the ticket is closed for good at Zendesk", state="gone")
    return None


def _comment(words: str) -> dict[str, Any]:
    return {"html_body": html.as_html(words), "public": False}


def _words(comment: dict[str, Any]) -> str:
    return word(comment, "plain_body") or word(comment, "body")


def _redacted(paragraph: str) -> str:
    return html.each_text(paragraph, lambda words: f"<redact>{words}</redact>")


def _changes_status(audit: dict[str, Any]) -> bool:
    return any(word(event, "field_name") == "status" for event in rows(audit, "events"))

"""Freshdesk on the loopback, for what the channel uses of it.

Answers in the shapes of developers.freshdesk.com/api: authentication (the key as user name),
errors, rate limits (headers X-RateLimit-…, 429 with Retry-After), Tickets (create by
unique_external_id of the requester, view with include=stats, update, list with requester_id,
updated_since, order_by, order_type, page; without updated_since those of the last 30 days),
Conversations (create a note, update one, list of a ticket), Contacts (list by unique_external_id)
and Agents (view, by email, currently authenticated). The reference gives no history of a ticket.
Not found there: what an account that is suspended answers; nothing of it stands here.
"""

import re
from base64 import b64encode
from datetime import datetime, timedelta
from typing import Any

from alerts.freshdesk import FreshdeskChannel
from listener.ports import Secret
from tests.alerts.standins.serving import DeskSite, Json, body_of, iso
from tests.alerts.standins.zendesk_site import as_words
from tests.sources.standins.serving import NOON, Answer, Asked

KEY = "freshdesk-stand-in-key"
OURS, ANNA = 43_000_000_000_001, 43_000_000_000_002
MAILS = {OURS: "listener@example.org", ANNA: "anna@example.org"}
TICKET = re.compile(r"/api/v2/tickets/(\d+)")
EDITABLE = {"status", "priority", "responder_id", "tags", "description", "subject", "group_id"}


class FreshdeskSite(DeskSite):
    """An account."""

    secrets = (KEY,)

    def __init__(self, now: datetime = NOON) -> None:
        super().__init__(now)
        self.tickets: dict[int, Json] = {}
        self.notes: dict[int, list[Json]] = {}
        self.contacts: dict[str, int] = {}
        self.deleted_agents: set[int] = set()

    def channel(self, **settings: Any) -> FreshdeskChannel:
        given: Json = {"key": Secret(KEY), "allow_private": True, "now": lambda: self.now}
        return FreshdeskChannel(self.url, **given | settings)

    # What people do and see there.

    def ids(self) -> list[str]:
        return [str(number) for number in self.tickets]

    def texts(self, ticket_id: str) -> list[str]:
        ticket = self.tickets[int(ticket_id)]
        notes = [one["body_text"] for one in self.notes[int(ticket_id)]]
        return [ticket["subject"], ticket["description_text"], *notes]

    def markup(self, ticket_id: str) -> list[str]:
        notes = [one["body"] for one in self.notes[int(ticket_id)]]
        return [self.tickets[int(ticket_id)]["description"], *notes]

    def state(self, ticket_id: str) -> tuple[str, str]:
        ticket = self.tickets[int(ticket_id)]
        return str(ticket["status"]), MAILS.get(ticket["responder_id"], "")

    def anna(self, ticket_id: str, did: str, words: str = "") -> None:
        number = int(ticket_id)
        with self._lock:
            if did in {"answered", "noted", "wrote"}:
                incoming = did == "wrote"
                note = self._note(number, words, 99 if incoming else ANNA, private=did == "noted")
                note["incoming"] = incoming
            else:
                changes: dict[str, Json] = {
                    "took": {"responder_id": ANNA},
                    "closed": {"status": 4},
                    "reopened": {"status": 2},
                }
                self._set(self.tickets[number], changes[did])

    # What the API answers.

    def answer(self, asked: Asked) -> Answer:
        if asked.headers.get("authorization") != f"Basic {b64encode(f'{KEY}:X'.encode()).decode()}":
            said = "You have to be logged in to perform this action."
            return Answer(401, {"code": "invalid_credentials", "message": said})
        if asked.path == "/api/v2/agents":
            found = [one for one, mail in MAILS.items() if mail == asked.one("email")]
            return Answer(body=[_agent(one) for one in found])
        if asked.path.startswith("/api/v2/agents/"):
            name = asked.path.rpartition("/")[2]
            number = OURS if name == "me" else int(name)
            is_there = number in MAILS and number not in self.deleted_agents
            return Answer(body=_agent(number)) if is_there else Answer(404)
        if asked.path == "/api/v2/contacts":
            contact = self.contacts.get(asked.one("unique_external_id"))
            return Answer(body=[{"id": contact}] if contact else [])
        if asked.path.startswith("/api/v2/conversations/"):
            return self._edit_note(asked)
        if asked.path == "/api/v2/tickets":
            return self._create(asked) if asked.method == "POST" else self._listed(asked)
        return self._of_ticket(asked)

    def _of_ticket(self, asked: Asked) -> Answer:
        found = TICKET.match(asked.path)
        ticket = self.tickets.get(int(found[1])) if found else None
        if ticket is None or found is None:
            return Answer(404)
        rest = asked.path[found.end() :]
        if rest == "/conversations":
            size, page = int(asked.one("per_page", "30")), int(asked.one("page", "1"))
            return Answer(body=self.notes[ticket["id"]][(page - 1) * size : page * size])
        if rest == "/notes":
            sent = body_of(asked)
            private = sent.get("private", True)
            return Answer(201, self._note(ticket["id"], sent["body"], OURS, private=private))
        if asked.method == "PUT":
            sent = body_of(asked)
            fault = _fault(sent)
            if fault:
                return fault
            self._set(ticket, sent)
        return Answer(body=_shown(ticket, asked))

    def _create(self, asked: Asked) -> Answer:
        sent = body_of(asked)
        fault = _fault(sent)
        if fault:
            return fault
        missing = [
            one for one in ("subject", "description", "status", "priority") if not sent.get(one)
        ]
        if missing or not sent.get("unique_external_id"):
            return _invalid(missing[0] if missing else "requester_id", "missing_field")
        contact = self.contacts.setdefault(sent["unique_external_id"], 9_000 + self.number())
        number = self.number()
        ticket: Json = {
            "id": number,
            "subject": sent["subject"],
            "description": "",
            "description_text": "",
            "status": sent["status"],
            "priority": sent["priority"],
            "source": sent["source"],
            "tags": [],
            "requester_id": contact,
            "responder_id": None,
            "group_id": sent.get("group_id"),
            "deleted": False,
            "spam": False,
            "created_at": iso(self.now),
            "updated_at": iso(self.now),
            "stats": {"status_updated_at": iso(self.now), "resolved_at": None, "closed_at": None,
                      "pending_since": None, "reopened_at": None},
        }  # fmt: skip
        self.tickets[number], self.notes[number] = ticket, []
        self._set(ticket, {name: value for name, value in sent.items() if name in EDITABLE})
        return Answer(201, _shown(ticket, asked))

    def _listed(self, asked: Asked) -> Answer:
        since = asked.one("updated_since")
        oldest = iso(self.now - timedelta(days=30))
        found = [
            one
            for one in self.tickets.values()
            if (one["updated_at"] >= since if since else one["created_at"] >= oldest)
            and asked.one("requester_id") in {"", str(one["requester_id"])}
        ]
        order = asked.one("order_by", "created_at")
        found.sort(key=lambda one: one[order], reverse=asked.one("order_type", "desc") == "desc")
        size, page = int(asked.one("per_page", "30")), int(asked.one("page", "1"))
        if size > 100:
            return _invalid("per_page", "invalid_value")
        listed = found[(page - 1) * size : page * size]
        return Answer(body=[_shown(one, asked) for one in listed])

    def _set(self, ticket: Json, changes: Json) -> None:
        stats = ticket["stats"]
        status = changes.get("status", ticket["status"])
        if status != ticket["status"]:
            now = iso(self.now)
            stats["status_updated_at"] = now
            stats["resolved_at"] = now if status == 4 else None
            stats["closed_at"] = now if status == 5 else None
            stats["pending_since"] = now if status == 3 else None
            stats["reopened_at"] = now if ticket["status"] in {4, 5} else stats["reopened_at"]
        ticket.update(changes)
        ticket["description_text"] = as_words(ticket["description"])
        ticket["updated_at"] = iso(self.now)

    def _note(self, number: int, html: str, by: int, *, private: bool) -> Json:
        note: Json = {
            "id": self.number(),
            "body": html,
            "body_text": as_words(html),
            "incoming": False,
            "private": private,
            "user_id": by,
            "source": 2,
            "ticket_id": number,
            "created_at": iso(self.now),
            "updated_at": iso(self.now),
        }
        self.notes[number].append(note)
        self.tickets[number]["updated_at"] = iso(self.now)
        return note

    def _edit_note(self, asked: Asked) -> Answer:
        for note in [one for notes in self.notes.values() for one in notes]:
            if str(note["id"]) == asked.path.rpartition("/")[2]:
                note["body"] = body_of(asked)["body"]
                note["body_text"] = as_words(note["body"])
                return Answer(body=note)
        return Answer(404)


def _shown(ticket: Json, asked: Asked) -> Json:
    wanted = asked.one("include").split(",")
    return {name: value for name, value in ticket.items() if name != "stats" or "stats" in wanted}


def _agent(number: int) -> Json:
    return {"id": number, "contact": {"email": MAILS[number], "name": "Agent"}}


def _fault(sent: Json) -> Answer | None:
    """Freshdesk's refusal of a ticket, or nothing."""
    if sent.get("status", 2) not in {2, 3, 4, 5, 6, 7}:
        return _invalid("status", "invalid_value")
    if sent.get("priority", 1) not in {1, 2, 3, 4}:
        return _invalid("priority", "invalid_value")
    if any(len(tag) > 32 or "," in tag for tag in sent.get("tags", [])):
        return _invalid("tags", "invalid_value")
    if sent.get("responder_id") not in {None, *MAILS}:
        return _invalid("responder_id", "invalid_value")
    return None


def _invalid(name: str, code: str) -> Answer:
    error = {"field": name, "message": f"It should be valid: {name}", "code": code}
    return Answer(400, {"description": "Validation failed", "errors": [error]})

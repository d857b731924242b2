"""Zendesk Support on the loopback, for what the channel uses of it.

Answers in the shapes of developer.zendesk.com/api-reference/ticketing: introduction (security,
idempotency, rate limits), tickets/tickets (Create, Show, Update, List Tickets by external_id),
tickets/ticket_comments (List, Redact Ticket Comment In Agent Workspace), tickets/ticket_audits
(List Audits for a Ticket) and its events reference, ticket-management/incremental_exports
(Incremental Ticket Export, Cursor Based), users/users (Show Self), and of
documentation/ticketing/managing-tickets/using-the-incremental-export-api (what changed within the
last minute is left out; ten calls a minute) and …/creating-and-updating-tickets (a closed ticket
can't be changed).

The names of fields, statuses and headers are the reference's. Not found there, and so written from
what clients report: the words of the 400 that answers a known idempotency key with another
content, of the 422 that refuses a closed ticket, and of the 403s.
"""

import json
import re
from base64 import b64encode
from datetime import datetime, timedelta
from html import escape, unescape
from typing import Any

from alerts.zendesk import ZendeskChannel
from listener.ports import Secret
from tests.alerts.standins.serving import DeskSite, Json, body_of, iso
from tests.sources.standins.serving import NOON, Answer, Asked

EMAIL, TOKEN = "listener@example.org", "zendesk-stand-in-token"
OURS, ANNA, BORIS, CUSTOMER = 1, 2, 3, 9
ROLES = {OURS: "admin", ANNA: "agent", BORIS: "agent", CUSTOMER: "end-user"}
MAILS = {
    OURS: EMAIL,
    ANNA: "anna@example.org",
    BORIS: "boris@example.org",
    CUSTOMER: "matti@example.com",
}
STATUSES = ("new", "open", "pending", "hold", "solved", "closed")
PRIORITIES = ("low", "normal", "high", "urgent")
EXPORT_CALLS_MAX = 10
PAGE_MAX = 100
KEY_HOURS = 2
NOT_FOUND = Answer(404, {"error": "RecordNotFound", "description": "Not found"})
TICKET = re.compile(r"/api/v2/tickets/(\d+)")


class ZendeskSite(DeskSite):
    """An account. ``suspended``, ``admin`` and ``agent_workspace`` say what it allows."""

    secrets = (TOKEN,)

    def __init__(self, now: datetime = NOON) -> None:
        super().__init__(now)
        self.tickets: dict[int, Json] = {}
        self.audits: dict[int, list[Json]] = {}
        self.keys: dict[str, tuple[datetime, bytes, Json]] = {}
        self.exported: list[datetime] = []
        self.export_page = 1000
        self.suspended = False
        self.admin = True
        self.agent_workspace = True

    def channel(self, **settings: Any) -> ZendeskChannel:
        given: Json = {"email": EMAIL, "token": Secret(TOKEN), "allow_private": True}
        return ZendeskChannel(self.url, now=lambda: self.now, **given | settings)

    # What people do and see there.

    def ids(self) -> list[str]:
        return [str(number) for number in self.tickets]

    def texts(self, ticket_id: str) -> list[str]:
        told = [str(event["plain_body"]) for event in self._comments(int(ticket_id))]
        return [self.tickets[int(ticket_id)]["subject"], *told]

    def markup(self, ticket_id: str) -> list[str]:
        return [str(event["html_body"]) for event in self._comments(int(ticket_id))]

    def state(self, ticket_id: str) -> tuple[str, str]:
        ticket = self.tickets[int(ticket_id)]
        return ticket["status"], MAILS.get(ticket["assignee_id"], "")

    def anna(self, ticket_id: str, did: str, words: str = "") -> None:
        changes: dict[str, Json] = {
            "answered": {"comment": {"body": words, "public": True}},
            "noted": {"comment": {"body": words, "public": False}},
            "wrote": {"comment": {"body": words, "public": True}},
            "took": {"assignee_id": ANNA, "status": "open"},
            "closed": {"assignee_id": ANNA, "status": "solved"},
            "reopened": {"status": "open"},
        }
        with self._lock:
            by = CUSTOMER if did == "wrote" else ANNA
            self._update(self.tickets[int(ticket_id)], changes[did], by)

    def act(self, ticket_id: int, by: int, **changes: Any) -> None:
        """Several changes in one update, and so in one audit."""
        with self._lock:
            self._update(self.tickets[ticket_id], changes, by)

    # What the API answers.

    def answer(self, asked: Asked) -> Answer:
        path = asked.path.removesuffix(".json")
        if self.suspended:
            return Answer(402, {"error": "Account suspended"})
        if asked.headers.get("authorization") != f"Basic {_login()}":
            return Answer(401, {"error": "Couldn't authenticate you"})
        if path == "/api/v2/users/me":
            return Answer(body={"user": _user(OURS)})
        if path == "/api/v2/users/show_many":
            wanted = [int(one) for one in asked.one("ids").split(",")]
            return Answer(body={"users": [_user(one) for one in wanted if one in ROLES]})
        if path == "/api/v2/tickets":
            return self._create(asked) if asked.method == "POST" else self._listed(asked)
        if path == "/api/v2/incremental/tickets/cursor":
            return self._export(asked)
        if path.startswith("/api/v2/comment_redactions/"):
            return self._redact(asked, int(path.rpartition("/")[2]))
        return self._of_ticket(asked, path)

    def _of_ticket(self, asked: Asked, path: str) -> Answer:
        found = TICKET.match(path)
        ticket = self.tickets.get(int(found[1])) if found else None
        if ticket is None or found is None:
            return NOT_FOUND
        rest = path[found.end() :]
        if rest == "/comments":
            return _page(asked, "comments", self._comments(ticket["id"]))
        if rest == "/audits":
            return _page(asked, "audits", self.audits[ticket["id"]])
        if asked.method == "PUT" and not rest:
            return self._put(asked, ticket)
        if rest:
            return NOT_FOUND
        sideload = {"users": [_user(one) for one in ROLES]} if asked.one("include") else {}
        return Answer(body={"ticket": ticket, **sideload})

    def _listed(self, asked: Asked) -> Answer:
        wanted = asked.one("external_id")
        found = [one for one in self.tickets.values() if not wanted or one["external_id"] == wanted]
        return Answer(body={"tickets": found[:PAGE_MAX], "count": len(found), "next_page": None})

    def _create(self, asked: Asked) -> Answer:
        sent = body_of(asked).get("ticket")
        fault = _fault(sent, new=True)
        if not isinstance(sent, dict) or fault:
            return _invalid(fault or {"base": "Ticket is missing"})
        key = asked.headers.get("idempotency-key", "")
        known = self.keys.get(key)
        if known and self.now - known[0] < timedelta(hours=KEY_HOURS):
            if known[1] != asked.body:
                said = "Request parameters don't match the given idempotency key"
                return Answer(400, {"error": "IdempotentRequestError", "description": said})
            return Answer(201, known[2], {"X-Idempotency-Lookup": "hit"})
        body = self._made(sent)
        if not key:
            return Answer(201, body)
        self.keys[key] = (self.now, asked.body, json.loads(json.dumps(body)))
        return Answer(201, body, {"X-Idempotency-Lookup": "miss"})

    def _made(self, sent: Json) -> Json:
        number = self.number()
        ticket: Json = {
            "id": number,
            "url": f"{self.url}/api/v2/tickets/{number}.json",
            "external_id": None,
            "via": {"channel": "api"},
            "created_at": iso(self.now),
            "updated_at": iso(self.now),
            "subject": "",
            "status": "new",
            "priority": None,
            "tags": [],
            "assignee_id": None,
            "group_id": None,
            "requester_id": OURS,
            "submitter_id": OURS,
        }
        self.tickets[number], self.audits[number] = ticket, []
        audit = self._update(ticket, sent, OURS)
        return {"ticket": ticket, "audit": audit}

    def _put(self, asked: Asked, ticket: Json) -> Answer:
        sent = body_of(asked).get("ticket")
        if ticket["status"] == "closed":
            return _invalid({"status": "Status: closed prevents ticket update"})
        fault = _fault(sent, new=False)
        if not isinstance(sent, dict) or fault:
            return _invalid(fault or {"base": "Ticket is missing"})
        if sent.pop("safe_update", False) and sent.pop("updated_stamp") != ticket["updated_at"]:
            return Answer(409, {"error": "UpdateConflict", "description": "Safe Update"})
        assigned = sent.get("assignee_id", ticket["assignee_id"]) or sent.get("assignee_email")
        if sent.get("status") == "solved" and not assigned:
            return _invalid({"base": "Assignee: is required when solving a ticket"})
        return Answer(body={"ticket": ticket, "audit": self._update(ticket, sent, OURS)})

    def _update(self, ticket: Json, sent: Json, by: int) -> Json:
        events: list[Json] = []
        mail = sent.pop("assignee_email", None)
        if mail is not None:
            sent["assignee_id"] = next(one for one, known in MAILS.items() if known == mail)
        if "assignee_id" in sent and ticket["status"] == "new" and "status" not in sent:
            sent["status"] = "open"
        for field, value in sent.items():
            if field == "comment":
                events.append(self._comment(value, by))
            elif field == "additional_tags":
                ticket["tags"] = [*ticket["tags"], *value]
            elif ticket.get(field) != value:
                change = {"id": self.number(), "type": "Change", "field_name": field}
                before = {"previous_value": _text(ticket.get(field))}
                events.append(change | {"value": _text(value)} | before)
                ticket[field] = value
        ticket["updated_at"] = iso(self.now)
        ticket["generated_timestamp"] = int(self.now.timestamp())
        audit: Json = {
            "id": self.number(),
            "ticket_id": ticket["id"],
            "created_at": iso(self.now),
            "author_id": by,
            "via": {"channel": "api" if by == OURS else "web"},
            "metadata": {"system": {}, "custom": {}},
            "events": events,
        }
        self.audits[ticket["id"]].append(audit)
        return audit

    def _comment(self, sent: Json, by: int) -> Json:
        html = sent.get("html_body") or f"<p>{escape(sent['body'])}</p>"
        body = as_words(html)
        return {
            "id": self.number(),
            "type": "Comment",
            "author_id": by,
            "body": body,
            "plain_body": body,
            "html_body": f'<div class="zd-comment" dir="auto">{html}</div>',
            "public": bool(sent.get("public", True)),
            "attachments": [],
            "created_at": iso(self.now),
        }

    def _comments(self, ticket_id: int) -> list[Json]:
        events = [event for audit in self.audits[ticket_id] for event in audit["events"]]
        return [event for event in events if event["type"] == "Comment"]

    def _export(self, asked: Asked) -> Answer:
        if not self.admin:
            return Answer(403, {"error": "Forbidden", "description": "You do not have access"})
        self.exported = [at for at in self.exported if at > self.now - timedelta(minutes=1)]
        if len(self.exported) >= EXPORT_CALLS_MAX:
            return Answer(429, {"error": "APIRateLimitExceeded"}, {"Retry-After": "53"})
        self.exported.append(self.now)
        newest = int(self.now.timestamp()) - 60
        start, last = self._export_start(asked)
        if start > newest:
            said = "Too recent start_time. Use a start_time older than 60 seconds"
            return Answer(422, {"error": "InvalidValue", "description": said})
        found = sorted(
            (one["generated_timestamp"], one["id"])
            for one in self.tickets.values()
            if (start, last) < (one["generated_timestamp"], one["id"])
            and one["generated_timestamp"] <= newest
        )
        page = found[: self.export_page]
        after = f"{page[-1][0]}.{page[-1][1]}" if page else asked.one("cursor") or f"{start}.{last}"
        return Answer(
            body={
                "tickets": [self.tickets[number] for _, number in page],
                "after_cursor": after,
                "after_url": f"{self.url}{asked.path}?cursor={after}",
                "before_cursor": None,
                "before_url": None,
                "end_of_stream": len(found) <= self.export_page,
            }
        )

    def _export_start(self, asked: Asked) -> tuple[int, int]:
        if asked.one("cursor"):
            moment, _, number = asked.one("cursor").partition(".")
            return int(moment), int(number)
        return int(asked.one("start_time")), -1

    def _redact(self, asked: Asked, comment_id: int) -> Answer:
        sent = body_of(asked)
        if not self.agent_workspace:
            return Answer(403, {"error": "Forbidden", "description": "You do not have access"})
        if sent.get("ticket_id") not in self.tickets:
            return NOT_FOUND
        for comment in self._comments(sent["ticket_id"]):
            if comment["id"] == comment_id:
                return self._redacted(comment, str(sent.get("html_body", "")))
        return NOT_FOUND

    def _redacted(self, comment: Json, html: str) -> Answer:
        if re.sub(r"</?redact>", "", html) != comment["html_body"]:
            return _invalid({"html_body": "does not match the comment"})
        blank = re.sub(
            r"<redact>(.*?)</redact>",
            lambda part: "▇" * len(unescape(part[1])),
            html,
            flags=re.DOTALL,
        )
        comment["html_body"] = blank
        comment["body"] = comment["plain_body"] = as_words(blank)
        return Answer(body={"comment": comment})


def as_words(html: str) -> str:
    """HTML as its reader sees it."""
    broken = re.sub(r"</p>\s*<p[^>]*>", "\n\n", re.sub(r"<br\s*/?>", "\n", html))
    return unescape(re.sub(r"<[^>]+>", "", broken))


def _user(number: int) -> Json:
    return {"id": number, "email": MAILS[number], "role": ROLES[number], "active": True}


def _login() -> str:
    return b64encode(f"{EMAIL}/token:{TOKEN}".encode()).decode()


def _page(asked: Asked, name: str, items: list[Json]) -> Answer:
    """Cursor pagination: page[size], page[after]; sort=-created_at turns it round."""
    size = min(int(asked.one("page[size]", "100")), PAGE_MAX)
    listed = items[::-1] if asked.one("sort").startswith("-") else items
    start = int(asked.one("page[after]", "0"))
    more = start + size < len(listed)
    meta = {"has_more": more, "after_cursor": str(start + size) if more else None}
    return Answer(body={name: listed[start : start + size], "meta": meta, "links": {}})


def _fault(sent: object, *, new: bool) -> Json:
    """What of a ticket Zendesk refuses, by field."""
    if not isinstance(sent, dict):
        return {"base": "Ticket is missing"}
    comment = sent.get("comment") or {}
    if new and not (comment.get("body") or comment.get("html_body")):
        return {"comment": "Description: cannot be blank"}
    if sent.get("status", "open") not in STATUSES:
        return {"status": "Status: is not properly formatted"}
    if sent.get("priority", "low") not in PRIORITIES:
        return {"priority": "Priority: is not properly formatted"}
    staff = {MAILS[one]: one for one, role in ROLES.items() if role != "end-user"}
    assignee, mail = sent.get("assignee_id"), sent.get("assignee_email")
    if (assignee and assignee not in staff.values()) or (mail and mail not in staff):
        return {"assignee": "Assignee: is invalid"}
    return {}


def _invalid(fault: Json) -> Answer:
    details = {name: [{"description": why, "error": "Invalid"}] for name, why in fault.items()}
    said = {"error": "RecordInvalid", "description": "Record validation errors"}
    return Answer(422, said | {"details": details})


def _text(value: object) -> object:
    """Audits give numbers as words."""
    return value if value is None or isinstance(value, list) else str(value)

"""Zammad on the loopback, for what the channel uses of it.

Answers in the shapes of docs.zammad.org/en/latest/api: intro (token authentication, pagination,
?expand=true, condition based search, sorting), ticket/index, ticket/articles, ticket/tags, user;
and, where that reference is silent, of Zammad's own source: tickets_controller.rb (ticket_history,
what create and update take), history.rb (an entry's fields), can_search.rb (conditions alone read
the database, which does not lag), ticket/article_policy.rb (whose notes may be deleted, and for
how long), handles_errors.rb (what errors look like). Zammad itself has no limit on calls.
"""

import re
from datetime import datetime
from html import escape
from typing import Any

from alerts.zammad import ZammadChannel
from listener.ports import Secret
from tests.alerts.standins.serving import DeskSite, Json, body_of
from tests.sources.standins.serving import NOON, Answer, Asked

TOKEN = "zammad-stand-in-token"
NOBODY, OURS, ANNA, CUSTOMER = 1, 3, 4, 9
MAILS = {NOBODY: "-", OURS: "listener@example.org", ANNA: "anna@example.org", CUSTOMER: "m@x.org"}
STATES = ("new", "open", "pending reminder", "closed", "merged", "pending close")
PRIORITIES = ("1 low", "2 normal", "3 high")
DELETE_SECONDS = 600
TICKET = re.compile(r"/api/v1/(tickets|ticket_history|ticket_articles/by_ticket)/(\d+)$")


class ZammadSite(DeskSite):
    """A Zammad with one group, Social."""

    secrets = (TOKEN,)

    def __init__(self, now: datetime = NOON) -> None:
        super().__init__(now)
        self.tickets: dict[int, Json] = {}
        self.articles: dict[int, list[Json]] = {}
        self.tags: dict[int, list[str]] = {}
        self.histories: dict[int, list[Json]] = {}

    def channel(self, **settings: Any) -> ZammadChannel:
        given: Json = {"token": Secret(TOKEN), "group": "Social", "allow_private": True}
        return ZammadChannel(self.url, now=lambda: self.now, **given | settings)

    # What people do and see there.

    def ids(self) -> list[str]:
        return [str(number) for number in self.tickets]

    def texts(self, ticket_id: str) -> list[str]:
        bodies = [one["body"] for one in self.articles[int(ticket_id)]]
        return [self.tickets[int(ticket_id)]["title"], *bodies]

    def markup(self, ticket_id: str) -> list[str]:
        """Zammad shows plain articles as HTML that it made of them, and clickable addresses."""
        assert {one["content_type"] for one in self.articles[int(ticket_id)]} == {"text/plain"}
        return [f"<div>{escape(one)}</div>" for one in self.texts(ticket_id)]

    def state(self, ticket_id: str) -> tuple[str, str]:
        ticket = self.tickets[int(ticket_id)]
        owner = ticket["owner_id"]
        return ticket["state"], MAILS[owner] if owner != NOBODY else ""

    def anna(self, ticket_id: str, did: str, words: str = "") -> None:
        number = int(ticket_id)
        with self._lock:
            if did in {"answered", "noted", "wrote"}:
                by = CUSTOMER if did == "wrote" else ANNA
                sent = {"body": words, "internal": did == "noted", "content_type": "text/html"}
                kind = "note" if did == "noted" else "email"
                self._article(number, sent | {"type": kind}, by)
            else:
                changes: dict[str, Json] = {
                    "took": {"owner": MAILS[ANNA], "state": "open"},
                    "closed": {"state": "closed"},
                    "reopened": {"state": "open"},
                }
                self._set(self.tickets[number], changes[did], ANNA)

    def only_reads(self, asked: Asked) -> bool:
        return asked.method == "GET" or asked.path.endswith("/search")

    # What the API answers.

    def answer(self, asked: Asked) -> Answer:
        if asked.headers.get("authorization") != f"Token token={TOKEN}":
            return Answer(401, {"error": "Invalid token!", "error_human": "Invalid token!"})
        if asked.path == "/api/v1/users/me":
            return Answer(body={"id": OURS, "login": MAILS[OURS], "email": MAILS[OURS]})
        if asked.path == "/api/v1/tickets/search":
            return self._search(asked)
        if asked.path == "/api/v1/tickets":
            return self._create(body_of(asked))
        if asked.path.startswith("/api/v1/ticket_articles/") and asked.method == "DELETE":
            return self._delete(int(asked.path.rpartition("/")[2]))
        found = TICKET.match(asked.path)
        if not found or int(found[2]) not in self.tickets:
            return Answer(404, {"error": "Couldn't find Ticket", "error_human": "No such object"})
        return self._of_ticket(asked, found[1], self.tickets[int(found[2])])

    def _of_ticket(self, asked: Asked, what: str, ticket: Json) -> Answer:
        if what == "ticket_articles/by_ticket":
            return Answer(body=self.articles[ticket["id"]])
        if what == "ticket_history":
            users = {str(one): {"id": one, "email": mail} for one, mail in MAILS.items()}
            listed = {"history": self.histories[ticket["id"]], "assets": {"User": users}}
            return Answer(body=listed)
        if asked.method == "PUT":
            sent = body_of(asked)
            fault = _fault(sent)
            if fault:
                return _refused(fault)
            self._set(ticket, sent, OURS)
        return Answer(body=_shown(ticket, asked))

    def _create(self, sent: Json) -> Answer:
        fault = _fault(sent)
        if fault or sent.get("group") != "Social" or not sent.get("customer_id"):
            return _refused(fault or "Group can't be blank")
        number = self.number()
        ticket: Json = {
            "id": number,
            "number": f"22{number:03}",
            "title": sent["title"],
            "group_id": 1,
            "state": "new",
            "priority": "2 normal",
            "owner_id": NOBODY,
            "customer_id": OURS,
            "created_at": _time(self.now),
            "updated_at": _time(self.now),
        }
        self.tickets[number], self.articles[number], self.histories[number] = ticket, [], []
        self.tags[number] = [tag.strip() for tag in sent.get("tags", "").split(",")]
        self._log(number, OURS, type="created", object="Ticket")
        known = ("state", "priority", "owner", "article")
        self._set(ticket, {name: sent[name] for name in known if name in sent}, OURS)
        return Answer(201, {name: its for name, its in ticket.items() if name != "state"})

    def _search(self, asked: Asked) -> Answer:
        condition = body_of(asked)["condition"]
        wanted = condition["ticket.tags"]["value"].split(",")
        assert condition["ticket.tags"]["operator"] == "contains all"
        since = condition.get("ticket.updated_at", {"value": "", "operator": "after (absolute)"})
        assert since["operator"] == "after (absolute)"
        found = [
            one
            for number, one in self.tickets.items()
            if set(wanted) <= set(self.tags[number]) and one["updated_at"] > since["value"]
        ]
        found.sort(key=lambda one: one["updated_at"], reverse=asked.one("order_by") == "desc")
        size, page = min(int(asked.one("per_page", "50")), 200), int(asked.one("page", "1"))
        listed = found[(page - 1) * size : page * size]
        return Answer(body=[_shown(one, asked) for one in listed])

    def _set(self, ticket: Json, sent: Json, by: int) -> None:
        if "owner" in sent:
            mail = sent["owner"]
            sent = {**sent, "owner_id": next(one for one, its in MAILS.items() if its == mail)}
        for name in ("title", "state", "priority"):
            if name in sent and sent[name] != ticket[name]:
                change = {"value_from": ticket[name], "value_to": sent[name]}
                self._log(ticket["id"], by, type="updated", attribute=name, **change)
                ticket[name] = sent[name]
        owner = sent.get("owner_id", ticket["owner_id"])
        if owner != ticket["owner_id"]:
            change = {"id_from": ticket["owner_id"], "id_to": owner, "value_to": MAILS[owner]}
            self._log(ticket["id"], by, type="updated", attribute="owner", **change)
            ticket["owner_id"] = owner
        if "article" in sent:
            self._article(ticket["id"], sent["article"], by)
        ticket["updated_at"] = _time(self.now)

    def _article(self, number: int, sent: Json, by: int) -> None:
        article = {
            "id": self.number(),
            "ticket_id": number,
            "type": sent["type"],
            "sender": "Customer" if by == CUSTOMER else "Agent",
            "internal": bool(sent.get("internal")),
            "content_type": sent["content_type"],
            "body": sent["body"],
            "created_by_id": by,
            "created_by": MAILS[by],
            "created_at": _time(self.now),
            "made_at": self.now.timestamp(),
        }
        self.articles[number].append(article)
        self.tickets[number]["updated_at"] = _time(self.now)
        self._log(number, by, type="created", object="Ticket::Article", o_id=article["id"])

    def _delete(self, number: int) -> Answer:
        for articles in self.articles.values():
            for article in articles:
                if article["id"] != number:
                    continue
                if article["created_by_id"] != OURS:
                    return _forbidden("you can only delete your own notes")
                if article["made_at"] <= self.now.timestamp() - DELETE_SECONDS:
                    return _forbidden("note is too old to be deleted")
                articles.remove(article)
                return Answer(body={})
        return Answer(404, {"error": "Couldn't find Ticket::Article"})

    def _log(self, number: int, by: int, **entry: Any) -> None:
        plain = {"object": "Ticket", "o_id": number} | entry
        stamp = {"created_by_id": by, "created_at": _time(self.now)}
        self.histories[number].append({"id": self.number(), **plain, **stamp})


def _shown(ticket: Json, asked: Asked) -> Json:
    if asked.one("expand") != "true":
        return {name: its for name, its in ticket.items() if name not in {"state", "priority"}}
    return ticket | {"owner": MAILS[ticket["owner_id"]], "group": "Social"}


def _fault(sent: Json) -> str:
    if sent.get("state", "new") not in STATES:
        return "No value found for 'state'"
    if sent.get("state", "").startswith("pending") and not sent.get("pending_time"):
        return "Missing required value for field 'pending_time'!"
    if sent.get("priority", "1 low") not in PRIORITIES:
        return "No value found for 'priority'"
    if sent.get("owner", "-") not in MAILS.values():
        return "No value found for 'owner'"
    if "article" in sent and not sent["article"].get("body"):
        return 'Need at least article: { body: "some text" }'
    return ""


def _refused(said: str) -> Answer:
    return Answer(422, {"error": said, "error_human": said})


def _forbidden(said: str) -> Answer:
    return Answer(403, {"error": said, "error_human": said})


def _time(moment: datetime) -> str:
    return f"{moment:%Y-%m-%dT%H:%M:%S}.000Z"

"""Jira Service Management Cloud on the loopback, for what the channel uses of it.

Answers in the shapes of developer.atlassian.com/cloud/jira/platform/rest/v3: api-group-issues
(create, get, edit, assign, transitions, changelogs), api-group-issue-search (search/jql with
nextPageToken and isLast; “recent updates might not be immediately visible”), -issue-comments,
-workflow-statuses, -myself, and the pages on Basic auth with an API token and on rate limits (429
with Retry-After); developer.atlassian.com/cloud/jira/platform/apis/document/structure for the
document format. That the comment property ``sd.public.comment`` makes a comment internal, shown as
``jsdPublic: false``, is what Atlassian's support and clients say; the reference only names
``jsdPublic``. The lag of the search here is ten seconds; the reference gives no number.
"""

import re
from base64 import b64encode
from datetime import datetime, timedelta
from html import escape
from typing import Any

from alerts.jira import JiraChannel
from alerts.jira_parts.adf import words_of
from listener.ports import Secret
from tests.alerts.standins.serving import DeskSite, Json, body_of
from tests.sources.standins.serving import NOON, Answer, Asked

EMAIL, TOKEN = "listener@example.org", "jira-stand-in-token"
OURS, ANNA, CUSTOMER = "557058:listener", "557058:anna", "qm:customer"
PRIORITIES = ("Highest", "High", "Medium", "Low", "Lowest")
STATUSES = {
    "Waiting for support": "new",
    "In progress": "indeterminate",
    "Waiting for customer": "indeterminate",
    "Escalated": "indeterminate",
    "Resolved": "done",
    "Canceled": "done",
}
INDEX_SECONDS = 10
NOT_THERE = "Issue does not exist or you do not have permission to see it."
ISSUE = re.compile(r"/rest/api/3/issue/([^/]+)")


class JiraSite(DeskSite):
    """A site with one service project, SUP. ``ways`` are the statuses that can be reached."""

    secrets = (TOKEN,)

    def __init__(self, now: datetime = NOON) -> None:
        super().__init__(now)
        self.issues: dict[str, Json] = {}
        self.comments: dict[str, list[Json]] = {}
        self.logs: dict[str, list[Json]] = {}
        self.ways = set(STATUSES)
        self.page = 50

    def channel(self, **settings: Any) -> JiraChannel:
        given: Json = {"email": EMAIL, "token": Secret(TOKEN), "project": "SUP"}
        return JiraChannel(
            self.url, now=lambda: self.now, **given | {"allow_private": True} | settings
        )

    # What people do and see there.

    def ids(self) -> list[str]:
        return list(self.issues)

    def texts(self, ticket_id: str) -> list[str]:
        fields = self.issues[ticket_id]["fields"]
        comments = [words_of(one["body"]) for one in self.comments[ticket_id]]
        return [fields["summary"], words_of(fields["description"]), *comments]

    def markup(self, ticket_id: str) -> list[str]:
        bodies = [one["body"] for one in self.comments[ticket_id]]
        return [
            _rendered(one) for one in [self.issues[ticket_id]["fields"]["description"], *bodies]
        ]

    def state(self, ticket_id: str) -> tuple[str, str]:
        fields = self.issues[ticket_id]["fields"]
        return fields["status"]["name"], (fields["assignee"] or {}).get("accountId", "")

    def anna(self, ticket_id: str, did: str, words: str = "") -> None:
        with self._lock:
            if did in {"answered", "noted", "wrote"}:
                body = {"type": "text", "text": words}
                said = {"type": "doc", "content": [{"type": "paragraph", "content": [body]}]}
                self._comment(ticket_id, said, CUSTOMER if did == "wrote" else ANNA, did != "noted")
            elif did == "took":
                self._set(ticket_id, ANNA, assignee=_user(ANNA))
            else:
                name = "Resolved" if did == "closed" else "Waiting for support"
                self._set(ticket_id, ANNA, status=_status(name))

    def only_reads(self, asked: Asked) -> bool:
        return asked.method == "GET" or asked.path.endswith("/search/jql")

    # What the API answers.

    def answer(self, asked: Asked) -> Answer:
        login = b64encode(f"{EMAIL}:{TOKEN}".encode()).decode()
        if asked.headers.get("authorization") != f"Basic {login}":
            return Answer(401, b"Client must be authenticated to access this resource.")
        if asked.path == "/rest/api/3/myself":
            return Answer(body=_user(OURS))
        if asked.path == "/rest/api/3/status":
            return Answer(body=[_status(name) for name in STATUSES])
        if asked.path == "/rest/api/3/search/jql":
            return self._search(body_of(asked))
        if asked.path == "/rest/api/3/issue":
            return self._create(body_of(asked).get("fields", {}))
        found = ISSUE.match(asked.path)
        if not found or found[1] not in self.issues:
            return Answer(404, {"errorMessages": [NOT_THERE], "errors": {}})
        return self._of_issue(asked, found[1], asked.path[found.end() :])

    def _of_issue(self, asked: Asked, number: str, rest: str) -> Answer:
        sent = body_of(asked)
        if rest.startswith("/comment/"):
            return self._edit_comment(number, rest.rpartition("/")[2], sent)
        if rest == "/transitions":
            return self._transitions(asked, number, sent)
        if asked.method == "GET":
            lists = {"/comment": ("comments", self.comments), "/changelog": ("values", self.logs)}
            if rest in lists:
                name, items = lists[rest]
                return Answer(body=_page(asked, name, items[number]))
            return Answer(body=self.issues[number])
        change = {"/comment": self._say, "/assignee": self._assign, "": self._edit}[rest]
        return change(number, sent)

    def _say(self, number: str, sent: Json) -> Answer:
        internal = any(
            one["key"] == "sd.public.comment" and one["value"]["internal"]
            for one in sent.get("properties", [])
        )
        return Answer(201, self._comment(number, sent["body"], OURS, not internal))

    def _assign(self, number: str, sent: Json) -> Answer:
        who = sent["accountId"]
        if who not in {None, OURS, ANNA}:
            return _invalid(assignee=f"User '{who}' cannot be assigned issues.")
        self._set(number, OURS, assignee=_user(who) if who else None)
        return Answer(204)

    def _edit(self, number: str, sent: Json) -> Answer:
        fault = _fault(sent["fields"])
        if fault:
            return _invalid(**fault)
        self._set(number, OURS, **sent["fields"])
        return Answer(204)

    def _create(self, sent: Json) -> Answer:
        fault = _fault(sent)
        if sent.get("project") != {"key": "SUP"}:
            fault["project"] = "valid project is required"
        if sent.get("issuetype") != {"name": "[System] Service request"}:
            fault["issuetype"] = "Specify a valid issue type"
        if not sent.get("summary"):
            fault["summary"] = "You must specify a summary of the issue."
        if fault:
            return _invalid(**fault)
        number = str(10_000 + self.number())
        assignee = sent.get("assignee")
        fields = {
            **sent,
            "status": _status("Waiting for support"),
            "assignee": _user(assignee["accountId"]) if assignee else None,
            "created": _time(self.now),
            "updated": _time(self.now),
        }
        self.issues[number] = {"id": number, "key": f"SUP-{number}", "fields": fields}
        self.comments[number], self.logs[number] = [], []
        return Answer(201, {"id": number, "key": f"SUP-{number}", "self": f"{self.url}/{number}"})

    def _search(self, sent: Json) -> Answer:
        jql = sent["jql"]
        labels = set(re.findall(r'labels = "([^"]+)"', jql))
        minutes = re.search(r"updated >= -(\d+)m", jql)
        since = self.now - timedelta(minutes=int(minutes[1])) if minutes else NOON
        indexed = self.now - timedelta(seconds=INDEX_SECONDS)
        found = [
            one
            for one in self.issues.values()
            if labels <= set(one["fields"]["labels"])
            and _moment(one["fields"]["created"]) <= indexed
            and (not minutes or _moment(one["fields"]["updated"]) >= since)
        ]
        found.sort(key=lambda one: one["fields"]["updated"], reverse="DESC" in jql)
        start = int(sent.get("nextPageToken", "0"))
        size = min(sent["maxResults"], self.page)
        last = start + size >= len(found)
        body: Json = {"issues": found[start : start + size], "isLast": last}
        return Answer(body=body if last else body | {"nextPageToken": str(start + size)})

    def _comment(self, number: str, body: Json, by: str, public: bool) -> Json:
        if len(words_of(body)) > 32_767:
            raise AssertionError("too long a comment")
        comment: Json = {
            "id": str(self.number()),
            "author": _user(by),
            "body": body,
            "created": _time(self.now),
            "updated": _time(self.now),
            "jsdPublic": public,
        }
        self.comments[number].append(comment)
        self.issues[number]["fields"]["updated"] = _time(self.now)
        return comment

    def _edit_comment(self, number: str, comment_id: str, sent: Json) -> Answer:
        for comment in self.comments[number]:
            if comment["id"] == comment_id:
                comment["body"] = sent["body"]
                return Answer(body=comment)
        return Answer(404, {"errorMessages": ["Can not find a comment"], "errors": {}})

    def _transitions(self, asked: Asked, number: str, sent: Json) -> Answer:
        ways = {str(at): name for at, name in enumerate(STATUSES, start=11) if name in self.ways}
        if asked.method == "GET":
            offered = [{"id": at, "name": f"to {to}", "to": _status(to)} for at, to in ways.items()]
            return Answer(body={"expand": "transitions", "transitions": offered})
        name = ways.get(sent["transition"]["id"])
        if name is None:
            return Answer(400, {"errorMessages": ["It is not on your current step"], "errors": {}})
        self._set(number, OURS, status=_status(name))
        return Answer(204)

    def _set(self, number: str, by: str, **changes: Any) -> None:
        fields = self.issues[number]["fields"]
        items = []
        for name, value in changes.items():
            before = fields.get(name)
            if before != value:
                items.append({"field": name, "fieldtype": "jira", "fieldId": name}
                             | _end("from", before) | _end("to", value))  # fmt: skip
                fields[name] = value
        if items:
            entry = {"id": str(self.number()), "author": _user(by), "created": _time(self.now)}
            self.logs[number].append({**entry, "items": items})
            fields["updated"] = _time(self.now)


def _end(end: str, value: object) -> Json:
    """One side of a changelog's item: what it was, as an id and as words."""
    if isinstance(value, dict) and "accountId" in value:
        return {end: value["accountId"], f"{end}String": value["displayName"]}
    if isinstance(value, dict) and "statusCategory" in value:
        return {end: value["id"], f"{end}String": value["name"]}
    return {end: None, f"{end}String": None if value is None else str(value)}


def _fault(sent: Json) -> dict[str, str]:
    """What of an issue's fields Jira refuses, by field."""
    fault = {}
    summary = sent.get("summary", "x")
    if "\n" in summary or len(summary) > 255:
        fault["summary"] = "Summary must be less than 255 characters, without newline characters."
    spaced = [label for label in sent.get("labels", []) if " " in label or len(label) > 255]
    if spaced:
        fault["labels"] = f"The label '{spaced[0]}' contains spaces which is invalid."
    if sent.get("priority", {"name": "Low"})["name"] not in PRIORITIES:
        fault["priority"] = "Specify the Priority (name) in the string format"
    if sent.get("description", {"type": "doc"}).get("type") != "doc":
        fault["description"] = "Operation value must be an Atlassian Document"
    return fault


def _invalid(**errors: str) -> Answer:
    return Answer(400, {"errorMessages": [], "errors": errors})


def _page(asked: Asked, name: str, items: list[Json]) -> Json:
    start, size = int(asked.one("startAt", "0")), min(int(asked.one("maxResults", "50")), 100)
    page = {"startAt": start, "maxResults": size, "total": len(items)}
    return page | {name: items[start : start + size]}


def _status(name: str) -> Json:
    category = {"key": STATUSES[name], "name": STATUSES[name].title()}
    return {"id": str(list(STATUSES).index(name) + 1), "name": name, "statusCategory": category}


def _user(account: str) -> Json:
    kind = "customer" if account == CUSTOMER else "atlassian"
    name = account.partition(":")[2]
    return {"accountId": account, "accountType": kind, "displayName": name, "active": True}


def _time(moment: datetime) -> str:
    return f"{moment:%Y-%m-%dT%H:%M:%S}.000+0000"


def _moment(text: str) -> datetime:
    return datetime.strptime(text, "%Y-%m-%dT%H:%M:%S.%f%z")


def _rendered(node: Json) -> str:
    """The document as HTML, links and all, as Jira shows it."""
    inside = "".join(_rendered(one) for one in node.get("content", []))
    if node["type"] == "text":
        links = [mark["attrs"]["href"] for mark in node.get("marks", [])]
        text = escape(node["text"])
        return f'<a href="{escape(links[0])}">{text}</a>' if links else text
    tags = {"doc": "div", "paragraph": "p", "hardBreak": "br"}
    tag = tags.get(node["type"], node["type"])
    return "<br>" if tag == "br" else f"<{tag}>{inside}</{tag}>"

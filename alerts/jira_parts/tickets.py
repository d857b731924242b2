"""An issue at Jira Service Management: found by a label, joined by internal comments.

Words stand in comments only, never in the description: Jira keeps old descriptions in an issue's
history for good, but not old comments, so what is taken out of a comment is gone.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from alerts.desks.asking import TICKET_GONE, Talk
from alerts.desks.html import still
from alerts.desks.keys import LABEL
from alerts.desks.shapes import at, moment, rows, word
from alerts.desks.standing import Move, Standing, known_as, level, move, raised
from alerts.desks.ticket import TAKEN_DOWN, Note, Ticket, blanked, is_first
from alerts.jira_parts.adf import document, words_of
from listener.model import Alert, CaseState
from listener.ports import Retry

PRIORITIES = ("Low", "Medium", "High", "Highest")
INTERNAL = [{"key": "sd.public.comment", "value": {"internal": True}}]
INDEX_SECONDS = 20.0
PAGES_MAX = 10
_PAGE = 100
_FIELDS = "status,assignee,priority"


@dataclass(frozen=True, slots=True)
class Project:
    """The service project, and how things are called in it."""

    key: str
    issue_type: str
    statuses: Mapping[str, str]
    agents: Mapping[str, str]
    extra: Mapping[str, str]
    sets_priority: bool = True

    def agent(self, owner: str) -> str:
        """The account of whoever has the case, where it is known; else empty."""
        return known_as(owner, self.agents, "jira")


@dataclass(frozen=True, slots=True)
class JiraTickets:
    """Jira for the time of one telling; ``attempt`` is the telling's."""

    talk: Talk
    project: Project
    attempt: int = 1

    def me(self) -> str:
        """The account whose token this is."""
        found = word(self.talk.get("/rest/api/3/myself"), "accountId")
        if not found:
            raise Retry("Jira did not say whose token this is")
        return found

    def find(self, token: str) -> str | None:
        """The newest issue with this label.

        Jira's search shows an issue some seconds after it was made, so the first look after a
        failure that finds nothing is repeated before nothing is believed.
        """
        jql = f'project = "{self.project.key}" AND labels = "{token}" ORDER BY created DESC'
        found = self.search(jql)
        if not rows(found, "issues") and self.attempt == 2:
            raise Retry("Jira's search may not show yet what was made last", INDEX_SECONDS)
        return word(found, "issues", 0, "id") or None

    def search(self, jql: str, *, after: str = "") -> Any:
        """A page of the ids of issues that the query finds; a thousand fit on one."""
        asked = {"jql": jql, "fields": ["id"], "maxResults": 1_000}
        page = {"nextPageToken": after} if after else {}
        return self.talk.send("POST", "/rest/api/3/search/jql", asked | page)

    def open(self, ticket: Ticket) -> str:
        """Make the issue, then write the words into it; the second step alone can be repeated."""
        owner = self.project.agent(ticket.case.owner) if ticket.case else ""
        head = next(part for part in ticket.body.split("\n\n") if f"[{ticket.token}]" in part)
        fields = {
            "project": {"key": self.project.key},
            "issuetype": {"name": self.project.issue_type},
            "summary": still(ticket.subject),
            "description": document(head),
            "labels": [LABEL, ticket.token, *ticket.tags],
            **self._priority(level(ticket.priority, PRIORITIES)),
            **({"assignee": {"accountId": owner}} if owner else {}),
            **self.project.extra,
        }
        number = word(self.talk.send("POST", "/rest/api/3/issue", {"fields": fields}), "id")
        if not number:
            raise Retry("Jira did not say which issue it made")
        self._comment(number, ticket.body)
        return number

    def has(self, ticket_id: str, marker: str) -> bool:
        """Whether one of its comments carries the marker."""
        return any(f"[{marker}]" in words_of(one.get("body")) for one in self.comments(ticket_id))

    def add(self, ticket_id: str, note: Note) -> None:
        """Move it, hand it over, raise it; then say so in a comment."""
        issue = self._issue(ticket_id)
        step = move(self._standing(issue, note), note, self.project.agent(note.owner))
        if note.only_state and step == Move():
            return
        said = note.text
        if step.state is not None and not self._transition(ticket_id, issue, step.state):
            wanted = self.project.statuses[step.state]
            said = f"Jira offers no way to the status {wanted} from here: please move it.\n\n{said}"
        if step.owner is not None:
            path = f"/rest/api/3/issue/{ticket_id}/assignee"
            self.talk.send("PUT", path, {"accountId": step.owner or None}, meanings=TICKET_GONE)
        if note.priority is not None:
            now = word(issue, "fields", "priority", "name")
            self._edit(ticket_id, self._priority(raised(now, note.priority, PRIORITIES)))
        self._comment(ticket_id, said)

    def blank(self, ticket_id: str, alert: Alert) -> None:
        """Take the posts out of our comments, and the author out of the summary."""
        for place, comment in enumerate(self.comments(ticket_id)):
            words = words_of(comment.get("body"))
            kept = blanked(words, alert.retracted)
            if kept == words:
                continue
            path = f"/rest/api/3/issue/{ticket_id}/comment/{word(comment, 'id')}"
            self.talk.send("PUT", path, {"body": document(kept)}, meanings=TICKET_GONE)
            if place == 0 and any(is_first(words, one) for one in alert.retracted):
                self._edit(ticket_id, {"summary": TAKEN_DOWN})

    def comments(self, ticket_id: str) -> list[dict[str, Any]]:
        """Its comments, the oldest first."""
        return self._paged(f"/rest/api/3/issue/{ticket_id}/comment", "comments", order="created")

    def changelog(self, ticket_id: str) -> list[dict[str, Any]]:
        """What was changed about it, the oldest first."""
        return self._paged(f"/rest/api/3/issue/{ticket_id}/changelog", "values")

    def _paged(self, path: str, name: str, order: str | None = None) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = []
        for number in range(PAGES_MAX):
            page = self.talk.get(
                path, TICKET_GONE, startAt=number * _PAGE, maxResults=_PAGE, orderBy=order
            )
            found += rows(page, name)
            if len(rows(page, name)) < _PAGE:
                break
        return found

    def _issue(self, ticket_id: str) -> Any:
        return self.talk.get(f"/rest/api/3/issue/{ticket_id}", TICKET_GONE, fields=_FIELDS)

    def _edit(self, ticket_id: str, fields: Mapping[str, object]) -> None:
        if fields:
            path = f"/rest/api/3/issue/{ticket_id}"
            self.talk.send("PUT", path, {"fields": fields}, meanings=TICKET_GONE)

    def _comment(self, ticket_id: str, words: str) -> None:
        path = f"/rest/api/3/issue/{ticket_id}/comment"
        said = {"body": document(words), "properties": INTERNAL}
        self.talk.send("POST", path, said, meanings=TICKET_GONE)

    def _standing(self, issue: Any, note: Note) -> Standing:
        owner = word(issue, "fields", "assignee", "accountId")
        state = self._state(at(issue, "fields", "status"), owner)
        if state in {"new", "claimed"} or not note.reopens:
            return Standing(state, owner)
        moves = [one for one in self.changelog(word(issue, "id")) if _moves(one)]
        if not moves or word(moves[-1], "author", "accountId") == self.me():
            return Standing(state, owner)
        return Standing(state, owner, moment(moves[-1], "created"))

    def _state(self, status: Any, owner: str) -> CaseState:
        name, statuses = word(status, "name").lower(), self.project.statuses
        if word(status, "statusCategory", "key") == "done" or name == statuses["closed"].lower():
            return "closed"
        if name == statuses["answered"].lower():
            return "answered"
        return "claimed" if owner else "new"

    def _transition(self, ticket_id: str, issue: Any, state: CaseState) -> bool:
        """Bring it to the state's status; False where the workflow offers no way there."""
        wanted = self.project.statuses[state].lower()
        if word(issue, "fields", "status", "name").lower() == wanted:
            return True
        path = f"/rest/api/3/issue/{ticket_id}/transitions"
        offered = rows(self.talk.get(path, TICKET_GONE), "transitions")
        ways = [one for one in offered if word(one, "to", "name").lower() == wanted]
        if not ways and state == "closed":
            ways = [one for one in offered if word(one, "to", "statusCategory", "key") == "done"]
        if not ways:
            return False
        body = {"transition": {"id": word(ways[0], "id")}}
        self.talk.send("POST", path, body, meanings=TICKET_GONE)
        return True

    def _priority(self, wanted: str) -> dict[str, Any]:
        return {"priority": {"name": wanted}} if wanted and self.project.sets_priority else {}


def _moves(entry: dict[str, Any]) -> bool:
    return any(word(item, "field") == "status" for item in rows(entry, "items"))

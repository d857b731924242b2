"""An issue at Roundup: its messages carry our names in their Message-ID, which can be searched.

An issue is opened in two steps, a message and the issue that links it. A message that an attempt
left behind without an issue is found by its name and used by the next. What we change about an
issue is written into that name too, since Roundup shows programs no history of an issue:
``<TELLING.sSTATUS.oOWNER@CASE>``.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Any

from alerts.desks.asking import TICKET_GONE, Meaning, Talk, query
from alerts.desks.keys import case_key, token
from alerts.desks.shapes import at, rows, word
from alerts.desks.standing import SETTLED, STAY, Move, Standing, known_as, move
from alerts.desks.ticket import TAKEN_DOWN, Note, Ticket, blanked, is_first
from alerts.roundup_parts.words import QUIET_ITEM, moment, name_of
from alerts.text import JOINER
from listener.model import Alert, CaseState
from listener.net import Reply
from listener.ports import Reject, Retry

DESK = "roundup"
TRIES_MAX = 3
MESSAGES_MAX = 300
_ITEM = "/rest/data"
_CLASH = 412
_NAMED_CHARS = len(name_of("s", ""))
_SHOWN = {"@verbose": "2"}
_MESSAGE_FIELDS = "author,creator,creation,messageid"
_ISSUE_FIELDS = "status,assignedto,priority,messages,activity,title"


class Clash(Retry):
    """Somebody changed it between our look and our change."""


@dataclass(frozen=True, slots=True)
class Names:
    """What the tracker calls its statuses and priorities, and people."""

    statuses: Mapping[CaseState, str]
    priorities: tuple[str, ...]
    agents: Mapping[str, str]
    me: str


@dataclass
class RoundupTickets:
    """Roundup for the time of one telling."""

    talk: Talk
    names: Names
    _loose: dict[str, str] = field(default_factory=dict)

    def find(self, token: str) -> str | None:
        """The issue that one of the case's messages belongs to."""
        for message in self._messages(f"@{token}>"):
            found = self._issue_of(word(message, "id"))
            if found is not None:
                return found
            self._loose[word(message, "messageid").partition(".")[0].lstrip("<")] = word(
                message, "id"
            )
        return None

    def open(self, ticket: Ticket) -> str:
        """Write the message, then the issue around it."""
        state: CaseState = ticket.case.state if ticket.case else "new"
        owner = self._owner(ticket.case.owner) if ticket.case else ""
        status = self.names.statuses[state]
        named = f"<{ticket.marker}.{name_of('s', status)}.{name_of('o', owner)}@{ticket.token}>"
        message = self._message(ticket.marker, named, ticket.body)
        content = {
            "title": ticket.subject,
            "messages": [message],
            "status": status,
            **({"priority": self._level(ticket.priority)} if self.names.priorities else {}),
            **({"assignedto": owner} if owner else {}),
            **self._keywords(ticket.tags),
        }
        number = word(self._write("POST", "/issue", content), "data", "id")
        if not number:
            raise Retry("Roundup did not say which issue it opened")
        return number

    def has(self, ticket_id: str, marker: str) -> bool:
        """Whether the message of this name is in the issue; one that is in none is kept for use."""
        for message in self._messages(f"<{marker}."):
            number = word(message, "id")
            if self._issue_of(number) == ticket_id:
                return True
            self._loose[marker] = number
        return False

    def add(self, ticket_id: str, note: Note) -> None:
        """A message, and what else the note asks for, in one change that nobody else's slips into.

        If somebody was faster, it is looked at anew.
        """
        for _ in range(TRIES_MAX):
            issue = self._issue(ticket_id)
            fields = self._fields(issue, note)
            if note.only_state and not fields:
                return
            if self._added(ticket_id, issue, note, fields):
                return
        raise Retry("somebody changes the issue all the time")

    def blank(self, ticket_id: str, alert: Alert) -> None:
        """Take the posts' parts out of our messages, and out of the title that named the author."""
        issue = self._issue(ticket_id)
        ours = self._messages(f"@{token(case_key(alert))}>")
        for message in sorted(ours, key=lambda one: int(word(one, "id") or 0)):
            number = word(message, "id")
            words = self._content(number)
            kept = blanked(words, alert.retracted)
            if kept != words:
                self._rewrite(number, {"content": kept, "summary": TAKEN_DOWN})
        opened = self._content(min((_id(one) for one in rows(issue, "messages")), default="0"))
        if any(is_first(opened, post_id) for post_id in alert.retracted):
            etag = {"If-Match": word(issue, "@etag")}
            self._write("PUT", f"/issue/{ticket_id}", {"title": TAKEN_DOWN}, etag)

    def issues(self, page: int, size: int) -> list[dict[str, Any]]:
        """Issues that we opened, the one that changed last first."""
        wanted = {
            **_SHOWN,
            "creator": self.names.me,
            "@sort": "-activity",
            "@fields": "status,assignedto,messages,activity,actor",
            "@page_size": size,
            "@page_index": page,
        }
        return self._listed("issue", wanted)

    def newest_messages(self, size: int) -> dict[int, dict[str, Any]]:
        """The newest messages of the tracker by their numbers, as ``message`` gives them."""
        wanted = {**_SHOWN, "@fields": _MESSAGE_FIELDS, "@sort": "-id", "@page_size": size}
        return {int(_id(one)): one for one in self._listed("msg", wanted)}

    def message(self, number: str) -> dict[str, Any]:
        """Who wrote a message, when, and its name."""
        wanted = {**_SHOWN, "@fields": _MESSAGE_FIELDS}
        shown = self._get(f"/msg/{number}", wanted, TICKET_GONE)
        found = at(shown, "data", "attributes")
        return found if isinstance(found, dict) else {}

    def words(self, number: str) -> str:
        """What a message says."""
        return self._content(number)

    def _issue(self, ticket_id: str) -> dict[str, Any]:
        if not ticket_id.isdigit():
            raise Reject(f"{ticket_id[:40]!r} is no issue", state="gone")
        wanted = {**_SHOWN, "@fields": _ISSUE_FIELDS}
        shown = self._get(f"/issue/{ticket_id}", wanted, TICKET_GONE)
        return {**(at(shown, "data", "attributes") or {}), "@etag": word(shown, "data", "@etag")}

    def _fields(self, issue: dict[str, Any], note: Note) -> dict[str, str]:
        """What changes about the issue. The status always goes along, lest Roundup choose one."""
        step = self._step(issue, note)
        now = word(issue, "status", "name")
        fields: dict[str, str] = {}
        if step.state is not None and self.names.statuses[step.state] != now:
            fields["status"] = self.names.statuses[step.state]
        if step.owner is not None and step.owner != word(issue, "assignedto", "username"):
            fields["assignedto"] = step.owner
        if note.priority is not None:
            fields |= self._raised(word(issue, "priority", "name"), note.priority)
        return fields

    def _step(self, issue: dict[str, Any], note: Note) -> Move:
        now = word(issue, "status", "name")
        owner = word(issue, "assignedto", "username")
        standing = Standing(self._state(now, owner), owner)
        if note.reopens and standing.state in SETTLED and not self._set_by_us(now, note):
            standing = replace(standing, since=moment(word(issue, "activity")))
        step = move(standing, note, self._owner(note.owner))
        return STAY if step != STAY and self._answered_here(issue, note) else step

    def _set_by_us(self, status: str, note: Note) -> bool:
        """Whether it has the status that our last change gave it, by the names of our messages."""
        ours = sorted(self._messages(f"@{note.token}>"), key=lambda one: int(_id(one)))
        parts = [part for one in ours for part in word(one, "messageid").split("@")[0].split(".")]
        set_to = [part for part in parts if part.startswith("s") and len(part) == _NAMED_CHARS]
        return bool(set_to) and set_to[-1] == name_of("s", status)

    def _state(self, status: str, owner: str) -> CaseState:
        for state in ("closed", "answered", "claimed"):
            if self.names.statuses[state] == status:
                return state
        return "claimed" if owner else "new"

    def _answered_here(self, issue: dict[str, Any], note: Note) -> bool:
        """Whether somebody wrote the answer right here: then it stands as they left it."""
        newest = max((int(_id(one)) for one in rows(issue, "messages")), default=0)
        if note.state != "answered" or not newest:
            return False
        return word(self.message(str(newest)), "creator", "username") != self.names.me

    def _added(
        self, ticket_id: str, issue: dict[str, Any], note: Note, fields: Mapping[str, str]
    ) -> bool:
        names = [note.marker]
        names += [name_of("s", fields["status"])] if "status" in fields else []
        names += [name_of("o", fields["assignedto"])] if "assignedto" in fields else []
        named = f"<{'.'.join([*names, ''])}@{note.token}>"
        message = self._message(note.marker, named, note.text)
        have = [_id(one) for one in rows(issue, "messages")]
        status = word(issue, "status", "name")
        content = {"messages": [*have, message], "status": status, **fields}
        etag = {"If-Match": word(issue, "@etag")}
        try:
            self._write("PUT", f"/issue/{ticket_id}", content, etag)
        except Clash:
            return False
        return True

    def _message(self, marker: str, named: str, words: str) -> str:
        """The id of the message: of one that an earlier attempt left, or of a new one."""
        left = self._loose.get(marker)
        if left is not None:
            self._rewrite(left, {"messageid": named})
            return left
        content = {
            "content": QUIET_ITEM.sub(rf"\g<0>{JOINER}", words),
            "messageid": named,
            "author": self.names.me,
            "date": ".",
        }
        number = word(self._write("POST", "/msg", content), "data", "id")
        if not number:
            raise Retry("Roundup did not say which message it took")
        self._loose[marker] = number
        return number

    def _messages(self, named: str) -> list[dict[str, Any]]:
        wanted = {"messageid": named, "@fields": "messageid", "@page_size": MESSAGES_MAX}
        return [one for one in self._listed("msg", wanted) if named in word(one, "messageid")]

    def _issue_of(self, message: str) -> str | None:
        found = self._listed("issue", {"messages": message})
        return next((word(one, "id") for one in found), None)

    def _content(self, number: str) -> str:
        return word(self._get(f"/msg/{number}/content", meanings=TICKET_GONE), "data", "data")

    def _rewrite(self, number: str, content: Mapping[str, str]) -> None:
        shown = self._get(f"/msg/{number}")
        self._write("PUT", f"/msg/{number}", content, {"If-Match": word(shown, "data", "@etag")})

    def _keywords(self, tags: tuple[str, ...]) -> dict[str, list[str]]:
        """Those of the tags that the tracker has as keywords: we make none."""
        listed = self._listed("keyword", {"@fields": "name", "@page_size": 500})
        known = {word(one, "name").lower(): word(one, "name") for one in listed}
        found = [known[tag] for tag in tags if tag in known]
        return {"keyword": found} if found else {}

    def _owner(self, owner: str) -> str:
        """The owner's login, where the tracker has it."""
        name = known_as(owner, self.names.agents, DESK) or ("" if ":" in owner else owner)
        if not name or name == self.names.me:
            return ""
        found = self._listed("user", {"username:": name, "@fields": "username"})
        return name if any(word(one, "username") == name for one in found) else ""

    def _level(self, priority: int) -> str:
        """The priorities share the way from 100 to 0 evenly, the most urgent first."""
        known = self.names.priorities
        return known[min(len(known) - 1, (100 - priority) * len(known) // 100)]

    def _raised(self, now: str, priority: int) -> dict[str, str]:
        known = self.names.priorities
        wanted = self._level(priority) if known else ""
        higher = wanted and (now not in known or known.index(wanted) < known.index(now))
        return {"priority": wanted} if higher else {}

    def _listed(self, kind: str, parameters: Mapping[str, object]) -> list[dict[str, Any]]:
        return rows(self._get(f"/{kind}", parameters), "data", "collection")

    def _get(
        self,
        path: str,
        parameters: Mapping[str, object] = MappingProxyType({}),
        meanings: Mapping[int, Meaning] | None = None,
    ) -> Any:
        return self.talk.get(f"{_ITEM}{path}{query(parameters)}", meanings)

    def _write(
        self, method: str, path: str, content: object, headers: Mapping[str, str] | None = None
    ) -> Any:
        meanings = TICKET_GONE if path.startswith("/issue/") else None
        return self.talk.send(method, f"{_ITEM}{path}", content, meanings=meanings, headers=headers)


def refusal(reply: Reply) -> Exception | None:
    """What only Roundup's status 412 means."""
    return Clash("somebody changed it at the same time") if reply.status == _CLASH else None


def _id(linked: dict[str, Any]) -> str:
    number = word(linked, "id")
    return number if number.isdigit() else "0"

"""Which of our issues changed at Jira, and what people did there, by changelog and comments.

A query takes times to the minute and in the time zone of whoever asks, so it is asked for the last
so many minutes instead.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from math import ceil
from typing import Any

from alerts.desks.keys import LABEL
from alerts.desks.noticing import in_order, person, turn
from alerts.desks.reading import Look, Page, Seen, Stand, each
from alerts.desks.shapes import at, moment, rows, word
from alerts.jira_parts.adf import words_of
from alerts.jira_parts.tickets import JiraTickets
from listener.cases import TEXT_CHARS_MAX, Act, ActKind
from listener.text import clean_text

_MINUTES_MAX = 60 * 24 * 60


@dataclass(frozen=True, slots=True)
class History:
    """The project's issues at the site ``host`` for the time of one question."""

    tickets: JiraTickets
    host: str
    now: datetime

    def page(self, stand: Stand) -> Page:
        """Our issues on the next page of those that changed."""
        minutes = ceil((self.now - stand.looks_back_to).total_seconds() / 60) + 1
        key = self.tickets.project.key
        jql = (
            f'project = "{key}" AND labels = "{LABEL}" '
            f"AND updated >= -{min(minutes, _MINUTES_MAX)}m ORDER BY updated ASC"
        )
        found = self.tickets.search(jql, after=stand.after)
        after = word(found, "nextPageToken")
        ids = tuple(word(one, "id") for one in rows(found, "issues"))
        return Page(ids, after, bool(after) and at(found, "isLast") is not True)

    def look(self, tickets: Sequence[str], stand: Stand) -> Look:
        """What staff did to these issues."""
        me, done = self.tickets.me(), self._done()
        return each(tickets, stand, lambda one: Seen(_Issue(self, one, me, done).acts()))

    def _done(self) -> set[str]:
        """The statuses in which nothing is left to do."""
        known = self.tickets.talk.get("/rest/api/3/status")
        names = (one for one in rows(known) if word(one, "statusCategory", "key") == "done")
        closed = self.tickets.project.statuses["closed"].lower()
        return {closed, *(word(one, "name").lower() for one in names)}


@dataclass(frozen=True, slots=True)
class _Issue:
    """One issue; ``me`` is our own account, ``done`` the statuses of settled ones."""

    history: History
    id: str
    me: str
    done: set[str]

    def acts(self) -> Iterator[Act]:
        """All that staff did there, the oldest first, and within one change in a good order."""
        tickets = self.history.tickets
        for entry in tickets.changelog(self.id):
            yield from in_order(act for act in self._changed(entry) if act)
        for comment in tickets.comments(self.id):
            act = self._said(comment)
            if act:
                yield act

    def _changed(self, entry: dict[str, Any]) -> Iterator[Act | None]:
        for item in rows(entry, "items"):
            meant = self._meaning(item)
            if meant:
                author = at(entry, "author")
                who = word(item, "to") if meant == "claim" else word(author, "accountId")
                when = moment(entry, "created")
                place = f"{word(entry, 'id')}:{meant}"
                yield self._act(meant, place, author, who, when, "")

    def _meaning(self, item: Mapping[str, Any]) -> ActKind | None:
        if word(item, "field") == "assignee":
            return "claim" if word(item, "to") else "release"
        if word(item, "field") != "status":
            return None
        return turn(*(self._standing(word(item, end)) for end in ("fromString", "toString")))

    def _standing(self, status: str) -> str:
        if status.lower() in self.done:
            return "closed"
        answered = self.history.tickets.project.statuses["answered"].lower()
        return "answered" if status.lower() == answered else "open"

    def _said(self, comment: dict[str, Any]) -> Act | None:
        author, when = at(comment, "author"), moment(comment, "created")
        words = clean_text(words_of(at(comment, "body")), TEXT_CHARS_MAX)
        meant: ActKind = "note" if at(comment, "jsdPublic") is False else "answer"
        place = f"comment:{word(comment, 'id')}"
        return self._act(meant, place, author, word(author, "accountId"), when, words)

    def _act(
        self, kind: ActKind, place: str, author: Any, who: str, when: datetime | None, words: str
    ) -> Act | None:
        """The act, unless we did it, or a customer."""
        ours = word(author, "accountId") == self.me or (kind == "claim" and who == self.me)
        if ours or when is None or word(author, "accountType") == "customer":
            return None
        return Act(
            key=f"jira:{self.history.host}:{self.id}:{place}",
            kind=kind,
            by=person(who, self.history.tickets.project.agents, "jira"),
            via="jira",
            at=when,
            text=words,
        )

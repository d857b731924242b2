"""What people did to our issues, from how these stand now and how they stood before.

Roundup shows programs no history, so the cursor holds how each issue stood: its status, its owner,
its newest message. What we set ourselves since then stands in the names of our messages. What is
left was done by people. Who did it is the last one who changed the issue.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any, Literal

from alerts.desks.noticing import person
from alerts.desks.shapes import rows, word
from alerts.roundup_parts.tickets import DESK, Names, RoundupTickets
from alerts.roundup_parts.words import moment, name_of
from listener.cases import TEXT_CHARS_MAX, Act, ActKind, Change
from listener.ports import Changes, Retry
from listener.text import clean_text

PAGE = 50
PAGES_MAX = 10
ISSUES_MAX = 500
MESSAGES_AT_ONCE = 200
OVERLAP = timedelta(minutes=2)


@dataclass(frozen=True, slots=True)
class Stood:
    """How an issue stood: hashes of status and owner, and the number of its newest message."""

    status: str = ""
    owner: str = ""
    message: int = 0


@dataclass(frozen=True, slots=True)
class Cursor:
    """``started`` is when the first question was asked, ``newest`` the newest change seen."""

    started: datetime
    newest: datetime
    issues: Mapping[str, Stood]

    def text(self) -> str:
        """As the store keeps it: the issues that changed last, no more than a cursor may hold."""
        kept = list(self.issues.items())[-ISSUES_MAX:]
        issues = {one: [its.status, its.owner, its.message] for one, its in kept}
        times = {"started": self.started.isoformat(), "newest": self.newest.isoformat()}
        return json.dumps({**times, "issues": issues}, separators=(",", ":"))


@dataclass(frozen=True, slots=True)
class Meanings:
    """What a message by people, and a settled status, mean for the case."""

    message: Literal["answer", "note"]
    settled: Literal["answer", "close"]


@dataclass(frozen=True, slots=True)
class Asked:
    """One question: to which tracker, and when. ``messages`` are those that are known by now."""

    tickets: RoundupTickets
    names: Names
    meanings: Meanings
    place: str
    now: datetime
    messages: dict[int, dict[str, Any]] = field(default_factory=dict)

    def message(self, number: int) -> dict[str, Any]:
        """Who wrote a message, when, and its name."""
        if number not in self.messages:
            self.messages[number] = self.tickets.message(str(number))
        return self.messages[number]


def read(cursor: str | None) -> Cursor | None:
    """The cursor's meaning; None for the first question, or where it is broken."""
    try:
        stored = json.loads(cursor or "")
        issues = {
            str(int(one)): Stood(str(its[0]), str(its[1]), int(its[2]))
            for one, its in stored["issues"].items()
        }
        started, newest = (datetime.fromisoformat(stored[name]) for name in ("started", "newest"))
        return Cursor(started, newest, issues)
    except (ValueError, KeyError, TypeError, AttributeError, IndexError):
        return None


def changes(asked: Asked, cursor: str | None) -> Changes:
    """What people did since the cursor, the oldest first, and the cursor after it."""
    stood = read(cursor)
    if stood is None:
        return Changes(_first(asked).text())
    changed = [
        (issue, _new_messages(issue, stood.issues.get(word(issue, "id"), Stood())))
        for issue in _changed(asked, stood.newest - OVERLAP)
    ]
    if any(new for _, new in changed):
        asked.messages.update(asked.tickets.newest_messages(MESSAGES_AT_ONCE))
    found: list[Change] = []
    for done, (issue, new) in enumerate(changed):
        try:
            found += list(_Issue(asked, issue, new).changes(stood))
        except Retry:
            if not done:
                raise
            return Changes(stood.text(), tuple(found), more=True)  # the rest is asked for anew
        stood = _after(stood, issue)
    return Changes(stood.text(), tuple(found))


@dataclass(frozen=True, slots=True)
class _Issue:
    """One issue that may have changed, with the messages that are new in it."""

    asked: Asked
    issue: dict[str, Any]
    new: list[int]

    def changes(self, cursor: Cursor) -> Iterator[Change]:
        number = word(self.issue, "id")
        before = cursor.issues.get(number, Stood())
        if before == _stands(self.issue):
            return
        messages = {one: self.asked.message(one) for one in self.new}
        for message in messages.values():
            before = _by_us(before, word(message, "messageid")) if self._ours(message) else before
        people = {one: its for one, its in messages.items() if self._by_people(its, cursor.started)}
        by = self._by(people)
        yield from self._states(before, by, ("claim", "release", "reopen"))
        for one, its in people.items():
            yield self._said(one, its)
        is_said = bool(people) and self.asked.meanings.message == "answer"
        yield from self._states(before, by, ("close",) if is_said else ("answer", "close"))

    def _states(self, before: Stood, by: str, kinds: tuple[ActKind, ...]) -> Iterator[Change]:
        """Where it stands otherwise than we left it."""
        activity = word(self.issue, "activity")
        for kind, who in self._acts(before, by):
            if kind in kinds:
                yield self._change(kind, f"{activity}:{kind}", who, activity)

    def _acts(self, before: Stood, by: str) -> Iterator[tuple[ActKind, str]]:
        status, owner = word(self.issue, "status", "name"), self._owner()
        stands = _stands(self.issue)
        if stands.owner != before.owner and owner != self.asked.names.me and before.owner:
            yield ("claim", owner) if owner else ("release", by)
        elif stands.status != before.status and self._is_claimed(status) and not owner:
            yield "claim", by
        was, is_now = self._meant(before.status), self._meant(stands.status)
        if was != is_now and (is_now is None or was == "close"):
            yield "reopen", by
        if was != is_now and is_now is not None:
            yield is_now, by

    def _is_claimed(self, status: str) -> bool:
        return status == self.asked.names.statuses["claimed"]

    def _meant(self, status: str) -> Literal["answer", "close"] | None:
        """What a status, by its hash, means for the case; None: it is open."""
        answered, closed = (
            name_of("s", self.asked.names.statuses[state]) for state in ("answered", "closed")
        )
        if status == closed:
            return self.asked.meanings.settled if answered == closed else "close"
        return "answer" if status == answered else None

    def _said(self, number: int, message: dict[str, Any]) -> Change:
        words = clean_text(self.asked.tickets.words(str(number)), TEXT_CHARS_MAX)
        who = _writer(message)
        made = self._change(
            self.asked.meanings.message, f"msg{number}", who, word(message, "creation")
        )
        return replace(made, act=replace(made.act, text=words))

    def _change(self, kind: ActKind, key: str, who: str, when: str) -> Change:
        number = word(self.issue, "id")
        return Change(
            Act(
                key=f"{DESK}:{self.asked.place}:{number}:{key}",
                kind=kind,
                by=person(who or "somebody", self.asked.names.agents, DESK),
                via=DESK,
                at=min(moment(when) or self.asked.now, self.asked.now),
            ),
            ticket=number,
        )

    def _by_people(self, message: dict[str, Any], since: datetime) -> bool:
        written_at = moment(word(message, "creation")) or since
        return not self._ours(message) and written_at >= since

    def _ours(self, message: dict[str, Any]) -> bool:
        return _writer(message) == self.asked.names.me

    def _owner(self) -> str:
        return word(self.issue, "assignedto", "username")

    def _by(self, people: Mapping[int, dict[str, Any]]) -> str:
        """Who changed it last; where that was us, who wrote last, or whose it is."""
        actor = word(self.issue, "actor", "username")
        writers = [_writer(message) for message in people.values()]
        known = (actor, *reversed(writers), self._owner())
        return next((one for one in known if one and one != self.asked.names.me), "")


def _first(asked: Asked) -> Cursor:
    """From now on: how all that changed last stands, and nothing told."""
    page = asked.tickets.issues(1, PAGE)
    newest = [then for one in page if (then := moment(word(one, "activity")))]
    start = max(newest, default=asked.now - OVERLAP)
    cursor = Cursor(start, start, {})
    for issue in reversed(page):
        cursor = _after(cursor, issue)
    return cursor


def _changed(asked: Asked, since: datetime) -> list[dict[str, Any]]:
    """Our issues that changed since then, the one that changed first in front."""
    found: dict[str, dict[str, Any]] = {}
    for page in range(1, PAGES_MAX + 1):
        listed = asked.tickets.issues(page, PAGE)
        young = [one for one in listed if (moment(word(one, "activity")) or since) >= since]
        found |= {word(one, "id"): one for one in young}
        if len(young) < PAGE:
            break
    return sorted(found.values(), key=lambda one: word(one, "activity"))


def _stands(issue: dict[str, Any]) -> Stood:
    return Stood(
        name_of("s", word(issue, "status", "name")),
        name_of("o", word(issue, "assignedto", "username")),
        max(_messages(issue), default=0),
    )


def _messages(issue: dict[str, Any]) -> list[int]:
    found = (word(one, "id") for one in rows(issue, "messages"))
    return sorted(int(one) for one in found if one.isdigit())


def _new_messages(issue: dict[str, Any], before: Stood) -> list[int]:
    return [one for one in _messages(issue) if one > before.message]


def _by_us(before: Stood, named: str) -> Stood:
    """How it stood after our message of this name, which holds what we set."""
    for part in named.partition("@")[0].split("."):
        if part.startswith("s") and len(part) == 9:
            before = replace(before, status=part)
        elif part.startswith("o") and len(part) == 9:
            before = replace(before, owner=part)
    return before


def _writer(message: dict[str, Any]) -> str:
    return word(message, "creator", "username") or word(message, "author", "username")


def _after(cursor: Cursor, issue: dict[str, Any]) -> Cursor:
    number = word(issue, "id")
    others = {one: its for one, its in cursor.issues.items() if one != number}
    newest = max(cursor.newest, moment(word(issue, "activity")) or cursor.newest)
    return replace(cursor, newest=newest, issues={**others, number: _stands(issue)})

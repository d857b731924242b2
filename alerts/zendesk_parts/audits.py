"""What people did to a ticket at Zendesk, from its audits. Pure."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from alerts.desks.noticing import in_order, person, turn
from alerts.desks.shapes import at, moment, rows, word
from alerts.zendesk_parts.tickets import STATES
from listener.cases import TEXT_CHARS_MAX, Act, ActKind, Change
from listener.text import clean_text

_STAFF = {"agent", "admin"}


@dataclass(frozen=True, slots=True)
class Reading:
    """Whose audits these are: of the account at ``host``, in which ``me`` is our own agent.

    ``agents`` gives people of the config their mail addresses there.
    """

    host: str
    me: str
    agents: Mapping[str, str]

    def changes(
        self,
        ticket_id: str,
        audits: Iterable[dict[str, Any]],
        users: Mapping[str, dict[str, Any]],
    ) -> Iterator[Change]:
        """What staff did, the oldest first, by their ids. What we did ourselves is not in it."""
        for audit in audits:
            when = moment(audit, "created_at")
            author = users.get(word(audit, "author_id"))
            if when is None or not self._counts(audit, author):
                continue
            events = rows(audit, "events")
            acts = [act for event in events for act in self._acts(event, audit, users, when)]
            once = {act.kind: act for act in reversed(acts)}  # a reply that sets it to pending
            for act in in_order(once.values()):
                yield Change(act, ticket=ticket_id)

    def _counts(self, audit: dict[str, Any], author: dict[str, Any] | None) -> bool:
        """Whether staff did it, or a rule of the desk; not a customer, and not we."""
        if word(audit, "author_id") == self.me:
            return False
        return author is None or word(author, "role") in _STAFF

    def _acts(
        self,
        event: dict[str, Any],
        audit: dict[str, Any],
        known: Mapping[str, dict[str, Any]],
        when: datetime,
    ) -> Iterator[Act]:
        meant = _meaning(event)
        if meant is None:
            return
        who = word(event, "value") if meant == "claim" else word(audit, "author_id")
        if meant == "claim" and who == self.me:
            return
        yield Act(
            key=f"zendesk:{self.host}:{word(audit, 'id')}:{word(event, 'id')}",
            kind=meant,
            by=self._name(who, known),
            via="zendesk",
            at=when,
            text=_words(event) if meant in {"note", "answer"} else "",
        )

    def _name(self, user_id: str, known: Mapping[str, dict[str, Any]]) -> str:
        mail = word(known.get(user_id), "email").lower()
        return person(mail or user_id, self.agents, "zendesk")


def recent(audits: Iterable[dict[str, Any]], since: datetime) -> list[dict[str, Any]]:
    """The audits from then on."""
    times = ((moment(audit, "created_at"), audit) for audit in audits)
    return [audit for when, audit in times if when is not None and when >= since]


def named(audits: Iterable[dict[str, Any]]) -> set[str]:
    """The ids of everybody who did something there, or was given the ticket."""
    found = set()
    for audit in audits:
        found.add(word(audit, "author_id"))
        for event in rows(audit, "events"):
            if word(event, "field_name") == "assignee_id":
                found.add(word(event, "value"))
    return {one for one in found if one.isdigit()}


def _meaning(event: dict[str, Any]) -> ActKind | None:
    if word(event, "type") == "Comment":
        return "answer" if at(event, "public") is True else "note"
    if word(event, "type") != "Change":
        return None
    value, before = word(event, "value"), word(event, "previous_value")
    if word(event, "field_name") == "assignee_id":
        return "claim" if value else "release"
    if word(event, "field_name") != "status":
        return None
    return turn(STATES.get(before, "new"), STATES.get(value, "new"))


def _words(event: dict[str, Any]) -> str:
    return clean_text(word(event, "plain_body") or word(event, "body"), TEXT_CHARS_MAX)

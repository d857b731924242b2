"""Which of our tickets changed at Freshdesk, and what people did there.

Freshdesk shows programs no history of a ticket. Replies and notes are read as they are; what else
was done is seen by how the ticket stands and how it stood when it was looked at last, or as we set
it since then. Who did it is whoever has the ticket.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from alerts.desks.asking import Meaning
from alerts.desks.keys import LABEL, OURS
from alerts.desks.noticing import handing, in_order, person, turn
from alerts.desks.paging import place
from alerts.desks.reading import Look, Page, Seen, Stand, each
from alerts.desks.shapes import at, moment, rows, word
from alerts.desks.standing import SETTLED
from alerts.freshdesk_parts.tickets import SET, FreshdeskTickets
from listener.cases import TEXT_CHARS_MAX, Act, ActKind
from listener.model import CaseState
from listener.ports import Reject
from listener.text import clean_text

_PAGE = 50
_SOMEBODY = "somebody"
_AGENT_GONE: dict[int, Meaning] = {404: ("gone", "the agent was deleted")}


@dataclass(slots=True)
class History:
    """The tickets of the account at ``host`` for the time of one question."""

    tickets: FreshdeskTickets
    host: str
    names: dict[str, str] = field(default_factory=dict)
    me: str = ""

    def page(self, stand: Stand) -> Page:
        """Our tickets on the next page of those that changed, the longest ago in front."""
        here = place(stand)
        listed = rows(
            self.tickets.talk.get(
                "/api/v2/tickets",
                updated_since=here.start,
                order_by="updated_at",
                order_type="asc",
                per_page=_PAGE,
                page=here.page,
            )
        )
        ours = [word(one, "id") for one in listed if _is_ours(one)]
        return here.then(ours, moment(listed[-1], "updated_at") if len(listed) == _PAGE else None)

    def look(self, tickets: Sequence[str], stand: Stand) -> Look:
        """What people did to these tickets, and how they stand by now."""
        self.me = self.me or self.tickets.me()
        before = dict(stand.stood)

        def see(ticket_id: str) -> Seen:
            ticket = _Ticket(self, self.tickets.ticket(ticket_id), before.get(ticket_id, ""))
            return Seen(ticket.acts(), ticket.stands())

        return each(tickets, stand, see)

    def name(self, agent_id: str) -> str:
        """An agent's mail address; their number where they are no agent any more."""
        if agent_id and agent_id not in self.names:
            self.names[agent_id] = self._mail(agent_id) or agent_id
        return self.names.get(agent_id, _SOMEBODY)

    def _mail(self, agent_id: str) -> str:
        try:
            shown = self.tickets.talk.get(f"/api/v2/agents/{agent_id}", _AGENT_GONE)
        except Reject as refusal:
            if refusal.state != "gone":
                raise
            return ""
        return word(shown, "contact", "email").lower()


@dataclass(frozen=True, slots=True)
class _Ticket:
    """One ticket, and how it stood: ``STATE:AGENT:TAG``, the tag being the last we set."""

    history: History
    ticket: Any
    stood: str

    def stands(self) -> str:
        """How it stands now."""
        state = self.history.tickets.desk.state(self.ticket)
        return f"{_open(state)}:{word(self.ticket, 'responder_id')}:{self._set()}"

    def acts(self) -> list[Act]:
        """What people did to it, in an order that makes sense."""
        before, had = self._before()
        after, has, _ = self.stands().split(":")
        return in_order([*self._said(), *self._changed(turn(before, after), had, has)])

    def _changed(self, turned: ActKind | None, had: str, has: str) -> Iterator[Act]:
        handed = handing(had, has, self.history.me)
        if handed:
            # Freshdesk tells no time of it; whoever closed a ticket had it by then.
            settled = turned in {"answer", "close"}
            yield self._act(handed[0], "status_updated_at" if settled else "", handed[1])
        if turned:
            yield self._act(turned, "status_updated_at", has)

    def _before(self) -> tuple[str, str]:
        """How it stood when it was looked at, or as we set it since then."""
        state, owner, tag = (self.stood or "open::").split(":")
        now = self._set()
        if now == tag:
            return state, owner
        _, status, agent, *_ = now.split("-")
        as_set = {"status": status, "responder_id": "" if agent == "0" else agent}
        return _open(self.history.tickets.desk.state(as_set)), as_set["responder_id"]

    def _set(self) -> str:
        tags = [str(tag) for tag in at(self.ticket, "tags") or []]
        return next((tag for tag in tags if tag.startswith(SET)), "")

    def _said(self) -> Iterator[Act]:
        ticket_id = word(self.ticket, "id")
        for one in self.history.tickets.conversations(ticket_id):
            who, when = word(one, "user_id"), moment(one, "created_at")
            if who == self.history.me or at(one, "incoming") is True or when is None:
                continue
            private = at(one, "private") is True
            yield Act(
                key=f"freshdesk:{self.history.host}:{ticket_id}:said:{word(one, 'id')}",
                kind="note" if private else "answer",
                by=self._by(who),
                via="freshdesk",
                at=when,
                text=clean_text(word(one, "body_text"), TEXT_CHARS_MAX),
            )

    def _act(self, kind: ActKind, time: str, who: str) -> Act:
        changed = moment(self.ticket, "updated_at") or self.history.tickets.now
        when = (moment(self.ticket, "stats", time) if time else None) or changed
        place = f"{word(self.ticket, 'id')}:{kind}:{int(when.timestamp())}"
        key = f"freshdesk:{self.history.host}:{place}"
        return Act(key=key, kind=kind, by=self._by(who), via="freshdesk", at=when)

    def _by(self, agent_id: str) -> str:
        agents = self.history.tickets.desk.agents
        return person(self.history.name(agent_id), agents, "freshdesk")


def _open(state: CaseState) -> str:
    return state if state in SETTLED else "open"


def _is_ours(ticket: dict[str, Any]) -> bool:
    tags = at(ticket, "tags") or []
    return LABEL in tags and any(str(tag).startswith(OURS) for tag in tags)

"""Which of our conversations changed at Chatwoot, and what people did there.

Chatwoot shows programs no history. Messages are read as they are; what else was done is seen by
how the conversation stands and how it stood when it was looked at last, or as we set it since.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from alerts.chatwoot_parts.tickets import CASE, SET, ChatwootTickets
from alerts.desks.keys import OURS
from alerts.desks.noticing import handing, in_order, person, turn
from alerts.desks.reading import Look, Page, Seen, Stand, each
from alerts.desks.shapes import at, number, word
from listener.cases import TEXT_CHARS_MAX, Act, ActKind
from listener.text import clean_text

_PAGE = 25
_OUTGOING = 1


@dataclass(frozen=True, slots=True)
class History:
    """The inbox of the Chatwoot at ``host`` for the time of one question."""

    tickets: ChatwootTickets
    host: str

    def page(self, stand: Stand) -> Page:
        """Our conversations on the next page of those that changed, the last one in front.

        What changes meanwhile comes to the front, so that nothing is pushed out of sight.
        """
        at_page = int(stand.after or 1)
        listed = self.tickets.listed(at_page)
        oldest = stand.looks_back_to.timestamp()
        young = [one for one in listed if number(one, "last_activity_at") >= oldest]
        ours = [one for one in young if word(one, "custom_attributes", CASE).startswith(OURS)]
        more = len(young) == _PAGE
        ids = tuple(word(one, "id") for one in ours)
        return Page(ids, str(at_page + 1) if more else "", more)

    def look(self, tickets: Sequence[str], stand: Stand) -> Look:
        """What people did to these conversations, and how they stand by now."""
        me, before = self.tickets.me(), dict(stand.stood)

        def see(ticket_id: str) -> Seen:
            shown = self.tickets.conversation(ticket_id)
            conversation = _Conversation(self, shown, before.get(ticket_id, ""), me)
            return Seen(conversation.acts(), conversation.stands())

        return each(tickets, stand, see)


@dataclass(frozen=True, slots=True)
class _Conversation:
    """One conversation, and how it stood: ``STATE|AGENT|MARK``, the mark being what we set last."""

    history: History
    shown: Any
    stood: str
    me: str

    def stands(self) -> str:
        """How it stands now."""
        owner = word(self.shown, "meta", "assignee", "id")
        return f"{self._state(word(self.shown, 'status'))}|{owner}|{self._mark()}"

    def acts(self) -> list[Act]:
        """What people did to it, in an order that makes sense."""
        before, had = self._before()
        after, has, _ = self.stands().split("|")
        turned, handed = turn(before, after), handing(had, has, self.me)
        return in_order(
            [
                *self._said(),
                *([self._act(*handed)] if handed else []),
                *([self._act(turned, has)] if turned else []),
            ]
        )

    def _before(self) -> tuple[str, str]:
        """How it stood when it was looked at, or as we set it since then."""
        state, owner, mark = (self.stood or "open||").split("|")
        now = self._mark()
        if now == mark:
            return state, owner
        status, agent, _ = (now + "::").split(":", 2)
        return self._state(status), agent

    def _mark(self) -> str:
        return word(self.shown, "custom_attributes", SET).replace("|", "")

    def _state(self, status: str) -> str:
        state = self.history.tickets.desk.state(status, "")
        return "open" if state == "new" else state

    def _said(self) -> Iterator[Act]:
        for one in self.history.tickets.messages(word(self.shown, "id")):
            sender, who = word(one, "sender", "type"), word(one, "sender", "id")
            if at(one, "message_type") != _OUTGOING or who == self.me or sender == "contact":
                continue
            kind: ActKind = "note" if at(one, "private") is True else "answer"
            seconds = number(one, "created_at")
            made = self._act(kind, who, f"message:{word(one, 'id')}", seconds)
            words = clean_text(word(one, "content"), TEXT_CHARS_MAX)
            yield Act(made.key, kind, self._name(at(one, "sender")), made.via, made.at, text=words)

    def _act(self, kind: ActKind, who: str, place: str = "", seconds: int = 0) -> Act:
        seconds = seconds or number(self.shown, "last_activity_at")
        agent = at(self.shown, "meta", "assignee")
        name = self._name(agent) if who and who == word(agent, "id") else f"chatwoot:{who}"
        ticket_id = word(self.shown, "id")
        return Act(
            key=f"chatwoot:{self.history.host}:{ticket_id}:{place or f'{kind}:{seconds}'}",
            kind=kind,
            by=name if who else "chatwoot:somebody",
            via="chatwoot",
            at=datetime.fromtimestamp(seconds, UTC),
        )

    def _name(self, user: Any) -> str:
        name = word(user, "email").lower() or word(user, "id")
        return person(name, self.history.tickets.desk.agents, "chatwoot")

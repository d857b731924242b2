"""Which of our tickets changed at Zammad, and what people did there, by history and articles."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from alerts.desks.html import as_words
from alerts.desks.keys import LABEL
from alerts.desks.noticing import person, turn
from alerts.desks.paging import place
from alerts.desks.reading import Look, Page, Seen, Stand, each
from alerts.desks.shapes import at, moment, number, rows, word
from alerts.zammad_parts.tickets import NOBODY, ZammadTickets, agent_mail, user_in
from listener.cases import TEXT_CHARS_MAX, Act, ActKind
from listener.text import clean_text

_PAGE = 50
_ENDS = ("value_from", "value_to")


@dataclass(frozen=True, slots=True)
class History:
    """The tickets of the Zammad at ``host`` for the time of one question."""

    tickets: ZammadTickets
    host: str

    def page(self, stand: Stand) -> Page:
        """Our tickets on the next page of those that changed, the longest ago in front."""
        here = place(stand)
        condition = {
            "ticket.tags": {"operator": "contains all", "value": LABEL},
            "ticket.updated_at": {"operator": "after (absolute)", "value": here.start},
        }
        listed = self.tickets.search(condition, here.page, _PAGE)
        ours = [word(one, "id") for one in listed]
        return here.then(ours, moment(listed[-1], "updated_at") if len(listed) == _PAGE else None)

    def look(self, tickets: Sequence[str], stand: Stand) -> Look:
        """What people did to these tickets."""
        me = self.tickets.me()

        def see(ticket_id: str) -> Seen:
            history = self.tickets.history(ticket_id)
            return Seen(_Ticket(self, me, history).acts(self.tickets.articles(ticket_id)))

        return each(tickets, stand, see)


@dataclass(frozen=True, slots=True)
class _Ticket:
    """One ticket, with its history; ``me`` is our own user."""

    about: History
    me: int
    history: Any

    def acts(self, articles: list[dict[str, Any]]) -> Iterator[Act]:
        """What people did there."""
        for entry in rows(self.history, "history"):
            meant = self._meaning(entry)
            if meant and number(entry, "created_by_id") != self.me:
                who = number(entry, "id_to") if meant == "claim" else number(entry, "created_by_id")
                if who != self.me:
                    yield from self._act(meant, entry, "", who, "")
        for article in articles:
            if word(article, "sender") == "Agent" and number(article, "created_by_id") != self.me:
                kind: ActKind = "note" if at(article, "internal") is True else "answer"
                who, words = number(article, "created_by_id"), word(article, "body")
                yield from self._act(kind, article, "article:", who, _plain(article, words))

    def _meaning(self, entry: dict[str, Any]) -> ActKind | None:
        if word(entry, "object") != "Ticket" or word(entry, "type") != "updated":
            return None
        if word(entry, "attribute") == "owner":
            return "claim" if number(entry, "id_to") > NOBODY else "release"
        if word(entry, "attribute") != "state":
            return None
        desk = self.about.tickets.desk
        return turn(*(desk.state({"state": word(entry, end)}) for end in _ENDS))

    def _act(
        self, kind: ActKind, entry: dict[str, Any], place: str, who: int, words: str
    ) -> Iterator[Act]:
        when = moment(entry, "created_at")
        if when is None:
            return
        name = agent_mail(user_in(self.history, who)) or word(entry, "created_by") or str(who)
        yield Act(
            key=f"zammad:{self.about.host}:{place}{word(entry, 'id')}",
            kind=kind,
            by=person(name, self.about.tickets.desk.agents, "zammad"),
            via="zammad",
            at=when,
            text=clean_text(words, TEXT_CHARS_MAX),
        )


def _plain(article: dict[str, Any], words: str) -> str:
    return as_words(words) if word(article, "content_type") == "text/html" else words

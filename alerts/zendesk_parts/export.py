"""Which of our tickets changed at Zendesk, by its incremental export, and what people did there.

The export leaves out what changed within the last minute, and takes no start younger than that.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from alerts.desks.keys import OURS
from alerts.desks.reading import Look, Page, Stand
from alerts.desks.shapes import at, rows, word
from alerts.zendesk_parts.audits import Reading, named, recent
from alerts.zendesk_parts.tickets import ZendeskTickets
from listener.ports import Reject

_PATH = "/api/v2/incremental/tickets/cursor.json"
_LAG = timedelta(seconds=65)
_PER_PAGE = 100


@dataclass(frozen=True, slots=True)
class Export:
    """The export of the account at ``host`` for the time of one question."""

    tickets: ZendeskTickets
    host: str
    agents: Mapping[str, str]
    now: datetime

    def page(self, stand: Stand) -> Page:
        """Our tickets on the next page; its cursor goes on where this one ended, for ever."""
        start = min(stand.looks_back_to, self.now - _LAG)
        page = self.tickets.talk.get(
            _PATH,
            start_time=None if stand.after else int(start.timestamp()),
            cursor=stand.after or None,
            per_page=_PER_PAGE,
        )
        ours = [
            word(one, "id")
            for one in rows(page, "tickets")
            if word(one, "external_id").startswith(OURS)
        ]
        after = word(page, "after_cursor") or stand.after
        return Page(tuple(dict.fromkeys(ours)), after, at(page, "end_of_stream") is False)

    def look(self, tickets: Sequence[str], stand: Stand) -> Look:
        """What staff did to these tickets."""
        audits = {one: recent(self._audits(one), stand.looks_back_to) for one in tickets}
        users = self.tickets.users({one for its in audits.values() for one in named(its)})
        reading = Reading(self.host, self.tickets.me(), self.agents)
        return Look(
            [change for one, its in audits.items() for change in reading.changes(one, its, users)]
        )

    def _audits(self, ticket_id: str) -> list[dict[str, Any]]:
        try:
            return self.tickets.audits(ticket_id)
        except Reject as refusal:
            if refusal.state != "gone":
                raise
            return []  # deleted since it was exported

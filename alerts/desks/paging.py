"""Going through tickets by the time they changed, the longest ago in front.

A page goes on from the time at which the one before ended: by its number, a ticket that is changed
meanwhile would push another one over the edge. Only where a page holds a single second, it goes on
by number.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from alerts.desks.reading import Page, Stand


@dataclass(frozen=True, slots=True)
class Place:
    """Page number ``page`` of what changed since ``start``, a time to the second."""

    start: str
    page: int

    def then(self, tickets: Sequence[str], end: datetime | None) -> Page:
        """These tickets, and what comes after ``end``, when the last of a full page changed."""
        if end is None:
            return Page(tuple(tickets))
        start = _second(end)
        page = self.page + 1 if start == self.start else 1
        return Page(tuple(tickets), f"{start}|{page}", more=True)


def place(stand: Stand) -> Place:
    """Where the round goes on."""
    start, _, page = (stand.after or _second(stand.looks_back_to)).partition("|")
    return Place(start, int(page or 1))


def _second(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"

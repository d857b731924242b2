"""How an alert becomes a ticket, or joins one: the same at every desk, and harmless to repeat.

Whatever an earlier attempt may have done is looked up first: the ticket by the case's token, the
words by the telling's marker. A ticket that was taken away from us is opened anew, lest what came
after it reach nobody.
"""

from dataclasses import replace
from typing import Protocol

from alerts.desks import ticket
from alerts.desks.keys import case_key, token
from alerts.desks.ticket import Note, Ticket
from listener.model import Alert
from listener.ports import Reject


class Tickets(Protocol):
    """One help desk for the time of one telling. Every method raises Retry or Reject.

    Reject with the state ``gone`` means that this one ticket is not there, or not for us.
    """

    def find(self, token: str) -> str | None:
        """The id of the ticket that carries the token, or None."""
        ...

    def open(self, ticket: Ticket) -> str:
        """Open it, and return its id."""
        ...

    def has(self, ticket_id: str, marker: str) -> bool:
        """Whether the telling of this marker is in the ticket, as its body or a comment."""
        ...

    def add(self, ticket_id: str, note: Note) -> None:
        """Do to the ticket what the note says; see :class:`~alerts.desks.ticket.Note`."""
        ...

    def blank(self, ticket_id: str, alert: Alert) -> None:
        """Take the posts in ``alert.retracted`` out of what we wrote, as far as the desk can."""
        ...


def tell(tickets: Tickets, alert: Alert, *, chars_max: int = ticket.BODY_CHARS_MAX) -> str | None:
    """Open the alert's ticket or add to it; its id. None where there was nothing to tell."""
    found = alert.receipt or (
        tickets.find(token(case_key(alert))) if _may_be_there(alert) else None
    )
    if found:
        try:
            return _join(tickets, found, alert, chars_max)
        except Reject as refusal:
            if refusal.state != "gone" or alert.kind == "case":
                raise
    elif alert.kind == "case":
        return None  # there is no ticket that could come to that state
    return _open_anew(tickets, found, alert, chars_max)


def take_back(tickets: Tickets, alert: Alert) -> str | None:
    """Blank what was told of the retracted posts, and say so in the ticket. Its id."""
    found = alert.receipt or tickets.find(token(case_key(alert)))
    if found is None:
        return None
    tickets.blank(found, alert)
    said = ticket.without_posts(alert)
    if alert.attempt == 1 or not tickets.has(found, said.marker):
        tickets.add(found, said)
    return found


def _may_be_there(alert: Alert) -> bool:
    """An earlier attempt, or an earlier telling whose receipt nobody has."""
    return alert.attempt > 1 or alert.kind in {"case", "escalation"} or alert.earlier_count > 0


def _join(tickets: Tickets, found: str, alert: Alert, chars_max: int) -> str:
    said = ticket.note(alert, chars_max)
    if alert.attempt == 1 or not tickets.has(found, said.marker):
        tickets.add(found, said)
    elif not alert.receipt:
        _settle(tickets, found, alert)
    return found


def _open_anew(tickets: Tickets, lost: str | None, alert: Alert, chars_max: int) -> str:
    """Open it; one that replaces a lost ticket may have been opened by an earlier attempt."""
    if lost and alert.attempt > 1:
        found = tickets.find(token(case_key(alert)))
        if found and found != lost:
            return _join(tickets, found, alert, chars_max)
    opened = tickets.open(ticket.opening(replace(alert, receipt=None), chars_max))
    _settle(tickets, opened, alert)
    return opened


def _settle(tickets: Tickets, opened: str, alert: Alert) -> None:
    """A case that was settled before its ticket was opened: no other telling would say so."""
    if alert.case is not None and ticket.is_settled(alert.case):
        tickets.add(opened, ticket.settled(alert, alert.case))

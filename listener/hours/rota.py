"""Who is on call: a rotation of people, handed over at a local time. Pure."""

from collections.abc import Container
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo

from listener.local_time import instant


@dataclass(frozen=True, slots=True)
class Rota:
    """``people`` by turns of ``days`` local days each, counted from ``start`` both ways.

    Turns change when a clock in ``zone`` first shows the time of day that ``start`` is at.
    """

    people: tuple[str, ...]
    start: datetime
    days: int
    zone: tzinfo

    def on_call(self, now: datetime, away: Container[str] = ()) -> str:
        """Whose turn it is, or the next who isn't ``away``; empty where all are."""
        return self._first_there(self._turn(now), away)

    def after(self, person: str, now: datetime, away: Container[str] = ()) -> str:
        """Who comes after that person; whose turn it is, where the person has none."""
        if person not in self.people:
            return self.on_call(now, away)
        return self._first_there(self.people.index(person) + 1, away)

    def _turn(self, now: datetime) -> int:
        """The number of the turn at ``now``; 0 is the one from ``start``."""
        turn = timedelta(days=self.days)
        start, shown = _wall(self.start, self.zone), _wall(now, self.zone)
        number = (shown - start) // turn
        after = start + (number + 1) * turn
        # A clock that is put back shows the time before the hand-over again; that was it, though.
        return number + (instant(after.date(), after.time(), self.zone) <= now)

    def _first_there(self, turn: int, away: Container[str]) -> str:
        by_turns = (self.people[(turn + n) % len(self.people)] for n in range(len(self.people)))
        return next((person for person in by_turns if person not in away), "")


def _wall(moment: datetime, zone: tzinfo) -> datetime:
    """What a clock in the zone shows, as a naive time."""
    return moment.astimezone(zone).replace(tzinfo=None)

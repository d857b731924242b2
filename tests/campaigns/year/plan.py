"""What happens in the year, from a seed: posts, edits, deletions, troubles, restarts. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from math import cos, pi
from random import Random
from typing import Literal

from tests.sources.standins.serving import DAY, HOUR, MINUTE, Answer

Deed = Literal["publish", "reply", "edit", "delete", "remove author", "restart", "cut"]

CALM = 3 * DAY
"""How long nothing happens at the end, so that what is late can come."""


@dataclass(frozen=True, slots=True, order=True)
class Event:
    """Something that happens at a moment; ``pick`` (0 to 1) chooses whom it befalls."""

    at: datetime
    deed: Deed
    pick: float


@dataclass(frozen=True, slots=True)
class Spell:
    """A stretch of trouble: how the site answers then, or that the listener is off."""

    since: datetime
    until: datetime
    kind: str
    answer: Answer | str | None = None


@dataclass(frozen=True, slots=True)
class Plan:
    """A year: events in order, and spells of trouble that don't overlap, in order."""

    start: datetime
    end: datetime
    events: tuple[Event, ...]
    spells: tuple[Spell, ...]

    def spell_at(self, now: datetime) -> Spell | None:
        """The trouble there is at this moment."""
        return next((one for one in self.spells if one.since <= now < one.until), None)

    def well(self, since: datetime, until: datetime) -> timedelta:
        """How much of this stretch was without trouble; what follows a trouble within an hour
        belongs to it, because who failed often waits so long before he asks again."""
        ill = timedelta()
        for spell in self.spells:
            start, end = max(spell.since, since), min(spell.until + HOUR, until)
            ill += max(end - start, timedelta())
        return until - since - ill


TROUBLES: dict[str, Answer | str | None] = {
    "off": None,
    "down": "down",
    "500": Answer(500, b"oh no"),
    "storm": Answer(429, {"errors": [{"message": "Too many requests"}]}, {"Retry-After": "900"}),
    "bare storm": Answer(429, b""),
    "401": Answer(401, {"error": "invalid_token"}),
    "402": Answer(402, {"title": "CreditsDepleted"}),
    "html": Answer(200, b"<html>We are back soon</html>", {"Content-Type": "text/html"}),
    "cut": Answer(200, [{"id": 1}] * 50, cut=True),
}


@dataclass(frozen=True, slots=True)
class Rates:
    """How often things happen, per day. ``busy`` is by how much one month of four is busier."""

    posts: float = 3.0
    busy: float = 1.0
    edits: float = 0.4
    deletions: float = 0.3
    removals: float = 0.02
    restarts: float = 0.15
    cuts: float = 0.0
    spells: float = 0.2
    reply_share: float = 0.25
    troubles: tuple[str, ...] = field(default=tuple(TROUBLES))


def planned(seed: int, start: datetime, days: int, rates: Rates) -> Plan:
    """The year of this seed."""
    chance = Random(seed)
    end = start + days * DAY
    calm = max(end - CALM, start)
    events: list[Event] = []
    for at in _posts(chance, start, calm, rates):
        deed: Deed = "reply" if chance.random() < rates.reply_share else "publish"
        events.append(Event(at, deed, chance.random()))
    for other, per_day in _others(rates):
        moments = _moments(chance, start, calm, per_day)
        events += [Event(at, other, chance.random()) for at in moments]
    return Plan(start, end, tuple(sorted(events)), tuple(_spells(chance, start, calm, rates)))


def _others(rates: Rates) -> tuple[tuple[Deed, float], ...]:
    return (
        ("edit", rates.edits),
        ("delete", rates.deletions),
        ("remove author", rates.removals),
        ("restart", rates.restarts),
        ("cut", rates.cuts),
    )


def _moments(chance: Random, start: datetime, end: datetime, per_day: float) -> Iterator[datetime]:
    """Moments of a Poisson process."""
    at = start
    while per_day and (at := at + timedelta(days=chance.expovariate(per_day))) < end:
        yield at.replace(microsecond=0)


def _posts(chance: Random, start: datetime, end: datetime, rates: Rates) -> Iterator[datetime]:
    """Busier at noon, and in one month of four; one in 75 sets off a burst."""
    for at in _moments(chance, start, end, 2 * rates.posts * rates.busy):
        by_hour = (1 - cos(2 * pi * (at.hour + at.minute / 60) / 24)) / 2
        by_month = 1 if at.month % 4 == 0 else 1 / rates.busy
        if chance.random() < by_hour * by_month:
            yield at
            if chance.random() < 1 / 75:
                yield from _burst(chance, at, end)


def _burst(chance: Random, at: datetime, end: datetime) -> Iterator[datetime]:
    """Thirty posts within an hour: more than a page."""
    moments = (at + chance.random() * HOUR for _ in range(30))
    return (moment.replace(microsecond=0) for moment in moments if moment < end)


def _spells(chance: Random, start: datetime, end: datetime, rates: Rates) -> Iterator[Spell]:
    at = start + DAY
    while rates.spells and (at := at + timedelta(days=chance.expovariate(rates.spells))) < end:
        kind = chance.choice(rates.troubles)
        length = chance.choice((10 * MINUTE, HOUR, 4 * HOUR, 12 * HOUR, 36 * HOUR))
        until = min(at + length, end)
        yield Spell(at, until, kind, TROUBLES[kind])
        at = until + HOUR

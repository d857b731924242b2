"""Who handles what, when they are there, and who comes next when nobody answers. Pure."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, tzinfo
from typing import Literal

from listener.hours.calendar import Calendar
from listener.hours.rota import Rota
from listener.model import Case

Promise = Literal["claim", "answer"]

ON_CALL, NEXT, OWNER = "on call", "next", "owner"
WORDS = (ON_CALL, NEXT, OWNER)
"""What a step may tell besides people, teams and channels."""


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who can be told, over a channel of their own.

    ``known_as`` is how channels call them: ``slack:U012AB3CD``, ``desk:anna@example.org``.
    ``away`` are days (both included) on which they are passed over. ``daily_max`` is the most
    alerts a local day brings them; a break-through is not held.
    """

    name: str
    channel: str = ""
    known_as: tuple[str, ...] = ()
    away: tuple[tuple[date, date], ...] = ()
    daily_max: int | None = None


@dataclass(frozen=True, slots=True)
class Step:
    """Whom to tell when ``share`` of a promise's time is over.

    ``to`` holds names of people, teams and channels, and ``on call``, ``next`` (the one on call
    after whoever was told last) and ``owner``.
    """

    share: float
    of: Promise
    to: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Team:
    """Who handles cases, and what they promise in their hours.

    ``send_to`` are the channels that are told of a case; with ``tell_on_call`` so is the one on
    call. While nobody is there, ``fallback`` (a team) is told instead; without one it waits for
    the hours to begin, unless it weighs ``break_through`` or more. Minutes are minutes of service;
    for what breaks through, minutes by the clock.
    """

    name: str
    send_to: tuple[str, ...]
    calendar: Calendar
    claim_minutes: int | None = None
    answer_minutes: int | None = None
    steps: tuple[Step, ...] = ()
    fallback: str = ""
    rota: Rota | None = None
    break_through: int | None = None
    tell_on_call: bool = False

    def breaks_through(self, priority: int) -> bool:
        """Whether what weighs so much waits for no hours."""
        return self.break_through is not None and priority >= self.break_through


@dataclass(frozen=True, slots=True)
class Destination:
    """The team that gets a case, the channels it is told by, and from when on."""

    team: str
    channels: tuple[str, ...]
    due_at: datetime


@dataclass(frozen=True, slots=True)
class Teams:
    """All teams and people of a config. ``following`` are the channels that follow cases.

    A team that a case names and the config no longer has is no fault: it is nobody's then.
    """

    teams: Mapping[str, Team] = field(default_factory=dict)
    people: Mapping[str, Person] = field(default_factory=dict)
    following: frozenset[str] = frozenset()

    def destination(self, team: str, priority: int, now: datetime) -> Destination:
        """Who is told of a case of this team, by which channels, and when."""
        asked = self._fallbacks(team)
        for one in asked:
            if one.breaks_through(priority) or one.calendar.is_open(now):
                return self._told(one, now)
        # Nobody is there at all: who comes first.
        openings = ((one.calendar.next_opening(now), one) for one in asked)
        coming = [(opening, one) for opening, one in openings if opening is not None]
        if coming:
            opening, one = min(coming, key=lambda found: found[0])
            return self._told(one, opening)
        return self._told(asked[0], now) if asked else Destination(team, (), now)

    def on_call(self, team: str, now: datetime, full: Collection[str] = ()) -> str:
        """Who of the team is on call and there, by name; empty where nobody is.

        ``full`` are people who had their day's most: they are passed over like those away.
        """
        rota = self._rota(team)
        return rota.on_call(now, self._absent(rota, now, full)) if rota else ""

    def name_of(self, by: str) -> str:
        """The person whom a channel calls so, in any case; or just what the channel says."""
        called = by.casefold()
        for person in self.people.values():
            if called in map(str.casefold, person.known_as):
                return person.name
        return by

    def whom(
        self,
        target: str,
        case: Case,
        now: datetime,
        last: str = "",
        full: Collection[str] = (),
    ) -> str:
        """The person that a step's target means; empty for teams and channels, or for nobody.

        ``last`` is who was told last, after whom ``next`` comes: the one on call, if nobody.
        Somebody who is away or had enough gives way to the next one on call.
        """
        if target == ON_CALL:
            return self.on_call(case.team, now, full)
        if target == NEXT:
            return self._after(case.team, last or self.on_call(case.team, now), now, full)
        named = self.name_of(case.owner) if target == OWNER else target
        person = self.people.get(named)
        if person is None:
            return ""
        away = named in full or is_away(person, now, self._zone(case.team))
        return self._after(case.team, named, now, full) if away else named

    def channels_for(
        self,
        target: str,
        case: Case,
        now: datetime,
        last: str = "",
        full: Collection[str] = (),
    ) -> tuple[str, ...]:
        """The channels that a step's target means, as in ``whom``; none where it is nobody."""
        person = self.people.get(self.whom(target, case, now, last, full))
        if person is not None:
            return (person.channel,) if person.channel else ()
        if target in self.teams:
            return self.send_to(target, now)
        is_channel = target not in WORDS and target not in self.people
        return (target,) if is_channel else ()

    def send_to(self, team: str, now: datetime) -> tuple[str, ...]:
        """The channels by which a team is told at ``now``, whether it is there or not."""
        stated = self.teams.get(team)
        if stated is None:
            return ()
        on_call = self.people.get(self.on_call(team, now)) if stated.tell_on_call else None
        own = (on_call.channel,) if on_call and on_call.channel else ()
        return tuple(dict.fromkeys((*stated.send_to, *own)))

    def _told(self, team: Team, at: datetime) -> Destination:
        return Destination(team.name, self.send_to(team.name, at), at)

    def _fallbacks(self, team: str) -> list[Team]:
        """The team, and whoever is told while nobody is there; each once, if they go round."""
        found: dict[str, Team] = {}
        while team in self.teams and team not in found:
            found[team] = self.teams[team]
            team = found[team].fallback
        return list(found.values())

    def _after(self, team: str, person: str, now: datetime, full: Collection[str]) -> str:
        rota = self._rota(team)
        return rota.after(person, now, self._absent(rota, now, full)) if rota else ""

    def _absent(self, rota: Rota, now: datetime, full: Collection[str]) -> set[str]:
        people = (self.people[name] for name in rota.people if name in self.people)
        away = {person.name for person in people if is_away(person, now, rota.zone)}
        return away | set(full) | (set(rota.people) - set(self.people))

    def _rota(self, team: str) -> Rota | None:
        return self.teams[team].rota if team in self.teams else None

    def _zone(self, team: str) -> tzinfo:
        return self.teams[team].calendar.zone if team in self.teams else UTC


def is_away(person: Person, now: datetime, zone: tzinfo) -> bool:
    """Whether the person is away on the local day."""
    today = now.astimezone(zone).date()
    return any(first <= today <= last for first, last in person.away)

"""``[teams.NAME]`` and ``[people.NAME]``: only of channels, people and teams that there are."""

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, tzinfo
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from listener.config.hours import (
    check_country,
    days,
    first_and_last,
    local_moment,
    spans,
    weekly_hours,
)
from listener.config.reading import Reading, named, table_name
from listener.config.settings import read_table
from listener.config.team_tables import OnCallTable, PersonTable, StepTable, TeamTable
from listener.config.words import zone_named
from listener.hours.calendar import Calendar, Spans
from listener.hours.rota import Rota
from listener.suggest import suggestion
from listener.teams import NEXT, ON_CALL, WORDS, Person, Step, Team, Teams
from listener.text import shown

_WEEKS_OF_SEARCH = 50

_ANY_DAY = datetime(2024, 1, 1, tzinfo=UTC)
_NO_DAYS: tuple[date, ...] = ()
_NO_SPANS: Spans = ()
_NO_HOURS: dict[int, Spans] = {}
_MENDS = {
    "channel": "; add a table [channels.NAME]",
    "person": "; add a table [people.NAME]",
    "team": "; add a table [teams.NAME]",
}

Stated = TypeVar("Stated")
Value = TypeVar("Value")


@dataclass(frozen=True, slots=True)
class Known:
    """The names that teams may speak of, and the zone they follow by default.

    A name counts as known even where its table is bad; ``reached`` are people with a channel.
    """

    teams: Collection[str]
    people: Collection[str]
    reached: Collection[str]
    channels: Collection[str]
    zone: ZoneInfo

    @property
    def targets(self) -> set[str]:
        """What a step may tell."""
        return {*self.teams, *self.people, *self.channels, *WORDS}


def read_teams(
    reading: Reading,
    teams: Mapping[str, Any],
    people: Mapping[str, Any],
    channels: Collection[str],
    zone: ZoneInfo,
) -> Teams:
    """The teams and people that are sound; a fault for everything else."""
    reached = {name for name, stated in people.items() if stated.get("channel")}
    known = Known(teams, people, reached, channels, zone)
    read_people = {name: _person(reading, name, stated, known) for name, stated in people.items()}
    _refuse_same_names(reading, known)
    _refuse_twins(reading, read_people.values())
    read = {name: _team(reading, name, stated, known) for name, stated in teams.items()}
    _refuse_rounds(reading, read)
    return Teams(read, read_people)


def _person(reading: Reading, name: str, stated: dict[str, Any], known: Known) -> Person:
    place = table_name("people", name)
    table = read_table(reading, place, PersonTable, stated)
    if table.channel is not None:
        _check(reading, named(place, "channel"), "channel", [table.channel], known.channels)
    for called in table.known_as:
        channel, _, its_name = called.partition(":")
        if not (channel.strip() and its_name.strip()):
            told = f"'{shown(called, 64)}' must name the channel in front: slack:U012AB3CD"
            reading.fault(named(place, "known_as"), told)
    away = (
        _understood(reading, named(place, "away"), first_and_last, one, None) for one in table.away
    )
    return Person(
        name=name,
        channel=table.channel or "",
        known_as=table.known_as,
        away=tuple(filter(None, away)),
        daily_max=table.daily_max,
    )


def _team(reading: Reading, name: str, stated: dict[str, Any], known: Known) -> Team:
    place = table_name("teams", name)
    table = read_table(reading, place, TeamTable, stated, send_to=())
    channels = _channels(reading, named(place, "send_to"), table, known)
    if table.fallback is not None:
        _check(reading, named(place, "fallback"), "team", [table.fallback], known.teams)
    calendar = _calendar(reading, place, table, known)
    steps = (_step(reading, place, n, one, table, known) for n, one in enumerate(table.escalate, 1))
    rota = _rota(reading, place, table, known, calendar.zone)
    team = Team(
        name=name,
        send_to=channels,
        calendar=calendar,
        claim_minutes=table.claim_minutes,
        answer_minutes=table.answer_minutes,
        steps=tuple(steps),
        fallback=table.fallback or "",
        rota=rota,
        break_through=table.break_through,
        tell_on_call=ON_CALL in table.send_to,
    )
    _check_reach(reading, place, team)
    return team


def _channels(reading: Reading, where: str, table: TeamTable, known: Known) -> tuple[str, ...]:
    """Those that are told whoever is on call, of which there must be one: nobody may be."""
    channels = tuple(dict.fromkeys(one for one in table.send_to if one != ON_CALL))
    _check(reading, where, "channel", channels, known.channels)
    if ON_CALL in table.send_to and table.on_call is None:
        _nobody_on_call(reading, where, ON_CALL)
    if table.send_to and not channels:
        reading.fault(where, "must name a channel too, for when all of them are away")
    return channels


def _calendar(reading: Reading, place: str, table: TeamTable, known: Known) -> Calendar:
    zone = known.zone
    if table.timezone is not None:
        zone = _understood(reading, named(place, "timezone"), zone_named, table.timezone, zone)
    if table.holidays is not None:
        _understood(reading, named(place, "holidays"), check_country, table.holidays, None)
    return Calendar(
        zone=zone,
        weekly=_understood(
            reading, named(place, "hours"), weekly_hours, table.hours or (), _NO_HOURS
        ),
        days=_single_days(reading, place, table),
        country=table.holidays or "",
    )


def _single_days(reading: Reading, place: str, table: TeamTable) -> dict[date, Spans]:
    closed_at, open_at = named(place, "closed"), named(place, "open")
    single: dict[date, Spans] = {}
    for stated in table.closed:
        single |= dict.fromkeys(_understood(reading, closed_at, _all_days, stated, _NO_DAYS), ())
    for stated, hours in table.open.items():
        found = _understood(reading, open_at, spans, hours, _NO_SPANS)
        for day in _understood(reading, open_at, _all_days, stated, _NO_DAYS):
            if day in single:
                reading.fault(open_at, f"{day} stands twice, or in closed as well")
            single[day] = found
    return single


def _all_days(stated: str) -> tuple[date, ...]:
    return tuple(days(stated))


def _check_reach(reading: Reading, place: str, team: Team) -> None:
    """What is promised must fall due within the search, or nobody would ever be told."""
    week = Calendar(team.calendar.zone, team.calendar.weekly)
    open_minutes = week.seconds_between(_ANY_DAY, _ANY_DAY + timedelta(days=7)) / 60
    minutes = {"claim": team.claim_minutes or 0, "answer": team.answer_minutes or 0}
    ends: list[tuple[str, float]] = [
        (named(place, f"{of}_minutes"), length) for of, length in minutes.items()
    ]
    for number, step in enumerate(team.steps, 1):
        where = named(f"{place} escalate {number}.", "after_percent")
        ends.append((where, minutes[step.of] * step.share))
    for where, length in ends:
        if length > open_minutes * _WEEKS_OF_SEARCH:
            told = f"takes longer than a year; a week of its hours has {open_minutes:.0f} minutes"
            reading.fault(where, told)


def _step(
    reading: Reading, team: str, number: int, stated: dict[str, Any], table: TeamTable, known: Known
) -> Step:
    place = f"{team} escalate {number}."
    step = read_table(reading, place, StepTable, stated, after_percent=100, to=())
    _check(reading, named(place, "to"), "person, team or channel", step.to, known.targets)
    for name in step.to:
        if name in known.people and name not in known.reached:
            reading.fault(
                named(place, "to"), f"'{name}' has no channel; name one in [people.{name}]"
            )
        if name in {ON_CALL, NEXT} and table.on_call is None:
            _nobody_on_call(reading, named(place, "to"), name)
    if getattr(table, f"{step.of}_minutes") is None:
        mend = f"set {step.of}_minutes"
        reading.fault(named(place, "of"), f"the team promises nothing about that; {mend}")
    return Step(step.after_percent / 100, step.of, step.to)


def _rota(reading: Reading, team: str, table: TeamTable, known: Known, zone: tzinfo) -> Rota | None:
    if table.on_call is None:
        return None
    place = f"{team} on_call."
    turns = read_table(reading, place, OnCallTable, table.on_call, people=(), start="")
    people_at = named(place, "people")
    _check(reading, people_at, "person", turns.people, known.people)
    for name in turns.people:
        if name in known.people and name not in known.reached:
            reading.fault(people_at, f"'{name}' has no channel; name one in [people.{name}]")
    if len(set(turns.people)) < len(turns.people):
        reading.fault(people_at, "somebody stands there twice")
    start = _ANY_DAY.replace(tzinfo=None)
    if turns.start:
        start = _understood(reading, named(place, "start"), local_moment, turns.start, start)
    return Rota(turns.people, start.replace(tzinfo=zone), turns.days, zone)


def _check(
    reading: Reading, where: str, what: str, stated: Iterable[str], known: Collection[str]
) -> None:
    """Note a fault for every name that nothing of this kind has."""
    for name in stated:
        if name not in known:
            hint = suggestion(name, known) or _MENDS.get(what, "")
            reading.fault(where, f"there is no {what} '{shown(name, 64)}'{hint}")


def _nobody_on_call(reading: Reading, where: str, word: str) -> None:
    reading.fault(where, f"'{word}' means nobody; say who is in on_call")


def _refuse_same_names(reading: Reading, known: Known) -> None:
    """A step that names one of them would not say which."""
    for name in known.people:
        if name in WORDS:
            told = "is a word of its own in escalate; give them another name"
            reading.fault(table_name("people", name), told)
        elif name in known.teams:
            told = "a team has the same name; give one of them another"
            reading.fault(table_name("people", name), told)
    for name in known.teams:
        if name in WORDS:
            told = "is a word of its own in escalate; give it another name"
            reading.fault(table_name("teams", name), told)


def _refuse_twins(reading: Reading, people: Iterable[Person]) -> None:
    """What a channel calls somebody must mean one person."""
    owners: dict[str, str] = {}
    for person in people:
        for called in person.known_as:
            other = owners.setdefault(called.casefold(), person.name)
            if other != person.name:
                where = named(table_name("people", person.name), "known_as")
                reading.fault(where, f"'{shown(called, 64)}' is '{other}' already")


def _refuse_rounds(reading: Reading, teams: Mapping[str, Team]) -> None:
    """A team that falls back on itself in the end; each round is told once."""
    told: set[str] = set()
    for start in teams:
        way = [start]
        while (after := teams[way[-1]].fallback) in teams and after not in way:
            way.append(after)
        if after == start and not told & set(way):
            told |= set(way)
            names = " to ".join([*way, start])
            where = named(table_name("teams", start), "fallback")
            reading.fault(where, f"goes round, {names}; one of them must end it")


def _understood(
    reading: Reading,
    where: str,
    read: Callable[[Stated], Value],
    stated: Stated,
    otherwise: Value,
) -> Value:
    """What is stated, read; a fault and the other value where it isn't understood."""
    try:
        return read(stated)
    except ValueError as error:
        reading.fault(where, str(error))
        return otherwise

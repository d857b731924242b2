"""The year 2028 of four teams on a stepped clock: is every escalation told at its exact due time?

The product is stepped as its stage steps it: a case, its plan, and on to the moment at which the
plan wants to look again or somebody does something. The oracle counts minutes of service one by
one, off a walk over every minute of UTC, and keeps its own books of who claimed, answered and
snoozed what. 2028 has a leap day; the teams' clocks change on three pairs of days.
"""

import random
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from functools import cache
from typing import NamedTuple

from listener.cases import Act, ActKind, Refused, after
from listener.escalation import plan
from listener.model import Case
from listener.teams import Promise, Step, Team, Teams
from tests.listener.hours.drawn import as_calendar
from tests.listener.hours.oracle import (
    DAY_MINUTES,
    MINUTE,
    Hours,
    MinuteSpans,
    changed_days,
    minutes_open,
)

WEEKDAYS, WEEK = range(5), range(7)
KINDS: tuple[ActKind, ...] = (
    "claim",
    "claim",
    "release",
    "answer",
    "joined",
    "snooze",
    "snooze",
    "wake",
    "close",
)
WALK_DAYS_MAX = 45


@dataclass(frozen=True)
class Service:
    """A team's hours and promises, in minutes: the oracle reads these, and so is the team made."""

    hours: Hours
    claim: int
    answer: int
    steps: tuple[tuple[Promise, int], ...]  # which promise, after how much per cent
    break_through: int | None = None

    def needs(self) -> list[tuple[int, Promise, str]]:
        """The steps as they fall due: after how many minutes, of which promise, who is told."""
        told = [
            ((self.claim if of == "claim" else self.answer) * percent // 100, of, f"{of}-{percent}")
            for of, percent in self.steps
        ]
        return sorted(told, key=lambda one: one[0])


def _each(weekdays: range, *spans: tuple[int, int]) -> dict[int, MinuteSpans]:
    return {weekday: list(spans) for weekday in weekdays}


ALL: tuple[tuple[Promise, int], ...] = (
    ("claim", 50),
    ("claim", 100),
    ("answer", 50),
    ("answer", 100),
    ("answer", 150),
)
SERVICES: dict[str, Service] = {
    "care": Service(  # split shifts, Saturdays, Finland's holidays, Christmas and New Year apart
        Hours(
            "Europe/Helsinki",
            _each(WEEKDAYS, (480, 720), (780, 960)) | {5: [(600, 840)]},
            {date(2028, 12, 27): [], date(2028, 12, 31): [(480, 720)], date(2028, 6, 24): []},
            "FI",
        ),
        30,
        240,
        ALL,
        break_through=90,
    ),
    "night": Service(Hours("Europe/Helsinki", _each(WEEK, (1320, 360))), 20, 180, ALL),
    "polska": Service(
        Hours("Europe/Warsaw", _each(WEEKDAYS, (540, 1020)), {}, "PL"), 60, 480, ALL[1:]
    ),
    "island": Service(  # a clock that changes by half an hour
        Hours("Australia/Lord_Howe", _each(WEEK, (60, 300), (1200, 1380))), 10, 90, ALL
    ),
}


class Done(NamedTuple):
    """Something that somebody does to a case."""

    at: datetime
    kind: ActKind
    until: datetime | None


class Told(NamedTuple):
    """An escalation, and the minute at which it was told."""

    at: datetime
    channel: str


@dataclass
class Findings:
    """What a year showed."""

    cases: int = 0
    acts: int = 0
    escalations: int = 0
    on_changed_days: int = 0
    on_the_leap_day: int = 0
    after_a_snooze: int = 0
    looks_between: int = 0
    differ: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        return (
            f"{self.cases} cases, {self.acts} acts, {self.escalations} escalations "
            f"({self.on_changed_days} on days on which the clock changed, {self.on_the_leap_day} "
            f"on the leap day, {self.after_a_snooze} as a snooze ended), {self.looks_between} "
            f"looks between that told nothing; {len(self.differ)} cases differ from the oracle"
        )


def play(cases: int, seed: int) -> Findings:
    """So many cases of the year, by both."""
    findings = Findings()
    teams = Teams({name: _team(name, service) for name, service in SERVICES.items()})
    for number in range(cases):
        source = random.Random(f"{seed}/{number}")
        name = source.choice(list(SERVICES))
        opened = _opened(source, name)
        acts = _acts(source, opened, SERVICES[name])
        case = Case(f"case-{number}", "acme", "urgent", name, opened, opened, opened)
        case = replace(case, priority=source.choice((20, 60, 89, 90)))
        told = list(_stepped(case, acts, teams, source, findings))
        expected = list(_expected(name, case.priority, opened, acts))
        if told != expected:
            findings.differ.append(f"{seed}/{number} {name} {opened} {acts}: {told} != {expected}")
        _count(findings, name, acts, expected)
    return findings


def _stepped(
    case: Case, acts: list[Done], teams: Teams, source: random.Random, findings: Findings
) -> Iterator[Told]:
    """The product, as its stage steps it."""
    to_come, now = list(acts), case.opened_at
    while True:
        while to_come and to_come[0].at <= now:
            case = _acted(case, to_come.pop(0))
        planned = plan(case, teams, now)
        for escalation in planned.escalations:
            yield from (Told(now, channel) for channel in escalation.channels)
            case = replace(case, step=escalation.step)
        case = replace(case, snoozed_until=None) if planned.wakes else case
        coming = [at for at in (planned.check_at, *(act.at for act in to_come[:1])) if at]
        if not coming:
            return
        assert min(coming) > now, "the clock must go on"
        between = now + (min(coming) - now) * source.random()
        assert not plan(case, teams, between).escalations, f"told at {between} as well"
        findings.looks_between += 1
        now = min(coming)


def _expected(team: str, priority: int, opened: datetime, acts: list[Done]) -> Iterator[Told]:
    """The oracle: what must be told, minute by minute."""
    needs, books, to_come = SERVICES[team].needs(), _Books(), list(acts)
    now, end = opened, opened + timedelta(days=WALK_DAYS_MAX)
    breaks = priority >= (SERVICES[team].break_through or 101)
    while now < end and not books.closed:
        while to_come and to_come[0].at <= now:
            books.note(to_come.pop(0))
        if books.asleep_until and books.asleep_until <= now:
            books.asleep_until = None
        if books.waits and not books.asleep_until:
            for position in range(books.reached, len(needs)):
                minutes, of, channel = needs[position]
                if books.served >= minutes and not (of == "claim" and books.claimed):
                    yield Told(now, channel)
                    books.reached = position + 1
        if not to_come and (not books.waits or books.reached == len(needs)):
            return
        books.served += breaks or _is_open(team, now)
        now += MINUTE
    assert not to_come or books.closed, "the walk was too short"


@dataclass
class _Books:
    """What the oracle knows of a case: nothing but what somebody did."""

    waits: bool = True
    claimed: bool = False
    closed: bool = False
    asleep_until: datetime | None = None
    served: int = 0
    reached: int = 0

    def note(self, done: Done) -> None:
        if not self.closed:
            getattr(self, done.kind)(done)

    def claim(self, _done: Done) -> None:
        self.claimed = True

    def release(self, _done: Done) -> None:
        self.claimed = self.claimed and not self.waits

    def answer(self, _done: Done) -> None:
        if self.waits:
            # Whoever answered it has it from then on.
            self.waits, self.claimed, self.asleep_until = False, True, None

    def joined(self, _done: Done) -> None:
        self.asleep_until = None
        if not self.waits:
            self.waits, self.served, self.reached = True, 0, 0

    def snooze(self, done: Done) -> None:
        self.asleep_until = done.until

    def wake(self, _done: Done) -> None:
        self.asleep_until = None

    def close(self, _done: Done) -> None:
        self.closed, self.waits = True, False


@cache
def _open_minutes(team: str, day: date) -> list[bool]:
    """Each minute of a UTC day."""
    midnight = datetime(day.year, day.month, day.day, tzinfo=UTC)
    return list(minutes_open(SERVICES[team].hours, midnight, DAY_MINUTES))


def _is_open(team: str, now: datetime) -> bool:
    return _open_minutes(team, now.date())[now.hour * 60 + now.minute]


def _team(name: str, service: Service) -> Team:
    steps = tuple(Step(percent / 100, of, (f"{of}-{percent}",)) for of, percent in service.steps)
    calendar = as_calendar(service.hours)
    return Team(
        name,
        (name,),
        calendar,
        service.claim,
        service.answer,
        tuple(reversed(steps)),
        break_through=service.break_through,
    )


def _acted(case: Case, done: Done) -> Case:
    act = Act(f"{case.key}/{done.at}", done.kind, "anna", "desk", done.at, done.until)
    try:
        return after(case, act)
    except Refused:
        return case


def _opened(source: random.Random, name: str) -> datetime:
    """Any minute of the year; every other case in the days before something odd."""
    day = date(2028, 1, 1) + timedelta(days=source.randrange(366))
    if source.random() < 0.5:
        odd = [
            *changed_days(SERVICES[name].hours.zone, 2028),
            date(2028, 2, 29),
            date(2028, 12, 25),
        ]
        day = source.choice(odd) - timedelta(days=source.randrange(3))
    return datetime(day.year, day.month, day.day, tzinfo=UTC) + source.randrange(1440) * MINUTE


def _acts(source: random.Random, opened: datetime, service: Service) -> list[Done]:
    """Up to six, most of them soon; a snooze may end when nobody is there."""
    acts, at = [], opened
    for _ in range(source.choice((0, 0, 1, 2, 3, 6))):
        at += source.randrange(1, 12 * service.answer) * MINUTE
        until = at + source.randrange(1, 6 * service.answer) * MINUTE
        kind = source.choice(KINDS)
        acts.append(Done(at, kind, until if kind == "snooze" else None))
    return acts


def _count(findings: Findings, name: str, acts: list[Done], told: list[Told]) -> None:
    findings.cases += 1
    findings.acts += len(acts)
    findings.escalations += len(told)
    changed = changed_days(SERVICES[name].hours.zone, 2028)
    near = {day - timedelta(days=n) for day in changed for n in (0, 1)}
    findings.on_changed_days += sum(one.at.date() in near for one in told)
    findings.on_the_leap_day += sum(one.at.date() == date(2028, 2, 29) for one in told)
    woken = {act.until for act in acts}
    findings.after_a_snooze += sum(one.at in woken for one in told)

"""When a case must be told to the next: its promises in the team's hours, and whom to. Pure.

A promise runs from the moment we saw that somebody waits. Its steps stand in the order in which
they fall due, and the case's ``step`` is the last of them that was told. Nothing is told while
the case is snoozed; what fell due meanwhile is told when the snooze is over. A case that breaks
through is held against the clock itself, by night and on holidays too.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from listener.escalation_words import body, title
from listener.hours.calendar import Calendar
from listener.model import Case
from listener.teams import Promise, Step, Team, Teams

PRIORITY_MIN = 80
"""An escalation weighs at least this much."""


@dataclass(frozen=True, slots=True)
class Escalation:
    """Whom to tell that a case still waits: ``channels`` by name, each with whether it follows.

    ``step`` is what the case's ``step`` is from then on: promises that are kept are passed over,
    so it may rise by more than one.
    """

    step: int
    channels: Mapping[str, bool]
    title: str
    body: str = ""
    priority: int = PRIORITY_MIN


@dataclass(frozen=True, slots=True)
class Plan:
    """What the clock makes of a case: its promises, what is due now, when to look again.

    ``check_at`` None: not before somebody does something. ``wakes``: its snooze is over.
    """

    claim_due_at: datetime | None
    answer_due_at: datetime | None
    check_at: datetime | None
    escalations: tuple[Escalation, ...] = ()
    wakes: bool = False


@dataclass(frozen=True, slots=True)
class _Due:
    """A step with its number in the order of the steps, and when it is due."""

    number: int
    step: Step
    at: datetime


def plan(case: Case, teams: Teams, now: datetime, full: Collection[str] = ()) -> Plan:
    """What is due for the case at ``now``, and when to look again.

    ``full`` are people who had their day's most alerts: the next are told instead, unless the
    case breaks through.
    """
    asleep = case.snoozed_until is not None and now < case.snoozed_until
    wakes = case.snoozed_until is not None and not asleep
    team = teams.teams.get(case.team)
    if team is None or case.state in {"answered", "closed"}:
        return Plan(None, None, case.snoozed_until if asleep else None, wakes=wakes)
    claim, answer = promises(team, case.priority, case.waiting_since)
    claim = claim if case.state == "new" else None
    if asleep:
        return Plan(claim, answer, case.snoozed_until)
    dues = list(_dues(case, team))
    coming = [due.at for due in _open(case, dues) if due.at > now]
    full = () if team.breaks_through(case.priority) else full
    told = tuple(_escalations(case, teams, dues, now, full))
    return Plan(claim, answer, min(coming, default=None), told, wakes)


def promises(team: Team, priority: int, since: datetime) -> tuple[datetime | None, datetime | None]:
    """By when a case that waits since then must be claimed and answered; None: not promised."""
    hours = _hours(team, priority)
    claim, answer = _minutes(team, "claim"), _minutes(team, "answer")
    return (
        None if claim is None else hours.add(since, claim * 60),
        None if answer is None else hours.add(since, answer * 60),
    )


def _hours(team: Team, priority: int) -> Calendar:
    """The hours in which the promises of a case run."""
    return Calendar(team.calendar.zone) if team.breaks_through(priority) else team.calendar


def _dues(case: Case, team: Team) -> Iterator[_Due]:
    """The team's steps as they fall due for the case; none that never does."""
    timed = ((_minutes(team, step.of), step) for step in team.steps)
    seconds = [(minutes * 60 * step.share, step) for minutes, step in timed if minutes is not None]
    in_order = sorted(seconds, key=lambda one: one[0])
    hours = _hours(team, case.priority)
    for number, (after_seconds, step) in enumerate(in_order, 1):
        at = hours.add(case.waiting_since, after_seconds)
        if at is not None:
            yield _Due(number, step, at)


def _open(case: Case, dues: Sequence[_Due]) -> list[_Due]:
    """Those that were not told, of promises that are not kept."""
    return [due for due in dues if due.number > case.step and not _is_kept(case, due.step)]


def _is_kept(case: Case, step: Step) -> bool:
    """Whether what the step is about was done, of a case in which somebody waits."""
    return step.of == "claim" and case.state != "new"


def _escalations(
    case: Case, teams: Teams, dues: Sequence[_Due], now: datetime, full: Collection[str]
) -> Iterator[Escalation]:
    """What is due by ``now``; the steps told before say who was told last, and who is next."""
    open_now = [due for due in _open(case, dues) if due.at <= now]
    last, owner = teams.on_call(case.team, case.waiting_since), teams.name_of(case.owner)
    for due in dues:
        at = now if due in open_now else due.at
        if owner and case.claimed_at is not None and case.claimed_at <= at:
            last, owner = owner, ""
        if due in open_now or _was_told(case, due):
            channels, last = _whom(case, teams, due.step, at, last, full)
        if due in open_now:
            yield _escalation(case, teams, due, channels, now)


def _was_told(case: Case, due: _Due) -> bool:
    """Whether the step was told; after whoever claimed the case comes no step of the claim."""
    return due.number <= case.step and not _is_kept(case, due.step)


def _whom(
    case: Case, teams: Teams, step: Step, at: datetime, last: str, full: Collection[str]
) -> tuple[tuple[str, ...], str]:
    """The channels a step is told by, and who was told last by then."""
    channels: list[str] = []
    for target in step.to:
        channels.extend(teams.channels_for(target, case, at, last, full))
        last = teams.whom(target, case, at, last, full) or last
    # Nobody whom it names is there: better the whole team than nobody.
    return tuple(dict.fromkeys(channels or teams.send_to(case.team, at))), last


def _escalation(
    case: Case, teams: Teams, due: _Due, channels: Sequence[str], now: datetime
) -> Escalation:
    team = teams.teams[case.team]
    claim, answer = promises(team, case.priority, case.waiting_since)
    promised = claim if due.step.of == "claim" else answer
    return Escalation(
        step=due.number,
        channels={channel: channel in teams.following for channel in channels},
        title=title(case, due.step.of, now),
        body=body(case, due.step, promised, team.calendar.zone, now),
        priority=max(PRIORITY_MIN, case.priority),
    )


def _minutes(team: Team, promise: Promise) -> int | None:
    return team.claim_minutes if promise == "claim" else team.answer_minutes

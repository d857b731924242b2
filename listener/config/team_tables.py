"""The tables of teams and people, of the same kind as in :mod:`listener.config.tables`."""

from dataclasses import dataclass, field
from typing import Annotated, Any, Literal

from pydantic import Field

from listener.config.reading import ITEMS_MAX

MINUTES_MAX = 30 * 1_440

_Text = Annotated[str, Field(pattern=r"\S", max_length=200)]
_Texts = Annotated[tuple[_Text, ...], Field(max_length=ITEMS_MAX)]
_SomeTexts = Annotated[tuple[_Text, ...], Field(min_length=1, max_length=ITEMS_MAX)]
_Tables = Annotated[tuple[dict[str, Any], ...], Field(max_length=20)]
_Minutes = Annotated[int, Field(ge=1, le=MINUTES_MAX)]


@dataclass(frozen=True, slots=True)
class TeamTable:
    """Who handles cases, when they are there, and what they promise. Rules name it as team."""

    send_to: Annotated[
        _SomeTexts,
        'Names of the channels that are told of its cases; "on call" stands for whoever has the'
        " turn.",
    ]
    hours: Annotated[
        _SomeTexts | None,
        "When somebody is there, such as mon-fri 08:00-12:00, 13:00-16:00; always, if none.",
    ] = None
    timezone: Annotated[_Text | None, "Its time zone; that of [listener] by default."] = None
    holidays: Annotated[
        _Text | None, "Country whose public holidays it keeps, such as FI, or DE-BY for a part."
    ] = None
    closed: Annotated[
        _Texts, "Days on which nobody is there: 2026-12-24, or 2026-12-24..2027-01-06."
    ] = ()
    open: Annotated[
        Annotated[dict[str, _Text], Field(max_length=ITEMS_MAX)],
        "Other hours of single days, such as 2026-12-31 = 08:00-12:00; holidays too.",
    ] = field(default_factory=dict)
    claim_minutes: Annotated[
        _Minutes | None, "Minutes of its hours within which somebody takes a case on."
    ] = None
    answer_minutes: Annotated[
        _Minutes | None, "Minutes of its hours within which the customer is answered."
    ] = None
    escalate: Annotated[_Tables, "Who is told when that takes too long; see below."] = ()
    on_call: Annotated[dict[str, Any] | None, "Who is on call by turns; see below."] = None
    fallback: Annotated[_Text | None, "The team that is told instead while nobody is there."] = None
    break_through: Annotated[
        Annotated[int, Field(ge=0, le=100)] | None,
        "From this priority on it is told at once and its minutes run, whatever its hours.",
    ] = None


@dataclass(frozen=True, slots=True)
class StepTable:
    """Whom to tell of a case that still waits, and when; each step is told once."""

    after_percent: Annotated[
        int, Field(ge=1, le=1_000), "How much of the promised minutes must be over; 100: all."
    ]
    to: Annotated[
        _SomeTexts, 'Names of people, teams or channels, or "on call", "next" or "owner".'
    ]
    of: Annotated[Literal["claim", "answer"], "Which promise: claim_minutes or answer_minutes."] = (
        "answer"
    )


@dataclass(frozen=True, slots=True)
class OnCallTable:
    """Who is on call. Whoever is away is passed over."""

    people: Annotated[_SomeTexts, "Names of people, in the order of their turns."]
    start: Annotated[_Text, "When a turn of the first begins, such as 2026-01-05 09:00."]
    days: Annotated[int, Field(ge=1, le=366), "How many days a turn has."] = 7


@dataclass(frozen=True, slots=True)
class PersonTable:
    """Somebody who can be told, or who does something to cases."""

    channel: Annotated[_Text | None, "Name of the channel that is theirs alone."] = None
    known_as: Annotated[
        _Texts, "What channels call them, the channel in front: slack:U012AB3CD."
    ] = ()
    away: Annotated[
        _Texts, "Days on which others are told instead: 2026-12-20..2027-01-03, or one day."
    ] = ()
    daily_max: Annotated[
        Annotated[int, Field(ge=1, le=100_000)] | None,
        "The most escalations they get on one local day; then the next one is told.",
    ] = None

"""Cases and control as the stages, pages and commands see them: two books of the store.

As in :mod:`listener.store.port`, every verb that writes is one transaction. What a verb changes
about a case is told, in the same transaction, to every channel of the case that follows cases.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from listener.cases import Act
from listener.escalation import Plan
from listener.model import Case, CaseState, Mention
from listener.ports import Changes
from listener.rules import Silence
from listener.watch import ChannelFacts

OPEN: tuple[CaseState, ...] = ("new", "claimed", "answered")
CASES_MAX = 500


class NoCase(Exception):
    """There is no case of this key, ticket or message."""


@dataclass(frozen=True, slots=True)
class CaseFile:
    """A case with all that belongs to it. ``tickets`` are the receipts by channel."""

    case: Case
    mentions: tuple[Mention, ...]
    acts: tuple[Act, ...]
    tickets: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Acted:
    """The case after an act. ``known``: this very act was there before, and changed nothing."""

    case: Case
    known: bool = False


@dataclass(frozen=True, slots=True)
class DeskTurn:
    """A desk that is due to be asked, claimed."""

    channel: str
    cursor: str | None
    token: int
    failures: int


@dataclass(frozen=True, slots=True)
class ChangesSaved:
    """How many acts changed a case; ``refused`` says in words why others did not."""

    applied: int = 0
    known: int = 0
    refused: tuple[str, ...] = ()


class CaseBook(Protocol):
    """What is open, who is at it, what was done."""

    def find(
        self,
        *,
        states: Sequence[CaseState] = OPEN,
        teams: Sequence[str] = (),
        owner: str = "",
        author: str = "",
        limit: int = CASES_MAX,
    ) -> list[Case]:
        """The cases that are so, the weightiest first; ``author`` as in ``Store.written``."""
        ...

    def file(self, key: str) -> CaseFile | None:
        """A case with its mentions (the oldest first), what was done to it, and its tickets."""
        ...

    def act(self, key: str, act: Act, now: datetime) -> Acted:
        """Do it, once. Raises NoCase, and Refused where it means nothing as the case stands.

        ``wrong_tag`` also keeps the correction and tags the mention anew, by the person;
        ``mute_author`` also makes a silence until ``act.until``.
        """
        ...

    def due(self, now: datetime, limit: int) -> list[Case]:
        """Cases to hold against the clock: new and changed ones, and those whose time came."""
        ...

    def replan(self, now: datetime) -> None:
        """Every case in which somebody waits is due: the teams may be others, or the clock.

        Who waits since a time to come, by a clock that was wrong, waits from now on.
        """
        ...

    def keep(self, case: Case, plan: Plan, now: datetime) -> bool:
        """Record the plan and put its escalations in the outbox; False if the case has changed.

        ``case`` is as ``due`` gave it: its version must still be the same.
        """
        ...

    def escalated(self, channels: Collection[str], since: datetime) -> Mapping[str, int]:
        """How many escalations each of these channels was given since then; none: left out."""
        ...

    def plan_desks(self, desks: Mapping[str, float], now: datetime) -> None:
        """Make the schedule hold just these desks; the value is the interval in seconds."""
        ...

    def claim_desks(self, now: datetime, lease_seconds: float, limit: int) -> list[DeskTurn]:
        """Take desks that are due, the longest due first."""
        ...

    def save_changes(
        self, turn: DeskTurn, changes: Changes, now: datetime, due_at: datetime
    ) -> ChangesSaved:
        """Acts and cursor together. Raises LostLease when the turn is over."""
        ...

    def fail_changes(self, turn: DeskTurn, reason: str, due_at: datetime) -> None:
        """Nothing came: keep the cursor, count the failure. Raises LostLease."""
        ...


@dataclass(frozen=True, slots=True)
class Told:
    """Who was told what, when, why, and how it went: one attempt of one telling, or a silence.

    ``outcome`` is delivered, retry, buried, withdrawn, stopped, waiting or silenced; ``why`` the
    reason of that, ``mentions`` the keys that the telling carried, ``case`` its case's key.
    """

    at: datetime
    channel: str
    rule: str
    kind: str
    key: str
    outcome: str
    why: str
    mentions: tuple[str, ...] = ()
    case: str = ""


class Controls(Protocol):
    """What people control: silences, what is sent again, and the trail of who was told what."""

    def silence(self, silence: Silence) -> int:
        """Keep it (its number is given here). Returns the number."""
        ...

    def end_silence(self, number: int, now: datetime) -> bool:
        """End it now; False if there is none that still holds."""
        ...

    def silences(self, now: datetime) -> list[Silence]:
        """Those that hold, the one that ends first in front."""
        ...

    def resend(self, now: datetime, channel: str | None = None, key: str | None = None) -> int:
        """Buried tellings, of one channel or one key or all, are due again. Returns how many."""
        ...

    def trail(
        self,
        since: datetime,
        until: datetime,
        *,
        mention: str = "",
        case: str = "",
        channel: str = "",
    ) -> Iterator[Told]:
        """Who was told what, the oldest first."""
        ...

    def channel_facts(self, channels: Sequence[str]) -> list[ChannelFacts]:
        """How these channels stand."""
        ...

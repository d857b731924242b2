"""What others push to us, as the store keeps it: safe before anybody is told that we have it."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from listener.ports import Arrival
from listener.store.values import Polled, Saved


@dataclass(frozen=True, slots=True)
class Pushed:
    """One thing for one source."""

    source: str
    arrival: Arrival


@dataclass(frozen=True, slots=True)
class IntakeTurn:
    """What waits for a source, claimed, the oldest first; ``failures`` in a row before this.

    Of one that is alone those are its own.
    """

    source: str
    arrivals: tuple[Arrival, ...]
    token: int
    failures: int
    claimed_at: datetime


@dataclass(frozen=True, slots=True)
class RefusedPush:
    """What could not be taken in, for a person to look at; ``size`` is its bytes."""

    number: int
    source: str
    key: str
    size: int
    at: datetime
    refused_at: datetime
    reason: str


class ArrivalBook(Protocol):
    """The book of what was pushed. Each thing is taken once, in the order in which it came."""

    def keep(self, pushed: Sequence[Pushed], now: datetime) -> int:
        """Keep those whose keys are not known, all together; how many those were.

        A key is known for a week after it was taken.
        """
        ...

    def claim(
        self, sources: Collection[str], now: datetime, lease_seconds: float
    ) -> list[IntakeTurn]:
        """Take what waits for these sources, one turn each; fewer at a time after a failure."""
        ...

    def save(self, turn: IntakeTurn, polled: Polled) -> Saved:
        """Posts and mentions, and that it was taken, together. Raises LostLease."""
        ...

    def fail(self, turn: IntakeTurn, reason: str, due_at: datetime) -> None:
        """Nothing came of it: it waits until then; one that is alone, without what follows it.

        Raises LostLease.
        """
        ...

    def refuse(self, turn: IntakeTurn, reason: str, now: datetime) -> None:
        """Nothing ever will: it is kept for a person to look at, a month. Raises LostLease."""
        ...

    def waiting(self) -> Mapping[str, int]:
        """How much waits, by source."""
        ...

    def refused(self, limit: int) -> Sequence[RefusedPush]:
        """The newest of what is refused and kept, newest first."""
        ...

    def refused_body(self, number: int) -> bytes | None:
        """What was pushed, byte for byte; None where nothing refused has this number."""
        ...

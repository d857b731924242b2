"""The store as the stages see it: verbs named after use, and the values they take and give.

Every verb that writes is one transaction and raises StoreUnavailable when it could not be
committed: then nothing of it happened. Work is claimed under a lease with a fencing token; a
lease that ran out is taken by the next claim, and the old token can settle nothing any more.
``listener.testing.store_suite`` is what any implementation has to pass.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal, Protocol

from listener.answers import Answer
from listener.budget import NO_LIMITS, Limits
from listener.coverage import Coverage
from listener.match.around import Around, Marked
from listener.model import NOTHING_SPENT, Alert, Fault, Gap, Mention, Post, Spent
from listener.rules import Order
from listener.watch import Alarm, SourceFacts, Volume

Trouble = Literal["locked", "full", "read-only", "broken", "unreachable", "newer"]
Outcome = Literal["delivered", "retry", "buried", "returned"]
MarkOutcome = Literal["settled", "withdrawn", "restored", "kept", "no mention", "no post"]


class StoreUnavailable(Exception):
    """The store could not do it now; ``state`` says why, and nothing of it happened."""

    def __init__(self, state: Trouble, detail: str) -> None:
        super().__init__(f"the store is {state}: {detail}")
        self.state = state


class LostLease(Exception):
    """Somebody else holds the work by now: what was done under the old lease doesn't count."""


@dataclass(frozen=True, slots=True)
class SourcePlan:
    """A source as configured.

    ``poll_seconds`` is how long may lie between two polls, ``limits`` its budget, and
    ``recheck_posts_max`` how many known posts it can look at again in one call, 0 where it can't.
    """

    name: str
    poll_seconds: float
    limits: Limits = NO_LIMITS
    recheck_posts_max: int = 0


@dataclass(frozen=True, slots=True)
class SourceTurn:
    """A source that is due, claimed: poll it from ``cursor``. ``due_at`` is when it was to be."""

    name: str
    cursor: str | None
    token: int
    failures: int
    seen_until: datetime | None
    last_error: str
    due_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Reserved:
    """What was set aside of a source's budget for one call; it counts as spent until settled."""

    number: int
    allowance: Spent


@dataclass(frozen=True, slots=True)
class Polled:
    """What a poll brought, ready to be stored in one transaction with its cursor.

    ``posts`` have their time set; ``mentions`` are the matches in them, ``answers`` the replies
    by the brands' own accounts; ``gaps`` are stretches nobody saw, ``filled`` those seen after
    all; ``gone`` are authors; ``seen_at`` is now. ``reserved`` is settled with what was ``spent``.
    """

    posts: Sequence[Post]
    mentions: Sequence[Mention]
    cursor: str | None
    seen_at: datetime
    due_at: datetime
    deleted: Sequence[str] = ()
    faults: Sequence[Fault] = ()
    rejects: Sequence[Fault] = ()
    gap: Gap | None = None
    gaps: Sequence[Gap] = ()
    filled: Sequence[Gap] = ()
    gone: Sequence[str] = ()
    answers: Sequence[Answer] = ()
    spent: Spent = NOTHING_SPENT
    reserved: Reserved | None = None


@dataclass(frozen=True, slots=True)
class Saved:
    """What of a poll was new to the store."""

    posts_new: int = 0
    posts_edited: int = 0
    posts_deleted: int = 0
    mentions_new: int = 0


@dataclass(frozen=True, slots=True)
class TagTurn:
    """A mention that wants tagging, claimed; ``attempts`` counts this one."""

    mention: Mention
    token: int
    attempts: int


@dataclass(frozen=True, slots=True)
class Tagged:
    """A tagged and ranked mention, and what the rules want told about it."""

    mention: Mention
    token: int
    orders: Sequence[Order] = ()


@dataclass(frozen=True, slots=True)
class SendTurn:
    """An alert that is due, claimed; ``attempts`` counts this one."""

    alert: Alert
    token: int
    attempts: int


@dataclass(frozen=True, slots=True)
class Settled:
    """How a send ended. ``next_at`` only for a retry; ``reason`` unless delivered.

    ``returned``: it was claimed and not tried, and the claim doesn't count.
    """

    key: str
    token: int
    outcome: Outcome
    at: datetime
    receipt: str | None = None
    reason: str = ""
    next_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class SourceStatus:
    """How a source stands. ``state``: new, ok, degraded (some places fail) or failing."""

    name: str
    state: str
    due_at: datetime
    last_try_at: datetime | None
    last_ok_at: datetime | None
    last_post_at: datetime | None
    failures: int
    last_error: str
    polls: int
    posts: int
    rejects: int
    faults: tuple[Fault, ...] = ()
    last_rejects: tuple[Fault, ...] = ()
    gaps: tuple[Gap, ...] = ()


@dataclass(frozen=True, slots=True)
class StageStatus:
    """A stage's backlog: what is due and not done, and since when the oldest waits."""

    waiting: int
    oldest_at: datetime | None
    later: int = 0


@dataclass(frozen=True, slots=True)
class Buried:
    """An alert that could not be delivered: it waits for a person."""

    key: str
    channel: str
    reason: str
    at: datetime
    mentions: int


@dataclass(frozen=True, slots=True)
class Status:
    """Everything ``listener status`` tells. ``doubts`` counts mentions that a person should see."""

    store: str
    posts: int
    mentions: int
    alerts_delivered: int
    sources: tuple[SourceStatus, ...]
    stages: Mapping[str, StageStatus]
    buried: tuple[Buried, ...]
    buried_count: int
    alarms: tuple[tuple[str, str], ...] = ()
    beats: Mapping[str, datetime] = field(default_factory=dict)
    waiting_by_channel: Mapping[str, int] = field(default_factory=dict)
    retrying: tuple[Buried, ...] = ()
    doubts: int = 0


@dataclass(frozen=True, slots=True)
class Kept:
    """A stored post with the source that brought it and its mentions, tagged or not."""

    post: Post
    source: str
    mentions: tuple[Mention, ...]


@dataclass(frozen=True, slots=True)
class InDoubt:
    """The newest mentions that may be about something else, out of ``count`` of them."""

    mentions: tuple[Mention, ...]
    count: int


class Store(Protocol):
    """Where everything is kept. One per thread; ``close`` it."""

    def plan_sources(
        self, plans: Iterable[SourcePlan], now: datetime, *, all_due: bool = False
    ) -> None:
        """Make the schedule hold just these sources. New ones are due, with ``all_due`` each."""
        ...

    def claim_sources(self, now: datetime, lease_seconds: float, limit: int) -> list[SourceTurn]:
        """Take up to ``limit`` due sources, the longest due first."""
        ...

    def save_poll(self, turn: SourceTurn, polled: Polled) -> Saved:
        """Posts, mentions and cursor together. Raises LostLease when the turn is over."""
        ...

    def fail_poll(self, turn: SourceTurn, reason: str, due_at: datetime) -> None:
        """Nothing came: keep the cursor, count the failure. Raises LostLease."""
        ...

    def claim_mentions(self, now: datetime, lease_seconds: float, limit: int) -> list[TagTurn]:
        """Take up to ``limit`` mentions that want tagging: direct ones first, then the oldest."""
        ...

    def save_tags(self, tagged: Sequence[Tagged], now: datetime) -> int:
        """Tags, priority and the orders' place in the outbox, together.

        Mentions whose lease was lost are passed over. Returns how many were kept.
        """
        ...

    def claim_alerts(
        self, channel: str, now: datetime, lease_seconds: float, limit: int
    ) -> list[SendTurn]:
        """Take up to ``limit`` due tellings of a channel, the weightiest first.

        A telling waits until the one before it in its thread is settled.
        """
        ...

    def settle_alerts(self, settled: Sequence[Settled]) -> int:
        """Record how sends ended; those with an old token are passed over. Returns the rest."""
        ...

    def release(self, dead: Sequence[str]) -> int:
        """Give back the leases of owners that died, at once. Returns how many."""
        ...

    def save_alarm(
        self, alarm: Alarm, channels: Sequence[str], now: datetime, due_at: datetime
    ) -> bool:
        """Raise or clear an alarm, with its alerts; False if it already stood so."""
        ...

    def beat(self, role: str, now: datetime) -> None:
        """A role (``name`` or ``name owner``) lives; also the probe of whether a write works."""
        ...

    def owners(self) -> list[str]:
        """Who holds leases or was seen alive."""
        ...

    def alarmed(self, rule: str) -> frozenset[str]:
        """The subjects alarmed under a rule."""
        ...

    def source_facts(self) -> list[SourceFacts]:
        """What :mod:`listener.watch` asks about sources."""
        ...

    def volumes(
        self, brands: Iterable[str], now: datetime, window_minutes: int, weeks: int
    ) -> list[Volume]:
        """What :mod:`listener.watch` asks about brands."""
        ...

    def mentions(self, since: datetime, until: datetime) -> Iterator[Mention]:
        """Tagged mentions of posts published in the period, oldest first."""
        ...

    def mention_counts(self, since: datetime, until: datetime) -> dict[str, int]:
        """How many mentions (spam and doubts apart) each brand had in the period."""
        ...

    def watched(self, since: datetime, until: datetime) -> list[Coverage]:
        """Which stretch of each source was seen in the period."""
        ...

    def kept(self, since: datetime, until: datetime) -> Iterator[Kept]:
        """Posts published in the period, with mentions or without, oldest first."""
        ...

    def around(self, posts: Sequence[Post]) -> Mapping[str, Around]:
        """What is known around posts that come in, by post id; left out where it is nothing."""
        ...

    def save_mark(
        self, post_id: str, brand: str, now: datetime, *, about: bool, by: str
    ) -> MarkOutcome:
        """A person's answer whether a post is about a brand, and what followed from it.

        Without the post (``no post``) nothing is kept. A mention that is none is ``withdrawn``;
        one in doubt is ``settled``, one that an earlier answer withdrew is ``restored`` to be
        tagged anew, and any other is ``kept``. Where there is ``no mention`` none is made.
        """
        ...

    def doubts(self, brand: str | None, limit: int) -> InDoubt:
        """Mentions that wait for a person's look, tagged or not; of one brand, or of all."""
        ...

    def marks(self) -> list[Marked]:
        """Every such answer, the newest of each brand first."""
        ...

    def search(self, words: str, limit: int) -> list[Post]:
        """Posts that hold all these words, best first."""
        ...

    def status(self, now: datetime) -> Status:
        """How everything stands."""
        ...

    def close(self) -> None:
        """Let go of the database."""
        ...

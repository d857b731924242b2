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
from listener.budget import NO_LIMITS, Limits, Spending, Use
from listener.coverage import Coverage
from listener.match.around import Around, Marked
from listener.model import NOTHING_SPENT, Alert, Fault, Gap, Mention, Post, Spent
from listener.ports import FailureState
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
    ``recheck_posts_max`` how many known posts it can look at again in one call, 0 where it can't;
    ``recheck_is_billed`` says that each of these looks costs.
    """

    name: str
    poll_seconds: float
    limits: Limits = NO_LIMITS
    recheck_posts_max: int = 0
    recheck_is_billed: bool = False


@dataclass(frozen=True, slots=True)
class SourceTurn:
    """A source that is due, claimed: poll it from ``cursor``. ``due_at`` is when it was to be.

    ``last_error`` and its ``state`` are those of the failures since it was last seen.
    """

    name: str
    cursor: str | None
    token: int
    failures: int
    seen_until: datetime | None
    last_error: str
    due_at: datetime | None = None
    state: str = ""


@dataclass(frozen=True, slots=True)
class Reserved:
    """What was set aside of a source's budget for one call; it counts as spent until settled."""

    number: int
    allowance: Spent


@dataclass(frozen=True, slots=True)
class Polled:
    """What a poll brought, ready to be stored in one transaction with its cursor.

    ``posts`` have their time set; ``mentions`` are the matches in them, ``answers`` the replies
    by the brands' own accounts; ``gone`` are authors, ``look_again`` posts that may be;
    ``seen_at`` is now.

    ``gap`` is the time before in which nobody asked. Where the poll was ``complete`` what was
    published then was read after all; while there is ``more`` that may still be. ``gaps`` are
    stretches that the source told as missed, ``filled`` those it read after all. ``reserved`` is
    settled with what was ``spent``, and the budget may put ``due_at`` off.
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
    look_again: Sequence[str] = ()
    answers: Sequence[Answer] = ()
    spent: Spent = NOTHING_SPENT
    reserved: Reserved | None = None
    complete: bool = False
    more: bool = False


@dataclass(frozen=True, slots=True)
class Saved:
    """What of a poll was new to the store."""

    posts_new: int = 0
    posts_edited: int = 0
    posts_deleted: int = 0
    mentions_new: int = 0


@dataclass(frozen=True, slots=True)
class RecheckTurn:
    """A source whose ``posts`` are due for a second look, claimed at ``asked_at``."""

    source: str
    posts: tuple[Post, ...]
    token: int
    failures: int
    asked_at: datetime


@dataclass(frozen=True, slots=True)
class Rechecked:
    """What a second look brought, ready to be stored in one transaction.

    ``posts`` are those that changed, ``mentions`` the matches in them. ``looked_at`` are the ids
    of all that the site was asked for and answered about, ``passed_over`` those it didn't answer
    about: they are asked for again at ``again_at``. ``reason`` says why, if somebody knows.
    """

    seen_at: datetime
    due_at: datetime
    again_at: datetime
    posts: Sequence[Post] = ()
    mentions: Sequence[Mention] = ()
    deleted: Sequence[str] = ()
    gone: Sequence[str] = ()
    looked_at: Sequence[str] = ()
    passed_over: Sequence[str] = ()
    reason: str = ""
    spent: Spent = NOTHING_SPENT
    reserved: Reserved | None = None


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
    """How a source stands. ``state``: new, ok, degraded (some places fail), failing; or resting.

    It rests, as ``budget`` or ``quota``, where its share of the day or month is used up.
    ``trouble`` is the kind of failure that keeps it from being read. ``gaps`` are the newest that
    were not filled; ``backfilled_seconds`` and ``lost_seconds`` say for how long of the last 30
    days nobody looked, and what was published then was read after all, or not.
    """

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
    trouble: str = ""
    seen_until: datetime | None = None
    backfilled_seconds: float = 0.0
    lost_seconds: float = 0.0
    spent_day: Spent = NOTHING_SPENT
    spent_month: Spent = NOTHING_SPENT
    budget: tuple[Use, ...] = ()


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
class Written:
    """What is stored of one author on one site; ``names`` are the handles, as written there."""

    site: str
    names: str
    posts: int
    mentions: int


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
        """Make the schedule hold just these sources. New ones are due, with ``all_due`` each.

        Even then one waits that its site or its budget wants to wait longer than its interval.
        """
        ...

    def nudge(self, source: str, now: datetime) -> bool:
        """Make a source due that is planned and well; whether it was to be due later."""
        ...

    def claim_sources(self, now: datetime, lease_seconds: float, limit: int) -> list[SourceTurn]:
        """Take up to ``limit`` due sources, the longest due first."""
        ...

    def save_poll(self, turn: SourceTurn, polled: Polled) -> Saved:
        """Posts, mentions and cursor together. Raises LostLease when the turn is over."""
        ...

    def fail_poll(
        self,
        turn: SourceTurn,
        reason: str,
        due_at: datetime,
        *,
        state: FailureState = "outage",
        spent: Spent | None = None,
        reserved: Reserved | None = None,
    ) -> None:
        """Nothing came: keep the cursor, count the failure. Raises LostLease.

        Where it isn't known what was ``spent``, all that was ``reserved`` was.
        """
        ...

    def reserve(
        self, source: str, limits: Limits, dearest: Spent, now: datetime, *, looks: bool = False
    ) -> Reserved | None:
        """Set aside what one call may cost: ``dearest``, or what the limits leave of it.

        None where nothing is left of something that it needs. What is set aside is spent as far
        as any process can see, until it is settled; if it never is, for good. So no number of
        processes can cross a limit together. Second looks (``looks``) get a share of the limits.
        """
        ...

    def spending(self, source: str, now: datetime) -> Spending:
        """What a source has spent, with what is set aside."""
        ...

    def claim_rechecks(self, now: datetime, lease_seconds: float, limit: int) -> list[RecheckTurn]:
        """Take up to ``limit`` sources with posts that are due for a second look.

        Of each as many posts as it takes in one call, mentions first, then the longest due.
        """
        ...

    def save_recheck(self, turn: RecheckTurn, rechecked: Rechecked) -> Saved:
        """Edits, counts and deletions together. Raises LostLease when the turn is over.

        What a poll changed or took down since the posts were asked for is left as it is.
        """
        ...

    def fail_recheck(
        self,
        turn: RecheckTurn,
        reason: str,
        due_at: datetime,
        *,
        spent: Spent | None = None,
        reserved: Reserved | None = None,
    ) -> None:
        """Nothing came of it: its posts stay due, the failure is counted. Raises LostLease."""
        ...

    def written(self, author: str, site: str | None = None) -> list[Written]:
        """What is stored by whoever is called so, per site.

        ``author`` is a handle, in any case and with or without ``@``, an id, or either with its
        site in front (``x:somebody``); a name where the site tells neither.
        """
        ...

    def forget(self, author: str, sites: Iterable[str], now: datetime) -> int:
        """Blank all of that on these sites, for good. Returns how many posts.

        What was told of it is taken back where the channel can.
        """
        ...

    def scrub(self, before: datetime, busy_seconds: float = 0) -> bool:
        """Wipe what posts that were removed before then left in the index and the log.

        False where others are at the log for longer than ``busy_seconds``: then try again.
        """
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

    def source_facts(self, now: datetime) -> list[SourceFacts]:
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

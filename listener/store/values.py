"""The values that the store takes and gives: turns, outcomes, and how things stand."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from listener.answers import Answer
from listener.budget import NO_LIMITS, Limits, Use
from listener.model import NOTHING_SPENT, Alert, Fault, Gap, Mention, Post, Spent, Supporter
from listener.rules import Order, Silenced
from listener.watch import ChannelFacts

Trouble = Literal["locked", "full", "read-only", "broken", "unreachable", "newer"]
Outcome = Literal["delivered", "retry", "buried", "returned", "stopped"]
MarkOutcome = Literal["settled", "withdrawn", "restored", "kept", "no mention", "no post"]


class StoreUnavailable(Exception):
    """The store could not do it now; ``state`` says why, and nothing of it happened."""

    def __init__(self, state: Trouble, detail: str) -> None:
        super().__init__(f"the store is {state}: {detail}")
        self.state = state


class LostLease(Exception):
    """Somebody else holds the work by now: what was done under the old lease doesn't count."""


@dataclass(frozen=True, slots=True)
class FactChange:
    """What a site told of a post from then on: a name of ``model.FACTS`` and its value."""

    name: str
    value: str
    at: datetime


@dataclass(frozen=True, slots=True)
class SourcePlan:
    """A source as configured.

    ``poll_seconds`` is how long may lie between two polls, ``limits`` its budget, and
    ``recheck_posts_max`` how many known posts it can look at again in one call, 0 where it can't;
    ``recheck_is_dear`` says that each of these looks costs: there are few.
    """

    name: str
    poll_seconds: float
    limits: Limits = NO_LIMITS
    recheck_posts_max: int = 0
    recheck_is_dear: bool = False


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
    settled with what was ``spent``, and the budget may put ``due_at`` off. ``supporters`` voted or
    took their vote back; accounts that are ``linked`` are one person's.
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
    supporters: Sequence[Supporter] = ()
    linked: Sequence[Sequence[str]] = ()


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
    about: they are asked for again sooner. ``reason`` says why, if somebody knows.
    """

    seen_at: datetime
    due_at: datetime
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
    """A tagged and ranked mention, and what the rules want told about it.

    ``story`` is the id of the post that its story began with; ``silenced`` what would have been
    told if nobody had wanted silence.
    """

    mention: Mention
    token: int
    orders: Sequence[Order] = ()
    story: str = ""
    silenced: Sequence[Silenced] = ()


@dataclass(frozen=True, slots=True)
class Storied:
    """A post whose story is known, in the order ``n`` in which those were found."""

    n: int
    post: Post
    seen_at: datetime
    story: str


@dataclass(frozen=True, slots=True)
class Judged:
    """A tagged mention, the id of the post its story began with, and when it was tagged."""

    mention: Mention
    story: str
    at: datetime


@dataclass(frozen=True, slots=True)
class SendTurn:
    """An alert that is due, claimed; ``attempts`` counts this one.

    ``since`` is when trying began: that it was put in the outbox, was sent again by hand, or that
    its channel stood still last.
    """

    alert: Alert
    token: int
    attempts: int
    since: datetime


@dataclass(frozen=True, slots=True)
class Settled:
    """How a send ended. ``next_at`` only for a retry; ``reason`` unless delivered.

    ``returned``: it was claimed and not tried, and the claim doesn't count. ``stopped``: the
    channel itself is refused, as ``state`` says; the alert waits, uncounted, and the channel
    stands so until something is delivered by it again.
    """

    key: str
    token: int
    outcome: Outcome
    at: datetime
    receipt: str | None = None
    reason: str = ""
    next_at: datetime | None = None
    state: str = ""


@dataclass(frozen=True, slots=True)
class SourceStatus:
    """How a source stands. ``state``: new, ok, degraded (some places fail), failing; or resting.

    It rests, as ``budget`` or ``quota``, where its share of the day or month is used up.
    ``trouble`` is the kind of failure that keeps it from being read. ``gaps`` are the newest that
    were not filled; ``backfilled_seconds`` and ``lost_seconds`` say for how long of the last 30
    days nobody looked, and what was published then was read after all, or not. ``looks_error``
    is why the last second look at known posts failed, so often in a row as ``looks_failures``.
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
    looks_failures: int = 0
    looks_error: str = ""


@dataclass(frozen=True, slots=True)
class PushedStatus:
    """What was pushed to a source and is not taken in yet; ``last_error`` why, where it failed."""

    source: str
    waiting: int
    oldest_at: datetime
    last_error: str = ""


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
    """Everything ``listener status`` tells. ``doubts`` counts mentions that a person should see.

    ``cases`` counts those that are not closed, by state; ``stopped`` are the channels that are
    refused as such, and so stand still; ``desks`` those that could not be asked last time, with
    the reason. ``pushed`` tells of every source for which something that was pushed waits.
    """

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
    cases: Mapping[str, int] = field(default_factory=dict)
    stopped: tuple[ChannelFacts, ...] = ()
    desks: tuple[tuple[str, str], ...] = ()
    pushed: tuple[PushedStatus, ...] = ()


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

"""The store as the stages see it: verbs named after use, and the values they take and give.

Every verb that writes is one transaction and raises StoreUnavailable when it could not be
committed: then nothing of it happened. Work is claimed under a lease with a fencing token; a
lease that ran out is taken by the next claim, and the old token can settle nothing any more.
``listener.testing.store_suite`` is what any implementation has to pass.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Protocol

from listener.budget import Limits, Spending
from listener.coverage import Coverage
from listener.crisis.baseline import Tally
from listener.match.around import Around, Marked
from listener.model import Mention, Post, Spent
from listener.ports import FailureState
from listener.store.case_port import CaseBook, Controls
from listener.store.import_port import ImportBook
from listener.store.learning_port import CorrectionBook, LessonBook, RetagBook
from listener.store.past_port import PastBook
from listener.store.people_port import ParticularsBook, PeopleBook
from listener.store.push_port import ArrivalBook
from listener.store.values import (
    Buried,
    InDoubt,
    Judged,
    Kept,
    LostLease,
    MarkOutcome,
    Outcome,
    Polled,
    Rechecked,
    RecheckTurn,
    Reserved,
    Saved,
    SendTurn,
    Settled,
    SourcePlan,
    SourceStatus,
    SourceTurn,
    StageStatus,
    Status,
    StoreUnavailable,
    Storied,
    Tagged,
    TagTurn,
    Trouble,
    Written,
)
from listener.watch import Alarm, SourceFacts, Volume

__all__ = [
    "Buried",
    "InDoubt",
    "Judged",
    "Kept",
    "LostLease",
    "MarkOutcome",
    "Outcome",
    "Polled",
    "RecheckTurn",
    "Rechecked",
    "Reserved",
    "Saved",
    "SendTurn",
    "Settled",
    "SourcePlan",
    "SourceStatus",
    "SourceTurn",
    "StageStatus",
    "Status",
    "Store",
    "StoreUnavailable",
    "Storied",
    "TagTurn",
    "Tagged",
    "Trouble",
    "Written",
]


class Store(Protocol):
    """Where everything is kept. One per thread; ``close`` it."""

    @property
    def cases(self) -> CaseBook:
        """The book of cases, on the same connection."""
        ...

    @property
    def controls(self) -> Controls:
        """The book of what people control, on the same connection."""
        ...

    @property
    def corrections(self) -> CorrectionBook:
        """The book of what people corrected, on the same connection."""
        ...

    @property
    def lessons(self) -> LessonBook:
        """The book of what was learned of it, on the same connection."""
        ...

    @property
    def retags(self) -> RetagBook:
        """The book of judging anew what is stored, on the same connection."""
        ...

    @property
    def imports(self) -> ImportBook:
        """Other tools' history on its way into the store."""
        ...

    @property
    def past(self) -> PastBook:
        """What is known from before, as judging asks it, on the same connection."""
        ...

    @property
    def arrivals(self) -> ArrivalBook:
        """The book of what others push to us, on the same connection."""
        ...

    @property
    def people(self) -> PeopleBook:
        """The book of which accounts are one person's, on the same connection."""
        ...

    @property
    def particulars(self) -> ParticularsBook:
        """The book of what sites tell beside the words, on the same connection."""
        ...

    def storied(self, since: datetime, after: int, limit: int) -> list[Storied]:
        """Posts whose story was found after number ``after``, and that were seen since then.

        By rising ``n``, so that a process can catch up with what others found.
        """
        ...

    def plan_sources(
        self, plans: Iterable[SourcePlan], now: datetime, *, all_due: bool = False
    ) -> None:
        """Make the schedule hold just these sources. New ones are due, with ``all_due`` each.

        Even then one waits that its site or its budget wants to wait longer than its interval.
        """
        ...

    def nudge(self, source: str, now: datetime) -> bool:
        """Make a planned, well source due as soon as it may be asked; whether that is earlier."""
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

    def settle(self, source: str, reserved: Reserved, spent: Spent | None, now: datetime) -> None:
        """Count what a call outside the schedule cost; None: all that was set aside for it."""
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
        """Take up to ``limit`` mentions that want tagging: direct ones first, then the oldest.

        One that was taken before and not saved may have taken a process down with it: it is taken
        alone, and from the third time on when nothing else waits or an hour after it was seen.
        """
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

    def tallies(self, brand: str, since: datetime, until: datetime, minutes: int) -> list[Tally]:
        """What was said of a brand, by stretches of so many minutes; empty ones are left out."""
        ...

    def judged(self, since: datetime, until: datetime) -> Iterator[Judged]:
        """Mentions that were tagged in the period, in the order in which they were."""
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

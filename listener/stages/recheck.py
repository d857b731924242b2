"""Recheck: look again at known posts, for edits, new counts and deletions; wipe what went.

It is polling's twin, apart from it: its failures are its own, and it costs no poll its turn. A
poll and a second look at the same source may go on at the same time, in threads of their own.
"""

from collections.abc import Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import partial
from typing import cast

import structlog

from listener.budget import NO_LIMITS, used_up
from listener.due import next_poll_after_failure
from listener.match import Matcher
from listener.model import UNLIMITED, Batch, Post, Spent
from listener.ports import Metered, Rechecking, Reject, Retry
from listener.stages.bringing import Listened
from listener.stages.reading import REASON_CHARS_MAX, cleaned, counted, mentions_in, usable
from listener.store.port import (
    LostLease,
    Rechecked,
    RecheckTurn,
    Reserved,
    Store,
    StoreUnavailable,
)
from listener.text import clean_text
from listener.workers import Workers

log = structlog.get_logger("recheck")

LEASE_SECONDS = 120
RECHECKS_AT_ONCE = 4
PACE_SECONDS = 10
"""How long a source is left alone after a second look, however much is due."""
REJECTED_WAIT_SECONDS = 3600
SCRUB_AFTER = timedelta(hours=1)
SCRUB_EVERY = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class _Asked:
    """A turn that was begun, and what was set aside for it."""

    turn: RecheckTurn
    reserved: Reserved | None = None


@dataclass(frozen=True, slots=True)
class _Failed:
    """A second look that brought nothing: why, when to look again, what it cost if known."""

    reason: str
    due_at: datetime
    spent: Spent | None = None


@dataclass
class RecheckStage:
    """Looks again at what is due, several sources at a time; only the stepping thread writes."""

    store: Store
    sources: Mapping[str, Listened]
    matcher: Matcher
    workers: Workers = field(default_factory=lambda: Workers("recheck", RECHECKS_AT_ONCE))
    _looking: dict[str, tuple[_Asked, Future[Batch], datetime]] = field(default_factory=dict)
    _unsaved: list[tuple[_Asked, Rechecked | _Failed]] = field(default_factory=list)
    _scrub_at: datetime | None = None

    @property
    def busy(self) -> bool:
        """Whether a second look is under way or its outcome is not stored yet."""
        return bool(self._looking or self._unsaved)

    def step(self, now: datetime) -> int:
        """Store what came, start what is due, wipe. Returns how much was done."""
        finished = self._finish(now)
        self._give_up_hung(now)
        self._save(now)
        started = self._start(now)
        self._scrub(now)
        return finished + started

    def drain(self, now: datetime) -> None:
        """Store what came; start nothing new."""
        self._finish(now)
        self._save(now)

    def _start(self, now: datetime) -> int:
        free = RECHECKS_AT_ONCE - len(self._looking)
        turns = self.store.claim_rechecks(now, LEASE_SECONDS, free)
        for turn in turns:
            self._ask(turn, now)
        self._save(now)
        return len(turns)

    def _ask(self, turn: RecheckTurn, now: datetime) -> None:
        """Should the store fail here, the lease runs out and the posts are still due."""
        listened = self.sources.get(turn.source)
        if listened is None or turn.source in self._looking or not turn.posts:
            return
        asked, allowance = _Asked(turn), UNLIMITED
        if isinstance(listened.source, Metered) and listened.limits != NO_LIMITS:
            reserved = self._reserved(turn, listened, listened.source, now)
            if reserved is None:
                return
            asked, allowance = _Asked(turn, reserved), reserved.allowance
        source = cast("Rechecking", listened.source)
        look = partial(source.recheck, turn.posts, allowance)
        self._looking[turn.source] = (asked, self.workers.submit(look), now)

    def _reserved(
        self, turn: RecheckTurn, listened: Listened, source: Metered, now: datetime
    ) -> Reserved | None:
        """What is set aside, as for a poll; where that is nothing the source rests."""
        try:
            dearest = counted(source.dearest())
        except Exception as error:
            log.exception("source broke", source=turn.source)
            self._failed(_Asked(turn), Retry(f"{type(error).__name__}: {error}"), now)
            return None
        reserved = self.store.reserve(turn.source, listened.limits, dearest, now, looks=True)
        if reserved is None:
            spending = self.store.spending(turn.source, now)
            stop = used_up(listened.limits, spending, dearest, now)
            self._unsaved.append((_Asked(turn), _Failed(stop.reason, stop.until)))
        return reserved

    def _finish(self, now: datetime) -> int:
        done = [(asked, future) for asked, future, _ in self._looking.values() if future.done()]
        for asked, future in done:
            del self._looking[asked.turn.source]
            self._take(asked, future, now)
        return len(done)

    def _take(self, asked: _Asked, future: "Future[Batch]", now: datetime) -> None:
        try:
            rechecked = self._rechecked(asked, future.result(), now)
        except (Retry, Reject) as failure:
            self._failed(asked, failure, now)
        except BaseException as error:
            log.exception("source broke", source=asked.turn.source)
            self._failed(asked, Retry(f"{type(error).__name__}: {error}"), now)
        else:
            self._unsaved.append((asked, rechecked))

    def _rechecked(self, asked: _Asked, batch: Batch, now: datetime) -> Rechecked:
        turn = asked.turn
        listened = self.sources[turn.source]
        posts, unusable = usable(_dated(batch.posts, turn.posts), now)
        deleted = [clean_text(post_id) for post_id in batch.deleted]
        answered = {*deleted, *(post.id for post in posts)}
        faults = [cleaned(fault) for fault in (*batch.faults, *unusable)]
        passed_over = _passed_over(turn.posts, answered, [fault.where for fault in faults])
        return Rechecked(
            seen_at=now,
            due_at=now + timedelta(seconds=PACE_SECONDS),
            posts=posts,
            mentions=mentions_in(
                posts, turn.source, listened.brands, self.matcher, self.store, listened.place
            ),
            deleted=deleted,
            gone=[clean_text(author) for author in batch.gone],
            looked_at=[post.id for post in turn.posts if post.id not in passed_over],
            passed_over=sorted(passed_over),
            reason=faults[0].reason if faults else "",
            spent=counted(batch.spent),
            reserved=asked.reserved,
        )

    def _failed(self, asked: _Asked, failure: Retry | Reject, now: datetime) -> None:
        turn = asked.turn
        after = REJECTED_WAIT_SECONDS if isinstance(failure, Reject) else failure.after_seconds
        due_at = next_poll_after_failure(
            f"recheck {turn.source}", PACE_SECONDS, turn.failures + 1, now, after
        )
        reason = clean_text(str(failure.reason), REASON_CHARS_MAX)
        again_at = due_at.isoformat()
        log.warning("second look failed", source=turn.source, reason=reason, again_at=again_at)
        spent = None if failure.spent is None else counted(failure.spent)
        self._unsaved.append((asked, _Failed(reason, due_at, spent)))

    def _save(self, now: datetime) -> None:
        """Store outcomes; while the store can't, they are kept and not asked for again."""
        while self._unsaved:
            asked, outcome = self._unsaved[0]
            try:
                self._save_one(asked, outcome, now)
            except LostLease:
                log.warning("second look came too late", source=asked.turn.source)
            del self._unsaved[0]

    def _save_one(self, asked: _Asked, outcome: Rechecked | _Failed, now: datetime) -> None:
        turn = asked.turn
        if isinstance(outcome, _Failed):
            self.store.fail_recheck(
                turn, outcome.reason, outcome.due_at, spent=outcome.spent, reserved=asked.reserved
            )
            return
        try:
            saved = self.store.save_recheck(turn, outcome)
        except (LostLease, StoreUnavailable):
            raise
        except Exception as error:
            log.exception("what a second look brought can't be stored", source=turn.source)
            why = f"{type(error).__name__}: {error}"
            self._failed(asked, Retry(why, spent=outcome.spent), now)
            return
        tell = log.info if saved.posts_edited or saved.posts_deleted else log.debug
        tell(
            "looked again",
            source=turn.source,
            posts=len(turn.posts),
            posts_edited=saved.posts_edited,
            posts_deleted=saved.posts_deleted,
            passed_over=len(outcome.passed_over),
        )

    def _give_up_hung(self, now: datetime) -> None:
        hung = [
            (asked, future)
            for asked, future, since in self._looking.values()
            if not future.done() and (now - since).total_seconds() >= LEASE_SECONDS
        ]
        for asked, future in hung:
            del self._looking[asked.turn.source]
            self.workers.give_up(future)
            self._failed(asked, Retry(f"did not come back within {LEASE_SECONDS} seconds"), now)

    def _scrub(self, now: datetime) -> None:
        """Wipe what removed posts left in the database's files, many at a time."""
        if self._scrub_at is None or not now < self._scrub_at <= now + SCRUB_EVERY:
            self._scrub_at = now + SCRUB_EVERY
            self.store.scrub(now - SCRUB_AFTER)


def _dated(changed: Sequence[Post], known: Sequence[Post]) -> list[Post]:
    """What was asked for of what came; one that tells no date keeps the one that is known."""
    published = {post.id: post.published_at for post in known}
    return [
        post if post.published_at else replace(post, published_at=published[post.id])
        for post in changed
        if post.id in published
    ]


def _passed_over(
    asked_for: Sequence[Post], answered: set[str], places: Sequence[str]
) -> frozenset[str]:
    """The ids that the site didn't answer about: those that faults name.

    A fault that names none of them may mean any that the answer doesn't hold.
    """
    ids = {name: post.id for post in asked_for for name in (post.native_id, post.id)}
    if any(place not in ids for place in places):
        return frozenset(post.id for post in asked_for if post.id not in answered)
    return frozenset(ids[place] for place in places) - answered

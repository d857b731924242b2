"""Poll: ask the sources that are due, find the mentions, store posts, mentions and cursor."""

from collections.abc import Mapping
from concurrent.futures import Future
from dataclasses import astuple, dataclass, field, replace
from datetime import datetime
from functools import partial

import structlog

from listener.budget import NO_LIMITS, Limits, ends, used_up
from listener.coverage import cause_of
from listener.due import next_poll, next_poll_after_failure, unseen
from listener.match import Matcher
from listener.model import (
    NOTHING_SPENT,
    UNLIMITED,
    Batch,
    Spent,
)
from listener.ports import FAILURE_STATES, FailureState, Metered, Reject, Retry
from listener.stages.bringing import Listened, brought
from listener.stages.reading import (
    GAPS_MAX,
    REASON_CHARS_MAX,
    as_told,
    counted,
    cursor_of,
    few,
    few_faults,
)
from listener.store.port import (
    LostLease,
    Polled,
    Reserved,
    SourceTurn,
    Store,
    StoreUnavailable,
)
from listener.text import clean_text
from listener.workers import Workers

log = structlog.get_logger("poll")

LEASE_SECONDS = 120
POLLS_AT_ONCE = 8
REJECTED_WAIT_SECONDS = 900
CLAIMED_SECONDS_MAX = 30


@dataclass(frozen=True, slots=True)
class _Asked:
    """A source's turn that was begun, and what was set aside for it."""

    turn: SourceTurn
    reserved: Reserved | None = None


@dataclass(frozen=True, slots=True)
class _Failed:
    """A poll that brought nothing: why, when to ask again, and what it cost if that is known."""

    reason: str
    due_at: datetime
    state: FailureState = "outage"
    spent: Spent | None = None


@dataclass
class PollStage:
    """Polls what is due, several sources at a time; only the stepping thread writes."""

    store: Store
    sources: Mapping[str, Listened]
    matcher: Matcher
    workers: Workers = field(default_factory=lambda: Workers("poll", POLLS_AT_ONCE))
    _claimed: list[tuple[SourceTurn, datetime]] = field(default_factory=list)
    _polling: dict[str, tuple[_Asked, Future[Batch], datetime]] = field(default_factory=dict)
    _unsaved: list[tuple[_Asked, Polled | _Failed]] = field(default_factory=list)

    @property
    def busy(self) -> bool:
        """Whether a poll is under way or its outcome is not stored yet."""
        return bool(self._claimed or self._polling or self._unsaved)

    def step(self, now: datetime) -> int:
        """Store what came, then start what is due. Returns how much was done."""
        finished = self._finish(now)
        self._give_up_hung(now)
        self._save(now)
        return finished + self._start(now)

    def drain(self, now: datetime) -> None:
        """Store what came; start nothing new."""
        self._claimed.clear()
        self._finish(now)
        self._save(now)

    def _start(self, now: datetime) -> int:
        free = POLLS_AT_ONCE - len(self._polling) - len(self._claimed)
        turns = self.store.claim_sources(now, LEASE_SECONDS, free)
        self._claimed += [(turn, now) for turn in turns]
        while self._claimed:
            turn, claimed_at = self._claimed[0]
            # While the store can't set money aside, a turn waits; a late one is claimed anew.
            if (now - claimed_at).total_seconds() < CLAIMED_SECONDS_MAX:
                self._ask(turn, now)
            del self._claimed[0]
        self._save(now)
        return len(turns)

    def _ask(self, turn: SourceTurn, now: datetime) -> None:
        listened = self.sources.get(turn.name)
        if listened is None or turn.name in self._polling:
            return  # another process' config has it, or its poll hangs: the lease runs out
        asked = _Asked(turn)
        poll = partial(listened.source.poll, turn.cursor)
        if isinstance(listened.source, Metered) and listened.limits != NO_LIMITS:
            reserved = self._reserved(turn, listened.source, listened.limits, now)
            if reserved is None:
                return
            asked = _Asked(turn, reserved)
            poll = partial(listened.source.poll_within, turn.cursor, reserved.allowance)
        self._polling[turn.name] = (asked, self.workers.submit(poll), now)

    def _reserved(
        self, turn: SourceTurn, source: Metered, limits: Limits, now: datetime
    ) -> Reserved | None:
        """What is set aside for the poll; where that is nothing the source rests."""
        try:
            dearest = counted(source.dearest())
        except Exception as error:
            log.exception("source broke", source=turn.name)
            self._failed(_Asked(turn), Retry(f"{type(error).__name__}: {error}"), now)
            return None
        reserved = self.store.reserve(turn.name, limits, dearest, now)
        if reserved is None:
            stop = used_up(limits, self.store.spending(turn.name, now), dearest, now)
            log.warning("budget used up", source=turn.name, again_at=stop.until.isoformat())
            rests = _Failed(stop.reason, stop.until, "budget", NOTHING_SPENT)
            self._unsaved.append((_Asked(turn), rests))
        return reserved

    def _finish(self, now: datetime) -> int:
        done = [(asked, future) for asked, future, _ in self._polling.values() if future.done()]
        for asked, future in done:
            self._take(asked, future, now)
            del self._polling[asked.turn.name]
        return len(done)

    def _take(self, asked: _Asked, future: "Future[Batch]", now: datetime) -> None:
        try:
            batch = future.result()
            polled = self._polled(asked, batch, now)
        except (Retry, Reject) as failure:
            self._failed(asked, failure, now)
        except BaseException as error:
            if isinstance(error, StoreUnavailable) and future.exception() is None:
                raise  # the store's trouble, not the source's: what came is taken at the next step
            log.exception("source broke", source=asked.turn.name)
            self._failed(asked, Retry(f"{type(error).__name__}: {error}"), now)
        else:
            self._unsaved.append((asked, polled))

    def _polled(self, asked: _Asked, batch: Batch, now: datetime) -> Polled:
        turn, listened = asked.turn, self.sources[asked.turn.name]
        cause = cause_of(turn.state, turn.last_error)
        told = (*((batch.gap,) if batch.gap else ()), *batch.gaps)
        polled = brought(batch, turn.name, listened, self.matcher, self.store, now)
        return replace(
            polled,
            cursor=cursor_of(batch),
            due_at=next_poll(
                listened.poll_seconds, now, more=batch.more, wait_seconds=batch.wait_seconds
            ),
            faults=few_faults(batch.faults),
            gap=unseen(turn.seen_until, turn.due_at, listened.poll_seconds, now, cause),
            gaps=few(as_told(told, now)),
            filled=as_told(batch.filled[:GAPS_MAX], now),
            spent=self._counted(asked, batch.spent),
            reserved=asked.reserved,
            complete=bool(batch.complete),
            more=bool(batch.more),
        )

    def _counted(self, asked: _Asked, spent: Spent) -> Spent:
        """What a poll says it cost, told where that is more than it was allowed."""
        spent = counted(spent)
        allowed = asked.reserved.allowance if asked.reserved else UNLIMITED
        if any(one > most for one, most in zip(astuple(spent), astuple(allowed), strict=True)):
            log.error("source spent more than it may", source=asked.turn.name, spent=str(spent))
        return spent

    def _save(self, now: datetime) -> None:
        """Store outcomes; while the store can't, they are kept and not asked for again."""
        while self._unsaved:
            asked, outcome = self._unsaved[0]
            try:
                self._save_one(asked, outcome, now)
            except LostLease:
                log.warning(
                    "poll came too late, its source is polled again", source=asked.turn.name
                )
            del self._unsaved[0]

    def _save_one(self, asked: _Asked, outcome: Polled | _Failed, now: datetime) -> None:
        turn = asked.turn
        if isinstance(outcome, _Failed):
            self.store.fail_poll(
                turn,
                outcome.reason,
                outcome.due_at,
                state=outcome.state,
                spent=outcome.spent,
                reserved=asked.reserved,
            )
            return
        try:
            saved = self.store.save_poll(turn, outcome)
        except (LostLease, StoreUnavailable):
            raise
        except Exception as error:
            log.exception("what a source brought can't be stored", source=turn.name)
            why = f"{type(error).__name__}: {error}"
            self._failed(asked, Retry(why, spent=outcome.spent), now)
            return
        came = saved.posts_new or saved.posts_edited or saved.posts_deleted
        tell = log.info if came or outcome.faults or outcome.rejects else log.debug
        tell(
            "polled",
            source=turn.name,
            posts_new=saved.posts_new,
            mentions_new=saved.mentions_new,
            faults=len(outcome.faults),
            rejects=len(outcome.rejects),
        )
        for gap in outcome.gaps:
            log.warning("not seen", source=turn.name, cause=gap.cause, place=gap.place)

    def _failed(self, asked: _Asked, failure: Retry | Reject, now: datetime) -> None:
        turn = asked.turn
        state = failure.state if failure.state in FAILURE_STATES else "outage"
        again = REJECTED_WAIT_SECONDS if isinstance(failure, Reject) else failure.after_seconds
        if state == "budget" and again is None:
            again = (ends("day", now) - now).total_seconds()
        poll_seconds = self.sources[turn.name].poll_seconds
        due_at = next_poll_after_failure(turn.name, poll_seconds, turn.failures + 1, now, again)
        reason = clean_text(str(failure.reason), REASON_CHARS_MAX)
        log.warning(
            "poll failed",
            source=turn.name,
            state=state,
            reason=reason,
            again_at=due_at.isoformat(),
        )
        spent = None if failure.spent is None else counted(failure.spent)
        self._unsaved.append((asked, _Failed(reason, due_at, state, spent)))

    def _give_up_hung(self, now: datetime) -> None:
        hung = [
            (asked, future)
            for asked, future, since in self._polling.values()
            if not future.done() and (now - since).total_seconds() >= LEASE_SECONDS
        ]
        for asked, future in hung:
            del self._polling[asked.turn.name]
            self.workers.give_up(future)
            self._failed(asked, Retry(f"did not come back within {LEASE_SECONDS} seconds"), now)

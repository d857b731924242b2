"""Intake: what others pushed is turned into posts at once, whatever becomes of polling.

A thing that breaks its source is found by taking ever fewer at a time, until it is alone; then it
is refused, kept for a person to look at, and the rest goes on.
"""

from collections.abc import Mapping
from concurrent.futures import Future
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime
from functools import partial

import structlog

from listener.budget import NO_LIMITS
from listener.match import Matcher
from listener.model import NOTHING_SPENT, UNLIMITED, Batch, Spent
from listener.ports import Metered, Receiving, Reject, Retry
from listener.retry import SOURCES, next_attempt
from listener.stages.bringing import Listened, brought
from listener.stages.reading import REASON_CHARS_MAX, counted
from listener.store.port import LostLease, Polled, Reserved, Store, StoreUnavailable
from listener.store.push_port import IntakeTurn
from listener.text import clean_text
from listener.workers import Workers

log = structlog.get_logger("intake")

LEASE_SECONDS = 120
AT_ONCE = 8


@dataclass(frozen=True, slots=True)
class _Taking:
    """A turn under way, and what was set aside for it."""

    turn: IntakeTurn
    future: "Future[Batch]"
    since: datetime
    reserved: Reserved | None = None


@dataclass
class IntakeStage:
    """Takes in what waits; only the stepping thread writes."""

    store: Store
    sources: Mapping[str, Listened]
    matcher: Matcher
    workers: Workers = field(default_factory=lambda: Workers("intake", AT_ONCE))
    _taking: dict[str, _Taking] = field(default_factory=dict)

    @property
    def busy(self) -> bool:
        """Whether something is being taken in."""
        return bool(self._taking)

    def step(self, now: datetime) -> int:
        """Store what was taken, then take more. Returns how much was done."""
        finished = self._finish(now)
        return finished + self._start(now)

    def drain(self, now: datetime) -> None:
        """Store what was taken; start nothing new."""
        self._finish(now)

    def _start(self, now: datetime) -> int:
        free = [name for name in self.sources if name not in self._taking]
        turns = self.store.arrivals.claim(free, now, LEASE_SECONDS)
        for turn in turns:
            self._take(turn, now)
        return len(turns)

    def _take(self, turn: IntakeTurn, now: datetime) -> None:
        source = self.sources[turn.source].source
        assert isinstance(source, Receiving)
        reserved, allowance = self._allowed(turn.source, now)
        work = partial(source.take, turn.arrivals, allowance)
        self._taking[turn.source] = _Taking(turn, self.workers.submit(work), now, reserved)

    def _allowed(self, name: str, now: datetime) -> tuple[Reserved | None, Spent]:
        """What taking it in may cost: nothing once the budget is used up."""
        listened = self.sources[name]
        if listened.limits == NO_LIMITS or not isinstance(listened.source, Metered):
            return None, UNLIMITED
        dearest = counted(listened.source.dearest())
        reserved = self.store.reserve(name, listened.limits, dearest, now)
        return reserved, reserved.allowance if reserved else NOTHING_SPENT

    def _finish(self, now: datetime) -> int:
        done = [one for one in self._taking.values() if one.future.done() or _hangs(one, now)]
        for one in done:
            self._settle(one, now)
            del self._taking[one.turn.source]
        return len(done)

    def _settle(self, one: _Taking, now: datetime) -> None:
        try:
            self._save_or_refuse(one, self._outcome(one, now), now)
        except LostLease:
            log.warning("taken in too late, it is taken again", source=one.turn.source)

    def _save_or_refuse(
        self, one: _Taking, outcome: Polled | Retry | Reject, now: datetime
    ) -> None:
        """What can't even be stored breaks its source like any other."""
        try:
            self._save(one, outcome, now)
        except (LostLease, StoreUnavailable):
            raise
        except Exception as error:
            log.exception("what was pushed can't be stored", source=one.turn.source)
            self._save(one, Reject(f"{type(error).__name__}: {error}"), now)

    def _outcome(self, one: _Taking, now: datetime) -> Polled | Retry | Reject:
        """What can be stored of it, or why nothing can."""
        if not one.future.done():
            self.workers.give_up(one.future)
            return Reject(f"did not come back within {LEASE_SECONDS} seconds")
        try:
            return self._polled(one, one.future.result(), now)
        except (Retry, Reject) as failure:
            return failure
        except StoreUnavailable:
            raise
        except BaseException as error:
            log.exception("what was pushed broke its source", source=one.turn.source)
            return Reject(f"{type(error).__name__}: {error}")

    def _polled(self, one: _Taking, batch: Batch, now: datetime) -> Polled:
        listened = self.sources[one.turn.source]
        polled = brought(batch, one.turn.source, listened, self.matcher, self.store, now)
        return replace(polled, reserved=one.reserved)

    def _save(self, one: _Taking, outcome: Polled | Retry | Reject, now: datetime) -> None:
        turn = one.turn
        if isinstance(outcome, Polled):
            saved = self.store.arrivals.save(turn, outcome)
            log.info("taken in", source=turn.source, pushed=len(turn.arrivals), **asdict(saved))
            return
        reason = clean_text(str(outcome.reason), REASON_CHARS_MAX)
        if one.reserved is not None:
            self.store.settle(turn.source, one.reserved, outcome.spent, now)
        if isinstance(outcome, Reject) and len(turn.arrivals) == 1:
            log.error("what was pushed can't be taken in", source=turn.source, reason=reason)
            self.store.arrivals.refuse(turn, reason, now)
            return
        log.warning("not taken in yet", source=turn.source, reason=reason)
        self.store.arrivals.fail(turn, reason, _again_at(turn, outcome, now))


def _hangs(one: _Taking, now: datetime) -> bool:
    return (now - one.since).total_seconds() >= LEASE_SECONDS


def _again_at(turn: IntakeTurn, failure: Retry | Reject, now: datetime) -> datetime:
    """At once where fewer may do; one that is alone as a site's trouble is waited out."""
    if isinstance(failure, Reject) or len(turn.arrivals) > 1:
        return now
    wish = failure.after_seconds
    at = next_attempt(SOURCES, turn.failures + 1, now, now, after_seconds=wish, key=turn.source)
    return at or now

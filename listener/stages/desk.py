"""Desk: ask the help desks what people did there, and bring our cases to that."""

from collections.abc import Mapping
from concurrent.futures import Future
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import partial

import structlog

from listener.cases import Change
from listener.ports import Changes, Desk, Reject, Retry
from listener.retry import SOURCES, next_attempt
from listener.store.case_port import ChangesSaved, DeskTurn
from listener.store.port import LostLease, Store, StoreUnavailable
from listener.teams import Teams
from listener.text import clean_text
from listener.workers import Workers

log = structlog.get_logger("desk")

LEASE_SECONDS = 120
DESKS_AT_ONCE = 8
REFUSED_WAIT_SECONDS = 300
REASON_CHARS_MAX = 1000


@dataclass(frozen=True, slots=True)
class _Failed:
    """A question that brought nothing, and when to ask again."""

    reason: str
    due_at: datetime


@dataclass
class DeskStage:
    """Asks desks that are due, several at a time; only the stepping thread writes."""

    store: Store
    desks: Mapping[str, Desk]
    teams: Teams
    workers: Workers = field(default_factory=lambda: Workers("desk", DESKS_AT_ONCE))
    _asking: dict[str, tuple[DeskTurn, Future[Changes], datetime]] = field(default_factory=dict)
    _unsaved: list[tuple[DeskTurn, Changes | _Failed]] = field(default_factory=list)

    @property
    def busy(self) -> bool:
        """Whether a desk is being asked or its answer is not stored yet."""
        return bool(self._asking or self._unsaved)

    def step(self, now: datetime) -> int:
        """Store what came, then ask what is due. Returns how much was done."""
        finished = self._finish(now)
        self._save(now)
        return finished + self._start(now)

    def drain(self, now: datetime) -> None:
        """Store what came; ask nobody."""
        self._finish(now)
        self._save(now)

    def _start(self, now: datetime) -> int:
        free = DESKS_AT_ONCE - len(self._asking)
        turns = self.store.cases.claim_desks(now, LEASE_SECONDS, free) if free > 0 else []
        for turn in turns:
            desk = self.desks.get(turn.channel)
            if desk is not None and turn.channel not in self._asking:
                asked = self.workers.submit(partial(desk.changes, turn.cursor))
                self._asking[turn.channel] = (turn, asked, now)
        return len(turns)

    def _finish(self, now: datetime) -> int:
        done = [name for name, (_, asked, _) in self._asking.items() if asked.done()]
        for name in done:
            turn, asked, _ = self._asking.pop(name)
            self._unsaved.append((turn, _outcome(turn, asked, now)))
        self._give_up_hung(now)
        return len(done)

    def _give_up_hung(self, now: datetime) -> None:
        """A desk that does not come back within its lease is asked by another thread."""
        for name, (turn, asked, since) in list(self._asking.items()):
            if (now - since).total_seconds() >= LEASE_SECONDS:
                del self._asking[name]
                self.workers.give_up(asked)
                failed = _Failed("the desk did not come back", _again_at(turn, None, now))
                self._unsaved.append((turn, failed))

    def _save(self, now: datetime) -> None:
        """Store outcomes in their order; while the store can't, they are kept."""
        while self._unsaved:
            turn, outcome = self._unsaved[0]
            try:
                self._save_one(turn, outcome, now)
            except LostLease:
                log.warning("asked under a lost lease: it is asked again", desk=turn.channel)
            del self._unsaved[0]

    def _save_one(self, turn: DeskTurn, outcome: Changes | _Failed, now: datetime) -> None:
        if isinstance(outcome, _Failed):
            log.warning("desk can't be asked", desk=turn.channel, reason=outcome.reason)
            self.store.cases.fail_changes(turn, outcome.reason, outcome.due_at)
            return
        try:
            saved = self._do(turn, outcome, now)
        except (StoreUnavailable, LostLease):
            raise
        except Exception as error:
            log.exception("what a desk told can't be kept", desk=turn.channel)
            self.store.cases.fail_changes(turn, *_broken(turn, error, now))
            return
        for reason in saved.refused:
            log.info("nothing came of an act at the desk", desk=turn.channel, reason=reason)
        if saved.applied:
            log.info("acts at the desk", desk=turn.channel, applied=saved.applied)

    def _do(self, turn: DeskTurn, told: Changes, now: datetime) -> ChangesSaved:
        """A desk that says that there is more, and stands where it stood, waits its time."""
        goes_on = told.more and told.cursor != turn.cursor
        wait = 0.0 if goes_on else self.desks[turn.channel].changes_seconds
        due_at = now + timedelta(seconds=wait)
        return self.store.cases.save_changes(turn, self._by_name(told), now, due_at)

    def _by_name(self, changes: Changes) -> Changes:
        """The same with people as the config calls them."""
        return replace(changes, changes=tuple(map(self._named, changes.changes)))

    def _named(self, change: Change) -> Change:
        return replace(change, act=replace(change.act, by=self.teams.name_of(change.act.by)))


def _outcome(turn: DeskTurn, asked: Future[Changes], now: datetime) -> Changes | _Failed:
    try:
        return asked.result()
    except Retry as failure:
        return _Failed(_told(failure.reason), _again_at(turn, failure.after_seconds, now))
    except Reject as failure:
        wait = REFUSED_WAIT_SECONDS
        return _Failed(_told(failure.reason), now + timedelta(seconds=wait))
    except BaseException as error:
        log.exception("desk broke", desk=turn.channel)
        return _Failed(*_broken(turn, error, now))


def _broken(turn: DeskTurn, error: BaseException, now: datetime) -> tuple[str, datetime]:
    """The reason of a failure that is nobody's plan, and when to ask again."""
    return _told(f"{type(error).__name__}: {error}"), _again_at(turn, None, now)


def _again_at(turn: DeskTurn, after_seconds: float | None, now: datetime) -> datetime:
    again_at = next_attempt(
        SOURCES, turn.failures + 1, now, now, after_seconds=after_seconds, key=turn.channel
    )
    return again_at or now + timedelta(seconds=SOURCES.wait_seconds_max)


def _told(reason: object) -> str:
    return clean_text(str(reason), REASON_CHARS_MAX)

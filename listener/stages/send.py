"""Send: tell the channels what is due. A channel that is slow or down delays no other."""

from collections.abc import Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from queue import Empty, SimpleQueue

import structlog

from listener.clock import Now
from listener.model import Alert
from listener.ports import Channel, FailureState, Paced, Reject, Retracting, Retry
from listener.retry import ALERTS, next_attempt, wish_seconds
from listener.store.port import SendTurn, Settled, Store
from listener.text import clean_text
from listener.workers import Workers

log = structlog.get_logger("send")

BATCH = 20
LEASE_SHARE = 1 / 3
PAUSE_SECONDS = 1.0
REASON_CHARS_MAX = 1000
RECEIPT_CHARS_MAX = 4000
STOPPED_SECONDS = 60
STOPPED: frozenset[FailureState] = frozenset({"login", "credits", "suspended", "blocked"})
"""The states that say nothing of an alert but of its channel: nothing gets through there."""
CANT_RETRACT = "this channel can't take back what it told"


@dataclass(frozen=True, slots=True)
class _Sending:
    """What a channel's thread is at, and since when."""

    future: Future[float | None]
    since: datetime
    turns: Sequence[SendTurn]


@dataclass
class SendStage:
    """Hands each channel its due alerts in a thread of its own; only the stepping thread writes."""

    store: Store
    channels: Mapping[str, Channel]
    now: Now
    lease_seconds: float = 60
    _workers: dict[str, Workers] = field(default_factory=dict)
    _sending: dict[str, _Sending] = field(default_factory=dict)
    _paused_until: dict[str, datetime] = field(default_factory=dict)
    _outcomes: "SimpleQueue[Settled]" = field(default_factory=SimpleQueue)
    _unsettled: list[Settled] = field(default_factory=list)
    _stopping: bool = False

    @property
    def busy(self) -> bool:
        """Whether a send is under way, not stored yet, or goes on in a moment."""
        under_way = self._sending or self._unsettled or not self._outcomes.empty()
        return bool(under_way) or self._goes_on_soon()

    def step(self, now: datetime) -> int:
        """Store outcomes, then hand out what is due. Returns how much was done."""
        finished = self._finish(now)
        settled = self._settle()
        return finished + settled + sum(self._start(channel, now) for channel in self.channels)

    def drain(self, now: datetime) -> None:
        """Store what was told; what was claimed and is not being told yet is given back."""
        self._stopping = True
        self._finish(now)
        self._settle()

    def _goes_on_soon(self) -> bool:
        now = self.now()
        soon = now + timedelta(seconds=PAUSE_SECONDS)
        return not self._stopping and any(
            now < until <= soon for until in self._paused_until.values()
        )

    def _start(self, channel: str, now: datetime) -> int:
        if channel in self._sending or now < self._paused_until.get(channel, now):
            return 0
        plugin = self.channels[channel]
        limit = 1 if isinstance(plugin, Paced) else BATCH
        turns = self.store.claim_alerts(channel, now, self.lease_seconds, limit)
        if turns:
            stop_at = now + timedelta(seconds=self.lease_seconds * LEASE_SHARE)
            workers = self._workers.setdefault(channel, Workers(f"send-{channel}", 1))
            future = workers.submit(lambda: self._send_all(turns, stop_at))
            self._sending[channel] = _Sending(future, now, turns)
        return len(turns)

    def _finish(self, now: datetime) -> int:
        self._give_up_hung(now)
        done = [channel for channel, its in self._sending.items() if its.future.done()]
        for channel in done:
            pause_seconds = self._sending.pop(channel).future.result()
            if pause_seconds is not None:
                self._paused_until[channel] = now + timedelta(seconds=pause_seconds)
        return len(done)

    def _give_up_hung(self, now: datetime) -> None:
        """A channel that does not come back within its lease gets another thread."""
        for channel, its in list(self._sending.items()):
            if not its.future.done() and (now - its.since).total_seconds() >= self.lease_seconds:
                log.error("channel hangs, its alerts are tried again", channel=channel)
                del self._sending[channel]
                self._workers[channel].give_up(its.future)
                for turn in its.turns:  # those told before the hang are settled: no effect there
                    self._outcomes.put(self._again(turn, "the channel did not come back", None))

    def _settle(self) -> int:
        """Store outcomes; while the store can't, they are kept: what was sent stays sent."""
        while True:
            try:
                self._unsettled.append(self._outcomes.get_nowait())
            except Empty:
                break
        if not self._unsettled:
            return 0
        kept = self.store.settle_alerts(self._unsettled)
        if kept < len(self._unsettled):
            log.warning("told under a lost lease", alerts=len(self._unsettled) - kept)
        self._unsettled = []
        return kept

    def _send_all(self, turns: Sequence[SendTurn], stop_at: datetime) -> float | None:
        """In the channel's thread. Returns for how long the channel wants to be left alone.

        After a failure, or when the lease draws to its end, the rest is given back untried.
        """
        pause_seconds: float | None = None
        for at, turn in enumerate(turns):
            too_late = at > 0 and self.now() > stop_at
            if pause_seconds is not None or self._stopping or too_late:
                self._outcomes.put(Settled(turn.alert.key, turn.token, "returned", self.now()))
                continue
            settled, pause_seconds = self._send(turn)
            self._outcomes.put(settled)
        return pause_seconds if pause_seconds is not None else self._pace(turns[0].alert.channel)

    def _pace(self, channel: str) -> float | None:
        plugin = self.channels[channel]
        return plugin.seconds_between if isinstance(plugin, Paced) else None

    def _send(self, turn: SendTurn) -> tuple[Settled, float | None]:
        try:
            receipt = _tell(self.channels[turn.alert.channel], turn.alert)
        except Retry as failure:
            pause = wish_seconds(failure.after_seconds) or PAUSE_SECONDS
            return self._again(turn, failure.reason, failure.after_seconds), pause
        except Reject as failure:
            if failure.state in STOPPED:
                return self._stopped(turn, failure), STOPPED_SECONDS
            return self._buried(turn, failure.reason), None
        except BaseException as error:
            log.exception("channel broke", channel=turn.alert.channel, key=turn.alert.key)
            return self._again(turn, f"{type(error).__name__}: {error}", None), PAUSE_SECONDS
        if receipt is not None:
            receipt = clean_text(str(receipt), RECEIPT_CHARS_MAX)
        log.info("told", key=turn.alert.key, mentions=len(turn.alert.mentions))
        at = self.now()
        return Settled(turn.alert.key, turn.token, "delivered", at, receipt=receipt), None

    def _again(self, turn: SendTurn, reason: str, after_seconds: float | None) -> Settled:
        now, key = self.now(), turn.alert.key
        next_at = next_attempt(
            ALERTS, turn.attempts, turn.since, now, after_seconds=after_seconds, key=key
        )
        if next_at is None:
            return self._buried(turn, f"gave up after {turn.attempts} attempts: {reason}")
        reason = clean_text(str(reason), REASON_CHARS_MAX)
        log.warning("could not tell yet", key=key, reason=reason, again_at=next_at.isoformat())
        return Settled(key, turn.token, "retry", now, reason=reason, next_at=next_at)

    def _stopped(self, turn: SendTurn, failure: Reject) -> Settled:
        """The channel is refused, whatever it is asked to tell: all its alerts wait."""
        now, key = self.now(), turn.alert.key
        reason = clean_text(str(failure.reason), REASON_CHARS_MAX)
        log.error("channel refused, its alerts wait", channel=turn.alert.channel, reason=reason)
        next_at = now + timedelta(seconds=STOPPED_SECONDS)
        return Settled(
            key, turn.token, "stopped", now, reason=reason, next_at=next_at, state=failure.state
        )

    def _buried(self, turn: SendTurn, reason: str) -> Settled:
        reason = clean_text(str(reason), REASON_CHARS_MAX)
        log.error("buried: see listener status", key=turn.alert.key, reason=reason)
        return Settled(turn.alert.key, turn.token, "buried", self.now(), reason=reason)


def _tell(channel: Channel, alert: Alert) -> str | None:
    """Tell it, or take back what was told, as far as the channel can."""
    if alert.kind != "retraction":
        return channel.send(alert)
    if isinstance(channel, Retracting):
        return channel.retract(alert)
    log.warning(
        "still shown: this channel can't take it back",
        channel=alert.channel,
        key=alert.key,
        posts=len(alert.retracted),
    )
    return CANT_RETRACT

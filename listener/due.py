"""When a source is polled next, and whether it was really watched in between. Pure."""

from datetime import datetime, timedelta

from listener.model import Gap
from listener.retry import SOURCES, next_attempt, wish_seconds

_MISSED_POLLS = 3
_SLACK_SECONDS = 120


def next_poll(poll_seconds: float, now: datetime, *, more: bool) -> datetime:
    """After a poll that worked: at once while there is more, else after the interval."""
    return now if more else now + timedelta(seconds=poll_seconds)


def next_poll_after_failure(
    source: str,
    poll_seconds: float,
    failures: int,
    now: datetime,
    after_seconds: float | None = None,
) -> datetime:
    """After the ``failures``-th failure in a row; sources are never given up.

    A source with a short interval backs off; one with a long interval does not wait much
    longer than it would have anyway.
    """
    again = next_attempt(SOURCES, failures, now, now, after_seconds=after_seconds, key=source)
    patient = now + timedelta(seconds=max(poll_seconds, wish_seconds(after_seconds)))
    return patient if again is None or poll_seconds > SOURCES.wait_seconds_max else again


def unseen(
    seen_until: datetime | None, poll_seconds: float, now: datetime, last_error: str
) -> Gap | None:
    """The stretch before ``now`` in which the source was not looked at, or None.

    Polls a few intervals apart are one unbroken watch, unless one between them failed; anything
    longer is a gap, whose cause is the last error, or that nobody was running.
    """
    if seen_until is None:
        return None
    allowed = max(poll_seconds * _MISSED_POLLS, poll_seconds + _SLACK_SECONDS)
    if not last_error and (now - seen_until).total_seconds() <= allowed:
        return None
    return Gap(seen_until, now, last_error or "the listener was not running")

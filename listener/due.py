"""When a source is polled next, and whether it was really watched in between. Pure."""

from datetime import datetime, timedelta
from math import isnan

from listener.model import Gap
from listener.retry import SOURCES, next_attempt, wish_seconds

WAIT_SECONDS_MIN = 1
_MISSED_POLLS = 3
_SLACK_SECONDS = 120


def next_poll(
    poll_seconds: float, now: datetime, *, more: bool, wait_seconds: object = None
) -> datetime:
    """After a poll that worked: at once while there is more, else after the interval.

    ``wait_seconds`` is the source's own wish: it goes before the interval, within a second and
    a month. Anything that is no number is none.
    """
    if more:
        return now
    is_wish = isinstance(wait_seconds, int) or (
        isinstance(wait_seconds, float) and not isnan(wait_seconds)
    )
    wait = max(WAIT_SECONDS_MIN, wish_seconds(wait_seconds)) if is_wish else poll_seconds
    return now + timedelta(seconds=wait)


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


def late_after(due_at: datetime, poll_seconds: float) -> datetime:
    """From when on a source that was to be asked at ``due_at`` counts as not looked at."""
    return due_at + timedelta(seconds=max(poll_seconds * (_MISSED_POLLS - 1), _SLACK_SECONDS))


def unseen(
    seen_until: datetime | None,
    due_at: datetime | None,
    poll_seconds: float,
    now: datetime,
    cause: str,
) -> Gap | None:
    """The stretch before ``now`` in which the source was not looked at, or None.

    Polls a few intervals apart are one unbroken watch, unless one between them failed with a
    ``cause``; anything longer is a gap. A wait that the site asked for, or that the budget
    makes, is no gap either: what counts is when the source was due.
    """
    if seen_until is None or seen_until >= now:
        return None  # never seen, or the clock was set back
    due_at = max(due_at or seen_until + timedelta(seconds=poll_seconds), seen_until)
    if not cause and now <= late_after(due_at, poll_seconds):
        return None
    return Gap(seen_until, now, cause or "the listener was not running")

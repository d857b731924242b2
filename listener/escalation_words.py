"""What an escalation says: which case, how long it waits by both clocks, who has it."""

from collections.abc import Iterator
from datetime import datetime, timedelta, tzinfo

from listener.model import Case
from listener.teams import Promise, Step
from listener.text import shown

_UNITS = (("d", 86_400), ("h", 3_600), ("min", 60))
_NAME_CHARS_MAX = 100


def title(case: Case, promise: Promise, now: datetime) -> str:
    """One line: ``acme: not answered for 3 h 5 min (team care)``."""
    what = "not claimed" if promise == "claim" else "not answered"
    return f"{case.brand}: {what} for {length(now - case.waiting_since)} (team {case.team})"


def body(case: Case, step: Step, promised: datetime | None, zone: tzinfo, now: datetime) -> str:
    """Some plain sentences, a line each; times are local to ``zone``."""
    return "\n".join(_sentences(case, step, promised, zone, now))


def length(duration: timedelta) -> str:
    """A length of time in its two largest units."""
    seconds = max(0, round(duration.total_seconds()))
    told: list[str] = []
    for unit, size in _UNITS:
        if seconds >= size and len(told) < 2:
            told.append(f"{seconds // size} {unit}")
        seconds %= size
    return " ".join(told) or "under a minute"


def _sentences(
    case: Case, step: Step, promised: datetime | None, zone: tzinfo, now: datetime
) -> Iterator[str]:
    published, waiting = length(now - case.published_at), length(now - case.waiting_since)
    if case.waiting_since > case.opened_at:
        yield f"The customer waits again since {waiting}; the first post is {published} old."
    else:
        yield f"The customer wrote {published} ago; we saw it {waiting} ago."
    what = "be claimed" if step.of == "claim" else "be answered"
    if promised is not None:
        by = f"{promised.astimezone(zone):%Y-%m-%d %H:%M %Z}"
        used = "that is over" if promised <= now else f"{step.share:.0%} of the time is over"
        yield f"Team {case.team} promised that it would {what} by {by}; {used}."
    yield f"{shown(case.owner, _NAME_CHARS_MAX)} has it." if case.owner else "Nobody has it."
    yield f"Case {case.key}"

"""Several places of one source: what it means when one of them fails, and when all do."""

from collections.abc import Sequence
from datetime import datetime

from listener.model import Spent
from listener.ports import Reject, Retry

_LIMITED_SECONDS = 60.0
_REJECTED_SECONDS = 900.0
_REASONS_MAX = 5


def again(failure: Retry | Reject | None, now: datetime) -> tuple[float, str]:
    """When a place may be asked again, in seconds since 1970 (0: at once), and why not before."""
    if failure is None:
        return 0.0, ""
    if isinstance(failure, Reject):
        wait: float = _REJECTED_SECONDS
    elif failure.after_seconds is not None:
        wait = failure.after_seconds
    else:
        wait = _LIMITED_SECONDS if failure.state == "rate limit" else 0.0
    return (now.timestamp() + wait if wait else 0.0), failure.reason


def told(failures: Sequence[Retry | Reject], spent: Spent) -> Retry | Reject:
    """What it means that all of these happened: lasting only where each of them is."""
    reasons = list(dict.fromkeys(failure.reason for failure in failures))
    reason = "; ".join(reasons[:_REASONS_MAX])
    retries = [failure for failure in failures if isinstance(failure, Retry)]
    if not retries:
        return Reject(reason, state=failures[0].state, spent=spent)
    waits = [failure.after_seconds for failure in retries]
    known = [seconds for seconds in waits if seconds is not None]
    wait = min(known) if len(known) == len(waits) else None
    return Retry(reason, wait, state=retries[0].state, spent=spent)

"""A token that ends on a certain day: told in time, because only a person can renew it."""

from datetime import UTC, date, datetime, timedelta

from listener.model import Fault

TOLD_BEFORE = timedelta(days=7)


def day_of(setting: str, written: str) -> date | None:
    """The day that a person stated, as 2026-12-31; None for none. Raises ValueError."""
    if not written.strip():
        return None
    try:
        return date.fromisoformat(written.strip())
    except ValueError as error:
        msg = f"{setting} is no day: write it as 2026-12-31"
        raise ValueError(msg) from error


def expiry(ends_on: date | None, now: datetime, how: str) -> tuple[Fault, ...]:
    """A fault from a week before that day (UTC) on, with ``how`` to renew the token; else none."""
    if ends_on is None:
        return ()
    left = ends_on - now.astimezone(UTC).date()
    if left > TOLD_BEFORE:
        return ()
    if left <= timedelta():
        return (Fault("token", f"it ended on {ends_on}, as the table says: {how}"),)
    days = "1 day" if left.days == 1 else f"{left.days} days"
    return (Fault("token", f"it ends on {ends_on}, in {days}: {how}"),)

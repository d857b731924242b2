"""Days and times of day as a clock in a zone shows them, told as instants in UTC. Pure."""

from bisect import bisect_left
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from functools import lru_cache


def local_day(now: datetime, zone: tzinfo) -> tuple[datetime, datetime]:
    """The local day around ``now`` as two UTC instants, 23 to 25 hours apart."""
    today = now.astimezone(zone).date()
    return instant(today, time(), zone), instant(today + timedelta(days=1), time(), zone)


def next_time(at: time, now: datetime, zone: tzinfo) -> datetime:
    """The next instant (UTC) after ``now`` at which it is this time of day, once a day."""
    today = now.astimezone(zone).date()
    coming = (instant(today + timedelta(days=days), at, zone) for days in (0, 1, 2))
    return next(moment for moment in coming if moment > now)


@lru_cache(maxsize=1_024)
def instant(day: date, at: time, zone: tzinfo) -> datetime:
    """The first instant (UTC) at which a clock in the zone shows this time or a later one."""
    local = datetime.combine(day, at, zone)
    moment = local.astimezone(UTC)
    if moment.astimezone(zone).replace(tzinfo=None) == local.replace(tzinfo=None):
        return moment
    # The clock skips this time: it jumps between what the offsets after and before it make of it.
    early = local.replace(fold=1).astimezone(UTC)
    seconds = range(round((moment - early).total_seconds()))
    before = early.astimezone(zone).utcoffset()
    jump = bisect_left(
        seconds,
        True,
        key=lambda after: (early + timedelta(seconds=after)).astimezone(zone).utcoffset() != before,
    )
    return early + timedelta(seconds=jump)

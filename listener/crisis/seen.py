"""Which hours were really seen: an outage is neither learnt from nor taken for calm. Pure."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime, timedelta

from listener.coverage import Coverage
from listener.crisis.baseline import HOUR

MISSED_MINUTES_MAX = 15
_MISSED_MAX = timedelta(minutes=MISSED_MINUTES_MAX)


def seen_hours(coverages: Iterable[Coverage], since: datetime, until: datetime) -> list[datetime]:
    """The whole hours (by their beginnings, UTC) in which somebody watched and nobody missed much.

    A source missed an hour when a quarter of it lies in gaps. One that missed more than half of
    all the time it was watched is left out: it would hide what the others saw.
    """
    watched: set[datetime] = set()
    missed: set[datetime] = set()
    for coverage in coverages:
        hours = _watched(coverage, since, until)
        lost = {
            hour
            for hour, length in _missed(coverage, since, until).items()
            if length >= _MISSED_MAX
        }
        watched |= hours
        if len(lost & hours) * 2 <= len(hours):
            missed |= lost & hours
    return sorted(watched - missed)


def saw_last_hour(coverages: Iterable[Coverage], now: datetime) -> bool:
    """Whether no source missed much of the hour that ends now."""
    since = now - HOUR
    gaps = (sum(_missed(one, since, now).values(), timedelta()) for one in coverages)
    return all(gap < _MISSED_MAX for gap in gaps)


def _watched(coverage: Coverage, since: datetime, until: datetime) -> set[datetime]:
    begun = min((start for start, _ in coverage.seen), default=until)
    return set(_hours(max(begun, since), until))


def _missed(coverage: Coverage, since: datetime, until: datetime) -> dict[datetime, timedelta]:
    """How much of each hour lies in a gap of the source as a whole."""
    lengths: defaultdict[datetime, timedelta] = defaultdict(timedelta)
    for gap in coverage.gaps:
        start, end = max(gap.since, since), min(gap.until, until)
        if gap.place or start >= end:
            continue
        hour = _hour(start)
        while hour < end:
            lengths[hour] += min(end, hour + HOUR) - max(start, hour)
            hour += HOUR
    return lengths


def _hours(since: datetime, until: datetime) -> Iterable[datetime]:
    """The whole hours between two moments."""
    hour = _hour(since)
    if hour < since:
        hour += HOUR
    while hour + HOUR <= until:
        yield hour
        hour += HOUR


def _hour(at: datetime) -> datetime:
    return at.replace(minute=0, second=0, microsecond=0)

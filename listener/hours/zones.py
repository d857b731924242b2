"""A zone's clock as stretches of constant offset, between the instants at which it is changed."""

from bisect import bisect_left
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, tzinfo
from functools import lru_cache
from itertools import pairwise

_STRIDE = timedelta(hours=6)
_NOTHING = timedelta()

Stretch = tuple[datetime, datetime, timedelta]


def stretches(zone: tzinfo, since: datetime, until: datetime) -> Iterator[Stretch]:
    """From ``since`` to ``until`` in stretches of one offset: start and end (UTC), offset."""
    since, until = since.astimezone(UTC), until.astimezone(UTC)
    years = range(since.year, until.year + 1)
    changed = [at for year in years for at in _changes(zone, year) if since < at < until]
    for start, end in pairwise([since, *changed, until]):
        yield start, end, _offset(zone, start)


@lru_cache(maxsize=512)
def _changes(zone: tzinfo, year: int) -> tuple[datetime, ...]:
    """The instants of a UTC year at which the zone's clock is changed; to the second."""
    start, end = datetime(year, 1, 1, tzinfo=UTC), datetime(year + 1, 1, 1, tzinfo=UTC)
    looks = [start + n * _STRIDE for n in range((end - start) // _STRIDE + 1)]
    return tuple(
        _change(zone, a, b) for a, b in pairwise(looks) if _offset(zone, a) != _offset(zone, b)
    )


def _change(zone: tzinfo, before: datetime, after: datetime) -> datetime:
    """The one change between two instants."""
    old = _offset(zone, before)
    seconds = range(round((after - before).total_seconds()))
    at = bisect_left(
        seconds, True, key=lambda n: _offset(zone, before + timedelta(seconds=n)) != old
    )
    return before + timedelta(seconds=at)


def _offset(zone: tzinfo, instant: datetime) -> timedelta:
    return instant.astimezone(zone).utcoffset() or _NOTHING

"""A team's hours as instants: weekly spans in a zone, holidays, days apart. Pure.

It is open whenever a clock on the wall shows a time within a span. So a span that covers the
hour which the clock repeats in autumn has an hour more, and one over the hour it skips in spring
an hour less; where spans overlap, the time counts once.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta, tzinfo

from listener.hours.holidays_of import holidays_of
from listener.hours.zones import stretches

Spans = tuple[tuple[time, time], ...]
Instants = tuple[datetime, datetime]

SEARCH_DAYS_MAX = 400
"""What is not found within these days is not found."""

_DAY = timedelta(days=1)
_SEARCH_AT_ONCE = 7 * _DAY
_ALL_DAY: Spans = ((time(), time()),)


@dataclass(frozen=True, slots=True)
class Calendar:
    """``weekly`` is the spans of each weekday (0 Monday); ``days`` those of single dates instead.

    A span whose end is not after its start runs into the next day, and belongs to the day on
    which it begins. Without any weekly span each day is open all day. On the public holidays of
    ``country`` (``FI``, ``DE-BY``) it is closed, unless ``days`` says otherwise.
    """

    zone: tzinfo
    weekly: Mapping[int, Spans] = field(default_factory=dict)
    days: Mapping[date, Spans] = field(default_factory=dict)
    country: str = ""

    def is_open(self, now: datetime) -> bool:
        """Whether somebody is there."""
        return bool(self.open_between(now, now + timedelta(microseconds=1)))

    def next_opening(self, now: datetime) -> datetime | None:
        """The first instant from ``now`` on at which it is open; None: not within the search."""
        for start, _end in self._from(now):
            return start
        return None

    def seconds_between(self, since: datetime, until: datetime) -> float:
        """How much of the time between two instants it is open."""
        spans = self.open_between(since, until)
        return sum((end - start for start, end in spans), timedelta()).total_seconds()

    def add(self, start: datetime, seconds: float) -> datetime | None:
        """The first instant at which it has been open so long since ``start``.

        That may be the instant at which it closes. None: not within the search.
        """
        left = timedelta(seconds=seconds)
        if not left:
            return start
        for opened, closed in self._from(start):
            if closed - opened >= left:
                return opened + left
            left -= closed - opened
        return None

    def open_between(self, since: datetime, until: datetime) -> list[Instants]:
        """The stretches (UTC) between two instants in which it is open, in order."""
        found: list[Instants] = []
        if since >= until:
            return found
        for start, end, offset in stretches(self.zone, since, until):
            wall_start, wall_end = start + offset, end + offset
            for wall_opens, wall_closes in self._walls(wall_start.date(), wall_end.date()):
                opens, closes = max(wall_start, wall_opens), min(wall_end, wall_closes)
                if opens < closes:
                    found.append((opens - offset, closes - offset))
        return _merged(found)

    def _from(self, start: datetime) -> Iterator[Instants]:
        """The stretches from ``start`` on; one may come in two parts."""
        end = start + SEARCH_DAYS_MAX * _DAY
        while start < end:
            upto = min(start + _SEARCH_AT_ONCE, end)
            yield from self.open_between(start, upto)
            start = upto

    def _walls(self, first: date, last: date) -> Iterator[Instants]:
        """What the clock on the wall shows when it opens and closes, written as UTC."""
        day = first - _DAY
        while day <= last:
            for start, end in self._spans(day):
                end_day = day if end > start else day + _DAY
                yield datetime.combine(day, start, UTC), datetime.combine(end_day, end, UTC)
            day += _DAY

    def _spans(self, day: date) -> Spans:
        stated = self.days.get(day)
        if stated is not None:
            return stated
        if self.country and day in holidays_of(self.country, day.year):
            return ()
        return self.weekly.get(day.weekday(), ()) if any(self.weekly.values()) else _ALL_DAY


def _merged(found: list[Instants]) -> list[Instants]:
    """The same time, each stretch apart from the others."""
    merged: list[Instants] = []
    for start, end in sorted(found):
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return merged

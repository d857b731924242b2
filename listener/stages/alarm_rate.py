"""From which chance on mentions are urgent now, by the chances of the last days in the store.

The days are read an hour of theirs at a time, and few hours at once: while they are read nothing is
judged. What was published long ago may still come in, so old hours are read again in turn.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

import structlog

from listener.false_alarms import (
    KIND,
    LABEL,
    LOOK_SECONDS,
    AlarmsFrom,
    Chances,
    alarms_from,
    days_of,
    hours_before,
)
from listener.store.port import Store

log = structlog.get_logger("tag")

HOURS_AT_ONCE = 16
NEWEST_HOURS = 6


@dataclass
class AlarmRate:
    """Looks at the last days every ten minutes, and at each call until all of them were read.

    ``false_alarms_per_day`` are bearable. ``hours_at_once`` are read in one call.
    """

    store: Store
    false_alarms_per_day: float
    hours_at_once: int = HOURS_AT_ONCE
    _hours: dict[datetime, Chances] = field(default_factory=dict)
    _alarms: AlarmsFrom | None = None
    _looked_at: datetime | None = None

    def alarms_at(self, now: datetime) -> AlarmsFrom | None:
        """From which chance on; None while that is not known, and the judge decides alone."""
        if self._looked_at is None or _is_long(self._looked_at, now):
            try:
                self._look(now)
            except Exception:
                log.exception("the false alarms of the last days can't be read")
        return self._alarms

    def _look(self, now: datetime) -> None:
        wanted = hours_before(now)
        for hour in self._next(wanted):
            read = self.store.past.chances(KIND, LABEL, hour, hour + timedelta(hours=1))
            self._hours.pop(hour, None)
            self._hours[hour] = read  # behind all others: it was read last
        for hour in self._hours.keys() - set(wanted):
            del self._hours[hour]
        if len(self._hours) == len(wanted):
            days = days_of([self._hours[hour] for hour in wanted])
            self._alarms = alarms_from(days, self.false_alarms_per_day)
            self._looked_at = now

    def _next(self, wanted: list[datetime]) -> list[datetime]:
        """The hours to read: those never read, then the newest and those read longest ago."""
        missing = [hour for hour in wanted if hour not in self._hours]
        in_turn = [*missing, *wanted[:NEWEST_HOURS], *self._hours]
        return list(dict.fromkeys(in_turn))[: self.hours_at_once]


def _is_long(since: datetime, now: datetime) -> bool:
    """Whichever way the clock went."""
    return abs((now - since).total_seconds()) >= LOOK_SECONDS

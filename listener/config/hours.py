"""Hours, days and countries as the config writes them. What isn't understood is a ValueError."""

import re
from collections.abc import Iterable, Iterator
from datetime import date, datetime, time, timedelta

from listener.hours.calendar import Spans
from listener.hours.holidays_of import countries, holidays_of
from listener.suggest import listed, suggestion
from listener.text import shown

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
DAYS_MAX = 366

_LINE = re.compile(r"([^0-9]*?)\s+([0-9].*)")
_SPAN = re.compile(r"(\d?\d):(\d\d) ?[-–] ?(\d?\d):(\d\d)", re.ASCII)
_SHORT = tuple(name[:3] for name in WEEKDAYS)
_ANY_YEAR = 2028


def weekly_hours(lines: Iterable[str]) -> dict[int, Spans]:
    """Lines such as ``mon-fri 08:00-12:00, 13:00-16:00`` as spans by weekday, 0 Monday."""
    weekly: dict[int, Spans] = {}
    for line in lines:
        found = _LINE.fullmatch(line.strip())
        if not found:
            msg = f"'{shown(line, 64)}' must be days and times, such as 'mon-fri 08:00-16:00'"
            raise ValueError(msg)
        for weekday in _weekdays(found[1]):
            weekly[weekday] = weekly.get(weekday, ()) + spans(found[2])
    return weekly


def spans(text: str) -> Spans:
    """Times such as ``08:00-12:00, 13:00-16:00``; the end may be 24:00, or on the next day."""
    return tuple(map(_span, text.split(",")))


def days(text: str) -> Iterator[date]:
    """The days of ``2026-12-24``, or of ``2026-12-24..2027-01-06``, both included."""
    first, last = first_and_last(text)
    return (first + timedelta(days=n) for n in range((last - first).days + 1))


def first_and_last(text: str) -> tuple[date, date]:
    """The first and the last of some days in a row."""
    first, dots, last = text.partition("..")
    start = _day(first)
    end = _day(last) if dots else start
    if end < start:
        msg = f"'{shown(text, 64)}' ends before it starts"
        raise ValueError(msg)
    if (end - start).days >= DAYS_MAX:
        msg = f"'{shown(text, 64)}' has more than {DAYS_MAX} days"
        raise ValueError(msg)
    return start, end


def local_moment(text: str) -> datetime:
    """A day and a time of day, such as ``2026-01-05 09:00``; without a zone."""
    day, _, at = text.strip().partition(" ")
    try:
        hour, minute = map(int, at.split(":"))
        return datetime.combine(_day(day), time(hour, minute))
    except ValueError:
        msg = "must be a day and a time, such as '2026-01-05 09:00'"
        raise ValueError(msg) from None


def check_country(country: str) -> None:
    """Refuse a country, or a part of one, of which no holidays are known."""
    try:
        holidays_of(country, _ANY_YEAR)
    except LookupError:
        code, _, part = country.partition("-")
        known = countries()
        if code not in known:
            hint = suggestion(code, known) or "; write a code such as FI, PL or DE-BY"
            msg = f"no holidays are known of '{shown(code, 64)}'{hint}"
        else:
            hint = suggestion(part, known[code]) or "; its parts have other codes"
            msg = f"there is no '{shown(part, 64)}' in {code}{hint}"
        raise ValueError(msg) from None


def _weekdays(text: str) -> list[int]:
    """The days of ``mon-fri``, ``sat, sun`` or ``daily``; ``fri-mon`` goes round the week's end."""
    if text.strip().casefold() == "daily":
        return list(range(7))
    found: list[int] = []
    for part in re.split(r"[\s,]+", re.sub(r"\s*[-–]\s*", "-", text.strip())):
        first, dash, last = part.partition("-")
        start = _weekday(first)
        end = _weekday(last) if dash else start
        found += [(start + n) % 7 for n in range((end - start) % 7 + 1)]
    return list(dict.fromkeys(found))


def _weekday(name: str) -> int:
    for names in (_SHORT, WEEKDAYS):
        if name.casefold() in names:
            return names.index(name.casefold())
    hint = suggestion(name, _SHORT) if name else f"; write {listed(_SHORT, 'or')}"
    msg = f"there is no day '{shown(name, 64)}'{hint}"
    raise ValueError(msg)


def _span(text: str) -> tuple[time, time]:
    found = _SPAN.fullmatch(text.strip())
    numbers = tuple(map(int, found.groups())) if found else (99,) * 4
    start, end = numbers[0] * 60 + numbers[1], numbers[2] * 60 + numbers[3]
    is_time = start < 1_440 and end <= 1_440 and max(numbers[1], numbers[3]) < 60
    if not is_time:
        msg = f"'{shown(text, 64)}' must be two times of day, such as 08:00-16:00"
        raise ValueError(msg)
    if start == end:
        msg = f"'{shown(text, 64)}' starts and ends at the same time; all day is 00:00-24:00"
        raise ValueError(msg)
    return time(*divmod(start, 60)), time(*divmod(end % 1_440, 60))


def _day(text: str) -> date:
    try:
        return datetime.strptime(text.strip(), "%Y-%m-%d").date()  # noqa: DTZ007 (a day, no moment)
    except ValueError:
        msg = f"'{shown(text, 64)}' must be a day, such as 2026-12-24"
        raise ValueError(msg) from None

"""Dates as exports write them, and in which order the day and the month stand in a file.

``03/04/2024`` may be a day in March or in April. A single cell can't say, but a whole file mostly
can: one ``25/04/2024`` settles it. Where nothing settles it, a person is asked, and nothing is
guessed.
"""

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from typing import Literal

Order = Literal["", "day", "month"]
"""What stands first where that is ambiguous; empty: in no cell it is."""

YEAR_MIN = 1990

_ISO = re.compile(r"\d{4}-\d\d-\d\d(?!\d)")
_SPACED_OFFSET = re.compile(r" (?=[+-]\d\d:?\d\d$)")
_NUMBERS = re.compile(r"(\d{1,4})([./-])(\d{1,2})\2(\d{1,4})(?:,?[ T]+(.*))?")
_DAY_FIRST = re.compile(
    r"(?:[A-Za-z]{3,9},? )?(\d{1,2})[ -]([A-Za-z]{3,9})\.?,?[ -](\d{4})(?:,? (.*))?"
)
_NAME_FIRST = re.compile(r"(?:[A-Za-z]{3,9},? )?([A-Za-z]{3,9})\.? (\d{1,2}),? (\d{4})(?:,? (.*))?")
_TIME = re.compile(
    r"(?:at )?(\d{1,2})[:.](\d\d)(?:[:.](\d\d)(?:[.,]\d+)?)?\s*([AaPp])?\.?(?:[Mm]\.?)?"
    r"\s*(Z|UTC|GMT|(?:UTC|GMT)?[+-]\d\d?:?(?:\d\d)?)?"
)
_NAMES = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_MONTHS = {name: number for number, name in enumerate(_NAMES, 1)}
_SECONDS_AT_LEAST = 10


@dataclass(frozen=True, slots=True)
class Seen:
    """A cell that says what stands first, and the line it is in."""

    cell: str
    line: int


@dataclass(slots=True)
class Orders:
    """What the cells of a file say about the order of day and month."""

    day: Seen | None = None
    month: Seen | None = None
    either: Seen | None = None
    cells: int = 0

    def add(self, cell: str, line: int) -> None:
        """Take a cell into account."""
        first = order_in(cell)
        self.cells += 1
        if first is not None:
            seen = {"day": self.day, "month": self.month, "": self.either}[first]
            if seen is None:
                setattr(self, first or "either", Seen(cell.strip(), line))

    @property
    def order(self) -> Order | None:
        """What stands first; None where the file doesn't say, or says both."""
        if self.day and self.month:
            return None
        if self.day or self.month:
            return "day" if self.day else "month"
        return None if self.either else ""


def order_in(cell: str) -> Order | None:
    """What a cell says stands first; empty: it may be either; None: it asks no such question."""
    match = _NUMBERS.fullmatch(cell.strip())
    if not match or match[2] == "." or len(match[1]) > 2:
        return None
    first, second = int(match[1]), int(match[3])
    if first > 12:
        return "day"
    return "month" if second > 12 else ""


def read(cell: str, order: Order = "", pattern: str = "") -> datetime:
    """The moment in a cell, naive where it names no zone. Raises ValueError with the reason.

    ``pattern`` is one of ``strptime``; without one the usual ways of writing are tried.
    """
    cell = " ".join(cell.split())
    if not cell:
        raise ValueError("it has no date")
    try:
        found = _by_pattern(cell, pattern) if pattern else _usual(cell, order)
    except (ValueError, OverflowError, OSError):
        found = None
    if found is None:
        msg = f"'{cell[:40]}' is no date{f' of the form {pattern}' if pattern else ''}"
        raise ValueError(msg)
    if found.year < YEAR_MIN:
        msg = f"'{cell[:40]}' is a date before {YEAR_MIN}"
        raise ValueError(msg)
    return found


def _by_pattern(cell: str, pattern: str) -> datetime:
    return datetime.strptime(cell, pattern)  # noqa: DTZ007 - a zone is given to it later


def _usual(cell: str, order: Order) -> datetime | None:
    if _ISO.match(cell):
        return _iso(cell)
    if match := _NUMBERS.fullmatch(cell):
        return _by_numbers(match, order)
    if match := _DAY_FIRST.fullmatch(cell):
        return _at(int(match[3]), _month(match[2]), int(match[1]), match[4])
    if match := _NAME_FIRST.fullmatch(cell):
        return _at(int(match[3]), _month(match[1]), int(match[2]), match[4])
    if cell.isascii() and cell.isdigit() and len(cell) in {10, 13}:
        return datetime.fromtimestamp(int(cell[:_SECONDS_AT_LEAST]), UTC)
    return None


def _iso(cell: str) -> datetime:
    bare = cell.removesuffix(" UTC").removesuffix(" GMT")
    found = datetime.fromisoformat(_SPACED_OFFSET.sub("", bare))
    return found.replace(tzinfo=UTC) if bare != cell and found.tzinfo is None else found


def _by_numbers(match: re.Match[str], order: Order) -> datetime | None:
    first, second, third = int(match[1]), int(match[3]), int(match[4])
    if len(match[1]) == 4:
        return _at(first, second, third, match[5])
    if len(match[1]) > 2 or len(match[4]) not in {2, 4}:
        return None
    year = third + 2000 if len(match[4]) == 2 else third
    if match[2] == "." or order == "day":
        return _at(year, second, first, match[5])
    if order == "month":
        return _at(year, first, second, match[5])
    raise ValueError("nobody said whether the day or the month stands first")


def _month(name: str) -> int:
    return _MONTHS.get(name[:3].lower(), 0)


def _at(year: int, month: int, day: int, time: str | None) -> datetime | None:
    """Raises ValueError for what no calendar has."""
    date = datetime(year, month, day)  # noqa: DTZ001 - its zone is found out later
    if not (time and time.strip()):
        return date
    match = _TIME.fullmatch(time.strip())
    if not match:
        return None
    hour = int(match[1])
    if match[4]:
        hour = hour % 12 + (12 if match[4] in "Pp" else 0)
    zone = _zone(match[5]) if match[5] else None
    return date.replace(hour=hour, minute=int(match[2]), second=int(match[3] or 0), tzinfo=zone)


def _zone(written: str) -> timezone:
    offset = written.removeprefix("UTC").removeprefix("GMT").replace(":", "")
    if offset in {"", "Z"}:
        return UTC
    minutes = int(offset[1:3]) * 60 + int(offset[3:] or 0)
    return timezone(timedelta(minutes=-minutes if offset[0] == "-" else minutes))

"""Reading JSON that somebody else wrote: a value of the right kind, or what stands for none.

A site may change a field's type, leave it out or send anything at all; that costs the field,
and where an item can't do without it (:func:`needed`) the item, never the page.
"""

import json
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from math import isnan
from typing import Any

from listener.text import clean_text

CHARS_MAX = 4_000
COUNT_MAX = 10**15

_AHEAD_SECONDS_MAX = 86_400

Json = Mapping[str, Any]

_NOTHING: Json = {}


def parsed(body: bytes) -> Any:
    """The JSON value in a body. Raises ValueError, also for what is nested too deep."""
    try:
        return json.loads(body)
    except RecursionError as error:
        raise ValueError("it is nested too deep") from error


def at(value: object, *path: str | int) -> Any:
    """What stands at this path of keys and places, or None."""
    for step in path:
        if isinstance(step, str) and isinstance(value, Mapping):
            value = value.get(step)
        elif isinstance(step, int) and isinstance(value, list) and -len(value) <= step < len(value):
            value = value[step]
        else:
            return None
    return value


def table(value: object, *path: str | int) -> Json:
    """The object at this path, or an empty one."""
    found = at(value, *path)
    return found if isinstance(found, Mapping) else _NOTHING


def items(value: object, *path: str | int) -> Iterator[Json]:
    """The objects in the list at this path; what in it is no object is passed over."""
    found = at(value, *path)
    return (
        (one for one in found if isinstance(one, Mapping)) if isinstance(found, list) else iter(())
    )


def listed(value: object, *path: str | int) -> Iterator[Json]:
    """As :func:`items`; raises ValueError where there is no list, which is no empty page."""
    if not isinstance(at(value, *path), list):
        msg = f"it has no list {'.'.join(map(str, path))}".rstrip()
        raise ValueError(msg)
    return items(value, *path)


def text(value: object, *path: str | int, chars_max: int | None = CHARS_MAX) -> str:
    """The string at this path, clean, or an empty one."""
    found = at(value, *path)
    if not isinstance(found, str):
        return ""
    return clean_text(found) if chars_max is None else clean_text(found, chars_max)


def name(value: object, *path: str | int) -> str:
    """An id at this path: a string, or a whole number as one; empty where it is neither."""
    found = at(value, *path)
    if isinstance(found, int) and not isinstance(found, bool) and abs(found) <= 10**30:
        return str(found)
    return text(value, *path, chars_max=500)


def needed(value: object, *path: str | int) -> str:
    """As :func:`name`; raises ValueError where there is none."""
    found = name(value, *path)
    if not found:
        msg = f"it has no {'.'.join(map(str, path))}"
        raise ValueError(msg)
    return found


def count(value: object, *path: str | int) -> int:
    """The number at this path, 0 to ``COUNT_MAX``; 0 where it is none."""
    found = at(value, *path)
    if isinstance(found, bool) or not isinstance(found, int | float):
        return 0
    if isinstance(found, float) and isnan(found):  # asked of a huge whole number, isnan raises
        return 0
    return int(min(max(found, 0), COUNT_MAX))


def count_or_none(value: object, *path: str | int) -> int | None:
    """The number at this path, or None where it is none."""
    found = at(value, *path)
    is_number = isinstance(found, int | float) and not isinstance(found, bool)
    return count(value, *path) if is_number else None


def second(value: object, now: datetime, *path: str | int) -> float:
    """The time in seconds since 1970 at this path, of what we remember ourselves.

    0 where it is none, or lies more than a day ahead: our clock was wrong when it was written.
    """
    found = count(value, *path)
    return float(found) if found <= now.timestamp() + _AHEAD_SECONDS_MAX else 0.0


def truth(value: object, *path: str | int) -> bool | None:
    """The true or false at this path, or None."""
    found = at(value, *path)
    return found if isinstance(found, bool) else None


def moment(value: object, *path: str | int) -> datetime | None:
    """The time at this path, in ISO 8601 or in seconds since 1970; None where it is none."""
    found = at(value, *path)
    try:
        if isinstance(found, str):
            read = datetime.fromisoformat(found.strip())
            return (read if read.tzinfo else read.replace(tzinfo=UTC)).astimezone(UTC)
        if isinstance(found, int | float) and not isinstance(found, bool):
            return datetime.fromtimestamp(found, UTC)
    except (ValueError, OverflowError, OSError):
        return None
    return None

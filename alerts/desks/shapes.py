"""Reading strangers' JSON: what is not of the shape that was asked for is empty, never a crash."""

from datetime import UTC, datetime
from typing import Any


def at(value: object, *path: str | int) -> Any:
    """What lies at the path, or None as soon as something on it isn't there."""
    for step in path:
        if isinstance(step, str):
            value = value.get(step) if isinstance(value, dict) else None
        else:
            value = (
                value[step]
                if isinstance(value, list) and -len(value) <= step < len(value)
                else None
            )
    return value


def rows(value: object, *path: str | int) -> list[dict[str, Any]]:
    """The objects in the list at the path."""
    found = at(value, *path)
    return [row for row in found if isinstance(row, dict)] if isinstance(found, list) else []


def word(value: object, *path: str | int) -> str:
    """The string or whole number at the path as a string, or an empty one."""
    found = at(value, *path)
    if isinstance(found, bool) or not isinstance(found, str | int):
        return ""
    return str(found)


def number(value: object, *path: str | int) -> int:
    """The whole number at the path, also where it is written as a string; else 0."""
    found = word(value, *path)
    return int(found[:18]) if found.isascii() and found.isdigit() else 0


def moment(value: object, *path: str | int) -> datetime | None:
    """The ISO 8601 time at the path, in UTC, which it also is where it names no zone."""
    found = word(value, *path)
    try:
        then = datetime.fromisoformat(found)
        return then.replace(tzinfo=then.tzinfo or UTC).astimezone(UTC)
    except (ValueError, OverflowError):
        return None

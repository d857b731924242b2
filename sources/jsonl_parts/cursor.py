"""Where a reader of a growing file stands, and whether it is still the same file."""

import hashlib
import json
from dataclasses import asdict, dataclass, fields
from datetime import datetime
from typing import Any, BinaryIO

HEAD_BYTES_MAX = 1_024

_VERSION = 1


@dataclass(frozen=True, slots=True)
class Place:
    """The state of a reader; the one of a reader that has not begun is all defaults.

    ``offset`` counts bytes and ``line`` whole lines that were read. ``head`` is a hash of the
    first bytes read, up to 1,024, so that a replaced file is known. ``skipping`` says that the
    offset lies within a line that is passed over. For a replay, ``started`` is when it began and
    ``first`` when the file's first post was published, both as ISO 8601.
    """

    offset: int = 0
    line: int = 0
    head: str = ""
    skipping: bool = False
    started: str = ""
    first: str = ""


def load(cursor: str | None, file: BinaryIO) -> Place:
    """The place a cursor tells, or the beginning: of a file that is another, or of none."""
    place = _place(cursor)
    size = file.seek(0, 2)
    return place if place.offset <= size and head_of(file, place.offset) == place.head else Place()


def dump(place: Place) -> str:
    """The cursor that tells this place."""
    return json.dumps({"v": _VERSION} | asdict(place), separators=(",", ":"))


def head_of(file: BinaryIO, offset: int) -> str:
    """A hash of the file's first bytes, of those before ``offset``; nothing at the beginning."""
    if not offset:
        return ""
    file.seek(0)
    return hashlib.sha256(file.read(min(offset, HEAD_BYTES_MAX))).hexdigest()[:32]


def _place(cursor: str | None) -> Place:
    try:
        value = json.loads(cursor or "{}")
    except (ValueError, RecursionError):
        return Place()
    if not isinstance(value, dict) or value.pop("v", None) != _VERSION:
        return Place()
    place = Place(**value) if set(value) == {one.name for one in fields(Place)} else Place()
    return place if _is_sound(place) else Place()


def _is_sound(place: Place) -> bool:
    """Whether every part is of its kind and in its range."""
    start: Any = Place()
    kinds = all(
        type(getattr(place, one.name)) is type(getattr(start, one.name)) for one in fields(Place)
    )
    if not kinds or place.offset < 0 or place.line < 0:
        return False
    try:
        return all(
            datetime.fromisoformat(stated).tzinfo is not None
            for stated in (place.started, place.first)
            if stated
        )
    except ValueError:
        return False

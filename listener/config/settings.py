"""A table held against the dataclass that it fills: keys, types, limits, secrets and paths.

Pydantic does the checking, in its strict JSON mode: ``"5"`` is no number and ``true`` no count,
while a list may fill a tuple and a string a path. Its wording never reaches the user.
"""

import math
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

from pydantic import TypeAdapter, ValidationError
from pydantic_core import ErrorDetails, to_json

from listener.config.reading import Reading, named, told
from listener.registry import Setting, settings
from listener.suggest import suggestion
from listener.text import shown

_DEPTH_MAX = 16
_SENTENCES_MAX = 5
_WHOLE_NUMBER_BITS_MAX = 63
_STDIN = Path("-")
_EMPTY = "empty"

Table = TypeVar("Table")

_NOWHERE: Mapping[str, str] = {}


def read_table(
    reading: Reading, place: str, cls: type[Table], stated: dict[str, Any], **required: object
) -> Table:
    """The table as an instance of its dataclass; a fault for each key that isn't sound.

    What has a fault is filled by its default, or by ``required`` where it has none, so that the
    rest can be checked on.
    """
    refuse_unknown(reading, place, stated, (setting.name for setting in settings(cls)))
    return cls(**{**required, **read_values(reading, place, cls, stated)})


def refuse_unknown(
    reading: Reading,
    place: str,
    table: Iterable[str],
    known: Iterable[str],
    elsewhere: Mapping[str, str] = _NOWHERE,
) -> None:
    """Note a fault for every key that isn't among the known ones.

    ``elsewhere`` is where some belong that are easily put here.
    """
    names = set(known)
    for key in table:
        if key in elsewhere and key not in names:
            reading.fault(named(place, key), f"it belongs into {elsewhere[key]}")
        elif key not in names:
            reading.fault(named(place, key), f"no such setting{suggestion(key, names)}")


def read_values(
    reading: Reading, place: str, cls: type[Any], table: dict[str, Any]
) -> dict[str, Any]:
    """The sound values among the class's settings by name; a fault for each of the others."""
    values: dict[str, Any] = {}
    for setting in settings(cls):
        if setting.name in table:
            value = read_value(reading, named(place, setting.name), setting, table[setting.name])
            values |= {} if value is None else {setting.name: value}
        elif setting.required:
            reading.fault(named(place, setting.name), f"is missing; it must be {setting.type}")
    return values


def read_value(reading: Reading, where: str, setting: Setting, stated: object) -> Any:
    """The value as the setting's type has it, or None where it has a fault."""
    if setting.secret:
        return reading.secret(where, stated)
    odd = _odd(stated)
    if odd:
        reading.fault(where, odd)
        return None
    try:
        value = _adapter(setting).validate_json(to_json(stated), strict=True)
    except ValidationError as error:
        errors = error.errors(include_url=False, include_input=False)
        for sentence in _sentences(setting, stated, errors):
            reading.fault(where, sentence)
        return None
    except Exception as error:  # noqa: BLE001 (a plugin's own check may raise anything)
        reading.fault(where, f"can't be checked: {shown(f'{type(error).__name__}: {error}', 200)}")
        return None
    return _in_folder(value, reading.folder)


@cache
def _adapter(setting: Setting) -> TypeAdapter[Any]:
    return TypeAdapter(setting.annotation)


def _odd(value: object, depth: int = 0) -> str:
    """What TOML can say and no setting takes; it would only be found out late, or never."""
    if depth > _DEPTH_MAX:
        return f"is nested deeper than {_DEPTH_MAX} levels"
    if isinstance(value, dict | list):
        parts = [*value, *value.values()] if isinstance(value, dict) else value
        return next(filter(None, (_odd(part, depth + 1) for part in parts)), "")
    if isinstance(value, str):
        return "must not hold a NUL character" if "\0" in value else ""
    if isinstance(value, float):
        return "" if math.isfinite(value) else f"must be a finite number, not {value}"
    if isinstance(value, int):
        return "is too large a number" if value.bit_length() > _WHOLE_NUMBER_BITS_MAX else ""
    return "must not be a bare date or time; write it in quotes"


def _sentences(setting: Setting, stated: object, errors: list[ErrorDetails]) -> list[str]:
    """What is wrong with the value, each thing once, told in our words."""
    about_items = [error for error in errors if _place_of(stated, error["loc"])[1]]
    of_type = [error for error in errors if not error["type"].endswith("_type")]
    # What is said of the whole follows from its items; a union repeats what each part is not.
    found = (_sentence(setting, stated, error) for error in about_items or of_type or errors)
    return list(dict.fromkeys(found))[:_SENTENCES_MAX]


def _sentence(setting: Setting, stated: object, error: ErrorDetails) -> str:
    value, item = _place_of(stated, error["loc"])
    wrong = _wrong(value, error)
    if error["type"] == "value_error":
        return f"{item}: {wrong}" if item else wrong
    if item:
        return f"must be {setting.type}, but {item} is {wrong}"
    if wrong == _EMPTY:
        return "must not be empty"
    if setting.type.startswith("a list") and isinstance(value, str):
        wrong += '; put it in brackets: ["…"]'
    return f"must be {setting.type}, not {wrong}"


def _place_of(stated: object, location: tuple[int | str, ...]) -> tuple[object, str]:
    """The value that the error is about, and which item of the stated one it is."""
    first = next(iter(location), None) if isinstance(stated, dict) else None
    if isinstance(stated, dict) and first in stated:
        return stated[first], f"'{shown(str(first), 64)}'"
    index = next((step for step in location if isinstance(step, int)), None)
    if isinstance(stated, list) and index is not None:
        return stated[index], f"item {index + 1}"
    return stated, ""


def _wrong(value: object, error: ErrorDetails) -> str:
    """How the value breaks the type or its limits."""
    context, kind = error.get("ctx", {}), error["type"]
    if kind == "value_error":
        return shown(str(context["error"]), 200)
    if kind == "literal_error" and isinstance(value, str):
        return f"'{shown(value, 64)}'"
    if kind.endswith(("_short", "_long", "_pattern_mismatch")):
        return _misfit(value, context)
    return told(value)


def _misfit(value: object, context: Mapping[str, Any]) -> str:
    """How a text or a list of the right type breaks its limits."""
    if not (value.strip() if isinstance(value, str) else value):
        return _EMPTY
    if "pattern" in context:
        return f"one that does not fit the pattern {context['pattern']}"
    unit = "characters" if isinstance(value, str) else "items"
    if "max_length" in context:
        return f"one of more than {context['max_length']} {unit}"
    return f"one of fewer than {context['min_length']} {unit}"


def _in_folder(value: Any, folder: Path) -> Any:
    """Paths are relative to the config's folder; ``-`` stays what it is."""
    if isinstance(value, Path):
        return value if value == _STDIN else folder / value
    if isinstance(value, list | tuple | set | frozenset):
        return type(value)(_in_folder(part, folder) for part in value)
    return value

"""A type of a setting in plain words: ``list[str]`` is "a list of strings".

The same words stand in the documentation and in the sentence about a value of another type.
"""

import types
import typing
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Literal

from listener.ports import Secret

_ONE: dict[object, str] = {
    str: "a string",
    bool: "true or false",
    int: "a whole number",
    float: "a number",
    Path: "a path",
    dict: "a table",
    Secret: "a secret, as env:NAME or file:PATH",
}
_MANY: dict[object, str] = {
    str: "strings",
    bool: "true or false",
    int: "whole numbers",
    float: "numbers",
    Path: "paths",
    dict: "tables",
}
_LISTS = (list, tuple, set, frozenset)


def type_words(annotation: object) -> str:
    """What a value of this type is: "a whole number, 1 to 5", "'a' or 'b'", "a table"."""
    plain, limits = _without_notes(annotation)
    origin, arguments = typing.get_origin(plain), typing.get_args(plain)
    if origin in (typing.Union, types.UnionType):
        stated = [type_words(part) for part in arguments if part is not types.NoneType]
        return " or ".join(dict.fromkeys(stated)) + limits
    if origin is Literal:
        return " or ".join(", ".join(map(_choice, arguments)).rsplit(", ", 1))
    if plain in _LISTS or origin in _LISTS:
        return f"a list of {_many(arguments[0])}" if arguments else "a list"
    if origin is dict and arguments[1] not in (object, Any):
        return f"a table of {_many(arguments[1])}"
    return _ONE.get(origin or plain, "a value") + limits


def _many(annotation: object) -> str:
    plain, limits = _without_notes(annotation)
    return _MANY.get(typing.get_origin(plain) or plain, type_words(plain)) + limits


def _choice(value: object) -> str:
    return f"'{value}'" if isinstance(value, str) else str(value)


def _without_notes(annotation: object) -> tuple[object, str]:
    if typing.get_origin(annotation) is not typing.Annotated:
        return annotation, ""
    plain, *notes = typing.get_args(annotation)
    return plain, _range(dict(_limits(notes)))


def _limits(notes: list[Any]) -> Iterator[tuple[str, Any]]:
    for note in notes:
        for limit in getattr(note, "metadata", [note]):
            for name in ("ge", "gt", "le", "lt"):
                value = getattr(limit, name, None)
                if value is not None:
                    yield name, value


def _range(limits: dict[str, Any]) -> str:
    if "ge" in limits and "le" in limits:
        return f", {limits['ge']} to {limits['le']}"
    words = {"ge": "at least", "gt": "more than", "le": "at most", "lt": "less than"}
    return "".join(f", {words[name]} {value}" for name, value in limits.items())

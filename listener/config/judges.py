"""What is judged, in which order, and by which classifier."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any

from listener.config.making import make, take_apart
from listener.config.reading import Reading, table_name
from listener.config.settings import read_values, refuse_unknown
from listener.config.tables import ClassifiersTable, ClassifierTable, ConditionTable
from listener.ports import Classifier
from listener.registry import settings
from listener.suggest import suggestion
from listener.text import shown

DEFAULT_TYPES: Mapping[str, str] = {
    "language": "language",
    "spam": "words",
    "sentiment": "words",
    "urgency": "words",
    "intent": "words",
}
"""Which classifier makes a judgement whose table, if it has one, names no type."""

_KIND = re.compile(r"[a-z0-9_]{1,64}")
_ORDER = "[classifiers] order"
_RESERVED = {"order", *(setting.name for setting in settings(ConditionTable))}


@dataclass(frozen=True, slots=True)
class JudgeConfig:
    """A classifier under the kind of judgement it makes."""

    kind: str
    type: str
    plugin: Classifier


def read_kinds(reading: Reading, stated: Mapping[str, Any]) -> tuple[str, ...]:
    """The kinds of judgement in their order; a fault for what is in none of them."""
    order = {key: value for key, value in stated.items() if key == "order"}
    read = read_values(reading, "[classifiers]", ClassifiersTable, order)
    kinds: tuple[str, ...] = read.get("order", ClassifiersTable().order)
    for kind in dict.fromkeys(kinds):
        fault = _kind_fault(kind, kinds, stated)
        if fault:
            reading.fault(_ORDER, fault)
    if len(read) == len(order):
        _refuse_unordered(reading, stated, kinds)
    return tuple(dict.fromkeys(kinds))


def read_judges(
    reading: Reading, stated: Mapping[str, Any], kinds: tuple[str, ...]
) -> tuple[JudgeConfig, ...]:
    """The judges in their order, in their default form where they have no table."""
    there = (kind for kind in kinds if kind in stated or kind in DEFAULT_TYPES)
    judges = (_judge(reading, kind, stated.get(kind, {})) for kind in there)
    return tuple(judge for judge in judges if judge)


def _judge(reading: Reading, kind: str, stated: object) -> JudgeConfig | None:
    if isinstance(stated, dict) and kind in DEFAULT_TYPES:
        stated = {"type": DEFAULT_TYPES[kind]} | stated
    table = take_apart(reading, "classifiers", kind, ClassifierTable, stated)
    names = {field.name for field in fields(table.cls)} if table.cls else set()
    plugin = make(reading, table, {"kind": kind} if "kind" in names else {})
    return None if plugin is None else JudgeConfig(kind, table.core["type"], plugin)


def _kind_fault(kind: str, kinds: tuple[str, ...], stated: Mapping[str, Any]) -> str:
    if not _KIND.fullmatch(kind):
        return f"'{shown(kind, 64)}' can't be a kind; use a-z, 0-9 and _, up to 64 of them"
    if kind in _RESERVED:
        return f"'{kind}' can't be a kind; rules already use the word for something else"
    if kinds.count(kind) > 1:
        return f"'{kind}' stands there {kinds.count(kind)} times"
    if kind in DEFAULT_TYPES or kind in stated:
        return ""
    hint = suggestion(kind, DEFAULT_TYPES)
    return f"'{kind}' needs a table {table_name('classifiers', kind)} with a type{hint}"


def _refuse_unordered(reading: Reading, stated: Mapping[str, Any], kinds: tuple[str, ...]) -> None:
    for name, value in stated.items():
        if name == "order" or name in kinds:
            continue
        if isinstance(value, dict):
            place = table_name("classifiers", name)
            reading.fault(place, f"is not in the order{suggestion(name, kinds)}")
        else:
            refuse_unknown(reading, "[classifiers]", [name], ["order"])

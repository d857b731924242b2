"""What is judged, in which order, and by which classifier."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from typing import Any

from listener import false_alarms
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
    "spam": "small",
    "sentiment": "small",
    "urgency": "small",
    "intent": "small",
}
"""Which classifier makes a judgement whose table, if it has one, names no type."""

_KIND = re.compile(r"[a-z0-9_]{1,64}")
_PLACE = "[classifiers]"
_ORDER = f"{_PLACE} order"
_CORE = tuple(setting.name for setting in settings(ClassifiersTable))
_RESERVED = {setting.name for setting in settings(ConditionTable)}


@dataclass(frozen=True, slots=True)
class JudgeConfig:
    """A classifier under the kind of judgement it makes."""

    kind: str
    type: str
    plugin: Classifier


def read_judging(reading: Reading, stated: Mapping[str, Any]) -> ClassifiersTable:
    """What holds for all judgements, each in the order once; a fault for what is in no order."""
    core = {key: value for key, value in stated.items() if key in _CORE}
    read = read_values(reading, _PLACE, ClassifiersTable, core)
    table = ClassifiersTable(**read)
    for kind in dict.fromkeys(table.order):
        fault = _kind_fault(kind, table.order, stated)
        if fault:
            reading.fault(_ORDER, fault)
    if "order" in read or "order" not in core:
        _refuse_unordered(reading, stated, table.order)
    if table.false_alarms_per_day is not None and false_alarms.KIND not in table.order:
        what = f"{false_alarms.KIND} is not in the order, so it changes nothing"
        reading.warn(f"{_PLACE} false_alarms_per_day", what)
    return replace(table, order=tuple(dict.fromkeys(table.order)))


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
    if kind in _CORE:
        return f"'{kind}' can't be a kind; it is a setting of {_PLACE}"
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
        if name in _CORE or name in kinds:
            continue
        if isinstance(value, dict):
            place = table_name("classifiers", name)
            reading.fault(place, f"is not in the order{suggestion(name, kinds)}")
        else:
            refuse_unknown(reading, _PLACE, [name], _CORE)

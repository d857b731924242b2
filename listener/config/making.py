"""A table with a plugin behind it: the core's keys, the plugin's own, and the plugin made."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from listener.config.reading import Reading, as_table, named, table_name
from listener.config.settings import read_value, read_values, refuse_unknown
from listener.config.tables import BudgetTable
from listener.ports import Channel, Classifier, Source
from listener.registry import PluginError, PluginKind, known, plugin, settings
from listener.suggest import listed
from listener.text import shown

_PORTS: dict[PluginKind, tuple[type[Any], str]] = {
    "sources": (Source, "poll"),
    "classifiers": (Classifier, "tag"),
    "channels": (Channel, "send"),
}
_REASON_CHARS_MAX = 300
_NOTHING: Mapping[str, Any] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class PluginTable:
    """A plugin's table, taken apart: ``core`` are the core's sound values, ``own`` the rest.

    ``cls`` is None where the type has a fault; then the rest can't be checked.
    """

    kind: PluginKind
    place: str
    core: dict[str, Any]
    own: dict[str, Any]
    cls: type[Any] | None


def take_apart(
    reading: Reading, kind: PluginKind, name: str, core: type[Any], stated: object
) -> PluginTable:
    """Check the core's share of the table and find the class behind its type."""
    place = table_name(kind, name)
    table = as_table(reading, place, stated)
    core_names = [setting.name for setting in settings(core)]
    share = {key: value for key, value in table.items() if key in core_names}
    own = {key: value for key, value in table.items() if key not in core_names}
    values = read_values(reading, place, core, {"type": ""} | share)
    cls = _class(reading, named(place, "type"), kind, values.get("type"), core_names)
    if cls is not None:
        own_names = [setting.name for setting in settings(cls)]
        measures = settings(BudgetTable) if kind == "sources" else ()
        elsewhere = {one.name: f"[sources.{name}.budget]" for one in measures}
        refuse_unknown(reading, place, own, [*core_names, *own_names], elsewhere)
    return PluginTable(kind, place, values, own, cls)


def make(reading: Reading, table: PluginTable, preset: Mapping[str, Any] = _NOTHING) -> Any:
    """The plugin, or None where its settings have a fault.

    ``preset`` are values of fields that the table may set otherwise, where they are settings.
    """
    if table.cls is None:
        return None
    faults_before = len(reading.faults)
    preset_own = {s.name: preset[s.name] for s in settings(table.cls) if s.name in preset}
    values = read_values(reading, table.place, table.cls, preset_own | table.own)
    if len(reading.faults) > faults_before:
        return None
    try:
        made = table.cls(**{**preset, **values})
    except Exception as error:  # noqa: BLE001 (a plugin of others may raise anything)
        reading.fault(table.place, _reason(reading, error))
        return None
    port, method = _PORTS[table.kind]
    if not isinstance(made, port):
        reading.fault(named(table.place, "type"), f"its class has no method '{method}'")
        return None
    return made


def check_idle(reading: Reading, table: PluginTable) -> None:
    """Check a table that is switched off: keys and types must hold, secrets need not exist."""
    for setting in settings(table.cls) if table.cls else ():
        if setting.name in table.own:
            where = named(table.place, setting.name)
            stated = table.own[setting.name]
            if setting.secret:
                reading.check_secret_name(where, stated)
            else:
                read_value(reading, where, setting, stated)


def _class(
    reading: Reading,
    where: str,
    kind: PluginKind,
    type_name: str | None,
    core_names: Sequence[str],
) -> type[Any] | None:
    if type_name is None:
        return None
    if not type_name:
        reading.fault(where, f"is missing; write one of {listed(known(kind), 'or')}")
        return None
    try:
        cls = plugin(kind, type_name)
    except PluginError as error:
        reading.fault(where, reading.redacted(str(error)))
        return None
    clashing = sorted({setting.name for setting in settings(cls)} & {*core_names})
    if clashing:
        what = f"the {kind[:-1]} type '{type_name}' has a setting {listed(clashing)}"
        reading.fault(where, f"{what}; its author must rename it, the core uses that name")
        return None
    return cls


def _reason(reading: Reading, error: Exception) -> str:
    """Why a plugin refused its settings. What it says might repeat a secret."""
    text = shown(reading.redacted(str(error)), _REASON_CHARS_MAX)
    return (
        text
        if isinstance(error, ValueError) and text
        else f"can't be set up: {type(error).__name__}: {text}"
    )

"""The sources and the channels: which there are, and what the core must know of each."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from typing import Any

from listener.config.conditions import check_known
from listener.config.making import PluginTable, check_idle, make, take_apart
from listener.config.reading import Reading, named
from listener.config.tables import ChannelTable, SourceTable
from listener.model import Brand
from listener.ports import Channel, Source


@dataclass(frozen=True, slots=True)
class SourceConfig:
    """A source that is polled: its table's name, its pace, and the ids of the brands it is for."""

    name: str
    type: str
    poll_seconds: int
    brands: tuple[str, ...]
    plugin: Source


@dataclass(frozen=True, slots=True)
class ChannelConfig:
    """A channel under its table's name."""

    name: str
    type: str
    plugin: Channel


def read_sources(
    reading: Reading, tables: Mapping[str, Any], brands: Mapping[str, Brand | None]
) -> tuple[SourceConfig, ...]:
    """The enabled sources; those that are not are checked all the same.

    ``brands`` are all that have a table, by id; None stands for one whose table has a fault.
    """
    sources = (_source(reading, name, stated, brands) for name, stated in tables.items())
    return tuple(source for source in sources if source)


def read_channels(reading: Reading, tables: Mapping[str, Any]) -> tuple[ChannelConfig, ...]:
    """The channels, in the order of their tables; none where nothing is told."""
    channels = (_channel(reading, name, stated) for name, stated in tables.items())
    return tuple(channel for channel in channels if channel)


def _source(
    reading: Reading, name: str, stated: object, brands: Mapping[str, Brand | None]
) -> SourceConfig | None:
    faults_before = len(reading.faults)
    table = take_apart(reading, "sources", name, SourceTable, stated)
    chosen = table.core.get("brands") or ()
    check_known(reading, named(table.place, "brands"), "brand", chosen, brands)
    if table.core.get("enabled") is False:
        check_idle(reading, table)
        return None
    ids = tuple(chosen) or tuple(brands)
    plugin = make(reading, table, _preset(table, [brands.get(one) for one in ids]))
    if len(reading.faults) > faults_before:
        return None
    core = SourceTable(**table.core)
    return SourceConfig(name, core.type, core.poll_seconds, ids, plugin)


def _preset(table: PluginTable, brands: Iterable[Brand | None]) -> dict[str, Any]:
    """A source that asks its site for the brands has a field ``brands`` for them."""
    names = {one.name for one in fields(table.cls)} if table.cls else set()
    return {"brands": tuple(filter(None, brands))} if "brands" in names else {}


def _channel(reading: Reading, name: str, stated: object) -> ChannelConfig | None:
    table = take_apart(reading, "channels", name, ChannelTable, stated)
    if not reading.tells:
        check_idle(reading, table)
        return None
    plugin = make(reading, table)
    return None if plugin is None else ChannelConfig(name, table.core["type"], plugin)

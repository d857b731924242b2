"""The sources and the channels: which there are, and what the core must know of each."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, fields
from typing import Any

from listener.budget import MEASURES, NO_LIMITS, SPANS, Limits, micros
from listener.config.conditions import check_known
from listener.config.making import PluginTable, check_idle, make, take_apart
from listener.config.reading import Reading, named
from listener.config.settings import read_table
from listener.config.tables import BudgetTable, ChannelTable, SourceTable
from listener.model import Batch, Brand
from listener.ports import Channel, Metered, Reject, Source


@dataclass(frozen=True, slots=True)
class SourceConfig:
    """A source that is polled: its table's name, its pace, its budget, the ids of its brands."""

    name: str
    type: str
    poll_seconds: int
    brands: tuple[str, ...]
    plugin: Source
    limits: Limits = NO_LIMITS
    addressed_to: str = ""


@dataclass(frozen=True, slots=True)
class ChannelConfig:
    """A channel under its table's name."""

    name: str
    type: str
    plugin: Channel


def read_sources(
    reading: Reading,
    tables: Mapping[str, Any],
    brands: Mapping[str, Brand | None],
    public_url: str = "",
) -> tuple[SourceConfig, ...]:
    """The enabled sources; those that are not are checked all the same.

    ``brands`` are all that have a table, by id; None stands for one whose table has a fault.
    ``public_url`` is how our pages are reached from outside, or empty.
    """
    sources = (
        _source(reading, name, stated, brands, public_url) for name, stated in tables.items()
    )
    return tuple(source for source in sources if source)


def read_channels(
    reading: Reading, tables: Mapping[str, Any], people: Collection[str] = ()
) -> tuple[ChannelConfig, ...]:
    """The channels, in the order of their tables; none where nothing is told.

    ``people`` are the names of all that have a table.
    """
    channels = (_channel(reading, name, stated, people) for name, stated in tables.items())
    return tuple(channel for channel in channels if channel)


def _source(
    reading: Reading,
    name: str,
    stated: object,
    brands: Mapping[str, Brand | None],
    public_url: str,
) -> SourceConfig | None:
    faults_before = len(reading.faults)
    table = take_apart(reading, "sources", name, SourceTable, stated)
    chosen = table.core.get("brands") or ()
    check_known(reading, named(table.place, "brands"), "brand", chosen, brands)
    addressed_to = table.core.get("addressed_to") or ""
    owner = (addressed_to,) if addressed_to else ()
    check_known(reading, named(table.place, "addressed_to"), "brand", owner, brands)
    limits = _limits(reading, table)
    if table.core.get("enabled") is False:
        check_idle(reading, table)
        return None
    ids = tuple(dict.fromkeys((*chosen, *owner))) if chosen else tuple(brands)
    known = {
        "brands": tuple(filter(None, (brands.get(one) for one in ids))),
        "poll_seconds": table.core.get("poll_seconds") or SourceTable("").poll_seconds,
        "public_url": public_url,
        "source_name": name,
    }
    plugin = _plugin(reading, table, name, known)
    if plugin is not None:
        _check_spent(reading, table, limits, plugin)
    if plugin is None or len(reading.faults) > faults_before:
        return None
    core = SourceTable(**table.core)
    return SourceConfig(name, core.type, core.poll_seconds, ids, plugin, limits, addressed_to)


class _Unasked:
    """Stands for a source that this command does not ask, and whose secrets need not exist."""

    def poll(self, cursor: str | None) -> Batch:
        """Refuse."""
        raise Reject(f"this command asks no source (cursor {cursor!r})")


def _plugin(
    reading: Reading, table: PluginTable, name: str, known: Mapping[str, Any]
) -> Source | None:
    if reading.polls is not None and name not in reading.polls:
        check_idle(reading, table)
        return _Unasked()
    made: Source | None = make(reading, table, _preset(table, known))
    return made


def _check_spent(reading: Reading, table: PluginTable, limits: Limits, plugin: Source) -> None:
    """A ceiling on what the source never spends would hold nothing."""
    if limits == NO_LIMITS or not isinstance(plugin, Metered):
        return
    dearest = plugin.dearest()
    for measure in MEASURES:
        if getattr(dearest, measure) == 0 and any(limits.of(measure, span) for span in SPANS):
            what = "money" if measure == "money_micros" else measure
            kind = f"a source of the type '{table.core['type']}'"
            reading.fault(named(table.place, "budget"), f"{kind} spends no {what}: take that out")


def _limits(reading: Reading, table: PluginTable) -> Limits:
    """The source's budget; only what counts its costs can be held to one."""
    stated = table.core.get("budget")
    if stated is None:
        return NO_LIMITS
    where = named(table.place, "budget")
    if table.cls is not None and not issubclass(table.cls, Metered):
        kind = f"a source of the type '{table.core['type']}'"
        reading.fault(where, f"{kind} counts no costs, so no budget can hold it; take it out")
    budget = read_table(reading, f"{where}.", BudgetTable, stated)
    limits = Limits(
        requests_per_day=budget.requests_per_day,
        requests_per_month=budget.requests_per_month,
        posts_per_day=budget.posts_per_day,
        posts_per_month=budget.posts_per_month,
        money_micros_per_day=_micros(budget.money_per_day),
        money_micros_per_month=_micros(budget.money_per_month),
    )
    if not stated:
        reading.fault(where, "sets no ceiling; write one, such as requests_per_day = 1000")
    return limits


def _micros(money: float | None) -> int | None:
    return None if money is None else max(1, micros(money))


def _preset(table: PluginTable, known: Mapping[str, Any]) -> dict[str, Any]:
    """What a plugin has a field for of all that the core knows: its brands, its pace, its name."""
    names = {one.name for one in fields(table.cls)} if table.cls else set()
    return {name: value for name, value in known.items() if name in names}


def _check_people(reading: Reading, table: PluginTable, people: Collection[str]) -> None:
    """A person whom a channel calls otherwise than the config would never be recognised.

    Without any people the command line takes every name, and so does a channel.
    """
    for setting in getattr(table.cls, "names_people", ()) if people else ():
        stated = table.own.get(setting)
        listed = stated if isinstance(stated, list | dict) else [stated]
        names = [one for one in listed if isinstance(one, str)]
        check_known(reading, named(table.place, setting), "person", names, people, "people")


def _channel(
    reading: Reading, name: str, stated: object, people: Collection[str]
) -> ChannelConfig | None:
    table = take_apart(reading, "channels", name, ChannelTable, stated)
    _check_people(reading, table, people)
    if not reading.tells:
        check_idle(reading, table)
        return None
    plugin = make(reading, table, _preset(table, {"channel_name": name}))
    return None if plugin is None else ChannelConfig(name, table.core["type"], plugin)

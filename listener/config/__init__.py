"""The checked config: ``config.toml`` and the environment in, one frozen value out.

Every fault is told at once, each in a sentence that names file, key and mend. Nothing here
reaches out: no address is asked, no database opened.
"""

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from listener.config.brands import read_brands
from listener.config.conditions import Names, read_lists, read_topics
from listener.config.judges import JudgeConfig, read_judges, read_judging
from listener.config.lines import rule_lines
from listener.config.plugins import ChannelConfig, SourceConfig, read_channels, read_sources
from listener.config.reading import (
    BRANDS_MAX,
    ITEMS_MAX,
    ConfigError,
    Reading,
    as_table,
    named,
    table_name,
)
from listener.config.rules import read_rules
from listener.config.settings import read_table
from listener.config.tables import ClassifiersTable, ListenerTable, LogFormat, LogLevel, Web
from listener.config.teams import read_teams
from listener.config.toml import read_with_text
from listener.config.words import BRAND_ID, NAME, is_web_address, zone_named
from listener.model import Brand
from listener.ports import Receiving, Secret
from listener.registry import settings
from listener.rules import Rule
from listener.suggest import suggestion
from listener.teams import Teams
from listener.text import shown

__all__ = [
    "ChannelConfig",
    "Config",
    "ConfigError",
    "JudgeConfig",
    "SourceConfig",
    "Web",
    "load_config",
]

_TABLES = (
    "listener",
    "web",
    "brands",
    "sources",
    "classifiers",
    "channels",
    "rules",
    "topics",
    "authors",
    "teams",
    "people",
)
_NAME_MEND = "letters a-z and A-Z, digits, - and _, up to 64 of them"
_BRAND_ID_MEND = "letters a-z, digits, - and _, up to 64 of them"
_POSTGRES = ("postgresql", "postgres")

Table = TypeVar("Table")


@dataclass(frozen=True, slots=True)
class Config:
    """Everything the listener is told. Paths are resolved, secrets are read, names exist.

    ``secrets`` are the values themselves, for the log to redact; ``warnings`` are sentences.
    """

    path: Path
    database: str
    zone: ZoneInfo
    log_level: LogLevel
    log_format: LogFormat
    heartbeat_url: Secret | None
    lease_seconds: int
    drain_seconds: int
    web: Web
    brands: tuple[Brand, ...]
    sources: tuple[SourceConfig, ...]
    judges: tuple[JudgeConfig, ...]
    channels: tuple[ChannelConfig, ...]
    channel_names: tuple[str, ...]
    rules: tuple[Rule, ...]
    teams: Teams = field(default_factory=Teams)
    judging: ClassifiersTable = field(default_factory=ClassifiersTable)
    warnings: tuple[str, ...] = ()
    secrets: tuple[str, ...] = field(default=(), repr=False)


def load_config(
    path: Path,
    env: Mapping[str, str],
    *,
    tells: bool = True,
    polls: Collection[str] | None = None,
) -> Config:
    """The config in the file; ``env`` holds the secrets it names as ``env:NAME``.

    A command that ``tells`` nobody gets no channels, and their secrets need not exist: so one
    can look at a service's standing without the service's secrets. Nor need those of sources
    that it does not poll: ``polls`` names those it does, None stands for all.
    Raises ConfigError with every fault.
    """
    root, text = read_with_text(path)
    lines = rule_lines(text, root.get("rules"))
    reading = Reading(shown(str(path), 200), path.absolute().parent, env, tells, polls, lines=lines)
    _refuse_unknown_tables(reading, root)
    core = _core(reading, path, root)
    parts = _parts(reading, root, core["web"].public_url or "", core["zone"])
    if not core["web"].enabled:
        _warn_of_pushing(reading, parts["sources"])
    reading.raise_faults()
    secrets = tuple(dict.fromkeys(reading.secrets))
    return Config(**core, **parts, warnings=tuple(reading.warnings), secrets=secrets)


def _warn_of_pushing(reading: Reading, sources: Sequence[SourceConfig]) -> None:
    for source in sources:
        if isinstance(source.plugin, Receiving):
            words = "others push to it, but [web] is not enabled, so that nobody can"
            reading.warn(table_name("sources", source.name), words)


def _refuse_unknown_tables(reading: Reading, root: Mapping[str, Any]) -> None:
    own = {setting.name for setting in settings(ListenerTable)}
    for key, value in root.items():
        if key in own:
            reading.fault(shown(key, 64), "stands outside of any table; it belongs in [listener]")
        elif key not in _TABLES:
            where = table_name(key) if isinstance(value, dict | list) else shown(key, 64)
            reading.fault(where, f"no such table{suggestion(key, _TABLES)}")


def _core(reading: Reading, path: Path, root: Mapping[str, Any]) -> dict[str, Any]:
    table = _core_table(reading, root, "listener", ListenerTable)
    return {
        "path": path,
        "database": _database(reading, table.database),
        "zone": _zone(reading, table.timezone),
        "log_level": table.log_level,
        "log_format": table.log_format,
        "heartbeat_url": _heartbeat(reading, table.heartbeat_url),
        "lease_seconds": table.lease_seconds,
        "drain_seconds": table.drain_seconds,
        "web": _core_table(reading, root, "web", Web),
    }


def _parts(
    reading: Reading, root: Mapping[str, Any], public_url: str, zone: ZoneInfo
) -> dict[str, Any]:
    """The tables that speak of each other; a name counts as known even where its table is bad."""
    brand_tables = _named_tables(reading, root, "brands", BRAND_ID, _BRAND_ID_MEND)
    source_tables = _named_tables(reading, root, "sources", NAME, _NAME_MEND)
    channel_tables = _named_tables(reading, root, "channels", NAME, _NAME_MEND)
    team_tables = _named_tables(reading, root, "teams", NAME, _NAME_MEND)
    people_tables = _named_tables(reading, root, "people", NAME, _NAME_MEND)
    classifiers = as_table(reading, "[classifiers]", root.get("classifiers", {}))
    judging = read_judging(reading, classifiers)
    names = Names(
        brands=frozenset(brand_tables),
        sources=frozenset(source_tables),
        channels=frozenset(channel_tables),
        kinds=frozenset(judging.order),
        teams=frozenset(team_tables),
        topics=read_topics(reading, _named_tables(reading, root, "topics", NAME, _NAME_MEND)),
        lists=read_lists(reading, _named_tables(reading, root, "authors", NAME, _NAME_MEND)),
    )
    brands = tuple(read_brands(reading, brand_tables))
    by_id: dict[str, Brand | None] = dict.fromkeys(brand_tables)
    by_id |= {brand.id: brand for brand in brands}
    sources = read_sources(reading, source_tables, by_id, public_url)
    if not sources:
        reading.warn("sources", "none is there or enabled, so nothing will be heard")
    return {
        "brands": brands,
        "sources": sources,
        "judges": read_judges(reading, classifiers, judging.order),
        "judging": judging,
        "channels": read_channels(reading, channel_tables, people_tables),
        "channel_names": tuple(channel_tables),
        "rules": read_rules(reading, root.get("rules", []), names),
        "teams": read_teams(reading, team_tables, people_tables, names.channels, zone),
    }


def _core_table(reading: Reading, root: Mapping[str, Any], name: str, cls: type[Table]) -> Table:
    place = table_name(name)
    return read_table(reading, place, cls, as_table(reading, place, root.get(name, {})))


def _named_tables(
    reading: Reading, root: Mapping[str, Any], name: str, pattern: re.Pattern[str], mend: str
) -> dict[str, Any]:
    place = table_name(name)
    most = BRANDS_MAX if name == "brands" else ITEMS_MAX
    tables = as_table(reading, place, root.get(name, {}), f"; write [{name}.NAME]", most)
    for key, value in tables.items():
        if not isinstance(value, dict):
            reading.fault(named(place, key), f"no such setting; settings stand in [{name}.NAME]")
        elif not pattern.fullmatch(key):
            reading.fault(table_name(name, key), f"its name must be made of {mend}")
    return {key: value for key, value in tables.items() if isinstance(value, dict)}


def _database(reading: Reading, stated: str) -> str:
    scheme, _, path = stated.partition(":")
    fault = ""
    if scheme in _POSTGRES:
        fault = "this version stores in SQLite only; write sqlite:PATH, such as sqlite:listener.db"
    elif scheme != "sqlite" or not path.strip() or path.startswith("//"):
        fault = "must be sqlite:PATH, such as sqlite:listener.db"
    elif path.startswith((":memory:", "file:")) or not path.isprintable():
        fault = "must be sqlite: and the path of a plain file"
    if fault:
        reading.fault("[listener] database", fault)
    return f"sqlite:{reading.folder / path}"


def _zone(reading: Reading, name: str) -> ZoneInfo:
    try:
        return zone_named(name)
    except ValueError as error:
        reading.fault("[listener] timezone", str(error))
        return ZoneInfo("UTC")


def _heartbeat(reading: Reading, stated: str | None) -> Secret | None:
    """The address, which is as good as a password; it may be named as secrets are."""
    where = "[listener] heartbeat_url"
    if stated is None or not reading.tells:
        return None
    if stated.startswith(("env:", "file:")):
        secret = reading.secret(where, stated)
    else:
        secret = reading.keep_secret(stated)
    if secret and not is_web_address(secret.reveal()):
        reading.fault(where, "must be an http or https address, or env:NAME or file:PATH")
    return secret

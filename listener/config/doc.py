"""Writes ``docs/configuration.md`` from the tables and the plugins themselves.

``python -m listener.config.doc`` prints the page; with a path behind it, it writes it there.
A test holds the committed page against what comes out here.
"""

import inspect
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from listener.config.initial import initial_config
from listener.config.judges import DEFAULT_TYPES
from listener.config.tables import (
    AuthorsTable,
    BrandTable,
    BudgetTable,
    ChannelTable,
    ClassifiersTable,
    ClassifierTable,
    ConditionTable,
    CrisisTable,
    ListenerTable,
    RuleTable,
    SourceTable,
    SpikeTable,
    TopicTable,
    TroubleTable,
    Web,
)
from listener.config.team_tables import OnCallTable, PersonTable, StepTable, TeamTable
from listener.config.toml_text import toml_value
from listener.model import LABELS
from listener.registry import BUILT_IN, PluginKind, Setting, plugin, settings

CORE_TABLES: tuple[tuple[str, type[Any]], ...] = (
    ("`[listener]`", ListenerTable),
    ("`[web]`", Web),
    ("`[brands.ID]`", BrandTable),
    ("`[sources.NAME.budget]`", BudgetTable),
    ("`[[rules]]`", RuleTable),
    ("`when = { … }` in a rule", ConditionTable),
    ("`[topics.NAME]`", TopicTable),
    ("`[authors.NAME]`", AuthorsTable),
    ("`spike = { … }` in a rule", SpikeTable),
    ("`trouble = { … }` in a rule", TroubleTable),
    ("`crisis = { … }` in a rule", CrisisTable),
    ("`[teams.NAME]`", TeamTable),
    ("`escalate = [{ … }]` in a team", StepTable),
    ("`on_call = { … }` in a team", OnCallTable),
    ("`[people.NAME]`", PersonTable),
)
PLUGIN_TABLES: tuple[tuple[str, type[Any], PluginKind], ...] = (
    ("`[sources.NAME]`", SourceTable, "sources"),
    ("`[classifiers.KIND]`", ClassifierTable, "classifiers"),
    ("`[channels.NAME]`", ChannelTable, "channels"),
)

_HEAD = """\
# Configuration

This page is made from the code by `make docs`: change the lines there, not here.

One file, `config.toml`, says all. `listener init` writes a first one, and `listener check` tells
everything that is wrong with it, each fault with its table, its key and how to mend it. A key
that isn't known is refused, so that a slip of the pen is never silently ignored.

* **Secrets** are named, never written. A setting of the type *a secret* takes `"env:NAME"`, an
  environment variable, or `"file:PATH"`, a file of which a last line break is dropped.
* **Paths** of secrets, of the database and of settings of the type *a path* are relative to the
  folder of the config file.
* **Names** of tables are made of letters, digits, `-` and `_`; those of brands of small letters.
* The file may have 10 MB, [brands] 20,000 tables, and any other table 1,000 entries.
* Sources, classifiers and channels of others are used like the built-in ones: install their
  package, and name their type.
"""
_BRANDS_MORE = """\
How a brand is set up well, with examples in Finnish, Polish and English: [matching](matching.md).
"""


def page() -> str:
    """The whole page, in Markdown."""
    parts = [_HEAD, f"## An example\n\nFrom `listener init`:\n\n```toml\n{_example()}```\n"]
    for heading, cls in CORE_TABLES[:3]:
        parts.append(f"## {heading}\n\n{_table(cls)}")
    parts.append(_BRANDS_MORE)
    for heading, cls, kind in PLUGIN_TABLES:
        parts.append(f"## {heading}\n\n{_order() if kind == 'classifiers' else ''}{_table(cls)}")
        parts.extend(_plugins(kind))
    for heading, cls in CORE_TABLES[3:]:
        parts.append(f"## {heading}\n\n{_table(cls)}")
        parts.extend([_labels()] if cls is ConditionTable else [])
    return "\n".join(parts)


def escaped(text: str) -> str:
    """The text as it stands in a cell of a table."""
    return text.replace("|", r"\|").replace("<", "&lt;")


def main(arguments: list[str]) -> None:
    """Print the page, or write it to the path that is given."""
    if arguments:
        Path(arguments[0]).write_text(page(), encoding="utf-8")
    else:
        sys.stdout.write(page())


def _example() -> str:
    return initial_config(
        {
            "brand": "Acme",
            "handles": "@acme",
            "domains": "acme.example",
            "timezone": "Europe/Helsinki",
            "feeds": "https://blog.example/feed",
            "slack": "SLACK_WEBHOOK_URL",
        }
    )


def _labels() -> str:
    lines = (f"* `{kind}`: {', '.join(labels)}\n" for kind, labels in LABELS.items())
    return f"The labels:\n\n* `language`: a code such as fi, or und\n{''.join(lines)}"


def _order() -> str:
    types = ", ".join(f"`{kind}` by `{type_name}`" for kind, type_name in DEFAULT_TYPES.items())
    return f"In `[classifiers]` itself:\n\n{_table(ClassifiersTable)}\nBy default: {types}.\n\n"


def _plugins(kind: PluginKind) -> Iterator[str]:
    for type_name in BUILT_IN[kind]:
        cls = plugin(kind, type_name)
        yield f'### `type = "{type_name}"`\n\n{_about(cls)}\n\n{_rows(cls)}'


def _table(cls: type[Any]) -> str:
    return f"{inspect.getdoc(cls)}\n\n{_rows(cls)}"


def _about(cls: type[Any]) -> str:
    """A plugin's first paragraph; the ones behind it are for readers of the code."""
    return (inspect.getdoc(cls) or "").split("\n\n")[0]


def _rows(cls: type[Any]) -> str:
    rows = "".join(map(_row, settings(cls)))
    head = "| Setting | Type | Default | Meaning |\n|---|---|---|---|\n"
    return f"{head}{rows}" if rows else "It has no settings of its own.\n"


def _row(setting: Setting) -> str:
    cells = [f"`{setting.name}`", setting.type, _default(setting), setting.doc]
    return f"| {' | '.join(map(escaped, cells))} |\n"


def _default(setting: Setting) -> str:
    if setting.required:
        return "required"
    return "none" if setting.default is None else f"`{toml_value(setting.default)}`"


if __name__ == "__main__":
    main(sys.argv[1:])

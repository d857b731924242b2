"""What one reading of the config gathers: every fault, every warning and every secret."""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any

from listener.config.lines import NO_LINES, RuleLines
from listener.config.secrets import secret_name, secret_value
from listener.ports import Secret
from listener.text import shown

FAULTS_MAX = 100
ITEMS_MAX = 1_000
BRANDS_MAX = 20_000

_BARE_KEY = re.compile(r"[A-Za-z0-9_-]{1,64}")


class ConfigError(Exception):
    """The config can't be used; ``faults`` are sentences that name file, key and mend."""

    def __init__(self, faults: tuple[str, ...]) -> None:
        super().__init__("\n".join(faults))
        self.faults = faults


@dataclass
class Reading:
    """The state of one reading. A fault is noted and the reading goes on, so all are told.

    Where nothing is told, channels are checked and not made: their secrets need not exist.
    Likewise the sources that are not among those polled (``polls``; None: all are).
    """

    file: str
    folder: Path
    env: Mapping[str, str]
    tells: bool = True
    polls: Collection[str] | None = None
    faults: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    secrets: list[str] = field(default_factory=list, repr=False)
    lines: RuleLines = NO_LINES

    def fault(self, where: str, text: str) -> None:
        """Note a fault. Raises ConfigError when there are too many to go on."""
        line = self.lines.of(where)
        self.faults.append(f"{self.file}: {f'line {line}: ' if line else ''}{where}: {text}")
        if len(self.faults) == FAULTS_MAX:
            self.faults.append(f"{self.file}: mend these first: the rest was not read")
            self.raise_faults()

    def warn(self, where: str, text: str) -> None:
        """Note something that is allowed and yet not what was meant, perhaps."""
        self.warnings.append(f"{self.file}: {where}: {text}")

    def raise_faults(self) -> None:
        """Raise ConfigError if there was any fault."""
        if self.faults:
            raise ConfigError(tuple(self.faults))

    def secret(self, where: str, stated: object) -> Secret | None:
        """The secret that the config names, or None where that is a fault."""
        try:
            return self.keep_secret(secret_value(stated, self.folder, self.env))
        except ValueError as error:
            self.fault(where, str(error))
            return None

    def check_secret_name(self, where: str, stated: object) -> None:
        """Note a fault where a secret is not named as it must be, whether it exists or not."""
        try:
            secret_name(stated)
        except ValueError as error:
            self.fault(where, str(error))

    def keep_secret(self, value: str) -> Secret:
        """Wrap a value and remember it, so that no log line carries it."""
        self.secrets.append(value)
        return Secret(value)

    def redacted(self, text: str) -> str:
        """A text that isn't ours without the secrets it may repeat."""
        for value in sorted(self.secrets, key=len, reverse=True):
            text = text.replace(value, "***")
        return text


def table_name(*keys: str) -> str:
    """A table's header as the file has it, ``[sources.blogs]``, harmless to print."""
    return f"[{'.'.join(map(_key, keys))}]"


def named(place: str, key: str) -> str:
    """A key in a table, as every sentence names it; a place that ends in a dot is a key too."""
    return f"{place}{_key(key)}" if place.endswith(".") else f"{place} {_key(key)}"


def as_table(
    reading: Reading, where: str, value: object, mend: str = "", items_max: int = ITEMS_MAX
) -> dict[str, Any]:
    """The value if it is a table of bearable size; a fault and what can be read otherwise."""
    if not isinstance(value, dict):
        reading.fault(where, f"must be a table, not {told(value)}{mend}")
        return {}
    if len(value) > items_max:
        reading.fault(where, f"has {len(value)} entries; no more than {items_max} may stand here")
    return dict(islice(value.items(), items_max))


def told(value: object) -> str:
    """What stands there, in words. Strings are not repeated: one might be a secret."""
    if isinstance(value, str):
        return "a string" if value.strip() else "an empty string"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return shown(str(value), 24)
    if isinstance(value, list | dict):
        return "a list" if isinstance(value, list) else "a table"
    return "a date or time"


def _key(key: str) -> str:
    return key if _BARE_KEY.fullmatch(key) else f'"{shown(key, 64)}"'

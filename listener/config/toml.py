"""From the file to its tables, with the line and column of what is no TOML."""

import re
import tomllib
from pathlib import Path
from typing import Any

from listener.config.reading import ConfigError
from listener.text import shown

SIZE_BYTES_MAX = 10_000_000

_POSITION = re.compile(r"(.*) \(at (?:line (\d+), column (\d+)|(end of document))\)", re.DOTALL)
_KEY = re.compile(r"'([^']*)'")
_KEY_TUPLE = re.compile(r"\(('[^']*',? ?)+\)")


def read_toml(path: Path) -> dict[str, Any]:
    """The tables of the file. Raises ConfigError with one sentence."""
    return read_with_text(path)[0]


def read_with_text(path: Path) -> tuple[dict[str, Any], str]:
    """The tables, and the text that they were read from. Raises ConfigError with one sentence."""
    try:
        text = _text(path)
        return _tables(text), text
    except ValueError as error:
        raise ConfigError((f"{shown(str(path), 200)}: {error}",)) from None


def _text(path: Path) -> str:
    try:
        with path.open("rb") as file:
            content = file.read(SIZE_BYTES_MAX + 1)
    except FileNotFoundError:
        msg = "there is no such file; `listener init` writes one"
        raise ValueError(msg) from None
    except OSError as error:
        msg = f"can't be read: {(error.strerror or type(error).__name__).lower()}"
        raise ValueError(msg) from None
    if len(content) > SIZE_BYTES_MAX:
        msg = "is larger than 10 MB"
        raise ValueError(msg)
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        msg = f"line {line}: not UTF-8 text; save the file as UTF-8"
        raise ValueError(msg) from None


def _tables(text: str) -> dict[str, Any]:
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ValueError(_sentence(text, str(error))) from None
    except (ValueError, RecursionError):
        msg = "not TOML: a number is too long, or lists are nested too deep"
        raise ValueError(msg) from None


def _sentence(text: str, message: str) -> str:
    found = _POSITION.fullmatch(message)
    if not found:
        return f"not TOML: {shown(message, 200)}"
    reason, line, column, _ = found.groups()
    if line is None:
        lines = text.splitlines() or [""]
        line, column = str(len(lines)), str(len(lines[-1]) + 1)
    reason = _KEY_TUPLE.sub(lambda keys: ".".join(_KEY.findall(keys[0])), reason)
    return f"line {line}, column {column}: not TOML: {shown(reason[:1].lower() + reason[1:], 200)}"

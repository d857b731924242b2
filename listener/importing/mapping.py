"""A mapping file: what the columns of any other tool's export are, in TOML.

::

    name = "oldtool"
    timezone = "Europe/Helsinki"
    dates = "day"

    [columns]
    text = "Message"
    url = ["Link", "Permalink"]
    date = "Day"

    [constants]
    language = "fi"

    [sentiment]
    good = "positive"
"""

import re
import tomllib
from collections.abc import Collection, Iterator
from pathlib import Path
from typing import Any

from listener.importing.layouts import FIELDS, SENTIMENTS, Layout, plain_name
from listener.model import LABELS
from listener.suggest import suggestion
from listener.text import shown

SIZE_BYTES_MAX = 100_000
CONSTANTS = ("site", "author", "language")
DELIMITERS = {"comma": ",", "semicolon": ";", "tab": "\t", "bar": "|"}

_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,31}")
_WORDS = ("name", "timezone", "dates", "delimiter", "encoding")
_KEYS = (*_WORDS, "header_line", "columns", "constants", "sentiment")


class BadMapping(ValueError):
    """What is wrong with a mapping file, in one sentence."""


def read_mapping(path: Path) -> Layout:
    """The layout in the file. Raises BadMapping."""
    told = _tables(path)
    for key in told:
        if key not in _KEYS:
            msg = f"no such setting '{shown(key, 60)}'{suggestion(key, _KEYS)}"
            raise BadMapping(msg)
    words = {key: _word(told, key) for key in _WORDS}
    name = words["name"] or re.sub(r"[^a-z0-9_-]+", "-", path.stem.lower()).strip("-")[:32]
    if not _NAME.fullmatch(name):
        raise BadMapping("name: write a short one of a-z, 0-9, - and _")
    line = told.get("header_line", 0)
    if isinstance(line, bool) or not isinstance(line, int) or not 0 <= line <= 10_000:
        raise BadMapping("header_line: a line's number, such as 7")
    return Layout(
        name=name,
        title=name,
        columns=_columns(_table(told, "columns"), _table(told, "constants")),
        dates=words["dates"],
        zone=words["timezone"],
        constants=_constants(_table(told, "constants")),
        sentiments=_sentiments(_table(told, "sentiment")),
        delimiter=DELIMITERS.get(words["delimiter"], words["delimiter"]),
        encoding=words["encoding"],
        header_line=line,
    )


def _tables(path: Path) -> dict[str, Any]:
    try:
        with path.open("rb") as file:
            content = file.read(SIZE_BYTES_MAX + 1)
        if len(content) > SIZE_BYTES_MAX:
            msg = f"is larger than {SIZE_BYTES_MAX:,} bytes"
            raise BadMapping(msg)
        return tomllib.loads(content.decode("utf-8-sig"))
    except OSError as error:
        msg = f"can't be read: {(error.strerror or type(error).__name__).lower()}"
        raise BadMapping(msg) from None
    except UnicodeDecodeError:
        raise BadMapping("is not UTF-8 text") from None
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        msg = f"is no TOML: {shown(str(error), 200)}"
        raise BadMapping(msg) from None


def _word(told: dict[str, Any], key: str) -> str:
    value = told.get(key, "")
    if not isinstance(value, str) or len(value) > 200:
        msg = f"{key}: write it as a short text in quotes"
        raise BadMapping(msg)
    return value if key == "delimiter" and not value.strip() else value.strip()


def _table(told: dict[str, Any], key: str) -> dict[str, Any]:
    value = told.get(key, {})
    if not isinstance(value, dict):
        msg = f"{key}: write it as a table, [{key}]"
        raise BadMapping(msg)
    return value


def _columns(table: dict[str, Any], constants: Collection[str]) -> dict[str, tuple[str, ...]]:
    for key in table:
        if key not in FIELDS:
            msg = f"columns: no field '{shown(key, 60)}'{suggestion(key, FIELDS)}"
            raise BadMapping(msg)
    columns = {key: tuple(_names(key, value)) for key, value in table.items()}
    if "date" not in columns:
        raise BadMapping("columns: 'date' is missing: history needs to know when")
    if not ("text" in columns or "title" in columns):
        raise BadMapping("columns: 'text' is missing: what was said")
    if not ({"url", "site"} & {*columns, *constants}):
        raise BadMapping("columns: 'url' or 'site' is missing: say where it was said")
    return columns


def _names(key: str, value: object) -> Iterator[str]:
    names = [value] if isinstance(value, str) else value
    if not isinstance(names, list) or not names or len(names) > 50:
        msg = f"columns: {key}: a column's name, or a list of several"
        raise BadMapping(msg)
    for name in names:
        if not isinstance(name, str) or not plain_name(name):
            msg = f"columns: {key}: a column's name, or a list of several"
            raise BadMapping(msg)
        yield plain_name(name)


def _constants(table: dict[str, Any]) -> dict[str, str]:
    for key, value in table.items():
        if key not in CONSTANTS:
            msg = f"constants: no '{shown(key, 60)}'{suggestion(key, CONSTANTS)}"
            raise BadMapping(msg)
        if not isinstance(value, str) or not value.strip() or len(value) > 200:
            msg = f"constants: {key}: write it as a short text in quotes"
            raise BadMapping(msg)
    return {key: value.strip() for key, value in table.items()}


def _sentiments(table: dict[str, Any]) -> dict[str, str]:
    for word, label in table.items():
        if label not in LABELS["sentiment"]:
            msg = f"sentiment: {shown(word, 40)}: one of {', '.join(LABELS['sentiment'])}"
            raise BadMapping(msg)
    own = {word.strip().casefold(): label for word, label in table.items()}
    return SENTIMENTS | own

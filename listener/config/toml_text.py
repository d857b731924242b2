"""Values as TOML writes them, escaped so that reading gives the same value back."""

import json
from collections.abc import Mapping
from pathlib import Path


def toml_value(value: object) -> str:
    """The value as it stands after ``key =``. Raises TypeError for what TOML can't say."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return str(value)
    if isinstance(value, str | Path):
        return _string(str(value))
    if isinstance(value, list | tuple | set | frozenset):
        return f"[{', '.join(map(toml_value, value))}]"
    if isinstance(value, Mapping):
        pairs = (f"{_string(str(key))} = {toml_value(part)}" for key, part in value.items())
        return f"{{{', '.join(pairs)}}}"
    msg = f"TOML can't say {type(value).__name__}"
    raise TypeError(msg)


def _string(text: str) -> str:
    # JSON's escapes are TOML's too; only the DEL character is allowed raw in JSON alone.
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007F")

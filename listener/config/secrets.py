"""How the config names a secret: ``env:NAME`` or ``file:PATH``, and never the secret itself."""

from collections.abc import Mapping
from pathlib import Path

from listener.config.words import VARIABLE

SIZE_BYTES_MAX = 64 * 1024


def secret_value(stated: object, folder: Path, env: Mapping[str, str]) -> str:
    """The value behind ``env:NAME`` or ``file:PATH`` (relative to ``folder``).

    Raises ValueError with a sentence that repeats nothing but a variable's or a file's name.
    """
    scheme, name = secret_name(stated)
    return _from_env(name, env) if scheme == "env" else _from_file(name, folder)


def secret_name(stated: object) -> tuple[str, str]:
    """``env`` or ``file``, and the name behind it. Raises ValueError where it is neither."""
    scheme, _, name = stated.partition(":") if isinstance(stated, str) else ("", "", "")
    named = {"env": bool(VARIABLE.fullmatch(name)), "file": bool(name) and name.isprintable()}
    if not named.get(scheme):
        msg = "secrets are named, never written: use env:NAME or file:PATH"
        raise ValueError(msg)
    return scheme, name


def _from_env(name: str, env: Mapping[str, str]) -> str:
    value = env.get(name, "").rstrip("\r\n")
    if not value:
        what = "is empty" if name in env else "is not set"
        msg = f"the environment variable {name} {what}"
        raise ValueError(msg)
    return value


def _from_file(name: str, folder: Path) -> str:
    try:
        with (folder / name).open("rb") as file:
            content = file.read(SIZE_BYTES_MAX + 1)
        value = content.decode().rstrip("\r\n")
    except OSError as error:
        reason = (error.strerror or type(error).__name__).lower()
        msg = f"the file {name} can't be read: {reason}"
        raise ValueError(msg) from None
    except UnicodeDecodeError:
        msg = f"the file {name} holds no UTF-8 text"
        raise ValueError(msg) from None
    if not value or len(content) > SIZE_BYTES_MAX:
        what = "is larger than 64 KiB" if value else "is empty"
        msg = f"the file {name} {what}"
        raise ValueError(msg)
    return value

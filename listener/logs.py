"""Structured logs on stderr, in which no secret ever stands."""

import json
import logging
import re
import sys
from collections.abc import Iterable
from contextlib import suppress
from typing import Any, TextIO, cast
from urllib.parse import quote, quote_plus

import structlog

from listener.text import defused, shown

_VALUE_CHARS_MAX = 2000
_TRACEBACK_CHARS_MAX = 20_000
_SECRET_CHARS_MIN = 4


class Redactor:
    """A structlog processor that stars out secrets and defuses control characters."""

    def __init__(self, secrets: Iterable[str]) -> None:
        long_enough = (secret for secret in secrets if len(secret) >= _SECRET_CHARS_MIN)
        ways = {way for secret in long_enough for way in _ways_to_write(secret)}
        longest_first = sorted(ways, key=len, reverse=True)
        self._pattern = re.compile("|".join(map(re.escape, longest_first)) or r"(?!)")

    def __call__(self, _logger: Any, _name: str, event: dict[str, Any]) -> dict[str, Any]:
        """Every string of the event, its traceback included."""
        return {key: self._clean(key, value) for key, value in event.items()}

    def text(self, value: str) -> str:
        """One text with its secrets starred out."""
        return self._pattern.sub("***", value)

    def _clean(self, key: str, value: Any) -> Any:
        if isinstance(value, bool | int | float | None):
            return value
        starred = self.text(str(value))
        if key == "exception":  # what went wrong stands at its end
            return defused(starred[-_TRACEBACK_CHARS_MAX:])
        return shown(starred, _VALUE_CHARS_MAX)


def _ways_to_write(secret: str) -> set[str]:
    """The secret as it is, as it stands in an address, and as Python and JSON quote it."""
    in_addresses = {quote(secret, safe=""), quote(secret), quote_plus(secret)}
    return {secret, repr(secret)[1:-1], json.dumps(secret)[1:-1]} | in_addresses


class _Unfailing:
    """A stream whose writes never raise: a full log disk must not undo or repeat work."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def write(self, text: str) -> int:
        """Write, or let it be."""
        with suppress(OSError, ValueError):
            return self._stream.write(text)
        return 0

    def flush(self) -> None:
        """Flush, or let it be."""
        with suppress(OSError, ValueError):
            self._stream.flush()


def set_up(level: str, form: str, secrets: Iterable[str]) -> Redactor:
    """Log to stderr from ``level`` on, as ``json`` or for a person (``console``).

    ``auto`` writes for a person where stderr is a terminal. Libraries' own log lines from
    warning on go the same way.
    """
    redactor = Redactor(secrets)
    is_terminal = sys.stderr.isatty()
    stream = cast("TextIO", _Unfailing(sys.stderr))
    plain = form == "json" or (form == "auto" and not is_terminal)
    renderer: Any = (
        structlog.processors.JSONRenderer(ensure_ascii=False)
        if plain
        else structlog.dev.ConsoleRenderer(
            colors=is_terminal, exception_formatter=structlog.dev.plain_traceback
        )
    )
    shared: list[Any] = [
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
        redactor,
    ]
    structlog.configure(
        processors=[*shared, renderer],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelName(level.upper())),
        logger_factory=structlog.PrintLoggerFactory(stream),
        cache_logger_on_first_use=False,
    )
    formatter = structlog.stdlib.ProcessorFormatter(foreign_pre_chain=shared, processor=renderer)
    handler = logging.StreamHandler(stream)
    handler.setFormatter(formatter)
    logging.basicConfig(handlers=[handler], level=logging.WARNING, force=True)
    return redactor

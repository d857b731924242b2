"""JSON lines as a command reads them: one value per line, each line bounded."""

import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO

from listener.cli.shared import BadUse
from listener.model import TEXT_CHARS_MAX

LINE_BYTES_MAX = 4 * TEXT_CHARS_MAX
STDIN = Path("-")


@contextmanager
def opened(path: Path) -> Iterator[BinaryIO]:
    """The file, or standard input for ``-``; BadUse with the reason where it can't be read."""
    if path == STDIN:
        if sys.stdin is None:
            msg = "--file -: standard input is closed"
            raise BadUse(msg)
        yield sys.stdin.buffer
        return
    try:
        file = path.open("rb")
    except OSError as error:
        msg = f"{path} can't be read: {error.strerror}"
        raise BadUse(msg) from None
    with file:
        yield file


def tell(number: int, reason: str) -> None:
    """A word on stderr about a line that is passed over."""
    print(f"listener: line {number}: {reason}", file=sys.stderr)


def values(
    file: BinaryIO, read: Callable[[Any], Any], passed_over: Callable[[int, str], None] = tell
) -> Iterator[tuple[int, Any]]:
    """What ``read`` makes of each line's JSON, with the line's number.

    A line that is no JSON, or of which ``read`` raises ValueError, costs itself and a line on
    stderr: ``passed_over`` is told its number and the reason.
    """
    for number, raw in _bounded(file):
        if not raw.strip():
            continue
        try:
            value = read(_value(raw))
        except (ValueError, RecursionError) as error:
            passed_over(number, reason(error))
        else:
            yield number, value


def _bounded(file: BinaryIO) -> Iterator[tuple[int, bytes]]:
    """The lines with their numbers; of one that is too long, no more than shows that it is."""
    number = 0
    while line := file.readline(LINE_BYTES_MAX + 1):
        number += 1
        rest = line
        while not rest.endswith(b"\n") and rest:
            rest = file.readline(LINE_BYTES_MAX)
        yield number, line


def _value(raw: bytes) -> Any:
    if len(raw) > LINE_BYTES_MAX:
        msg = f"longer than {LINE_BYTES_MAX:,} bytes"
        raise ValueError(msg)
    return json.loads(raw)


def reason(error: Exception) -> str:
    """Why a line can't be read, in words."""
    if isinstance(error, json.JSONDecodeError):
        return f"not JSON: {error.msg} at character {error.pos + 1}"
    if isinstance(error, UnicodeDecodeError):
        return "not UTF-8"
    return "nested too deeply" if isinstance(error, RecursionError) else str(error)

"""Lines of bytes from a file or a pipe, none of them too long, none of them waited for."""

import io
import os
import select
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from time import monotonic
from typing import BinaryIO

LINE_BYTES_MAX = 32 * 1024 * 1024

_CHUNK_BYTES = 65_536
_SKIPPED_CHUNKS_MAX = 4_096
_PIPE_BYTES_MAX = 4 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Line:
    """One line without its end. ``end`` is the offset behind it.

    ``ended`` tells a line that is closed by a newline from one that may still grow. Of a line
    that is ``overlong`` nothing is kept; ``resumed`` tells that its beginning was met before.
    """

    content: bytes
    end: int
    ended: bool = True
    overlong: bool = False
    resumed: bool = False


def lines_from(file: BinaryIO, offset: int, *, skipping: bool = False) -> Iterator[Line]:
    """The lines of ``file`` from ``offset`` to its present end.

    With ``skipping`` the first one is the rest of an overlong line.
    """
    file.seek(offset)
    line = _rest_of_line(file, resumed=True) if skipping else _next_line(file)
    while line:
        yield line
        line = _next_line(file) if line.ended else None


def _next_line(file: BinaryIO) -> Line | None:
    content = file.readline(LINE_BYTES_MAX + 1)
    if content.endswith(b"\n"):
        return Line(content[:-1], file.tell())
    if len(content) > LINE_BYTES_MAX:
        return _rest_of_line(file)
    return Line(content, file.tell(), ended=False) if content else None


def _rest_of_line(file: BinaryIO, *, resumed: bool = False) -> Line:
    """Pass over what is left of a line without holding it, as far as one poll goes."""
    ended = False
    for _ in range(_SKIPPED_CHUNKS_MAX):
        chunk = file.readline(_CHUNK_BYTES)
        ended = chunk.endswith(b"\n")
        if ended or not chunk:
            break
    return Line(b"", file.tell(), ended=ended, overlong=True, resumed=resumed)


class Pipe:
    """What comes through a descriptor that can't be read twice, such as standard input.

    Keeps the lines that were not taken yet, and the beginning of one whose end is to come.
    """

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        self._lines: deque[Line] = deque()
        self._rest = b""
        self._skipping = False
        self._open = True

    @property
    def has_lines(self) -> bool:
        """Whether there are lines that need not be waited for."""
        return bool(self._lines)

    def take(self, lines_max: int, wait_seconds: float) -> list[Line]:
        """Up to so many lines; where there is none yet, what comes within ``wait_seconds``."""
        if not self._lines:
            self._read(wait_seconds)
        return [self._lines.popleft() for _ in range(min(lines_max, len(self._lines)))]

    def _read(self, wait_seconds: float) -> None:
        arrived = io.BytesIO(self._rest + self._arrived(wait_seconds))
        self._lines.extend(lines_from(arrived, 0, skipping=self._skipping))
        last = self._lines[-1] if self._lines else Line(b"", 0)
        self._skipping = last.overlong and not last.ended
        waits = self._open and not last.ended and not last.overlong
        self._rest = self._lines.pop().content if waits else b""

    def _arrived(self, wait_seconds: float) -> bytes:
        arrived = bytearray()
        ends = monotonic() + wait_seconds
        while self._open and len(arrived) < _PIPE_BYTES_MAX:
            wait = 0.0 if arrived else max(0.0, ends - monotonic())
            if not select.select([self._descriptor], [], [], wait)[0]:
                break
            chunk = os.read(self._descriptor, _CHUNK_BYTES)
            self._open = bool(chunk)
            arrived += chunk
        return bytes(arrived)

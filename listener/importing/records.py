"""Lines as rows of cells: quoted cells over several lines, and quotes that were never closed.

A row whose quotes don't fit costs itself: its first line is refused and reading goes on with the
next one, so that one lost quote never swallows the rest of the file.
"""

import csv
from collections import deque
from collections.abc import Iterator
from typing import NamedTuple

from listener.importing.plain import Line

RECORD_CHARS_MAX = 1_048_576
REFUSED_CHARS_MAX = 20_000
"""So much is kept of a line that is refused."""


class Record(NamedTuple):
    """A row: its cells, the number of its first line, and the place and line it ends before.

    ``fault`` says why it can't be read; then ``cells`` hold the beginning of its first line.
    """

    cells: list[str]
    line: int
    end: int
    next_line: int
    fault: str = ""


class _TooLong(Exception):
    """A row goes on and on: most likely a quote in it was never closed."""


class Records:
    """The rows in these lines. ``width`` is how many cells a row has; 0: not known yet."""

    def __init__(self, lines: Iterator[Line], delimiter: str, width: int = 0) -> None:
        csv.field_size_limit(2 * RECORD_CHARS_MAX)
        self._lines = lines
        self._delimiter = delimiter
        self._width = width
        self._again: deque[Line] = deque()
        self._taken: list[Line] = []

    def __iter__(self) -> Iterator[Record]:
        reader = csv.reader(self._texts(), delimiter=self._delimiter, strict=True)
        while True:
            self._taken = []
            try:
                cells = next(reader)
            except StopIteration:
                return
            except (csv.Error, _TooLong) as error:
                yield self._mended(error)
                reader = csv.reader(self._texts(), delimiter=self._delimiter, strict=True)
                continue
            if any(cells):
                yield self._record(cells, self._taken)

    def _texts(self) -> Iterator[str]:
        """The lines, those that were put back first; each is noted as taken for the row."""
        chars = 0
        while True:
            line = self._again.popleft() if self._again else next(self._lines, None)
            if line is None:
                return
            chars = len(line.text) + (chars if self._taken else 0)
            self._taken.append(line)
            if chars > RECORD_CHARS_MAX:
                raise _TooLong
            yield line.text

    def _mended(self, error: Exception) -> Record:
        """The row as it was probably meant, else its first line, refused; the rest is put back."""
        taken = self._taken
        cells = self._read_kindly(taken[:1])
        if cells is None and not any(map(self._is_row, taken[1:])):
            joined = self._read_kindly(taken)
            if joined is not None:
                return self._record(joined, taken)
        self._again.extendleft(reversed(taken[1:]))
        if cells is not None:
            return self._record(cells, taken[:1])
        shown = taken[0].text[:REFUSED_CHARS_MAX].rstrip("\r\n")
        return self._record([shown], taken[:1], _reason(error))

    def _read_kindly(self, lines: list[Line]) -> list[str] | None:
        """The cells, where quotes in the middle of one are taken as they stand."""
        if sum(len(line.text) for line in lines) > RECORD_CHARS_MAX:
            return None
        try:
            rows = list(csv.reader([line.text for line in lines], delimiter=self._delimiter))
        except csv.Error:
            return None
        is_one = len(rows) == 1 and len(rows[0]) == self._width
        return rows[0] if is_one and not rows[0][-1].endswith("\n") else None

    def _is_row(self, line: Line) -> bool:
        """Whether the line is a whole row of its own."""
        try:
            rows = list(csv.reader([line.text], delimiter=self._delimiter, strict=True))
        except csv.Error:
            return False
        return bool(rows) and len(rows[0]) == self._width

    @staticmethod
    def _record(cells: list[str], lines: list[Line], fault: str = "") -> Record:
        last = lines[-1]
        return Record(cells, lines[0].number, last.end, last.number + 1, fault)


def _reason(error: Exception) -> str:
    if isinstance(error, _TooLong):
        return f"longer than {RECORD_CHARS_MAX:,} characters: a quote in it is not closed"
    return "its quotes don't fit: one is not closed, or stands in the middle of a cell"

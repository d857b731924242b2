"""What ``listener import`` writes beside the store: how far it is, and what it could not read."""

import csv
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from time import monotonic
from typing import TextIO

from listener.cli.shared import BadUse
from listener.importing.opening import Export
from listener.stages.importing import Refused
from listener.text import shown

TELL_SECONDS = 1.0
TELL_SECONDS_APART = 10.0
_COLUMNS = ("refused line", "refused because")


class Progress:
    """Rows, rows a second and the share of the file, on stderr: a line that grows at a terminal.

    ``wanted`` None: only at a terminal. Elsewhere there is a line every so many seconds.
    """

    def __init__(self, name: str, wanted: bool | None) -> None:
        self._name = shown(name, 60)
        self._is_terminal = sys.stderr is not None and sys.stderr.isatty()
        self._shows = self._is_terminal if wanted is None else wanted and sys.stderr is not None
        self._began = self._told = monotonic()
        self._first = 0

    def begin(self, rows: int) -> None:
        """So many rows were read before."""
        self._first = rows
        self._began = self._told = monotonic()

    def tell(self, rows: int, share: float) -> None:
        """So many rows were read by now, which is this share of the file."""
        now = monotonic()
        pause = TELL_SECONDS if self._is_terminal else TELL_SECONDS_APART
        if not self._shows or (now - self._told < pause and share < 1):
            return
        self._told = now
        pace = (rows - self._first) / max(now - self._began, 0.001)
        line = f"{self._name}: {rows:,} rows, {pace:,.0f} rows/s, {share:.0%}"
        begin, end = ("\r\x1b[K", "") if self._is_terminal else ("", "\n")
        print(begin + line, end=end, file=sys.stderr, flush=True)

    def end(self) -> None:
        """Make room for what is printed next."""
        if self._shows and self._is_terminal:
            print("\r\x1b[K", end="", file=sys.stderr, flush=True)


class Rejects:
    """``FILE.rejects.csv``: the header and the rows that could not be read, each with its reason.

    Its columns are those of the file behind two of ours, so that it can be mended and read in. What
    a broken-off import wrote of rows that are now read again, from ``line`` on, is dropped.
    """

    def __init__(self, path: Path, export: Export, line: int) -> None:
        self.path = path.with_name(f"{path.name}.rejects.csv")
        self._delimiter = export.header.delimiter
        try:
            kept = list(self._before(line)) if self.path.exists() else []
            self._file: TextIO = self.path.open("w", encoding="utf-8", newline="")
        except (OSError, UnicodeDecodeError, csv.Error) as error:
            raise BadUse(self._why(error)) from None
        self._writer = csv.writer(self._file, delimiter=self._delimiter)
        self._writer.writerow([*_COLUMNS, *export.header.columns])
        self._writer.writerows(kept)

    def write(self, refused: Sequence[Refused]) -> None:
        """Write them down for good."""
        rows = ([one.record.line, one.reason, *one.record.cells] for one in refused)
        try:
            self._writer.writerows(rows)
            self._file.flush()
        except OSError as error:
            raise BadUse(self._why(error)) from None

    def close(self) -> None:
        """Let go of the file."""
        self._file.close()

    def _before(self, line: int) -> Iterator[list[str]]:
        with self.path.open(encoding="utf-8", newline="") as file:
            rows = csv.reader(file, delimiter=self._delimiter)
            next(rows, None)
            for row in rows:
                if row and row[0].isdigit() and int(row[0]) < line:
                    yield row

    def _why(self, error: Exception) -> str:
        reason = getattr(error, "strerror", None) or "something else is written in it"
        return f"{self.path}: can't be written: {reason}"

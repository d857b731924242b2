"""Posts as JSON lines: a file that may still grow, standard input, or the replay of a day.

A line is what ``listener tag`` reads. One that is no post costs itself alone.
"""

import stat
import sys
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Annotated, BinaryIO

from listener.clock import utc_now
from listener.model import Batch
from listener.ports import Reject, Retry
from sources.jsonl_parts.cursor import Place, dump, head_of, load
from sources.jsonl_parts.lines import Pipe, lines_from
from sources.jsonl_parts.reading import Reading

_SAMPLES = Path(__file__).with_name("sample")
_SAMPLE = "sample:"


@dataclass
class JsonlSource:
    """Posts from a file, ``-`` (standard input) or ``sample:NAME`` (a shipped file).

    A file is read on from where the cursor stands; one that was replaced or cut is read anew.
    Standard input can't be read twice: what was read of it and not stored when the process ends
    is lost, so a file is the better way where that matters.

    With ``replay_speed`` the file's own timeline is replayed from the first poll on, so many
    times as fast: a post published t seconds after the file's first one comes t / speed seconds
    after the first poll, and that is when it was published, as far as anybody is told. The lines
    must stand in the order of their times.
    """

    path: Annotated[str, "A file of posts, a JSON object a line; - or sample:NAME."]
    site: Annotated[str, "The site of posts that name none."] = "jsonl"
    lines_max: Annotated[int, "How many lines one poll reads at most."] = 500
    replay_speed: Annotated[float, "0: as fast as can be; else so many times as fast as life."] = 0
    now: Callable[[], datetime] = utc_now
    wait_seconds: float = 1.0
    _pipe: Pipe | None = field(default=None, init=False, repr=False)
    _pipe_place: Place = field(default=Place(), init=False, repr=False)

    def __post_init__(self) -> None:
        if not self.path or "\0" in self.path:
            raise ValueError("path names nothing: give a file, - for standard input or sample:NAME")
        if self.lines_max < 1:
            raise ValueError(f"lines_max is {self.lines_max}: it must be 1 or more")
        if not 0 <= self.replay_speed <= 1e9:
            raise ValueError(f"replay_speed is {self.replay_speed}: it must be 0 or more")
        if self.replay_speed and self.path == "-":
            raise ValueError("replay_speed needs a file: standard input can't be held back")

    def poll(self, cursor: str | None) -> Batch:
        """The next lines; raises Reject where no file is there, Retry where it can't be read."""
        try:
            if self.path == "-":
                return self._poll_pipe()
            with self._opened() as file:
                return self._poll_file(file, load(cursor, file))
        except OSError as error:
            raise Retry(f"can't read {self.path}: {error.strerror or error}") from error

    def _opened(self) -> AbstractContextManager[BinaryIO]:
        path = self._file()
        try:
            kind = path.stat().st_mode
        except (FileNotFoundError, NotADirectoryError):
            raise Reject(f"there is no file {path}: check path") from None
        if not stat.S_ISREG(kind):
            raise Reject(f"{path} is no file that can be read: check path (standard input is -)")
        return path.open("rb")

    def _file(self) -> Path:
        if not self.path.startswith(_SAMPLE):
            return Path(self.path)
        names = {path.stem: path for path in sorted(_SAMPLES.glob("*.jsonl"))}
        name = self.path.removeprefix(_SAMPLE)
        if name not in names:
            raise Reject(f"there is no sample '{name}'; there is: {', '.join(names) or 'none'}")
        return names[name]

    def _poll_file(self, file: BinaryIO, place: Place) -> Batch:
        reading = Reading(self.site, self.lines_max, self.replay_speed, self.now(), place)
        more = reading.take_all(lines_from(file, place.offset, skipping=place.skipping))
        head = head_of(file, reading.place.offset)
        return reading.batch(dump(replace(reading.place, head=head)), more=more)

    def _poll_pipe(self) -> Batch:
        if sys.stdin is None:
            raise Reject("there is no standard input: check path")
        self._pipe = self._pipe or Pipe(sys.stdin.fileno())
        reading = Reading(self.site, self.lines_max, 0, self.now(), self._pipe_place)
        reading.take_all(self._pipe.take(self.lines_max, self.wait_seconds), final=True)
        self._pipe_place = reading.place
        return reading.batch(None, more=self._pipe.has_lines)

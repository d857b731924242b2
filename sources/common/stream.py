"""A stream held open between two polls, without keeping state that a crash would lose.

A source's cursor is its only state. What is held here may be thrown away at any time: a poll
whose cursor is not the one that the last take ended at closes the stream and opens it anew from
the cursor it was given. So a poll repeated after a crash, or stored by nobody, reads again.
"""

import queue
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from time import monotonic
from typing import Generic, TypeVar

Item = TypeVar("Item")

Opened = Callable[[threading.Event], Iterator[Item]]
"""Connects, then gives items until the event is set, the site ends it, or it raises."""

_HELD_MAX = 20_000


@dataclass(frozen=True, slots=True)
class Taken(Generic[Item]):
    """What came. ``ended`` says that nothing more will; ``error`` why, where it was no good end."""

    items: list[Item]
    ended: bool = False
    error: BaseException | None = None


class Stream(Generic[Item]):
    """One open stream, read by a thread of its own into a bounded queue.

    A full queue stops the reading, and so the site's sending: nothing is dropped.
    """

    def __init__(self, open_: Opened[Item], held_max: int = _HELD_MAX) -> None:
        self._stop = threading.Event()
        self._queue: queue.Queue[tuple[str, Item | BaseException | None]] = queue.Queue(held_max)
        self._thread = threading.Thread(
            target=self._read, args=(open_,), name="stream", daemon=True
        )
        self._thread.start()

    def take(self, seconds: float, items_max: int, linger_seconds: float = 0.2) -> Taken[Item]:
        """Wait up to ``seconds`` for a first item, then take what comes for a moment more."""
        items: list[Item] = []
        ends = monotonic() + seconds
        while len(items) < items_max:
            try:
                kind, value = self._queue.get(timeout=max(ends - monotonic(), 0.0))
            except queue.Empty:
                break
            if kind == "end":
                return Taken(items, True, value if isinstance(value, BaseException) else None)
            if not items:
                ends = min(ends, monotonic() + linger_seconds)
            items.append(value)  # type: ignore[arg-type]
        return Taken(items)

    def close(self) -> None:
        """Stop reading; the thread ends by itself."""
        self._stop.set()

    def _read(self, open_: Opened[Item]) -> None:
        error: BaseException | None = None
        try:
            for item in open_(self._stop):
                if not self._put(("item", item)):
                    return
        except BaseException as raised:  # noqa: BLE001  whoever takes must hear of it
            error = raised
        self._put(("end", error))

    def _put(self, entry: tuple[str, Item | BaseException | None]) -> bool:
        while not self._stop.is_set():
            try:
                self._queue.put(entry, timeout=0.5)
            except queue.Full:
                continue
            return True
        return False


class Held(Generic[Item]):
    """The stream of one source between its polls, and the cursor it stands at."""

    def __init__(self, held_max: int = _HELD_MAX) -> None:
        self._held_max = held_max
        self._stream: Stream[Item] | None = None
        self._cursor: str | None = None

    def holds(self, cursor: str | None) -> bool:
        """Whether a stream is open that stands at this cursor."""
        return self._stream is not None and cursor is not None and cursor == self._cursor

    def at(self, cursor: str | None, open_: Opened[Item]) -> tuple[Stream[Item], bool]:
        """The stream that stands at this cursor, and whether it was just opened."""
        if self._stream is not None and self.holds(cursor):
            return self._stream, False
        self.drop()
        self._stream = Stream(open_, self._held_max)
        return self._stream, True

    def stands_at(self, cursor: str | None) -> None:
        """What was taken so far is covered by this cursor."""
        self._cursor = cursor

    def drop(self) -> None:
        """Close it; the next poll opens another."""
        if self._stream is not None:
            self._stream.close()
        self._stream = None
        self._cursor = None

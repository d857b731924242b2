"""Many addresses visited side by side, politely, under one deadline."""

import queue
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from time import monotonic

from sources.common.politeness import Politeness, host_of
from sources.feed_parts.visit import Outcome

THREADS_MAX = 8

_PAUSE_SECONDS = 0.02

VisitOne = Callable[[str, float], Outcome]
"""Visits an address within so many seconds; never raises."""


@dataclass
class Round:
    """One round over some addresses, in their order as far as their hosts allow.

    ``begun`` are those whose visit was begun, whether it ended in time or not.
    """

    visit: VisitOne
    politeness: Politeness
    seconds_max: float
    begun: set[str] = field(default_factory=set)
    _todo: list[str] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def outcomes(self, urls: Sequence[str]) -> dict[str, Outcome]:
        """The outcomes that came in before the deadline."""
        ends = monotonic() + self.seconds_max
        self._todo = list(urls)
        done: queue.SimpleQueue[tuple[str, Outcome]] = queue.SimpleQueue()
        # Daemon threads, because a pool's would hold up the end of the program.
        for _ in range(min(THREADS_MAX, len(urls))):
            threading.Thread(target=self._work, args=(ends, done), name="feed", daemon=True).start()
        found: dict[str, Outcome] = {}
        while len(found) < len(urls):
            try:
                url, outcome = done.get(timeout=max(ends - monotonic(), 0))
            except queue.Empty:
                break
            found[url] = outcome
        return found

    def _work(self, ends: float, done: "queue.SimpleQueue[tuple[str, Outcome]]") -> None:
        pause = threading.Event()
        while (seconds := ends - monotonic()) > 0 and self._todo:
            url = self._next()
            if not url:
                pause.wait(min(_PAUSE_SECONDS, seconds))
                continue
            try:
                done.put((url, self.visit(url, seconds)))
            finally:
                self.politeness.leave(host_of(url))

    def _next(self) -> str:
        """The first address whose host may be asked now, or none."""
        with self._lock:
            tried: set[str] = set()
            for url in self._todo:
                host = host_of(url)
                if host not in tried and self.politeness.may_enter(host):
                    self._todo.remove(url)
                    self.begun.add(url)
                    return url
                tried.add(host)
        return ""

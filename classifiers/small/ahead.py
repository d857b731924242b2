"""Work that is begun ahead in the background, and waited for where its outcome is needed."""

from collections.abc import Callable, Hashable
from concurrent.futures import Future, ThreadPoolExecutor, wait
from typing import Generic, TypeVar

BEGUN_MAX = 500
"""So many may wait to be worked on: nobody may ever ask for them."""

K = TypeVar("K", bound=Hashable)


class Ahead(Generic[K]):
    """Does ``work`` for keys on a few threads; the work itself keeps what comes of it.

    What it raises is raised nowhere.
    """

    def __init__(self, work: Callable[[K], object], threads: int) -> None:
        self._work = work
        self._pool = ThreadPoolExecutor(threads, "ahead")
        self._begun: dict[K, Future[object]] = {}

    def begin(self, key: K) -> None:
        """Return at once. Not what is being worked on already, nor more than ``BEGUN_MAX``."""
        if key not in self._begun and len(self._begun) < BEGUN_MAX:
            begun = self._begun[key] = self._pool.submit(self._work, key)
            begun.add_done_callback(lambda _: self._begun.pop(key, None))

    def finish(self, key: K) -> None:
        """Wait for it where it was begun."""
        if begun := self._begun.get(key):
            wait([begun])

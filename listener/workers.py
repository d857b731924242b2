"""A few threads that do outside work and may be left behind when they hang.

``concurrent.futures`` joins its threads when the interpreter ends, so one hung socket would
hold up a shutdown for ever; these are daemon threads, and the same Future tells the outcome.
"""

import threading
from collections.abc import Callable
from concurrent.futures import Future
from functools import partial
from queue import SimpleQueue
from typing import Any, TypeVar

T = TypeVar("T")
Task = tuple[Future[Any], Callable[[], Any]]


class Workers:
    """Up to ``threads_max`` threads, started as work comes."""

    def __init__(self, name: str, threads_max: int) -> None:
        self._name = name
        self._threads_max = threads_max
        self._threads = 0
        self._tasks: SimpleQueue[Task | None] = SimpleQueue()
        self._given_up: set[Future[Any]] = set()
        self._settling = threading.Lock()

    def submit(self, work: Callable[[], T]) -> Future[T]:
        """Do the work in a thread; the Future holds what came of it."""
        future: Future[T] = Future()
        self._tasks.put((future, work))
        if self._threads < self._threads_max:
            self._start()
        return future

    def give_up(self, future: Future[Any]) -> None:
        """Its thread hangs: another may take its place, and it ends should it ever come back."""
        with self._settling:
            if not future.done():
                self._given_up.add(future)
                self._threads -= 1

    def close(self) -> None:
        """Let the threads end after what they are doing. Does not wait."""
        for _ in range(self._threads):
            self._tasks.put(None)

    def _start(self) -> None:
        self._threads += 1
        name = f"{self._name}-{self._threads}"
        threading.Thread(target=self._serve, name=name, daemon=True).start()

    def _serve(self) -> None:
        while (task := self._tasks.get()) is not None:
            future, work = task
            try:
                settle = partial(future.set_result, work())
            except BaseException as error:  # noqa: BLE001  the Future carries it to its owner
                settle = partial(future.set_exception, error)
            with self._settling:
                settle()
                if future in self._given_up:
                    self._given_up.remove(future)
                    return

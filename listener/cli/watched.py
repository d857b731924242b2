"""Progress of long work: a line on stderr that a person at a terminal sees grow."""

import sys
from collections.abc import Iterable, Iterator
from typing import TypeVar

Item = TypeVar("Item")

EVERY = 64


def counted(items: Iterable[Item], what: str, total: int = 0, done: int = 0) -> Iterator[Item]:
    """The items; at a terminal it is shown how many went by, of so many where that is known."""
    watched = sys.stderr is not None and sys.stderr.isatty()
    for number, item in enumerate(items, done + 1):
        yield item
        if watched and number % EVERY == 0:
            told = f"{number:,} of {total:,}" if total else f"{number:,}"
            print(f"\r{told} {what}", end="", file=sys.stderr, flush=True)
    if watched:
        print("\r\x1b[K", end="", file=sys.stderr, flush=True)

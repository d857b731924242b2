"""One text read with one word list: its tokens, and the entries found in it.

The judges of all kinds ask about the same text one after the other, so a few readings are kept.
"""

import functools
from collections.abc import Iterator
from dataclasses import dataclass

from classifiers.wordlists.lists import Element, WordList, word_list
from classifiers.wordlists.tokens import Token, tokens

SKIPPED_MAX = 3
"""How many words a ``..`` in an entry may skip."""

READINGS_KEPT_MAX = 128


@dataclass(frozen=True, slots=True)
class Hit:
    """An entry found: tokens ``start`` to ``end``, as they are shown."""

    group: str
    start: int
    end: int
    shown: str


class Reading:
    """The tokens of a text, and what a word list finds in them."""

    def __init__(self, row: tuple[Token, ...], words: WordList) -> None:
        self.row = row
        self._found: dict[str, list[Hit]] = {}
        for kind, hit in _hits(row, words):
            self._found.setdefault(kind, []).append(hit)

    def find(self, *kinds: str) -> list[Hit]:
        """What the lists of these kinds found, in order.

        Where two overlap the one of more words wins, and of two as long the more exact one.
        """
        found = [hit for kind in kinds for hit in self._found.get(kind, ())]
        taken: set[int] = set()
        kept = []
        for hit in sorted(found, key=lambda hit: (hit.start - hit.end, hit.start)):
            places = range(hit.start, hit.end)
            if taken.isdisjoint(places):
                taken.update(places)
                kept.append(hit)
        return sorted(kept, key=lambda hit: hit.start)


@functools.lru_cache(maxsize=READINGS_KEPT_MAX)
def read(text: str, language: str) -> Reading:
    """The text, read with the lists of one of ``lists.LANGUAGES``."""
    return Reading(tokens(text), word_list(language))


def _hits(row: tuple[Token, ...], words: WordList) -> Iterator[tuple[str, Hit]]:
    for start, token in enumerate(row):
        for entry in words.starting_with(token):
            end = _end(entry.elements, row, start)
            if end:
                shown = " ".join(part.shown for part in row[start:end])
                yield entry.kind, Hit(entry.group, start, end, shown)


def _end(elements: tuple[Element, ...], row: tuple[Token, ...], start: int) -> int:
    """The token after the last that these elements take from ``start`` on; 0 if they don't."""
    if not elements:
        return start
    if elements[0].gap:
        return _end_after_gap(elements[1:], row, start)
    if start >= len(row) or not elements[0].takes(row[start]):
        return 0
    return _end(elements[1:], row, start + 1)


def _end_after_gap(elements: tuple[Element, ...], row: tuple[Token, ...], start: int) -> int:
    for begin in range(start, min(start + SKIPPED_MAX, len(row)) + 1):
        end = _end(elements, row, begin)
        if end:
            return end
        if begin < len(row) and row[begin].kind == "stop":
            return 0
    return 0

"""One text read with one word list: its tokens, and the entries found in it.

The judges of all kinds ask about the same text one after the other, so a few readings are kept.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from classifiers.lexicon.lists import Element, WordList, word_list
from classifiers.lexicon.tokens import Token, tokens

SKIPPED_MAX = 3
"""How many words a ``..`` in an entry may skip."""


@dataclass(frozen=True, slots=True)
class Hit:
    """An entry found: its kind and group, and tokens ``start`` to ``end`` as they are shown."""

    kind: str
    group: str
    start: int
    end: int
    shown: str


class Reading:
    """The tokens of a text, and what a word list finds in them."""

    def __init__(self, row: tuple[Token, ...], words: WordList) -> None:
        self.row = row
        self._found: dict[str, list[Hit]] = {}
        for hit in _hits(row, words):
            self._found.setdefault(hit.kind, []).append(hit)

    @property
    def kinds(self) -> Iterable[str]:
        """The kinds of which something was found."""
        return self._found

    def find(self, kind: str) -> list[Hit]:
        """What the lists of this kind found, in order.

        Where two overlap the one of more words wins, and of two as long the more exact one.
        """
        found = self._found.get(kind, [])
        taken: set[int] = set()
        kept = []
        for hit in sorted(found, key=lambda hit: (hit.start - hit.end, hit.start)):
            places = range(hit.start, hit.end)
            if taken.isdisjoint(places):
                taken.update(places)
                kept.append(hit)
        return sorted(kept, key=lambda hit: hit.start)


def read(text: str, language: str) -> Reading:
    """The text, read with the lists of one of ``lists.LANGUAGES``; with signs alone for ``""``."""
    return Reading(tokens(text), word_list(language))


def _hits(row: tuple[Token, ...], words: WordList) -> Iterator[Hit]:
    for start, token in enumerate(row):
        after = row[start + 1] if start + 1 < len(row) else None
        for entry in words.starting_with(token, after):
            rest = entry.elements[1:]
            end = _end(rest, row, start + 1) if rest else start + 1
            if end:
                shown = " ".join(part.shown for part in row[start:end])
                yield Hit(entry.kind, entry.group, start, end, shown)


def _end(elements: tuple[Element, ...], row: tuple[Token, ...], start: int) -> int:
    """The token after the last that these elements take from ``start`` on; 0 if they don't."""
    for number, element in enumerate(elements):
        if element.gap:
            return _end_after_gap(elements[number + 1 :], row, start)
        if start >= len(row) or not element.takes(row[start]):
            return 0
        start += 1
    return start


def _end_after_gap(elements: tuple[Element, ...], row: tuple[Token, ...], start: int) -> int:
    for begin in range(start, min(start + SKIPPED_MAX, len(row)) + 1):
        end = _end(elements, row, begin)
        if end:
            return end
        if begin < len(row) and row[begin].kind == "stop":
            return 0
    return 0

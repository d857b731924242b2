"""The patterns of many expressions, run only on texts that hold a literal they can't do without.

A pattern stands on whole words: where it begins or ends with a letter, no other letter touches
it. So what it finds can be told in words, like everything else.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from functools import cache

from listener.match.expression.regex import literals
from listener.match.expression.tree import Term
from listener.match.expression.words import (
    AFTER_WORD,
    UNSPACED,
    WORD_END,
    WORD_END_SPACED,
    WORD_START,
)

TEXT_CHARS_MAX = 100_000
"""Patterns look at no more of a text; the slowest takes about a second for it."""

_GRAM_CHARS_MAX = 4


class Patterns:
    """The pattern terms, compiled once."""

    def __init__(self, terms: Iterable[Term]) -> None:
        self._by_gram: dict[str, list[tuple[str, Term]]] = defaultdict(list)
        self._compiled = cache(lambda term, end: re.compile(f"(?:{term.text}){end}"))
        for term in terms:
            for literal in literals(term.text):
                self._by_gram[self._rarest_gram(literal)].append((literal, term))
        self._gram_chars = sorted({len(gram) for gram in self._by_gram})

    def matches(self, text: str) -> Iterator[tuple[Term, int, int]]:
        """Each match of each term, in characters, for one term in order."""
        possible = self._possible(text[:TEXT_CHARS_MAX])
        end = WORD_END if possible and UNSPACED.search(text) else WORD_END_SPACED
        for term in possible:
            yield from ((term, *span) for span in _spans(self._compiled(term, end), text))

    def _rarest_gram(self, literal: str) -> str:
        """A few characters of the literal that the fewest others are looked up by."""
        return min(_grams(literal, _GRAM_CHARS_MAX), key=lambda gram: len(self._by_gram[gram]))

    def _possible(self, text: str) -> dict[Term, None]:
        return dict.fromkeys(
            term
            for chars in self._gram_chars
            for gram in dict.fromkeys(_grams(text, chars))
            for literal, term in self._by_gram.get(gram, ())
            if literal in text
        )


def _spans(pattern: re.Pattern[str], text: str) -> Iterator[tuple[int, int]]:
    at = 0
    while found := pattern.search(text, at, TEXT_CHARS_MAX):
        start, at = found.span()
        if not WORD_START.match(text, start):
            at = start + 1  # it may stand again, and better, before the end of this one
        elif not AFTER_WORD.match(text, at):
            yield start, at


def _grams(text: str, chars: int) -> list[str]:
    """Every stretch of this many characters; a shorter text is one."""
    return [text[at : at + chars] for at in range(max(1, len(text) - chars + 1))]

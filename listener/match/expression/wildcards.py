"""Words with * and ?, looked up by what is fixed in them: a start, an end, or three letters.

A word is checked only against the wildcards that share its first letters, its last letters or
three letters in a row with it. The check itself is linear in the word.
"""

import re
from collections import defaultdict
from collections.abc import Iterable
from fnmatch import translate

from listener.match.expression.tree import Term

_KEY_CHARS_MAX = 4
_GRAM_CHARS = 3
_WILD = re.compile(r"[*?]")

_Checks = dict[str, list[tuple[re.Pattern[str], Term]]]


class Wildcards:
    """The wildcard terms, compiled once."""

    def __init__(self, terms: Iterable[Term]) -> None:
        self._starts: _Checks = defaultdict(list)
        self._ends: _Checks = defaultdict(list)
        self._grams: _Checks = defaultdict(list)
        for term in terms:
            self._take_up(term)
        self._start_chars = sorted({len(start) for start in self._starts})
        self._end_chars = sorted({len(end) for end in self._ends})

    def matching(self, word: str) -> list[Term]:
        """The terms that the word matches, each once."""
        return [term for check, term in self._candidates(word) if check.match(word)]

    def _take_up(self, term: Term) -> None:
        pieces = _WILD.split(term.text)
        check = (re.compile(translate(term.text)), term)
        longest = max(pieces, key=len)
        if pieces[0]:
            self._starts[pieces[0][:_KEY_CHARS_MAX]].append(check)
        elif pieces[-1]:
            self._ends[pieces[-1][-_KEY_CHARS_MAX:]].append(check)
        else:
            self._grams[longest[:_GRAM_CHARS]].append(check)

    def _candidates(self, word: str) -> Iterable[tuple[re.Pattern[str], Term]]:
        for chars in self._start_chars:
            yield from self._starts.get(word[:chars], ()) if len(word) >= chars else ()
        for chars in self._end_chars:
            yield from self._ends.get(word[-chars:], ()) if len(word) >= chars else ()
        if self._grams:
            ends = range(_GRAM_CHARS, len(word) + 1)
            for gram in dict.fromkeys(word[end - _GRAM_CHARS : end] for end in ends):
                yield from self._grams.get(gram, ())

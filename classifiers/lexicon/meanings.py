"""What single words mean, by one name in all languages: "delay" for *myöhässä* and *opóźnienie*.

``meanings.tsv`` has a line a meaning: its name, then a cell for each language with the words and
stems (``delay*``) that are used for it. What is learnt of a meaning in one language holds so in
the others. Of several stems that fit a word the longest counts; several meanings may share it.
"""

import functools
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib.resources import files

from classifiers.lexicon.lists import lines, plain
from classifiers.lexicon.tokens import Token

_STEM_CHARS_MIN = 3
_NONE: tuple[str, ...] = ()

Named = Mapping[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True, eq=False)
class Meanings:
    """The meanings of one language's words, and of the words that begin with a stem."""

    of_words: Named
    of_stems: Named

    def of(self, token: Token) -> tuple[str, ...]:
        """What a word means; nothing where it is not known."""
        if token.kind != "word":
            return _NONE
        return next((found for form in token.forms if (found := self._of(form))), _NONE)

    def _of(self, form: str) -> tuple[str, ...]:
        if form in self.of_words:
            return self.of_words[form]
        for length in range(len(form), _STEM_CHARS_MIN - 1, -1):
            found = self.of_stems.get(form[:length])
            if found:
                return found
        return _NONE


@functools.cache
def meanings(language: str) -> Meanings:
    """Those of a language; none where it has no cell in the table."""
    words: dict[str, dict[str, None]] = defaultdict(dict)  # of names: a set in order
    stems: dict[str, dict[str, None]] = defaultdict(dict)
    for name, entries in table(language):
        for entry in entries:
            bare = entry.rstrip("*")
            for spelling in {bare, plain(bare)}:
                words[spelling][name] = None
                if entry != bare:
                    stems[spelling][name] = None
    return Meanings(_fixed(words), _fixed(stems))


def _fixed(held: Mapping[str, Mapping[str, None]]) -> Named:
    return {spelling: tuple(names) for spelling, names in held.items()}


def table(language: str) -> Iterator[tuple[str, list[str]]]:
    """Each meaning and its entries in this language."""
    head, *rows = (
        files("classifiers.lexicon").joinpath("meanings.tsv").read_text("utf-8").split("\n")
    )
    columns = head.split("\t")
    if language in columns[1:]:
        for row in filter(None, rows):
            cells = row.split("\t")
            yield cells[0], lines(cells[columns.index(language)])

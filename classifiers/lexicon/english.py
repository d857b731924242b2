"""Words of other languages by an English one: so the encoder, which knows English, can read them.

``english/LANGUAGE.tsv`` has a line a word or stem (``delay*``) and its English. What is not there
is looked up in the table of meanings; ``english/names.tsv`` says how those of its names read that
are no English words themselves.
"""

import functools
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources import files

from classifiers.lexicon.lists import plain
from classifiers.lexicon.meanings import Meanings, meanings
from classifiers.lexicon.tokens import Token

_STEM_CHARS_MIN = 3


@dataclass(frozen=True, slots=True, eq=False)
class English:
    """The English of one language's words, and of the words that begin with a stem."""

    of_words: Mapping[str, str]
    of_stems: Mapping[str, str]
    names: Mapping[str, str]
    meanings: Meanings

    def of(self, token: Token) -> str:
        """What a word is in English; nothing where it is not known.

        The word itself comes first, then what the table of meanings says, then stems.
        """
        if token.kind != "word":
            return ""
        return next((found for form in token.forms if (found := self.of_words.get(form))), "") or (
            self._meaning(token) or self._stem(token)
        )

    def _meaning(self, token: Token) -> str:
        name = next(iter(self.meanings.of(token)), "")
        return self.names.get(name, name)

    def _stem(self, token: Token) -> str:
        for form in token.forms:
            for length in range(len(form), _STEM_CHARS_MIN - 1, -1):
                found = self.of_stems.get(form[:length])
                if found:
                    return found
        return ""


@functools.cache
def english(language: str) -> English:
    """The English of a language; that of the table of meanings alone where it has no file."""
    stated = _pairs(language)
    words = {entry: told for entry, told in stated.items() if not entry.endswith("*")}
    stems = {entry.rstrip("*"): told for entry, told in stated.items() if entry.endswith("*")}
    return English(_spelt(words), _spelt(stems), _pairs("names"), meanings(language))


def _spelt(told: Mapping[str, str]) -> dict[str, str]:
    """With the spellings without diacritics, unless they are words of their own."""
    return {plain(entry): words for entry, words in told.items()} | dict(told)


def _pairs(name: str) -> dict[str, str]:
    file = files("classifiers.lexicon").joinpath("english").joinpath(f"{name}.tsv")
    if not file.is_file():
        return {}
    rows = (line.split("\t") for line in file.read_text("utf-8").splitlines())
    return dict(rows)

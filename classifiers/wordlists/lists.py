"""The word lists: how they are written, and their loading.

A list is a ``.toml`` file: a table per kind, in it a text per group, its entries set apart by
commas or line ends. An entry is one or more words; ``delay*`` takes any ending, ``a|b`` takes
either, ``#`` is a number, ``..`` skips up to three words. Entries are also found where people
leave out diacritics ("myohassa", "opoznienie"), except for the words under ``accents_matter``,
whose plain spelling is another word.
"""

import functools
import tomllib
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from importlib.resources import files

from classifiers.wordlists.tokens import Token

LANGUAGES = ("en", "fi", "pl")

_NO_MARK = str.maketrans("łŁøØđĐ", "lLoOdD")
_STEM_CHARS_MIN = 2


@dataclass(frozen=True, slots=True)
class Element:
    """One word of an entry: the spellings and stems it takes, a number, or a gap."""

    words: frozenset[str] = frozenset()
    stems: tuple[str, ...] = ()
    number: bool = False
    gap: bool = False

    def takes(self, token: Token) -> bool:
        """Whether this token can stand here."""
        if self.number:
            return token.kind == "number"
        return any(form in self.words or form.startswith(self.stems) for form in token.forms)


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry, and the kind and group it stands in."""

    kind: str
    group: str
    elements: tuple[Element, ...]


@dataclass(frozen=True, slots=True, eq=False)
class WordList:
    """All entries of one language, by the word they may begin with."""

    language: str
    by_word: Mapping[str, tuple[Entry, ...]]
    by_stem: Mapping[str, tuple[Entry, ...]]
    by_number: tuple[Entry, ...]

    def starting_with(self, token: Token) -> Iterator[Entry]:
        """Every entry that may begin with this token, whole words and long stems first."""
        if token.kind == "number":
            yield from self.by_number
        for form in token.forms:
            yield from self.by_word.get(form, ())
            for length in range(len(form), _STEM_CHARS_MIN - 1, -1):
                yield from self.by_stem.get(form[:length], ())


@functools.cache
def word_list(language: str) -> WordList:
    """The lists of one of ``LANGUAGES``, with the signs that all languages share."""
    entries = (*_entries(tables(language)), *_entries(tables("signs")))
    return _indexed(language, entries)


def tables(name: str) -> dict[str, dict[str, str]]:
    """A list file as it is written: kind, group, text."""
    data = files("classifiers.wordlists").joinpath(f"{name}.toml").read_text("utf-8")
    return tomllib.loads(data)


def lines(text: str) -> list[str]:
    """The entries of a group's text."""
    stripped = (line.strip() for line in text.replace("\n", ",").split(","))
    return [line for line in stripped if line]


def plain(word: str) -> str:
    """The word as typed without diacritics."""
    split = unicodedata.normalize("NFD", word.translate(_NO_MARK))
    return "".join(char for char in split if not unicodedata.combining(char))


def _entries(kinds: Mapping[str, Mapping[str, str]]) -> Iterator[Entry]:
    accents_matter = frozenset(lines(kinds.get("accents_matter", {}).get("words", "")))
    for kind, groups in kinds.items():
        if kind != "accents_matter":
            for group, text in groups.items():
                for line in lines(text):
                    parts = (_element(part, accents_matter) for part in line.split())
                    yield Entry(kind, group, tuple(parts))


def _element(part: str, accents_matter: frozenset[str]) -> Element:
    if part in {"#", ".."}:
        return Element(number=part == "#", gap=part == "..")
    choices = part.split("|")
    spellings = {*choices, *(plain(word) for word in choices if word not in accents_matter)}
    return Element(
        words=frozenset(word for word in spellings if not word.endswith("*")),
        stems=tuple(sorted(word[:-1] for word in spellings if word.endswith("*"))),
    )


def _indexed(language: str, entries: Iterable[Entry]) -> WordList:
    by_word: dict[str, tuple[Entry, ...]] = {}
    by_stem: dict[str, tuple[Entry, ...]] = {}
    by_number: tuple[Entry, ...] = ()
    for entry in entries:
        first = entry.elements[0]
        by_number += (entry,) if first.number else ()
        for word in first.words:
            by_word[word] = (*by_word.get(word, ()), entry)
        for stem in first.stems:
            by_stem[stem] = (*by_stem.get(stem, ()), entry)
    return WordList(language, by_word, by_stem, by_number)

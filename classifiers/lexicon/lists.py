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
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from importlib.resources import files

from classifiers.lexicon.tokens import Token

LANGUAGES = ("de", "en", "fi", "pl", "sv")

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
        for form in token.forms:  # a plain loop: this is asked a hundred times a post
            if form in self.words or (self.stems and form.startswith(self.stems)):
                return True
        return False


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry, and the kind and group it stands in."""

    kind: str
    group: str
    elements: tuple[Element, ...]


@dataclass(slots=True)
class Bucket:
    """The entries that begin with one word or stem, by what must follow.

    ``alone`` need nothing more; ``before`` need one of a few words next; ``rest`` is looked at
    entry by entry: a stem, a number or a gap comes next.
    """

    alone: list[Entry] = field(default_factory=list)
    before: dict[str, list[Entry]] = field(default_factory=dict)
    rest: list[Entry] = field(default_factory=list)

    def put(self, entry: Entry) -> None:
        """Where it belongs."""
        if len(entry.elements) == 1:
            self.alone.append(entry)
            return
        second = entry.elements[1]
        if second.number or second.gap or second.stems:
            self.rest.append(entry)
        for word in second.words if not second.stems else ():
            self.before.setdefault(word, []).append(entry)

    def candidates(self, next_forms: tuple[str, ...]) -> Iterator[Entry]:
        """Every entry that may hold where these are the next token's spellings."""
        yield from self.alone
        if self.before:
            for form in next_forms:
                yield from self.before.get(form, ())
        yield from self.rest


@dataclass(frozen=True, slots=True, eq=False)
class WordList:
    """All entries of one language, by the word they may begin with."""

    language: str
    by_word: Mapping[str, Bucket]
    by_stem: Mapping[str, Bucket]
    by_number: Bucket

    def starting_with(self, token: Token, after: Token | None) -> Iterator[Entry]:
        """Every entry that may begin with this token, whole words and long stems first."""
        following = after.forms if after else ()
        if token.kind == "number":
            yield from self.by_number.candidates(following)
        for form in token.forms:
            if form in self.by_word:
                yield from self.by_word[form].candidates(following)
            for length in range(len(form), _STEM_CHARS_MIN - 1, -1):
                bucket = self.by_stem.get(form[:length])
                if bucket:
                    yield from bucket.candidates(following)


@functools.cache
def word_list(language: str) -> WordList:
    """The lists of one of ``LANGUAGES``, or of none, with the signs that all languages share."""
    own = tables(language) if language else {}
    entries = (*_entries(own), *_entries(tables("signs")))
    return _indexed(language, entries)


def tables(name: str) -> dict[str, dict[str, str]]:
    """What the list files of a language, or ``signs``, say: kind, group, text."""
    stated: dict[str, dict[str, str]] = {}
    for file in sorted(files("classifiers.lexicon").joinpath(name).iterdir(), key=str):
        for kind, groups in tomllib.loads(file.read_text("utf-8")).items():
            known = stated.setdefault(kind, {})
            for group, text in groups.items():
                known[group] = f"{known.get(group, '')}\n{text}"
    return stated


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
    by_word: dict[str, Bucket] = defaultdict(Bucket)
    by_stem: dict[str, Bucket] = defaultdict(Bucket)
    by_number = Bucket()
    for entry in entries:
        first = entry.elements[0]
        if first.number:
            by_number.put(entry)
        for word in first.words:
            by_word[word].put(entry)
        for stem in first.stems:
            by_stem[stem].put(entry)
    return WordList(language, dict(by_word), dict(by_stem), by_number)

"""UniMorph's tables as the measuring of inflection reads them: lemma, form, features.

The tables are fetched by whoever measures (https://unimorph.github.io) and are never a part of
this repository.
"""

import random
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

LEMMA_CHARS_MIN = 3

Pairs = set[tuple[str, str]]
"""A noun, and a word that is or is taken for one of its forms."""


@dataclass(frozen=True, slots=True)
class Table:
    """``cases`` is noun → form → features; a noun is a lemma that a brand may be called by.

    ``readings`` is word in lower case → every lemma that it is a form of, of whatever kind.
    ``words`` are all single words of the table, each once.
    """

    cases: dict[str, dict[str, str]]
    readings: dict[str, set[str]]
    words: tuple[str, ...]

    def sample(self, count: int, seed: int, forms_min: int) -> list[str]:
        """So many nouns of at least so many forms, the same for the same seed; or all there are."""
        nouns = sorted(noun for noun, forms in self.cases.items() if len(forms) >= forms_min)
        return random.Random(seed).sample(nouns, min(count, len(nouns)))

    def is_form(self, word: str, noun: str) -> bool:
        """Whether the table has the word as a form of the noun."""
        return noun in self.readings[word.lower()]

    def expected(self, nouns: Sequence[str]) -> Pairs:
        """Every case form of these nouns."""
        return {(noun, form) for noun in nouns for form in self.cases[noun]}


def read(paths: Iterable[Path]) -> Table:
    """The tables as one. Only single words count: a name of several has a paradigm of each."""
    cases: dict[str, dict[str, str]] = defaultdict(dict)
    readings: dict[str, set[str]] = defaultdict(set)
    words: dict[str, None] = {}
    for lemma, form, features in _rows(paths):
        if lemma.isalpha() and form.isalpha():
            words |= {lemma: None, form: None}
            readings[lemma.lower()].add(lemma)
            readings[form.lower()].add(lemma)
            if features.split(";")[0] == "N" and len(lemma) >= LEMMA_CHARS_MIN:
                cases[lemma].setdefault(form, features)
    return Table(dict(cases), dict(readings), tuple(words))


def _rows(paths: Iterable[Path]) -> Iterator[list[str]]:
    for path in paths:
        with path.open(encoding="utf-8") as lines:
            for line in lines:
                row = line.rstrip("\n").split("\t")
                if len(row) == 3:
                    yield row

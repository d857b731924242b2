"""Finnish endings: the stems of one number of a noun, written out in all its cases.

A stem's ending is written with an ``A`` that becomes a or ä (:func:`harmonised`).
"""

from collections.abc import Iterable
from typing import NamedTuple

_WEAK_CASES = ("ssA", "stA", "llA", "ltA", "lle", "ttA")


class Singular(NamedTuple):
    """The singular and the nominative plural. Kauppa: kauppa(na), kaupa(n), kauppaa, kauppaan."""

    strong: str
    weak: str
    partitives: tuple[str, ...]
    illatives: tuple[str, ...]

    def forms(self) -> list[str]:
        """Every case but the nominative singular."""
        cases = [
            self.weak + ending for ending in (*_WEAK_CASES, "n", "t", "ksi", "s", "st", "l", "lt")
        ]
        return [*cases, self.strong + "nA", *self.partitives, *self.illatives]

    def bodies(self) -> list[str]:
        """What stands before a possessive: strong in the nominative, no -n, no -ksi."""
        cases = [self.weak + ending for ending in (*_WEAK_CASES, "kse")]
        illatives = (form[:-1] for form in self.illatives)
        return [*cases, self.strong, self.strong + "nA", *self.partitives, *illatives]


class Plural(NamedTuple):
    """The plural. Kauppa: kauppoi(na), kaupoi(ssa), kauppoja, kauppojen, kauppoihin."""

    strong: str
    weak: str
    partitives: tuple[str, ...]
    genitives: tuple[str, ...]
    illatives: tuple[str, ...]

    def forms(self) -> list[str]:
        """Every case but the nominative."""
        cases = [self.weak + ending for ending in (*_WEAK_CASES, "n", "ksi")]
        strong = [self.strong + ending for ending in ("nA", "ne", "neen")]
        return [*cases, *strong, *self.partitives, *self.genitives, *self.illatives]

    def bodies(self) -> list[str]:
        """What stands before a possessive."""
        cases = [self.weak + ending for ending in (*_WEAK_CASES, "kse")]
        strong = [self.strong + ending for ending in ("nA", "ne")]
        shortened = (form[:-1] for form in (*self.genitives, *self.illatives))
        return [*cases, *strong, *self.partitives, *shortened]


def harmonised(forms: Iterable[str], harmonies: tuple[str, ...]) -> list[str]:
    """The forms with each of the harmonies in their endings."""
    written = "\n".join(forms)
    return [form for vowel in harmonies for form in written.replace("A", vowel).split("\n")]


def short_plural(strong: str, weak: str) -> Plural:
    """Taloi-: taloja, talojen, taloihin."""
    start = strong[:-1]
    return Plural(strong, weak, (start + "jA",), (start + "jen",), (strong + "hin",))


def e_plural(strong: str, weak: str) -> Plural:
    """Ristei-: ristejä, ristien, risteihin."""
    start = strong[:-2]
    return Plural(strong, weak, (start + "ejA",), (start + "ien",), (strong + "hin",))


def i_plural(strong: str, weak: str, *genitives: str) -> Plural:
    """Koiri-: koiria, koirien, koiriin; and the genitives that a consonant stem adds."""
    return Plural(strong, weak, (strong + "A",), (strong + "en", *genitives), (strong + "in",))


def long_plural(strong: str, weak: str, *genitives: str) -> Plural:
    """Radioi-: radioita, radioiden, radioitten, radioihin; vapaisiin too."""
    found = (weak + "den", weak + "tten", *genitives)
    illatives = (strong + "hin", weak + "hin", weak + "siin")
    return Plural(strong, weak, (weak + "tA",), found, illatives)

"""Polish: seven cases, three genders, and sounds that change before an ending.

A brand is inflected like the nouns that end as it does (*Biedronka, w Biedronce*), like an
adjective where it looks like one (*Tyskie, Tyskiego*), or not at all (*Tesco*). Foreign names
are inflected as people do, whatever the textbook says: *Netflixa* and *Netfliksa*.
"""

import re

from listener.match.inflect.polish.adjectives import adjectives
from listener.match.inflect.polish.nouns import nouns

CODE = "pl"

CLITICS: tuple[str, ...] = ()
POSSESSIVES: tuple[str, ...] = ()

ENDINGS = (
    *("ciem", "cowi", "dowi", "dzie", "ecie", "etem", "etom", "etów", "owie", "towi"),
    *("ach", "ami", "cie", "dem", "ego", "emu", "etu", "iem", "owi", "rze", "tem"),
    *("ce", "ch", "ci", "em", "go", "ie", "ii", "mi", "mu", "om", "ze", "ów"),
    *("a", "e", "i", "m", "o", "u", "y", "ą", "ę"),
)
"""What follows a name after a mark: "PZU-u", "PKP-ie", "MSZ-ecie", "Reserved'em", "IKEA-i"."""

_WORD = re.compile("[a-zß-ž]{2,40}")


def forms(word: str) -> frozenset[str]:
    """Every form of a folded noun or adjective, itself included: each case, one and many."""
    if not _WORD.fullmatch(word):
        return frozenset({word})
    return frozenset((word, *nouns(word), *adjectives(word)))


def owned(word: str) -> frozenset[str]:  # noqa: ARG001 (other languages need it)
    """No body: Polish says whose a thing is with a word of its own."""
    return frozenset()

"""English: one -s for many, one for whose it is.

Verbs made of a name (*to google*, *googled*) are no forms of it here: they seldom speak of the
company.
"""

import re

CODE = "en"

CLITICS: tuple[str, ...] = ()
POSSESSIVES: tuple[str, ...] = ()

ENDINGS = ("ll", "re", "ve", "d", "s")
"""What follows a name after an apostrophe: "Tesla's", "Netflix'll", "Emirates've"."""

_WORD = re.compile(r"[^\W_]{1,40}")
_HISSING = ("s", "x", "z", "ch", "sh")
_CONSONANT_AND_Y = re.compile("[^aeiou]y$")


def forms(word: str) -> frozenset[str]:
    """The folded word, its plurals, and the possessive of those who forget the apostrophe.

    A name in -y may keep it or not: *two Etsys*, *companies*.
    """
    if not _WORD.fullmatch(word):
        return frozenset({word})
    if word.endswith(_HISSING):
        return frozenset({word, word + "es"})
    if _CONSONANT_AND_Y.search(word):
        return frozenset({word, word + "s", word[:-1] + "ies"})
    return frozenset({word, word + "s"})


def owned(word: str) -> frozenset[str]:  # noqa: ARG001 (other languages need it)
    """No body: English says whose a thing is with a word of its own."""
    return frozenset()

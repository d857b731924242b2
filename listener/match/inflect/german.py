"""German: four cases that are mostly one form, many plurals, -s for whose it is.

A name takes -s (*Zalandos*), whatever else it might be; a noun takes the endings that its own
ending allows. Plurals that change the vowel (*Haus*, *Häuser*) are given where the last syllable
has one that can change. An *-er* after other consonants than those below would mostly name a
person (*Besuch*, *Besucher*), so it is left out.
"""

import re
from collections.abc import Iterator

CODE = "de"

CLITICS: tuple[str, ...] = ()
POSSESSIVES: tuple[str, ...] = ()

ENDINGS = ("ern", "en", "er", "es", "e", "n", "s")
"""What follows a name after a mark: "Aldi's", "PKW-s", "VW'en"."""

_WORD = re.compile(r"[^\W_]{1,40}")

# How the word ends, how many letters go, what comes instead. Every rule that fits applies.
_RULES = tuple(
    (re.compile(f"(?:{ending})$"), cut, tuple(endings.split()))
    for ending, cut, endings in (
        (r"[^sxz]", 0, "s"),
        (r"[^\daeiouyäöü]", 0, "e en es"),
        (r"d|st|cht|tt|[aei]ib?", 0, "er ern"),
        (r"e", 0, "n ns r m"),
        (r"e[lr]|ar", 0, "n"),
        (r"[aiouy]", 0, "en"),
        (r"[aeu]i", 0, "e"),
        (r"in", 0, "nen"),
        (r"[ai]l", 0, "ien"),
        (r"[aeiou]s", 0, "se sen ses"),
        (r"a", 1, "en"),
        (r"ma", 0, "ta"),
        (r"(?<=\w[^aeou])[aiou]s|(?<=\w\w)(?:um|on)", 2, "en"),
        (r"um", 2, "a"),
    )
)

_CHANGEABLE = re.compile(r"(.*?)(au|(?<![aeo])[aou])([^\daeiouyäöü]+(?:e[lnr])?)")
_CHANGED = {"a": "ä", "o": "ö", "u": "ü", "au": "äu"}
_UNSTRESSED = re.compile("e[lnr]$")


def forms(word: str) -> frozenset[str]:
    """Every form of a folded noun, itself included: one or many, in each case."""
    if not _WORD.fullmatch(word):
        return frozenset({word})
    return frozenset((word, *_regular(word), *_with_changed_vowel(word)))


def owned(word: str) -> frozenset[str]:  # noqa: ARG001 (other languages need it)
    """No body: German says whose a thing is with a word of its own."""
    return frozenset()


def _regular(word: str) -> Iterator[str]:
    for ending, cut, given in _RULES:
        if ending.search(word):
            yield from (word[: len(word) - cut] + new for new in given)


def _with_changed_vowel(word: str) -> Iterator[str]:
    """*Garten* has *Gärten*, *Vogel* has *Vögel* and *Vögeln*, *Haus* has *Häuser*."""
    if not (parts := _CHANGEABLE.fullmatch(word)):
        return
    changed = parts[1] + _CHANGED[parts[2]] + parts[3]
    endings = ("", "n") if _UNSTRESSED.search(word) else ("e", "en", "er", "ern")
    yield from (changed + ending for ending in endings)

"""How people spell a word who know it: without its diacritics, or with a slip of the finger.

Slips are listed, not measured: each variant is one that a hand makes (a letter doubled, dropped,
swapped with its neighbour, or the key beside it hit), never its first letter, and only in words
long enough that another word is rarely one slip away. A list can be looked up by the same
automaton as the words themselves.

A list has a size: one slip gives some ten ways per letter, two slips the square of that. So two
slips are listed for words of 12 to 14 letters and one slip for words of up to 24.
"""

import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache
from itertools import pairwise

SLIP_CHARS_MIN = 6
"""Neither a word nor its slip is shorter: too many short words are one letter apart."""

SLIP_IN_COMPANY_CHARS_MIN = 5
"""The same for one word of a name whose other words stand there as they should."""

TWO_SLIPS_CHARS_MIN = 12
"""From here on two letters may be doubled, dropped or swapped."""

TWO_SLIPS_CHARS_MAX = 14
SLIP_CHARS_MAX = 24
"""A longer word has no two slips, or none at all: the list would be too long to keep."""

_TAIL_CHARS = 3
_CLUSTER = re.compile("[bcdfghjklmnpqrstvwxz]{3}$")

_STROKES = {"ł": "l", "ø": "o", "đ": "d", "ħ": "h", "ŧ": "t", "æ": "ae", "œ": "oe"}
_PLAIN = str.maketrans(
    {letter: unicodedata.normalize("NFD", letter)[0] for letter in map(chr, range(0xC0, 0x250))}
    | _STROKES
)

_ROWS = ("qwertyuiopå", "asdfghjklöä", "zxcvbnm")
_SOUND_ALIKE = (("c", "k"), ("v", "w"), ("i", "y"), ("s", "z"), ("f", "ph"), ("ks", "x"))


def plain(word: str) -> str:
    """The folded word without the diacritics of its Latin letters."""
    return word if word.isascii() else word.translate(_PLAIN)


@lru_cache(maxsize=1024)
def slips(word: str, chars_min: int = SLIP_CHARS_MIN) -> frozenset[str]:
    """The misspellings of a folded word that count as the word; none for a short one.

    There are none for a word of more than 24 letters either, and two slips at once only for one
    of 12 to 14.
    """
    if not chars_min <= len(word) <= SLIP_CHARS_MAX or not word.isalpha():
        return frozenset()
    once = {*_fumbled(word), *_mistyped(word)}
    takes_two = TWO_SLIPS_CHARS_MIN <= len(word) <= TWO_SLIPS_CHARS_MAX
    twice = _twice_fumbled(word) if takes_two else set()
    ways = once | twice | set(_by_ear(word))
    return frozenset(way for way in ways - {word} if len(way) >= chars_min)


def _fumbled(word: str) -> Iterator[str]:
    """A letter doubled, dropped, or swapped with the next.

    Without one of its last three letters a word is too often another (Starbuck, Samsun; Polish
    *chmurka*, *chmura*): there only one of two alike is dropped, or a vowel between consonants
    that no word would leave alone (Netflx).
    """
    for at in range(1, len(word)):
        yield word[:at] + word[at - 1] + word[at:]
        if at > 1:
            yield word[: at - 1] + word[at] + word[at - 1] + word[at + 1 :]
        without = word[:at] + word[at + 1 :]
        if at < len(word) - _TAIL_CHARS or word[at] == word[at - 1] or _CLUSTER.search(without):
            yield without
    yield word + word[-1]


def _twice_fumbled(word: str) -> set[str]:
    """Two such slips, with the last letter in its place."""
    start, last = word[:-1], word[-1]
    return {second + last for first in _fumbled(start) for second in _fumbled(first)}


def _mistyped(word: str) -> Iterator[str]:
    """The key beside it, in one place but the first and the last."""
    for at in range(1, len(word) - 1):
        for letter in _NEAR.get(word[at], ""):
            yield word[:at] + letter + word[at + 1 :]


def _by_ear(word: str) -> Iterator[str]:
    """As it sounds, in one place."""
    for sound, other in _SOUND_ALIKE:
        for heard, written in ((sound, other), (other, sound)):
            at = word.find(heard, 1, len(word) - 2)
            if at > 0:
                yield word[:at] + written + word[at + len(heard) :]


def _near() -> dict[str, str]:
    near: dict[str, set[str]] = {}
    for row in _ROWS:
        for left, right in pairwise(row):
            near.setdefault(left, set()).add(right)
            near.setdefault(right, set()).add(left)
    for above, below in pairwise(_ROWS):
        for column, letter in enumerate(below):
            for upper in above[column : column + 2]:
                near.setdefault(letter, set()).add(upper)
                near.setdefault(upper, set()).add(letter)
    return {letter: "".join(sorted(letters)) for letter, letters in near.items()}


_NEAR = _near()

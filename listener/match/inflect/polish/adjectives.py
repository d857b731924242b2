"""Polish adjectives, and the names that are inflected as if they were: Tyskie, Pocztowa."""

import re
from collections.abc import Iterator

from listener.match.inflect.polish.sounds import VOWELS, of_persons

_HARD_IN_Y = re.compile(f".*[^{VOWELS}]y")
_SOFT_IN_I = re.compile(f".*[^{VOWELS}]i")
_HARD_IN_A_OR_E = re.compile(".*(?:(?:ow|n|st|ł)[ae]|(?:sk|ck|om|ąc)a)")
_SOFT_IN_A_OR_E = re.compile(".*(?:[dt]ni[ae]|[kg]ie)")

_HARD_ENDINGS = ("y", "a", "e", "ego", "emu", "ym", "ą", "ej", "ych", "ymi")


def adjectives(word: str) -> Iterator[str]:
    """The forms of the adjective that the folded word can be, whatever gender it is given in."""
    stem = word[:-1]
    if _HARD_IN_Y.fullmatch(word):
        yield from _hard(stem)
    elif _SOFT_IN_I.fullmatch(word):
        yield from _soft(word)
    elif _HARD_IN_A_OR_E.fullmatch(word):
        yield from _soft(stem + "i") if stem[-1] == "k" else _hard(stem)
    elif _SOFT_IN_A_OR_E.fullmatch(word):
        yield from _soft(stem)


def _hard(stem: str) -> Iterator[str]:
    yield from (stem + ending for ending in _HARD_ENDINGS)
    yield of_persons(stem)


def _soft(stem: str) -> Iterator[str]:
    """The forms of a stem in i, which is not written after l, nor before a after k and g."""
    hard = stem[:-1]
    before_a = hard if hard.endswith(("k", "g", "l")) else stem
    before_e = hard if hard.endswith("l") else stem
    yield from (stem, stem + "m", stem + "ch", stem + "mi", before_a + "a", before_a + "ą")
    yield from (before_e + ending for ending in ("e", "ego", "emu", "ej"))
    if hard.endswith(("k", "g")):
        yield of_persons(hard)

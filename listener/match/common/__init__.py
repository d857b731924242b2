"""The most frequent words of a language: what no slip of a name may be taken for.

A file per language, a word and its occurrences per million words a line. The figures are
estimates of ours, good enough to warn of a name that is everybody's word.
"""

from bisect import bisect_left
from functools import cache
from importlib.resources import files

from listener.match.fold import fold
from listener.match.spelling import plain

LISTED = ("en", "fi", "pl", "sv", "et", "de")
"""The languages that have a list."""


def is_common(word: str, codes: tuple[str, ...]) -> bool:
    """Whether the folded word is a frequent one of these languages."""
    return word in _common(codes)


def begins_common(start: str, codes: tuple[str, ...]) -> bool:
    """Whether one of the frequent words of these languages begins so."""
    words = _in_order(codes)
    at = bisect_left(words, start)
    return at < len(words) and words[at].startswith(start)


def share_per_million(word: str, codes: tuple[str, ...]) -> float:
    """How often the folded word stands in a million words, in the language that has it most."""
    listed = (frequencies(code).get(word, 0.0) for code in codes if code in LISTED)
    return max(listed, default=0.0)


@cache
def frequencies(code: str) -> dict[str, float]:
    """Word → occurrences per million words of a listed language.

    Without their diacritics words are listed too, where that makes no other word.
    """
    lines = files(__name__).joinpath(f"{code}.txt").read_text("utf-8").splitlines()
    rows = (line.split("\t") for line in lines if line)
    listed = {fold(word): float(count) for word, count in rows}
    return {plain(word): count for word, count in listed.items()} | listed


@cache
def _common(codes: tuple[str, ...]) -> frozenset[str]:
    return frozenset().union(*(frequencies(code) for code in codes if code in LISTED))


@cache
def _in_order(codes: tuple[str, ...]) -> list[str]:
    return sorted(_common(codes))


@cache
def languages_by_word() -> dict[str, tuple[str, ...]]:
    """Frequent word, folded → the languages of which it is one."""
    found: dict[str, tuple[str, ...]] = {}
    for code in LISTED:
        for word in frequencies(code):
            found[word] = (*found.get(word, ()), code)
    return found

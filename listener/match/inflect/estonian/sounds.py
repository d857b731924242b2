"""Estonian sounds: syllables, and the two directions of gradation."""

import re

VOWELS = "aeiouõäöüyåé"

_NUCLEUS = re.compile(f"[{VOWELS}]+")
_CLUSTER = re.compile(f"(.*?)([^{VOWELS}]*)([{VOWELS}]*)$")

_WEAK = {
    "kk": ("k",), "pp": ("p",), "tt": ("t",), "ss": ("s",), "k": ("g",), "p": ("b",),
    "t": ("d",), "b": ("v", ""), "d": ("",), "g": ("",), "nd": ("nn",), "ld": ("ll",),
    "rd": ("rr",), "mb": ("mm",), "lb": ("lv",), "rb": ("rv",), "ht": ("h",), "hk": ("h",),
    "sk": ("s",), "lg": ("l", "lj"), "rg": ("r", "rj"), "rs": ("rr",), "hd": ("h",),
    "ns": ("n",),
}  # fmt: skip
STRONG = {
    "b": "p", "d": "t", "g": "k", "p": "pp", "t": "tt", "k": "kk", "nn": "nd", "ll": "ld",
    "rr": "rd", "mm": "mb", "v": "b", "lv": "lb", "rv": "rb", "h": "ht", "s": "ss",
}  # fmt: skip
"""What stands in the strong grade for the weak consonants."""

_LOWERED = {"i": "e", "u": "o", "ü": "ö"}


def lowered(stem: str) -> str:
    """The stem with its last vowel lowered, as before a sound that fell away: tu(ba), to(a)."""
    return stem[:-1] + _LOWERED.get(stem[-1:], stem[-1:])


def syllables(word: str) -> int:
    """How many vowels or runs of vowels the word has."""
    return len(_NUCLEUS.findall(word))


def weak_grades(word: str) -> tuple[str, ...]:
    """Pank: pang; koht: koh; leib: leiv. Nothing where nothing changes."""
    start, cluster, _ = _parted(word)
    for known in (cluster[-2:], cluster[-1:]):
        if known in _WEAK and not (len(known) == 1 and cluster[-2:-1] in {"s", "t", "h"}):
            kept = start + cluster[: len(cluster) - len(known)]
            return tuple(kept + weak for weak in _WEAK[known])
    return ()


def strong_grades(word: str) -> tuple[str, ...]:
    """Mõte: mõtte; hinne: hinde; ratas without its s: ratta."""
    start, cluster, vowel = _parted(word)
    for known in (cluster, cluster[-1:]):
        if known in STRONG and start:
            kept = start + cluster[: len(cluster) - len(known)]
            return (kept + STRONG[known] + vowel,)
    if not cluster and len(vowel) > 1:  # riie: riide
        return (word[:-1] + "d" + word[-1],)
    return ()


def _parted(word: str) -> tuple[str, str, str]:
    found = _CLUSTER.match(word)
    return (found.group(1), found.group(2), found.group(3)) if found else (word, "", "")

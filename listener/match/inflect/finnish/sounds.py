"""Finnish sounds: syllables, vowel harmony and consonant gradation."""

import re

VOWELS = "aeiouyäöåéüõ"

_BACK = frozenset("aouåõ")
_FRONT = frozenset("yäöü")
_NEUTRAL = frozenset("eié")

_NUCLEUS = re.compile(f"aa|ee|ii|oo|uu|yy|ää|öö|[aeouyäö]i|[aeio]u|[eiäö]y|ie|uo|yö|[{VOWELS}]")
_CLUSTER = re.compile(f"[^{VOWELS}]*(?=[{VOWELS}]+$)")

_HALVED = ("kk", "pp", "tt", "gg", "bb")
_WEAK = {
    "k": "",
    "p": "v",
    "t": "d",
    "mp": "mm",
    "nt": "nn",
    "nk": "ng",
    "lt": "ll",
    "rt": "rr",
    "ht": "hd",
    "lp": "lv",
    "rp": "rv",
    "hk": "h",
    "lk": "l",
    "rk": "r",
}
_STRONG = {
    "k": "kk",
    "p": "pp",
    "t": "tt",
    "d": "t",
    "v": "p",
    "mm": "mp",
    "nn": "nt",
    "ng": "nk",
    "ll": "lt",
    "rr": "rt",
    "hd": "ht",
    "lv": "lp",
    "rv": "rp",
    "lj": "lk",
    "rj": "rk",
    "hj": "hk",
    "nk": "nkk",
    "h": "hk",
    "r": "rk",
    "lp": "lpp",
    "rp": "rpp",
    "lk": "lkk",
    "rk": "rkk",
    "mp": "mpp",
    "nt": "ntt",
    "lt": "ltt",
    "rt": "rtt",
}


def nuclei(word: str) -> list[str]:
    """The vowel or vowels of each syllable."""
    return _NUCLEUS.findall(word)


def harmonies(word: str) -> tuple[str, ...]:
    """Which of a and ä the endings of the word may have.

    Both where the last vowels leave it open: back and front ones together, a foreign y at the
    end, or only neutral ones (Sony, Netflix, Olympia, rautatie). People then write what they say.
    """
    last = "".join(nuclei(word)[-2 if word.endswith("i") else -1 :])
    if set(word) & _BACK:
        mixed = set(word) & _FRONT or (set(last) <= _NEUTRAL)
        return ("a", "ä") if mixed else ("a",)
    return ("ä",) if set(word) & set("äö") or "y" in word[:-1] else ("ä", "a")


def weak_grades(stem: str) -> tuple[str, ...]:
    """The stem of the genitive for each way a strong stem may go, and the stem unchanged.

    Names and young loans often keep the strong grade (Alko, Alkon), so that is always one.
    """
    start, cluster, tail = _parted(stem)
    if not start or len(tail) > 1:
        return (stem,)
    if cluster.endswith(_HALVED):
        return (start + cluster[:-1] + tail, stem)
    if cluster == "k":
        return (start + tail, *_lost_k(start, tail), stem)
    if cluster not in _WEAK:
        return (stem,)
    weak = start + _WEAK[cluster] + tail
    if cluster in {"lk", "rk"} and tail == "e":  # kurki: kurjen
        return (start + cluster[0] + "j" + tail, weak, stem)
    return (weak, stem)


def strong_grades(stem: str) -> tuple[str, ...]:
    """The strong stems from which a stem in the weak grade may come, and the stem unchanged."""
    start, cluster, tail = _parted(stem)
    if start and cluster in _STRONG and (len(tail) == 1 or tail.endswith("i")):
        return (stem, start + _STRONG[cluster] + tail)
    if len(tail) > 1:  # koe: kokeen, loue: louteen
        return (stem, *(stem[:-1] + lost + stem[-1] for lost in "kt"))
    return (stem,)


def _parted(stem: str) -> tuple[str, str, str]:
    """What stands before the last consonants of a stem, they, and its last vowels."""
    found = _CLUSTER.search(stem)
    if not found:
        return "", "", ""
    return stem[: found.start()], found.group(), stem[found.end() :]


def _lost_k(start: str, tail: str) -> tuple[str, ...]:
    """The stem with something else than nothing in the place of a single k between vowels."""
    if start.endswith(tail):
        return (start + ("v" if tail in "uy" else "'") + tail,)
    if start.endswith("uo"):  # ruoka: ruoan, ruuan
        return (start[:-1] + "u" + tail,)
    if start.endswith(("ai", "oi")) and tail == "a":  # aika: ajan
        return (start[:-1] + "j" + tail,)
    return ()

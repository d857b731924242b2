"""The language of a short text, by how many of its words are frequent ones of each.

Far less than a language model. It is only asked whether a form of a name may be of a language,
so it says nothing rather than something wrong: empty unless one language is well ahead.
"""

from collections import defaultdict
from collections.abc import Sequence

from listener.match.common import languages_by_word

_WORDS_MAX = 100
_POINTS_MIN = 2.0
_AHEAD = 2.5


def tongue(words: Sequence[str]) -> str:
    """The code of the language that these folded words are in, or an empty string.

    A word that several languages have counts for each of them, divided.
    """
    points: dict[str, float] = defaultdict(float)
    known = languages_by_word()
    for word in words[:_WORDS_MAX]:
        codes = known.get(word)
        if codes:
            share = 1 / len(codes)
            for code in codes:
                points[code] += share
    ranked = sorted(points.items(), key=lambda item: (-item[1], item[0]))
    (best, most), (_, next_most) = (*ranked, ("", 0.0), ("", 0.0))[:2]
    return best if most >= _POINTS_MIN and most >= _AHEAD * next_most else ""

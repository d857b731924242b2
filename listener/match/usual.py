"""The forms of a name in the order in which they are met, for what has room for a few only.

How often a form is written goes by its case, and a case shows in its ending. So each language
has its frequent endings here, the most frequent first; every other form comes after them.
"""

from itertools import chain, takewhile, zip_longest

from listener.match.fold import fold
from listener.match.inflect import LANGUAGES, paradigm

_ENDINGS = {
    "en": "'s s",
    "fi": "n lla/llä ssa/ssä sta/stä lle a/ä lta/ltä in illa/illä t",
    "pl": "y/i ę ą ie/ce o om",
    "sv": "s en/n ens/ns et",
    "et": "i s st le l lt t ga sse ks",
    "de": "s n en es er",
    "ru": "а/ы/и у/ю е ом/ем/ой/ей ов",
}
_POLISH_WITHOUT_A = "u em a owi ie/ce ów y/i"
"""Polish names that do not end in *a* are declined as men's."""

_AGREEING = {"pl", "ru"}
"""Where every word of a name is inflected, not the last alone."""


def usual_forms(base: str, codes: tuple[str, ...]) -> list[str]:
    """The forms of a name in these languages, the most usual first, without the name itself.

    Of several languages each has its turn. In a name of several words the last is inflected,
    which is not how Polish and Russian do it: there such a name has no forms here.
    """
    *before, last = fold(base).split() or [""]
    if not last.isalnum():
        return []
    apart = (code for code in codes if code in LANGUAGES and not (before and code in _AGREEING))
    ranked = [_ranked(last, code) for code in apart]
    taken = filter(None, chain.from_iterable(zip_longest(*ranked)))
    return [" ".join((*before, form)) for form in dict.fromkeys(taken)]


def _ranked(word: str, code: str) -> list[str]:
    rest = sorted(paradigm(word, (code,)).written - {word}, key=lambda form: (len(form), form))
    without_a = code == "pl" and not word.endswith("a")
    first = []
    for endings in (_POLISH_WITHOUT_A if without_a else _ENDINGS[code]).split():
        with_it = [form for form in rest if form.endswith(tuple(endings.split("/")))]
        if with_it:
            first.append(min(with_it, key=lambda form: _distance(word, form)))
            rest.remove(first[-1])
    return first + rest


def _distance(word: str, form: str) -> tuple[int, int, bool, int, str]:
    """The fewest letters put to the name, then the fewest taken from it, come first.

    Foreign names take an *i* between (Finnairin), and Finnish vowels go with the name's.
    """
    kept = sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(word, form, strict=False)))
    front = form.count("ä") + form.count("ö")
    is_back = not {"a", "o", "u"}.isdisjoint(word)
    added = form[kept:]
    return len(added), len(word) - kept, added[:1] != "i", front if is_back else -front, form

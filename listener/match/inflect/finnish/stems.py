"""Finnish stems: which stems a word may have, read off its ending.

Every type that a word of this ending may plausibly be of is given, the likeliest first; the
types are those of the big grammars, named here by an example word.
"""

import re
from collections.abc import Collection, Iterator

from listener.match.inflect.finnish.endings import (
    Plural,
    Singular,
    e_plural,
    i_plural,
    long_plural,
    short_plural,
)
from listener.match.inflect.finnish.sounds import VOWELS, nuclei, strong_grades, weak_grades
from listener.match.inflect.finnish.words import (
    E_STEMS,
    EE_STEMS,
    EITHER,
    ODD_STEMS,
    TE_STEMS,
)

Stems = Iterator[Singular | Plural]

_DOUBLED = re.compile(f"[{VOWELS}lnr][kpt]$")
_HALVED = ("kk", "pp", "tt")


def stems(word: str) -> Stems:
    """The stems of a folded word, the likeliest first."""
    odd = _ending_in(word, ODD_STEMS)
    if odd:
        start = word.removesuffix(odd)
        yield from _consonant_stem(*(start + stem for stem in ODD_STEMS[odd]))
    yield from _of_vowel(word) if word[-1] in VOWELS else _of_consonant(word)


def _ending_in(word: str, known: Collection[str]) -> str:
    """The word of the list that this one is or is compounded with, or nothing."""
    return next((word[at:] for at in (0, *range(2, len(word))) if word[at:] in known), "")


# Words that end in a vowel


def _of_vowel(word: str) -> Stems:
    if word[-1] in "yé":
        yield _foreign_singular(word)
    if len(word) > 1 and word[-2] in VOWELS and len(nuclei(word[-2:])) == 1:
        yield from _of_long_vowel(word)
    elif word[-1] == "i":
        yield from _of_i(word)
    elif word[-1] == "e":
        yield from _of_e(word)
    else:
        yield from _open(word)


def _open(word: str) -> Stems:
    """Talo, katu, kala: the stem is the word."""
    for weak in weak_grades(word):
        yield _open_singular(word, weak)
        yield from _open_plurals(word, weak)


def _open_singular(strong: str, weak: str) -> Singular:
    partitives = [strong + "A"]
    if strong[-2:-1] and strong[-2] in VOWELS:
        partitives.append(strong + "tA")
    return Singular(strong, weak, tuple(partitives), (strong + strong[-1] + "n",))


def _open_plurals(strong: str, weak: str) -> Stems:
    if strong[-1] in "aä":
        yield from _a_plurals(strong, weak)
        return
    yield short_plural(strong + "i", weak + "i")
    if _is_hiatus(strong) or len(nuclei(strong)) > 2:
        yield long_plural(strong + "i", weak + "i")


def _a_plurals(strong: str, weak: str) -> Stems:
    """Kaloja, koiria; both where the word has more than two syllables, opiskelijoita too."""
    syllables = nuclei(strong)
    many, unrounded = len(syllables) > 2, syllables[0][0] in "aei"
    if many or (strong[-1] == "a" and unrounded):
        vowels = "oi" if strong[-1] == "a" else "öi"
        yield short_plural(strong[:-1] + vowels, weak[:-1] + vowels)
        if many:
            yield long_plural(strong[:-1] + vowels, weak[:-1] + vowels)
    if many or strong[-1] == "ä" or not unrounded:
        yield from _dropped_a_plural(strong[:-1], weak[:-1])


def _dropped_a_plural(strong: str, weak: str) -> Stems:
    """Koiria; korkeita; none of asia, which is asioita only."""
    if strong[-1:] not in VOWELS:
        yield i_plural(strong + "i", weak + "i")
    elif not strong.endswith("i"):
        yield long_plural(strong + "i", weak + "i")


def _is_hiatus(word: str) -> bool:
    return len(word) > 1 and word[-2] in VOWELS


def _foreign_singular(word: str) -> Singular:
    """Spotify: Spotifyta, Spotifyhin; Nestlé: Nestlétä, Nestléhen."""
    return Singular(word, word, (word + "tA",), (word + "hin", word + "hen"))


def _of_long_vowel(word: str) -> Stems:
    """Maa, tie, hai, vapaa; tiu as talo too."""
    illatives = [word + "h" + word[-1] + "n"]
    if len(nuclei(word)) > 1:
        illatives.append(word + "seen")
    yield Singular(word, word, (word + "tA",), tuple(illatives))
    yield long_plural(_shortened(word) + "i", _shortened(word) + "i")
    if word[-1] in "ouyö" and word[-2] != word[-1]:
        yield from _open(word)
    elif word[-2:] == "ie":
        yield from _of_e(word)


def _shortened(word: str) -> str:
    """Maa, hai, tie, suo before the plural's i: ma, ha, te, so."""
    if word[-2:] in {"ie", "uo", "yö"}:
        return word[:-2] + word[-1]
    return word[:-1] if word[-1] in {word[-2], "i"} else word


def _of_i(word: str) -> Stems:
    """Kivi and vesi as they stand in a list, vanhempi, and all the others as risti."""
    if _ending_in(word, TE_STEMS):
        yield from _te_stem(word)
    if _ending_in(word, E_STEMS):
        yield from _e_stem(word)
    if word.endswith("mpi"):
        yield from _i_a_stem(word)
    if word in EITHER or word not in TE_STEMS | E_STEMS:
        yield from _i_stem(word)


def _i_stem(word: str) -> Stems:
    for weak in weak_grades(word):
        yield _open_singular(word, weak)
        yield e_plural(word[:-1] + "ei", weak[:-1] + "ei")
        if len(nuclei(word)) > 2:
            yield long_plural(word[:-1] + "ei", weak[:-1] + "ei")


def _i_a_stem(word: str) -> Stems:
    """Vanhempi: vanhemman, vanhempaa, vanhempia."""
    for vowel in "aä":
        yield _open_singular(word[:-1] + vowel, word[:-3] + "mm" + vowel)
    yield i_plural(word, word[:-3] + "mmi")


def _e_stem(word: str) -> Stems:
    """Kivi: kiven, kiviä; and nuori with its consonant stem: nuorta, nuorten."""
    strong = word[:-1] + "e"
    consonant = _consonant_before_ta(word[:-1])
    partitives = (strong + "A", consonant + "tA") if consonant else (strong + "A",)
    genitives = (consonant + "ten",) if consonant else ()
    for weak in weak_grades(strong):
        yield Singular(strong, weak, partitives, (strong + "en",))
        yield i_plural(word, weak[:-1] + "i", *genitives)


def _consonant_before_ta(start: str) -> str:
    """The consonant stem: nuor(ta), niemi's nien(tä), lapsi's las(ta), veitsi's veis(tä)."""
    if start.endswith(("ps", "ts", "ks")):
        return start[:-2] + "s"
    if start.endswith("m"):
        return start[:-1] + "n"
    return start if start.endswith(("l", "r", "n", "h")) else ""


def _te_stem(word: str) -> Stems:
    """Vesi: veden, vettä, vesiä; hirsi: hirren, hirttä."""
    strong = word[:-2] + "te"
    weak = weak_grades(strong)[0]
    yield Singular(strong, weak, (word[:-2] + "ttA",), (strong + "en",))
    yield i_plural(word, word, word[:-2] + "tten")


def _of_e(word: str) -> Stems:
    """Huone, osoite; and nalle, Nike, with or without gradation."""
    for stem in strong_grades(word):
        yield Singular(stem + "e", stem + "e", (word + "ttA",), (stem + "eseen",))
        yield long_plural(stem + "i", stem + "i")
    for weak in weak_grades(word) if word[-3:-1] in _HALVED else (word,):
        yield _open_singular(word, weak)
        yield short_plural(word + "i", weak + "i")


# Words that end in a consonant


def _of_consonant(word: str) -> Stems:
    if not nuclei(word):
        yield from _letters(word)
    ee = _ending_in(word, EE_STEMS)
    if ee:
        yield from _contracted(word[: -len(ee)] + EE_STEMS[ee], word)
    if len(nuclei(word)) > 1 and word[-2] in VOWELS and word[-1] in _BY_CONSONANT:
        yield from _BY_CONSONANT[word[-1]](word)
    yield from _joined(word)


def _joined(word: str) -> Stems:
    """Foreign words: Finnair, Finnairin, Finnaireja; TikTok, TikTokkiin as it is said."""
    for strong in (word, word + word[-1]) if _DOUBLED.search(word) else (word,):
        yield _open_singular(strong + "i", word + "i")
        yield e_plural(strong + "ei", word + "ei")
    if len(nuclei(word)) > 1:
        yield long_plural(word + "ei", word + "ei")


def _letters(word: str) -> Stems:
    """Read letter by letter: HSLn, HSLään, VRllä."""
    illatives = (word + ending for ending in ("AAn", "hen", "hon"))
    yield Singular(word, word, (word + "A", word + "AA", word + "tA"), tuple(illatives))


def _consonant_stem(strong: str, weak: str, before_ta: str) -> Stems:
    """Hevonen, teos, puhelin: a stem in a vowel, and a short one before -ta and -ten."""
    partitive = "A" if before_ta == strong else "tA"
    yield Singular(strong, weak, (before_ta + partitive,), (strong + strong[-1] + "n",))
    yield i_plural(strong[:-1] + "i", weak[:-1] + "i", before_ta + "ten")


def _contracted(stem: str, word: str) -> Stems:
    """Vieras, kaunis, olut: vieraan, vierasta, vieraaseen, vieraita."""
    start = stem[:-1]
    yield Singular(stem, stem, (word + "tA",), (stem + "seen",))
    yield long_plural(start + "i", start + "i", word + "ten")


def _of_s(word: str) -> Stems:
    """Teos, kysymys, vapaus, vieras, kaunis."""
    if word[-2] in "uy" and word[-3:-2] in VOWELS:
        strong, weak = word[:-1] + "te", word[:-1] + "de"
        yield Singular(strong, weak, (word[:-1] + "ttA",), (strong + "en",))
    yield from _consonant_stem(word[:-1] + "kse", word[:-1] + "kse", word)
    if word[-2] in "aäei":
        for stem in strong_grades(word[:-1]):
            yield from _contracted(stem + stem[-1], word)


def _of_t(word: str) -> Stems:
    """Olut, kevyt, kuollut, kevät; and names that are plurals: Aurinkomatkat."""
    if word[-2] in "uy":
        stem = word[:-1] + "e"
        yield Singular(stem, stem, (word + "tA",), (stem + "en",))
        yield long_plural(word[:-1] + "i", word[:-1] + "i")
        if word[-3:-2] in {"n", "l", "r", "s"}:
            yield from _contracted(word[:-2] + "ee", word)
    elif word.endswith("ät"):
        yield from _contracted(word[:-1] + "ä", word)
    if word.endswith(("udet", "ydet")):
        yield i_plural(word[:-3] + "ksi", word[:-3] + "ksi")
    for stem in strong_grades(word[:-1]) if word[-2] in VOWELS else ():
        yield from (one for one in _plural_only(stem) if isinstance(one, Plural))


def _plural_only(stem: str) -> Stems:
    if stem.endswith("e"):
        yield from _consonant_plural(stem)
    elif stem.endswith(("aa", "ää")):
        yield from _contracted(stem, stem[:-1])
    yield from _of_vowel(stem)


def _consonant_plural(stem: str) -> Stems:
    genitives = (stem[:-1] + "ten",) if stem[-2:-1] in "snlr" else ()
    yield i_plural(stem[:-1] + "i", stem[:-1] + "i", *genitives)
    for weak, strong in (("nne", "nsi"), ("rre", "rsi"), ("de", "si")):  # kannet, varret, vedet
        if stem.endswith(weak):
            start = stem.removesuffix(weak) + strong
            yield i_plural(start, start)


def _of_n(word: str) -> Stems:
    """Hevonen, puhelin, suurin, onneton, jäsen."""
    if word.endswith("nen") and len(nuclei(word)) > 1:
        yield from _consonant_stem(word[:-3] + "se", word[:-3] + "se", word[:-3] + "s")
        return
    if word.endswith(("ton", "tön")):
        stem = word[:-3] + ("ttoma" if word.endswith("ton") else "ttömä")
        yield from _consonant_stem(stem, stem, word)
    if word.endswith("in"):
        for stem in strong_grades(word[:-1]):
            yield from _consonant_stem(stem + "me", stem + "me", word)
        back = "a" if set(word) & set("aou") else "ä"
        yield from _consonant_stem(word[:-1] + "mp" + back, word[:-1] + "mm" + back, word)
    else:
        yield from _of_liquid(word)


def _of_liquid(word: str) -> Stems:
    """Sisar, sävel, tytär: sisaren, tyttären."""
    for stem in (word[:-1],) if word[-3:-2] in VOWELS else strong_grades(word[:-1]):
        strong = stem + word[-1] + "e"
        yield from _consonant_stem(strong, strong, word)


_BY_CONSONANT = {"s": _of_s, "t": _of_t, "n": _of_n, "r": _of_liquid, "l": _of_liquid}

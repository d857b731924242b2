"""Estonian stems: which stems a word may have, read off its ending.

Every type that a word of this ending may plausibly be of is given, the likeliest first.
"""

import re
from collections.abc import Collection, Iterator
from typing import NamedTuple

from listener.match.inflect.estonian.sounds import (
    STRONG,
    VOWELS,
    lowered,
    strong_grades,
    syllables,
    weak_grades,
)
from listener.match.inflect.estonian.words import (
    CONSONANT_STEMS,
    E_STEMS,
    ME_STEMS,
    ODD_GENITIVES,
    SE_STEMS,
    TE_STEMS,
)

CASES = ("", "sse", "s", "st", "le", "l", "lt", "ks", "ni", "na", "ta", "ga")
_SHORT_CASES = ("sse", "s", "st", "le", "l", "lt", "ks")
_HIATUS = frozenset({"ia", "ea", "ua", "io", "eo", "ie", "ue"})
_LONG_VOWEL = r"([aeiouõäöü])\1|[aeouõäöü]i|[aõä]e|[aoõä]u|oa|öe"
_HEAVY = re.compile(f"(?:{_LONG_VOWEL})[^{VOWELS}]$|[^{VOWELS}]{{2}}$")
_SHORT_STEM = re.compile(f"[^{VOWELS}]+([{VOWELS}])[bdg][aeiu]")
_SYNCOPATED = re.compile(f"(.*[{VOWELS}])([^{VOWELS}]+)[aeiou]([lnr])$")
_DOUBLED = {"b": "pp", "d": "tt", "g": "kk"}


class Stems(NamedTuple):
    """One way to bend a word. Raamat: raamatu(ga), raamatute(ga), raamatui(s), raamatut.

    The genitive stem bears the singular, the plural stems all of the plural, the short plural
    stems some cases of it; the others stand as they are.
    """

    genitive: str
    plurals: tuple[str, ...]
    short_plurals: tuple[str, ...]
    others: tuple[str, ...]

    def forms(self) -> list[str]:
        """Every form but the nominative singular."""
        stems = (self.genitive, *self.plurals)
        partitives = (one if one[-2:-1] not in VOWELS else one + "d" for one in self.short_plurals)
        return [
            *(stem + case for stem in stems for case in CASES),
            *(stem + case for stem in self.short_plurals for case in _SHORT_CASES),
            *(self.genitive + "d", *partitives, *self.others),
        ]


def stems(word: str) -> Iterator[Stems]:
    """The ways a word may bend, the likeliest first."""
    yield from _of_list(word)
    yield from _by_ending(word)


def _of_list(word: str) -> Iterator[Stems]:
    """The old words that go their own way: aeg, aja; uus, uue, uut."""
    odd = _ending_in(word, ODD_GENITIVES)
    if odd:
        stem = word.removesuffix(odd) + ODD_GENITIVES[odd]
        short = (stem[:-1] + "u", stem[:-1] + "e", stem + "i")
        yield Stems(stem, (stem + "de", stem + "te", word + "de"), short, (stem, stem + "sid"))
    consonant = _ending_in(word, CONSONANT_STEMS)
    if consonant:
        genitive, before_t = CONSONANT_STEMS[consonant]
        start = word.removesuffix(consonant)
        stem = start + before_t
        others = (stem + "t", stem + "de", genitive + "sse")
        yield Stems(start + genitive, (stem + "te",), (word + "i",), others)


def _by_ending(word: str) -> Iterator[Stems]:
    if word[-1] not in VOWELS:
        return _of_consonant(word)
    if word[-2:-1] and word[-2] in VOWELS and word[-2:] not in _HIATUS:
        return _of_long_vowel(word)
    return _of_e(word) if word[-1] == "e" else _of_vowel(word)


def _ending_in(word: str, known: Collection[str]) -> str:
    """The word of the list that this one is or is compounded with, or nothing."""
    return next((word[at:] for at in (0, *range(2, len(word))) if word[at:] in known), "")


# Words that end in a vowel


def _of_long_vowel(word: str) -> Iterator[Stems]:
    """Maa, idee, hai: maad, maade, maid."""
    short = word[:-1] if word[-1] == word[-2] else word
    plurals = (short + "i",) if word[-1] != "i" else ()
    others = (word + "d", word + "sid", word + "h" + word[-1], short + "h" + word[-1])
    yield Stems(word, (word + "de",), plurals, others)


def _of_vowel(word: str) -> Iterator[Stems]:
    """Kala, aasta, kivi; and the old words of the lists."""
    others = (word, word + "t", word + "sid", *_short_illative(word))
    plurals = (word + "de", word + "te")
    yield Stems(word, plurals, tuple(_short_plurals(word)), others)
    yield from _of_i_list(word)
    for weak in _lost(word):
        yield Stems(weak, plurals, (), others)


def _of_i_list(word: str) -> Iterator[Stems]:
    start = word[:-2]
    if _ending_in(word, E_STEMS):
        stem = word[:-1] + "e"
        genitive = lowered(start) + "e" if word[-2] == "g" else stem
        yield Stems(genitive, (stem + "de",), (), (stem, stem + "sid", *_short_illative(stem)))
    if _ending_in(word, TE_STEMS):
        yield Stems(lowered(start) + "e", (start + "te",), (word,), (start + "tt", start + "tte"))
    if _ending_in(word, ME_STEMS):
        yield from _me_stem(word)


def _short_illative(word: str) -> Iterator[str]:
    """Kala: kalla; abi: appi."""
    if len(word) > 2 and word[-2] not in VOWELS and word[-3] in VOWELS:
        yield word[:-1] + word[-2:]
        if word[-2] in _DOUBLED:
            yield word[:-2] + _DOUBLED[word[-2]] + word[-1]


def _short_plurals(word: str) -> Iterator[str]:
    start, vowel = word[:-1], word[-1]
    if vowel == "i":
        yield start + "e"
        yield start + "ei"
    else:
        yield word + "i"
        if vowel == "a" and start[-1:] not in VOWELS:
            yield from (start + changed for changed in "uie")


def _lost(word: str) -> Iterator[str]:
    """Tuba: toa; rida: rea; nägu: näo."""
    found = _SHORT_STEM.fullmatch(word)
    if (found and found.group(1) != word[-1]) or word.endswith("uba"):
        yield lowered(word[:-2]) + lowered(word[-1])


def _of_e(word: str) -> Iterator[Stems]:
    """Pere, kange; mõte in the strong grade; inimene, raudne."""
    if word.endswith("ne"):
        yield from _se_stem(word[:-2])
    if (word.endswith("ke") and syllables(word) > 2) or _ending_in(word, SE_STEMS):
        yield from _se_stem(word)
    if _ending_in(word, ME_STEMS):
        yield from _me_stem(word)
    others = (word, word + "t", word + "sid", *_short_illative(word))
    yield Stems(word, (word + "de", word + "te"), (word + "i",), others)
    for strong in strong_grades(word):
        yield Stems(strong, (word + "te",), (strong + "i",), (word + "t",))


def _se_stem(start: str) -> Iterator[Stems]:
    stem = start + "se"
    others = (start + "st", stem + "t", start + "sse")
    yield Stems(stem, (start + "ste", stem + "te"), (start + "si", stem + "i"), others)


def _me_stem(word: str) -> Iterator[Stems]:
    """Ase: aseme; aste: astme; liige: liikme; süda: südame."""
    short = word[:-1]
    for stem in (word + "me", short + "me", short[:-1] + STRONG.get(short[-1], "") + "me"):
        others = (word + "t",)
        yield Stems(stem, (word + "te", stem + "te"), (stem + "i",), others)


# Words that end in a consonant


def _of_consonant(word: str) -> Iterator[Stems]:
    if not syllables(word):  # read letter by letter: LHVs
        yield Stems(word, (word + "de",), (), (word + "i", word + "d"))
        return
    if syllables(word) < 2 or _HEAVY.search(word):
        yield from _heavy(word)
        if word.endswith("s"):
            yield from _of_s(word)
        return
    if word.endswith("s"):
        yield from _of_s(word)
    if word[-1] == "d" and word[-2] in VOWELS:
        yield from _of_plural(word[:-1])
    yield from _syncopated(word)
    vowels = "ui" if word[-1] in "ckt" else "ia" if word[-1] in "lnrmvd" else "i"
    for vowel in vowels:
        yield _joined(word, vowel)


def _of_plural(stem: str) -> Iterator[Stems]:
    """A name that is a plural. Rõõmsad Käpad: Rõõmsatest Käppadest, Rõõmsaid Käppi."""
    for strong in (stem, *strong_grades(stem)):
        short = (strong + "i", strong[:-1] + "i")
        yield Stems(strong + "de", (strong + "te",), short, (strong[:-1] + "i",))


def _joined(word: str, vowel: str) -> Stems:
    """Raamat, telefon, Finnair: the stem is the word and a vowel."""
    stem = word + vowel
    plurals = [stem + "te", stem + "de", word + "de", word + "te"]
    short = [word + "ei", word + "e"] if vowel == "i" else [stem + "i"]
    others = [stem + "t", stem + "sid", word + "t"]
    if vowel == "u" and word[-1] == "k":  # tegelik: tegelikku, tegelike
        plurals = [stem + "te", word + "kude", word + "e"]
        short.append(word + "ke")
        others += [word + "ku", word + "kusid"]
    return Stems(stem, tuple(plurals), tuple(short), tuple(others))


def _syncopated(word: str) -> Iterator[Stems]:
    """Kaabel: kaabli; aken: akna; nikkel: nikli; sammal: sambla."""
    found = _SYNCOPATED.match(word)
    if not found:
        return
    start, cluster, last = found.groups()
    graded = [cluster[:-1] if cluster in {"kk", "pp", "tt"} else cluster]
    if len(cluster) > 1 and cluster in STRONG:
        graded.append(STRONG[cluster])
    for stem in (start + grade + last for grade in graded):
        for vowel in "iaue":
            short = stem + ("ei" if vowel == "i" else vowel + "i")
            partitives = (stem + vowel + "t", word + "t")
            yield Stems(stem + vowel, (stem + vowel + "te", word + "de"), (short,), partitives)


def _of_s(word: str) -> Iterator[Stems]:
    """Vabadus: vabaduse; labidas: labida; ratas: ratta; kallis: kalli."""
    stem, start = word + "e", word[:-1]
    others = (word + "t", word + "se")
    yield Stems(stem, (word + "te", stem + "te"), (word + "i", stem + "i"), others)
    if word[-2] in "aei" and syllables(word) > 1:
        for strong in (start, *strong_grades(start)):
            short = strong[:-1] + "ei" if strong.endswith("i") else strong + "i"
            partitives = (word + "t", strong + "t")
            yield Stems(strong, (word + "te", strong + "te"), (short,), partitives)


def _heavy(word: str) -> Iterator[Stems]:
    """Pank, koht, keel, Swedbank: any vowel, weak or strong before it."""
    weak = weak_grades(word)
    for vowel in "iaeu":
        strong = word + vowel
        short = {"i": word + "e", "a": word + "u", "e": word + "i", "u": word + "e"}[vowel]
        plurals = [strong + "de"]
        others = [strong, strong + "sid", word + "t"]
        if vowel == "e":
            plurals.append(word + "te")
            others.append(word + "de")
        if (vowel == "a" and word[-1] in "sv") or (vowel != "e" and syllables(word) > 1):
            plurals.append(strong + "te")  # mõis: mõisate; leping: lepingute
            others += [strong + "t", word + "eid" if vowel == "i" else strong + "id"]
        for genitive in (strong, *(one + vowel for one in weak)):
            yield Stems(genitive, tuple(plurals), (short,), tuple(others))

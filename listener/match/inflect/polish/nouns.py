"""Polish nouns: the forms that a name has by the way it ends.

A name that nobody knows may be of more than one gender: it gets the forms of each that its
ending allows. A stem is told by its last sound, and that sound decides the endings. Plurals of
persons (Polacy, Szwedzi) are given only where a word ends as words for persons do, because
elsewhere they look like verbs (dochód, dochodzi).
"""

import re
from collections.abc import Callable, Iterator

from listener.match.inflect.polish.sounds import (
    ACUTE,
    VOWELS,
    before_e,
    closed,
    of_persons,
    opened,
    raised,
    with_e,
    without_e,
)

_VELAR = ("k", "g")
_HARDENED = ("c", "cz", "dz", "dż", "rz", "sz", "ż")
_BEFORE_NATIVE_E = (*_HARDENED, "i", "j", "l")
_NO_LOCATIVE_E = (*VOWELS, *_VELAR, *_HARDENED, "h", "l", "j")

_IN_CONSONANT = re.compile(f".*(?:[^{VOWELS}]|[{VOWELS}]y)")  # Play sounds like Plej
_QUALITY = re.compile(".{2,}ość")
_PERSON = re.compile(".*(?:[aeiouy]n|[aeio]n?t|st|uz|es|[eo]r|[ou]p|ed|[eioy]ch|[aeiuy]k|[eor]g)")
_PERSON_IN_A = re.compile(".*(?:[eiouy]t|[kmp]r?at|st|nt|nd|[eo]d|eg|rch|iatr|yzn)")
_PERSON_IN_CA = ("dc", "jc", "rc", "wc")
_WOMAN_IN_I = re.compile(".*[aiy]ni")
_HIDES_SOFTNESS = re.compile(
    ".*(?:[jlrsz]?ław|uraw|[cp]zaw|paw|łów|łw|rw|rzew|[łr]z?ąb|[dt]om|ęcim|arp)"
)
_VERBAL = re.compile(".*(?:[ae]ni|[iuyąę]ci)")  # zadanie, życie
_ADJECTIVAL = re.compile(".*(?:[cs]k|dzk|ow|czn|jn|ln)")


def nouns(word: str) -> Iterator[str]:
    """The forms of every noun that the folded word, two letters or more, can be."""
    if _QUALITY.fullmatch(word):
        yield from _joined(word[:-1] + "ci", " ą om ami ach")
    elif _IN_CONSONANT.fullmatch(word):
        yield from _masculine(word)
        yield from _feminine_in_consonant(word)
    elif _WOMAN_IN_I.fullmatch(word):
        yield from _joined(word, " ę ą e o om ami ach")
        yield _bare_soft(word)
    elif word[-1] in _BY_LAST_VOWEL:
        yield from _BY_LAST_VOWEL[word[-1]](word[:-1])


def _joined(stem: str, endings: str) -> Iterator[str]:
    return (stem + ending for ending in endings.split(" "))


def _masculine(word: str) -> Iterator[str]:
    for stem in _stems(word):
        yield from _masculine_endings(stem)
    if _PERSON.fullmatch(word):
        yield of_persons(word)
    if word.endswith("x"):
        yield from _masculine_endings(word[:-1] + "ks")
    elif _HIDES_SOFTNESS.fullmatch(word):  # gołąb, gołębia
        yield from _soft_masculine(opened(word) + "i")
    elif word.endswith("anin"):  # Rosjanin, Rosjanie
        yield from _joined(word[:-2], " ie y ów om ami ach")
    elif word.endswith("ns"):
        yield word + "e"
    elif word.endswith("um"):  # as in Latin: muzeum, muzea
        yield from _joined(word[:-2], "a ów om ami ach")


def _stems(word: str) -> set[str]:
    """What a word in a consonant may be before an ending: Kraków is always Krakow."""
    kept = opened(word) if word.endswith("ów") else word
    return {kept, opened(kept), without_e(kept)}


def _masculine_endings(stem: str) -> Iterator[str]:
    if stem[-1] in ACUTE:
        yield stem + "mi"
        yield from _soft_masculine(stem[:-1] + ACUTE[stem[-1]])
    elif stem.endswith("i"):
        yield from _soft_masculine(stem)
    else:
        yield from _joined(stem, "a u owi ów om ami ach owie")
        yield from _masculine_by_sound(stem)


def _soft_masculine(stem: str) -> Iterator[str]:
    return _joined(stem, " a u owi em e ów om ami ach owie")


def _masculine_by_sound(stem: str) -> Iterator[str]:
    """The endings that differ from one last consonant to another."""
    if stem.endswith(_VELAR):
        yield from _joined(stem, "iem i")
    elif stem.endswith(_HARDENED):
        yield from _joined(stem, "em e y")
        yield from [stem + "ze"] if stem.endswith("c") else ()
    elif stem.endswith("l"):
        yield from _joined(stem, "em e i")
    elif stem.endswith("j"):
        yield from (stem + "em", stem + "e", stem[:-1] + "i")
    else:
        yield from _joined(stem, "em y")
        yield from _locative(stem)


def _locative(stem: str) -> set[str]:
    """The forms in -e of the stems that have one, with the sounds that change before it."""
    if stem.endswith(_NO_LOCATIVE_E):
        return set()
    return {before_e(one) + "e" for one in (stem, raised(stem))}


def _feminine_in_consonant(word: str) -> Iterator[str]:
    """Only what the masculine of the same word lacks: nocą, nicią, cerkwi."""
    for stem in _stems(word):
        if stem[-1] in ACUTE:
            yield stem[:-1] + ACUTE[stem[-1]] + "ą"
        elif stem.endswith("w") and word.endswith("ew"):
            yield from _joined(stem + "i", " ą e om ami ach")
        elif stem.endswith((*_HARDENED, "i", "j", "al", "el", "ol", "śl")):
            yield stem + "ą"


def _in_a(stem: str) -> Iterator[str]:
    yield from _joined(stem, "ę ą o om ami ach")
    if stem.endswith("i"):
        yield from (_bare_soft(stem), *_joined(stem, " i e ów"))
        yield from [stem + "u"] if stem.endswith(tuple(ACUTE.values())) else ()
    elif stem.endswith("j"):
        yield from _joined(stem, " i e")
        yield from [stem[:-1] + "i"] if stem[-2:-1] in VOWELS else ()
    elif stem.endswith(tuple(VOWELS)):
        yield from _joined(stem, "i e")
    else:
        yield from (*_bare(stem), *_feminine_by_sound(stem), *_person_in_a(stem))


def _feminine_by_sound(stem: str) -> Iterator[str]:
    if stem.endswith("l"):
        return _joined(stem, "i e")
    if stem.endswith(_HARDENED):
        return _joined(stem, "y e")
    if stem.endswith(_VELAR):
        return iter((stem + "i", before_e(stem) + "e"))
    soft = [before_e(stem) + "e"] if stem.endswith("h") else _locative(stem)
    return iter((stem + "y", *soft))


def _person_in_a(stem: str) -> Iterator[str]:
    """The plural of men in -a: kierowcy, kierowców; artyści; koledzy."""
    if stem.endswith(_PERSON_IN_CA):
        yield stem + "ów"
    elif _PERSON_IN_A.fullmatch(stem):
        yield from (of_persons(stem), stem + "ów", stem + "owie")


def _bare(stem: str) -> set[str]:
    """The genitive plural without an ending: kobiet, matek, nóg, rąk; but no words like "on"."""
    return {bare for bare in (stem, closed(stem), with_e(stem)) if len(bare) > 2}


def _bare_soft(stem: str) -> str:
    """The same of a stem in i: niani → niań, ziemi → ziem, foreign zoologi as it is."""
    acute = next((acute for acute, soft in ACUTE.items() if stem.endswith(soft)), "")
    if acute:
        return stem[:-2] + acute
    return stem[:-1] if stem[-2:-1] in tuple("pbwm") else stem


def _in_o(stem: str) -> Iterator[str]:
    yield from _joined(stem, "a u om ami ach")
    yield stem + ("iem" if stem.endswith(_VELAR) else "em")
    if not stem.endswith(("k", "ł", "tw")):
        yield stem + "owi"
    if stem.endswith("c"):  # a foreign c is a k: Tesco, Teskiem
        yield from _joined(stem[:-1] + "k", "iem u")
    if stem.endswith("i"):
        yield stem + "ów"
    elif stem[-1] not in VOWELS:  # a surname: Ziobry, Kościuszką
        yield from _joined(stem, "ę ą")
        yield from _feminine_by_sound(stem)
    yield from _locative(stem)
    yield from _bare(stem)


def _in_e(stem: str) -> Iterator[str]:
    """A neuter or a plural; after a hard sound a foreign name: Googlowi, na Skypie."""
    yield from _joined(stem, "a u em")
    if _ADJECTIVAL.fullmatch(stem):
        return
    if stem.endswith(_BEFORE_NATIVE_E):
        yield stem + ("i" if stem.endswith("l") else "y")
        yield from _plural(stem)
    else:
        yield from _joined(stem, "y ów om ami ach")
        yield from _locative(stem)
    if not stem.endswith("i"):
        yield stem + "owi"


def _in_nasal(stem: str) -> Iterator[str]:
    """Imię, imienia, imiona, imion; and kurczę, kurczęcia, kurczęta, kurcząt."""
    singular, plural, bare = ("eni", "on", "on") if stem.endswith("mi") else ("ęci", "ęt", "ąt")
    yield from _joined(stem + singular, " a u em")
    yield from _joined(stem + plural, "a om ami ach")
    yield stem + bare


def _in_i_or_y(stem: str) -> Iterator[str]:
    return iter(()) if _ADJECTIVAL.fullmatch(stem) else _plural(stem)


def _plural(stem: str) -> Iterator[str]:
    """The forms of what has no singular (Katowice, Puławy, Tychy), and of a neuter in e."""
    yield from _joined(stem, "om ami ach")
    if not stem.endswith("i"):
        yield from (*_bare(stem), stem + "ów")
    elif _VERBAL.fullmatch(stem):
        yield _bare_soft(stem)
    else:
        yield from (_bare_soft(stem), stem, stem + "ów")


_BY_LAST_VOWEL: dict[str, Callable[[str], Iterator[str]]] = {
    "a": _in_a,
    "e": _in_e,
    "i": _in_i_or_y,
    "o": _in_o,
    "y": _in_i_or_y,
    "ę": _in_nasal,
}

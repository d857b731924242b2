"""The sounds that change inside a Polish word when its ending changes.

Only changes that the spelling shows: the consonant before an ending (noga, nodze), the last
vowel (wóz, wozu; ząb, zęba; świat, świecie), and the e that comes and goes (pies, psa; matka,
matek). A stem is a word without its ending.
"""

import re
from collections.abc import Mapping

VOWELS = "aeiouyąęó"

ACUTE = {"ć": "ci", "ń": "ni", "ś": "si", "ź": "zi"}
"""How a letter with an acute is written before a vowel."""

_BEFORE_E = {
    "zd": "ździ", "st": "ści", "sn": "śni", "zn": "źni", "sł": "śl", "zł": "źl", "sm": "śmi",
    "ch": "sz", "tt": "tci", "k": "c", "g": "dz", "h": "ż", "r": "rz", "ł": "l",
    "t": "ci", "d": "dzi",
}  # fmt: skip
_OF_PERSONS = {
    "st": "ści", "sn": "śni", "sł": "śli", "ch": "si", "sz": "si", "k": "cy", "g": "dzy",
    "r": "rzy", "ł": "li", "t": "ci", "d": "dzi", "ż": "zi", "h": "si",
}  # fmt: skip

_NO_VOWEL = f"[^{VOWELS}]"
_OPENED = (
    (re.compile(f"ó(?={_NO_VOWEL}{{1,3}}$)"), "o"),
    (re.compile(f"ą(?={_NO_VOWEL}{{1,3}}$)"), "ę"),
)
_CLOSED = (
    (re.compile("o(?=(?:[bdgwzżźlłjrtpń]|rz|dz|str|śb|źb)$)"), "ó"),
    (re.compile(f"ę(?={_NO_VOWEL}{{1,3}}$)"), "ą"),
)
_RAISED = (
    (re.compile("(?<=[ijl])a(?=(?:st|zd|t[rł]?|d|s|ł|dr|r)$)"), "e"),
    (re.compile("(?<=i)[oó](?=ł$)"), "e"),
)

_FLEETING = re.compile(
    f"(.*[{VOWELS}].*{_NO_VOWEL})"
    "(?:(i?)e([kcłw]|l|(?<=[dhkpt]e)r|(?<=[gk]ie)r|(?<=kie)ć"
    "|(?<=[cgpz]ie)ń|(?<=rzesie)ń|(?<=cze)ń)|(i)o(ł))"
)
_SHORT_STEMS = {
    "bez": "bz", "brew": "brwi", "bęben": "bębn", "dzień": "dni", "kieł": "kł", "kiep": "kp",
    "krew": "krwi", "len": "ln", "lew": "lw", "łeb": "łb", "mech": "mch", "ocet": "oct",
    "ojciec": "ojc", "owies": "ows", "pień": "pni", "pies": "ps", "sen": "sn", "szew": "szw",
    "tydzień": "tygodni", "wesz": "wsz", "wieś": "wsi", "zew": "zw",
}  # fmt: skip
_BEFORE_FLEETING_E = {
    "k": {"ni": "ń", "si": "ś", "zi": "ź", "ci": "ć"},
    "c": {"ni": "ń", "si": "ś", "zi": "ź", "rz": "r"},
    "ń": {"ci": "t", "dzi": "d", "si": "ś", "zi": "ź"},
    "ł": {"ci": "t", "dzi": "d", "rz": "r"},
}

_INSERTED = re.compile(f"(.*{_NO_VOWEL})([kłrnl]|(?<=t)w)")


def before_e(stem: str) -> str:
    """The stem before the locative -e: nog → nodz, klub → klubi, wart → warci."""
    return _changed(stem, _BEFORE_E) or stem + "i"


def of_persons(stem: str) -> str:
    """The nominative plural of persons: polak → polacy, student → studenci, now → nowi."""
    return _changed(stem, _OF_PERSONS) or stem + "i"


def opened(stem: str) -> str:
    """The stem with the vowel it may have before an ending: wóz → woz, ząb → zęb."""
    return _revowelled(stem, _OPENED)


def closed(stem: str) -> str:
    """The stem with the vowel it may have where no ending follows: wod → wód, ręk → rąk."""
    return _revowelled(stem, _CLOSED)


def raised(stem: str) -> str:
    """The stem with the vowel it may have before the locative -e: świat → świet."""
    return _revowelled(stem, _RAISED)


def without_e(word: str) -> str:
    """The stem without its fleeting e or io: marzec → marc, ogień → ogń; else the word."""
    found = _FLEETING.fullmatch(word)
    if not found or word in _SHORT_STEMS:
        return _SHORT_STEMS.get(word, word)
    head, soft, end = found[1], found[2] or found[4] or "", found[3] or found[5]
    changed = _changed(head + soft, _BEFORE_FLEETING_E.get(end, {}))
    return (changed or head) + end


def with_e(stem: str) -> str:
    """The stem with an e between its last consonants: matk → matek, okn → okien."""
    found = _INSERTED.fullmatch(stem)
    if not found:
        return stem
    head, end = found.groups()
    if end == "k" and head[-1] in ACUTE:
        return f"{head[:-1]}{ACUTE[head[-1]]}ek"
    soft = head[-1] in "kg" or (end == "n" and head[-1] in "wmnp")
    return f"{head}{'ie' if soft else 'e'}{end}"


def _changed(stem: str, changes: Mapping[str, str]) -> str:
    for size in (3, 2, 1):
        if stem[-size:] in changes:
            return stem[:-size] + changes[stem[-size:]]
    return ""


def _revowelled(stem: str, changes: tuple[tuple[re.Pattern[str], str], ...]) -> str:
    for pattern, vowel in changes:
        stem = pattern.sub(vowel, stem)
    return stem

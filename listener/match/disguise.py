"""Words that somebody hides: spelt out with dashes, or with letters that only look alike.

A hidden name is a mention, and often a warning: impersonators write so. Two ways are known:
*spelt out* (``f-i-n-n-a-i-r``, ``F I N N A I R``), one sign between every two letters; and
*look-alikes* (``Finn@ir``, ``F1nnair``, a Cyrillic letter among Latin ones).
"""

import re
import unicodedata
from itertools import combinations, product

SPELT_OUT_CHARS_MIN = 4
LOOK_ALIKE_CHARS_MIN = 4

SIGNS = " -._*·|/+~"
"""What people put between the letters."""

_HEAD_LETTERS = 4  # with three signs between them, enough to be met by no other text
_SIGNS_IN_PLACE_MAX = 2
_CHARS_FOR_TWO_SIGNS_MIN = 5
_PLACES_FOR_TWO_SIGNS_MAX = 7  # the pairs of more would be hundreds
_WORD_CHARS_MAX = 30

_FOR_LETTER = {
    "a": "@4",
    "b": "8",
    "e": "3€",
    "g": "9",
    "i": "1!",
    "l": "1!|",
    "o": "0",
    "s": "5$",
    "t": "7",
    "z": "2",
}

_LOOKS_LIKE = (
    "аa бb вb гr еe ёe зz иu іi їi ӏl кk мm нh оo пn рp сc тt уy үy хx ѕs јj ԁd ԛq ԝw һh "
    "αa βb ζz εe ηn ιi κk νv οo ρp τt υu χx ωw ɑa ɡg ɩi ʟl ɴn ᴏo ʀr ᴜu"
)
_LATIN_FOR = {pair[0]: pair[1] for pair in _LOOKS_LIKE.split()}
_ACCENTED = "àáâãāăǎèêëēĕėěìíîïīĭįǐñňòôōŏőǒùúûūŭůűųǔçčĉċďģğĝĥķĺļľŕŗřşťţẁẃŵýÿŷ"
"""Letters that none of the first markets' languages has; a name that has them is masked."""

_LOOK_ALIKES = str.maketrans(
    _LATIN_FOR | {letter: unicodedata.normalize("NFD", letter)[0] for letter in _ACCENTED}
)
_STRANGE = f"[{''.join(_LATIN_FOR)}{_ACCENTED}]"
_MIXED = re.compile(f"{_STRANGE}(?:(?<=[a-z].)|(?=[a-z]))")


def spelt_out_keys(word: str) -> tuple[str, ...]:
    """How the word begins when it is spelt out, with each sign; none for a short word."""
    if not SPELT_OUT_CHARS_MIN <= len(word) <= _WORD_CHARS_MAX or not word.isalpha():
        return ()
    return tuple(sign.join(word[:_HEAD_LETTERS]) for sign in SIGNS)


def spelt_out(word: str, sign: str) -> str:
    """The word spelt out with the sign between its letters."""
    return sign.join(word)


def look_alike_keys(word: str) -> tuple[str, ...]:
    """The word with one or two letters, or all that can be, written as digits and signs."""
    if not LOOK_ALIKE_CHARS_MIN <= len(word) <= _WORD_CHARS_MAX or not word.isalpha():
        return ()
    places = [at for at, letter in enumerate(word) if letter in _FOR_LETTER]
    short = len(word) < _CHARS_FOR_TWO_SIGNS_MIN
    alone = short or len(places) > _PLACES_FOR_TWO_SIGNS_MAX
    counts = range(1, 2 if alone else _SIGNS_IN_PLACE_MAX + 1)
    some = [chosen for count in counts for chosen in combinations(places, count)]
    written = {way for chosen in some for way in _with_signs(word, chosen)}
    throughout = set() if short else {_signed_throughout(word)} - {word}
    return tuple(sorted(written | throughout))


def is_mixed(text: str) -> bool:
    """Whether a folded text has a word of Latin letters and look-alikes of other scripts."""
    return not text.isascii() and bool(_MIXED.search(text))


def unmasked(text: str) -> str:
    """A folded text with look-alike letters of other scripts read as the Latin ones.

    Of the same length. Returns an empty string where no word mixes them: a text all in
    Cyrillic or in French hides nothing.
    """
    if not is_mixed(text):
        return ""
    return text.translate(_LOOK_ALIKES)


def _with_signs(word: str, places: tuple[int, ...]) -> list[str]:
    ways = product(*(_FOR_LETTER[word[at]] for at in places))
    return [_replaced(word, dict(zip(places, signs, strict=True))) for signs in ways]


def _signed_throughout(word: str) -> str:
    return "".join(_FOR_LETTER.get(letter, letter)[0] for letter in word)


def _replaced(word: str, signs: dict[int, str]) -> str:
    return "".join(signs.get(at, letter) for at, letter in enumerate(word))

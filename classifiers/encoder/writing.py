"""A mention as the encoder reads it: in English, word by word where it was written otherwise.

The encoder knows English alone. Word lists turn most words of the other languages into English
ones: *lento oli taas myöhässä* becomes "flight is again late", which is poor English, and enough to
be read. Emojis are written as their names.
"""

import functools
import unicodedata

from classifiers.lexicon.english import english
from classifiers.lexicon.seen import OTHER as OTHER_HANDLE
from classifiers.lexicon.seen import SEEN_MAX, Part, Said, see
from classifiers.lexicon.tokens import BRAND, Token
from classifiers.transformers_parts.texts import Text

OTHER = "\ue001"
"""Stands for another brand, as ``BRAND`` for the one that is judged: a token of its own."""

ENGLISH = "en"
PARENT_CHARS_MAX = 300

_HANDLE, _LINK = "@user", "http"


@functools.lru_cache(maxsize=SEEN_MAX)
def written(words: Said) -> Text:
    """Its text with the brand's place in it, and beside it what it replies to."""
    seen = see(words)
    own = _english(seen.own, words.language)
    parent = _english(seen.parent, words.language)
    return Text(own, max(own.find(BRAND), 0), parent[:PARENT_CHARS_MAX])


def _english(part: Part, language: str) -> str:
    if language == ENGLISH:
        return " ".join(map(_plain, part.row))
    known = english(language)
    return " ".join(known.of(token) or _plain(token) for token in part.row)


def _plain(token: Token) -> str:
    """The token as written, what the encoder has no word for by a word that it has."""
    if token.kind == "handle":
        return OTHER if token.shown == OTHER_HANDLE else _HANDLE
    if token.kind == "link":
        return _LINK
    if token.kind == "sign":
        return _named(token.shown)
    return token.shown


def _named(sign: str) -> str:
    """A picture by its name; other signs as they are, those of nobody's alphabet as nothing."""
    category = unicodedata.category(sign) if len(sign) == 1 else ""
    if category == "So":
        return unicodedata.name(sign, "").lower()
    return "" if category == "Co" else sign

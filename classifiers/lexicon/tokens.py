"""A text as the word lists read it: a row of words, signs and stops.

Words are compared case-folded. Letters drawn out ("sooo") are shortened and remembered, as are
words in capitals, because both say how strongly something is meant. Every pattern here takes
time in proportion to the text, whatever the text is.
"""

import functools
import re
import unicodedata
from dataclasses import dataclass
from typing import Literal

TEXT_CHARS_MAX = 5_000
"""Only the beginning of a longer text is read: what is meant is said early."""

BRAND = "\ue000"
"""Stands for the brand that is judged: a character that no text is left with otherwise."""

Kind = Literal["word", "number", "sign", "handle", "link", "pause", "stop", "brand"]


@dataclass(frozen=True, slots=True)
class Token:
    """One word, sign or stop. ``forms`` are the spellings it is looked up under."""

    kind: Kind
    shown: str
    forms: tuple[str, ...]
    shouted: bool = False
    stretched: bool = False
    hashtag: bool = False


_TOKEN = re.compile(
    r"""
      (?P<brand> \ue000 )
    | (?P<link> https?://\S+ | www\.\S+ | [\w.+-]{1,64}@[\w-]{1,64}\.\w+ )
    | (?P<handle> @\w+ )
    | (?P<sign> [:;=][-']?[)(DPpO/\\*3]{1,9}(?!\w) | [xX]D+(?!\w) | <3 )
    | (?P<number> \d+(?:[.,:]\d+)* (?:\.(?=\s[^\W\d_]))? )
    | (?P<word> \#?(?:[^\W\d_]+(?:'[^\W\d_]+)* | _+) )
    | (?P<stop> [.!?\n]+ )
    | (?P<pause> [,;:()"–—]+ )
    | (?P<other> \S )
    """,
    re.VERBOSE,
)
_UNSEEN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff"  # controls, halves of characters
    "\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufe00-\ufe0f\ufeff\U0001f3fb-\U0001f3ff]"
)
_QUOTES = str.maketrans("’‘´`“”„«»", '\'\'\'\'"""""')
_KINDS: dict[str, Kind] = {
    "link": "link",
    "handle": "handle",
    "brand": "brand",
    "stop": "stop",
    "pause": "pause",
    "other": "sign",
}
_RUN = re.compile(r"([^\W\d_])\1{2,}")


def tokens(text: str) -> tuple[Token, ...]:
    """The tokens of the first ``TEXT_CHARS_MAX`` characters, in order."""
    return tuple(_token(found) for found in _TOKEN.finditer(_cleaned(text)))


def _cleaned(text: str) -> str:
    visible = _UNSEEN.sub("", text[:TEXT_CHARS_MAX])
    plain = unicodedata.normalize("NFKC", visible).translate(_QUOTES)
    return plain[:TEXT_CHARS_MAX]


def _token(found: re.Match[str]) -> Token:
    kind, shown = found.lastgroup, found.group()
    if kind == "word":
        return _kept(shown) if len(shown) <= _KEPT_CHARS_MAX else _word(shown)
    if kind == "sign":
        return Token("sign", shown, (_emoticon(shown),))
    if kind == "number":
        return Token("number", shown, (shown.rstrip("."),))
    return Token(_KINDS[kind or "other"], shown, (shown,))


def _word(shown: str) -> Token:
    bare = shown.lstrip("#")
    folded = bare.casefold()
    forms = _spellings(folded) if _RUN.search(folded) else (folded,)
    return Token(
        kind="word",
        shown=shown,
        forms=forms,
        shouted=len(bare) > 2 and bare.isupper(),
        stretched=len(forms) > 1,
        hashtag=bare != shown,
    )


_KEPT_CHARS_MAX = 40
_kept = functools.lru_cache(maxsize=1 << 14)(_word)
"""Most words come again."""


def _spellings(folded: str) -> tuple[str, str, str]:
    """As it is, and with what is drawn out cut to two letters and to one."""
    return folded, _RUN.sub(r"\1\1", folded), _RUN.sub(r"\1", folded)


def _emoticon(shown: str) -> str:
    """Its shortest spelling: ``:-)))`` is ``:)``."""
    short = shown.replace("-", "").replace("'", "").lower()
    return short if short == "<3" else short[:2]

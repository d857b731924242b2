"""The second half of a sentence about a word that isn't known: what was probably meant."""

import difflib
from collections.abc import Iterable

_WORD_CHARS_MAX = 64
_LISTED_MAX = 12


def suggestion(word: str, known: Iterable[str]) -> str:
    """``; did you mean 'urls'?``, or ``; known are …``, or nothing where nothing helps."""
    words = sorted(set(known))
    by_folded = {known_word.casefold(): known_word for known_word in reversed(words)}
    close = difflib.get_close_matches(word[:_WORD_CHARS_MAX].casefold(), by_folded, n=1)
    if close:
        return f"; did you mean '{by_folded[close[0]]}'?"
    if not words or len(words) > _LISTED_MAX:
        return ""
    return f"; known {'is' if len(words) == 1 else 'are'} {listed(words)}"


def listed(words: Iterable[str], last: str = "and") -> str:
    """``'a', 'b' and 'c'``."""
    *most, final = [f"'{word}'" for word in words]
    return f"{', '.join(most)} {last} {final}" if most else final

"""What counts as a word of a folded text, here and in every number of a word.

In scripts that part words with spaces a word is letters, digits and underscores with their
marks; in the others each character is one. A hyphen, an apostrophe or a colon parts two words,
so that ``finnair-lento`` holds the word ``finnair``. A ``#`` or ``@`` belongs to the word that
it begins, and the word is found with it and without it.
"""

import re

from listener.match.fold import MARKS, SPACED, SPACELESS

WORD_CHARS_MAX = 100
"""A longer run of letters is no word; it is counted and never looked up."""

_MARKER = f"(?:(?<!{SPACED})(?<![/&])[#@])?"
WORD = re.compile(f"{_MARKER}(?:(?:{SPACED}[{MARKS}]*)+|[{SPACELESS}][{MARKS}]*)")
_ASCII_WORD = re.compile(r"(?:(?<![\w/&])[#@])?\w+")

WORD_START = re.compile(f"(?<!{SPACED})|(?!{SPACED})")
WORD_END = f"(?:(?!{SPACED})|(?<!{SPACED}))"
WORD_END_SPACED = r"(?:(?!\w)|(?<!\w))"
AFTER_WORD = re.compile(f"[{MARKS}]")
UNSPACED = re.compile(f"[{SPACELESS}]")
"""The edges between which a pattern stands; after its end no :data:`AFTER_WORD` may follow. In a
text without :data:`UNSPACED` the second end means the same, and compiles a hundred times faster."""


def pattern_for(text: str) -> re.Pattern[str]:
    """The pattern that finds the words of this text; the quick one where it does."""
    return _ASCII_WORD if text.isascii() else WORD


def words_in(text: str) -> list[str]:
    """The words of a folded text, in order, with the marker of a hashtag or a handle."""
    return pattern_for(text).findall(text)


def places_in(text: str) -> list[tuple[int, int]]:
    """Where the words of a folded text begin and end, in characters: word 7 is item 7."""
    return [found.span() for found in pattern_for(text).finditer(text)]

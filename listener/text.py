"""Strangers' text made safe to keep and safe to show. It is never trusted, only cleaned here."""

import re
import unicodedata

from listener.model import TEXT_CHARS_MAX

_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")
_LINE_SPACE = re.compile(r"\s+")
_CUT_MARK = " … [cut here: the text goes on]"


def clean_text(text: str, chars_max: int = TEXT_CHARS_MAX) -> str:
    """The text as the store can keep it: no NUL, no lone surrogate, of bounded length.

    What can't be kept becomes U+FFFD, one for one, so that nothing vanishes unseen and
    positions stay true.
    """
    if len(text) > chars_max:
        text = text[: chars_max - len(_CUT_MARK)] + _CUT_MARK
    return _UNSTORABLE.sub("\ufffd", text)


def shown(text: str, chars_max: int = 280) -> str:
    """The text on one line for a terminal, a log or a summary, cut with an ellipsis.

    Control, bidi-override and other invisible characters are dropped, so that no post can
    move a cursor, colour a screen or turn the line around.
    """
    looked_at = text[: chars_max * 8]
    line = _LINE_SPACE.sub(" ", looked_at).strip()
    if not line.isprintable():
        seen = "".join(character for character in line if _is_visible(character))
        line = _LINE_SPACE.sub(" ", seen).strip()
    return _cut(line, chars_max, is_all=len(looked_at) == len(text))


def shown_lines(text: str, chars_max: int = 4000) -> str:
    """Like :func:`shown`, keeping the line breaks."""
    looked_at = text[: chars_max * 2]
    kept = "\n".join(shown(line, chars_max) for line in looked_at.splitlines()).strip()
    return _cut(kept, chars_max, is_all=len(looked_at) == len(text))


def defused(text: str) -> str:
    """The text with its lines and its indents, but nothing that a terminal would obey."""
    return "".join(part for part in text.expandtabs(4) if part == "\n" or _is_visible(part))


def _cut(kept: str, chars_max: int, *, is_all: bool) -> str:
    if is_all and len(kept) <= chars_max:
        return kept
    return kept[: chars_max - 1].rstrip() + "…"


def _is_visible(character: str) -> bool:
    # Cc: control, Cf: format (bidi, zero width), Cs: surrogate, Co/Cn: private and unassigned.
    return unicodedata.category(character) not in {"Cc", "Cf", "Cs", "Co", "Cn"}

"""Where words begin and end in a folded text, and what may stand between two words of a name."""

import re
from functools import lru_cache

from listener.match.fold import MARKS, SPACED, SPACELESS

WORD = re.compile(f"{SPACED}+")
WORD_START = re.compile(f"(?<!{SPACED})(?<!(?![{SPACELESS}])[{MARKS}])")
WORD_END = re.compile(f"(?!{SPACED})(?![{MARKS}])")
ANYWHERE = re.compile("")
CHARACTER_END = re.compile(f"(?![{MARKS}])")

TOKEN_CHARS_MAX = 64
_SEPARATOR_CHARS_MAX = 210
_JOINT = re.compile(rf"(?<=[\w{MARKS}])(\s*-\s*|\s+)(?=\w)|(\s+)")
_ANY_JOINT = r"(?:\s{1,100}|-)"
_AND = re.compile(r"\s+(?:&|\+)\s+")
_ANY_AND = r"(?:\s{1,50}(?:&|\+|and|ja|och|und|i|oraz)\s{1,50}|\s{0,50}[&+]\s{0,50})"
_DOT = re.compile(r"\.\s+")
_ANY_DOT = r"(?:\.\s{0,50}|\s{1,50})"


class Separator:
    """What stands between two words of a name, as a pattern read from either side."""

    def __init__(self, written: str) -> None:
        body = _body(written)
        self._after = re.compile(body)
        self._before = re.compile(rf"(?:{body})\Z")

    def after(self, text: str, position: int) -> int | None:
        """Where the separator that begins at the position ends."""
        found = self._after.match(text, position)
        return found.end() if found else None

    def before(self, text: str, position: int) -> int | None:
        """Where the separator that ends at the position begins."""
        found = self._before.search(text, max(0, position - _SEPARATOR_CHARS_MAX), position)
        return found.start() if found else None


def _body(written: str) -> str:
    if _AND.fullmatch(written):
        return _ANY_AND
    if _DOT.fullmatch(written):
        return _ANY_DOT
    if written in {"&", "+"}:
        return rf"\s{{0,3}}{re.escape(written)}\s{{0,3}}"
    return with_joints(f"x{written}x")[1:-1]


@lru_cache(maxsize=1024)
def separator(written: str) -> Separator:
    """The separator compiled; most names have one of a few."""
    return Separator(written)


def token_at(text: str, position: int) -> str:
    """The word, or the rest of one, that begins at the position; "" where there is none."""
    found = WORD.match(text, position, position + TOKEN_CHARS_MAX + 1)
    return found.group() if found and len(found.group()) <= TOKEN_CHARS_MAX else ""


def token_before(text: str, position: int) -> str:
    """The word that ends at the position; "" where there is none."""
    start = position
    while start > max(0, position - TOKEN_CHARS_MAX) and WORD.match(text, start - 1, start):
        start -= 1
    return text[start:position]


def is_of_a_word(character: str) -> bool:
    """Whether words of a spaced script are made of it, so that an edge beside it tells."""
    return not re.match(rf"[{SPACELESS}]|(?![{MARKS}])\W", character)


def with_joints(way: str) -> str:
    """A folded form as a pattern: white space may be any or a hyphen, and a hyphen a space."""
    pattern, at = "", 0
    for joint in _JOINT.finditer(way):
        pattern += re.escape(way[at : joint.start()]) + _joint(joint.group())
        at = joint.end()
    return pattern + re.escape(way[at:])


def _joint(text: str) -> str:
    return r"\s{0,100}-\s{0,100}" if "-" in text and text != "-" else _ANY_JOINT

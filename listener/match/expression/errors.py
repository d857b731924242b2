"""What is said about an expression that is refused: where, what was expected, what stood there."""

import re

from listener.text import shown

_FOUND_CHARS_MAX = 80
_PICTURE_CHARS_MAX = 76
_AROUND_CHARS = 24
_MARKED = re.compile(r"[^\s()]+|\S|")


class ExpressionError(ValueError):
    """An expression that can't be used, in one sentence.

    ``line`` and ``column`` count from 1, in characters. ``around`` is what stands around the
    place, on one line, with the place in ⟪marks⟫. ``picture`` is the line and, under the place,
    a caret; a long line is cut around it.
    """

    def __init__(
        self,
        line: int,
        column: int,
        expected: str,
        found: str,
        picture: str = "",
        around: str = "",
    ) -> None:
        where = f"Line {line}, column {column}" + (f" at {around}" if around else "")
        super().__init__(f"{where}: expected {expected}; found {found}.")
        self.line = line
        self.column = column
        self.expected = expected
        self.found = found
        self.picture = picture
        self.around = around


def fault(text: str, at: int, expected: str, found: str = "") -> ExpressionError:
    """The error for the place ``at`` in the text; ``found`` is what stands there unless given."""
    line = text.count("\n", 0, at) + 1
    start = text.rfind("\n", 0, at) + 1
    column = at - start + 1
    told = found or _standing(text, at)
    picture = _picture(text[start:], at - start)
    return ExpressionError(line, column, expected, told, picture, _around(text, at))


def quoted(text: str) -> str:
    """The text as it is shown inside a message."""
    return f"“{shown(text, _FOUND_CHARS_MAX)}”"


def _standing(text: str, at: int) -> str:
    rest = text[at : at + _FOUND_CHARS_MAX].split(maxsplit=1)
    return quoted(rest[0]) if rest and shown(rest[0]) else "the end"


def _around(text: str, at: int) -> str:
    """A few words before the place and after it: ``… OR scooter ⟪NOT⟫ (Alessandro …``."""
    found = _MARKED.match(text, at, at + _AROUND_CHARS)
    end = found.end() if found else at
    before = _one_line(text[max(0, at - _AROUND_CHARS) : at])
    after = _one_line(text[end : end + _AROUND_CHARS])
    if at > _AROUND_CHARS:  # a word that is cut is left out
        before = f"… {before.partition(' ')[2]}"
    if end + _AROUND_CHARS < len(text):
        after = f"{after.rpartition(' ')[0]} …"
    return f"{before}⟪{_one_line(text[at:end])}⟫{after}"


def _one_line(piece: str) -> str:
    """The piece with each run of white space, and of what can't be seen, as one space."""
    return re.sub(r"\s+", " ", "".join(one if one.isprintable() else " " for one in piece))


def _picture(rest: str, at: int) -> str:
    line = rest.split("\n", 1)[0]
    start = max(0, at - _PICTURE_CHARS_MAX // 2)
    piece = line[start : start + _PICTURE_CHARS_MAX]
    seen = "".join(one if one.isprintable() else " " for one in piece)
    return f"{seen}\n{' ' * (at - start)}^"

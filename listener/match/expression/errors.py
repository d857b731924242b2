"""What is said about an expression that is refused: where, what was expected, what stood there."""

from listener.text import shown

_FOUND_CHARS_MAX = 80
_PICTURE_CHARS_MAX = 76


class ExpressionError(ValueError):
    """An expression that can't be used, in one sentence.

    ``line`` and ``column`` count from 1, in characters. ``picture`` is the line and, under the
    place, a caret; a long line is cut around it.
    """

    def __init__(
        self, line: int, column: int, expected: str, found: str, picture: str = ""
    ) -> None:
        super().__init__(f"Line {line}, column {column}: expected {expected}; found {found}.")
        self.line = line
        self.column = column
        self.expected = expected
        self.found = found
        self.picture = picture


def fault(text: str, at: int, expected: str, found: str = "") -> ExpressionError:
    """The error for the place ``at`` in the text; ``found`` is what stands there unless given."""
    line = text.count("\n", 0, at) + 1
    start = text.rfind("\n", 0, at) + 1
    column = at - start + 1
    told = found or _standing(text, at)
    return ExpressionError(line, column, expected, told, _picture(text[start:], at - start))


def quoted(text: str) -> str:
    """The text as it is shown inside a message."""
    return f"“{shown(text, _FOUND_CHARS_MAX)}”"


def _standing(text: str, at: int) -> str:
    rest = text[at : at + _FOUND_CHARS_MAX].split(maxsplit=1)
    return quoted(rest[0]) if rest and shown(rest[0]) else "the end"


def _picture(rest: str, at: int) -> str:
    line = rest.split("\n", 1)[0]
    start = max(0, at - _PICTURE_CHARS_MAX // 2)
    piece = line[start : start + _PICTURE_CHARS_MAX]
    seen = "".join(one if one.isprintable() else " " for one in piece)
    return f"{seen}\n{' ' * (at - start)}^"

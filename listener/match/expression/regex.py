r"""Regular expressions in a subset whose cost is bounded, checked before one is ever run.

Allowed are literals, ``.``, classes, ``\d \w \s`` and their opposites, groups with ``|``, and
after a single atom ``?``, ``{m}`` or ``{m,n}`` with n up to 50. Nothing is unbounded, and
nothing that repeats holds a repetition. So from one place of a text a pattern can be tried in a
number of ways that is known beforehand: the product of what each atom allows, the sum over
alternatives. That number and the length of the longest match have limits; the cost is then at
most a constant per character of the text.

Each alternative must hold two letters or digits in a row that always stand there. A text
without them is not searched at all.
"""

import re
import unicodedata
from dataclasses import dataclass
from math import prod

from listener.match.expression.errors import fault
from listener.match.fold import fold

REPEATS_MAX = 50
WAYS_MAX = 300
CHARS_MAX = 200
LITERAL_CHARS_MIN = 2
_DEPTH_MAX = 10
_COUNTED_MAX = 1_000_000  # beyond, the number of ways is not told apart

_REPEAT = re.compile(r"\{(\d{1,4})(?:(,)(\d{1,4}))?\}")
_CLASS_ESCAPES = "dwsDWS"
_REFUSED = {
    "*": f"a bounded repetition such as {{0,{REPEATS_MAX}}}",
    "+": f"a bounded repetition such as {{1,{REPEATS_MAX}}}",
    "^": "no ^, as a pattern stands anywhere in a post",
    "$": "no $, as a pattern stands anywhere in a post (write \\$ for the sign)",
    "?": "something to repeat before the ?",
    "{": "something to repeat before the {",
    "]": "a [ before the ]",
    "}": "a { before the }",
}


@dataclass(frozen=True, slots=True)
class Pattern:
    """A checked pattern: its text for ``re``, its bounds, and one literal per alternative."""

    text: str
    ways: int
    chars_max: int
    literals: tuple[str, ...] = ()
    is_plain: bool = False  # exactly these characters, once


def checked(source: str, at: int, end: int) -> Pattern:
    """The pattern that stands in ``source[at:end]``, folded.

    Raises :class:`ExpressionError` with the place of what is outside the subset or its bounds.
    """
    pattern, stop = _alternatives(source, at, end, 0)
    if stop < end:
        raise fault(source, stop, "no ) without its (")
    _refuse_unbounded(pattern, source, at)
    return pattern


def literals(text: str) -> tuple[str, ...]:
    """For a checked pattern: strings of which one stands in every match."""
    return _alternatives(text, 0, len(text), 0)[0].literals


def _refuse_unbounded(pattern: Pattern, source: str, at: int) -> None:
    if pattern.ways > WAYS_MAX:
        expected = f"a pattern with at most {WAYS_MAX} ways to match at one place"
        more = " or more" if pattern.ways == _COUNTED_MAX else ""
        raise fault(source, at, expected, f"one with {pattern.ways:,}{more}")
    if pattern.chars_max > CHARS_MAX:
        expected = f"a pattern that matches at most {CHARS_MAX} characters"
        raise fault(source, at, expected, f"one that matches up to {pattern.chars_max:,}")
    if not pattern.literals:
        expected = f"{LITERAL_CHARS_MIN} letters or digits in a row that stand in every match"
        raise fault(source, at, expected, "a pattern that can do without")


def _alternatives(source: str, at: int, end: int, depth: int) -> tuple[Pattern, int]:
    if depth > _DEPTH_MAX:
        raise fault(source, at, f"groups at most {_DEPTH_MAX} deep")
    branches: list[Pattern] = []
    while True:
        branch, at = _sequence(source, at, end, depth)
        branches.append(branch)
        if at == end or source[at] != "|":
            break
        at += 1
    if len(branches) == 1:
        return branches[0], at
    return _joined(branches), at


def _joined(branches: list[Pattern]) -> Pattern:
    found = [branch.literals for branch in branches]
    return Pattern(
        "|".join(branch.text for branch in branches),
        min(sum(branch.ways for branch in branches), _COUNTED_MAX),
        max(branch.chars_max for branch in branches),
        tuple(dict.fromkeys(one for some in found for one in some)) if all(found) else (),
    )


def _sequence(source: str, at: int, end: int, depth: int) -> tuple[Pattern, int]:
    parts: list[Pattern] = []
    start = at
    while at < end and source[at] not in "|)":
        part, at = _part(source, at, end, depth)
        parts.append(part)
    if not parts:
        raise fault(source, start, "something to look for")
    return Pattern(
        "".join(part.text for part in parts),
        min(prod(part.ways for part in parts), _COUNTED_MAX),
        sum(part.chars_max for part in parts),
        _needed(parts),
    ), at


def _needed(parts: list[Pattern]) -> tuple[str, ...]:
    """The literals of the part, or of the run of plain characters, whose shortest is longest."""
    choices = [part.literals for part in parts if part.literals]
    run = ""
    for part in [*parts, Pattern("", 1, 0)]:
        if part.is_plain:
            run += _unescaped(part.text)
        else:
            choices += [(word,) for word in _letters(run)]
            run = ""
    return max(choices, key=lambda choice: min(map(len, choice)), default=())


def _letters(run: str) -> list[str]:
    return re.findall(rf"[^\W_]{{{LITERAL_CHARS_MIN},}}", run)


def _part(source: str, at: int, end: int, depth: int) -> tuple[Pattern, int]:
    if source[at] == "(":
        return _group(source, at, end, depth)
    atom, at = _atom(source, at, end)
    if at == end or source[at] not in "?{*+":
        return atom, at
    return _repeated(atom, source, at, end)


def _group(source: str, at: int, end: int, depth: int) -> tuple[Pattern, int]:
    start = at + 3 if source.startswith("(?:", at) else at + 1
    if start == at + 1 and source.startswith("?", start):
        raise fault(source, at, "a plain group, with no look-around, name or flag")
    inner, stop = _alternatives(source, start, end, depth + 1)
    if stop == end:
        raise fault(source, at, "a ) for this (", "none")
    if source[stop + 1 : stop + 2] in {*"?{*+"} and stop + 1 < end:
        raise fault(source, stop + 1, "a repetition only after a single character or class")
    return Pattern(f"(?:{inner.text})", inner.ways, inner.chars_max, inner.literals), stop + 1


def _repeated(atom: Pattern, source: str, at: int, end: int) -> tuple[Pattern, int]:
    low, high, stop = _bounds(source, at, end)
    if stop < end and source[stop] in "?*+{":
        raise fault(source, stop, "one repetition, with nothing after it")
    if len(atom.text) > 1 and atom.is_plain and len(_unescaped(atom.text)) > 1:
        raise fault(source, at, "no repetition of a letter that folds to several")
    text = f"{atom.text}{{{low},{high}}}"
    return Pattern(text, high - low + 1, high), stop


def _bounds(source: str, at: int, end: int) -> tuple[int, int, int]:
    """How often the atom before may stand, and where that ends in the source."""
    if source[at] == "?":
        return 0, 1, at + 1
    found = _REPEAT.match(source, at, end)
    if not found:
        expected = _REFUSED[source[at]] if source[at] in "*+" else "{m} or {m,n}, as in {0,20}"
        raise fault(source, at, expected)
    low = int(found[1])
    high = int(found[3]) if found[2] else low
    if not low <= high <= REPEATS_MAX or high == 0:
        raise fault(source, at, f"{{m,n}} with m up to n and n from 1 to {REPEATS_MAX}")
    return low, high, found.end()


def _atom(source: str, at: int, end: int) -> tuple[Pattern, int]:
    character = source[at]
    if character == "[":
        return _class(source, at, end)
    if character == ".":
        return Pattern(".", 1, 1), at + 1
    if character == "\\" and source[at + 1 : end][:1] in {*_CLASS_ESCAPES}:
        return Pattern(source[at : at + 2], 1, 1), at + 2
    if character in _REFUSED:
        raise fault(source, at, _REFUSED[character])
    literal, stop = _literal(source, at, end)
    return Pattern(_escaped(literal), 1, len(literal), is_plain=True), stop


def _literal(source: str, at: int, end: int) -> tuple[str, int]:
    """One character, folded, that stands for itself or after a backslash."""
    stop = at + 1
    if source[at] == "\\":
        if stop >= end or source[stop].isalnum():
            raise fault(source, at, "after \\ a sign, or one of d w s D W S")
        stop += 1
    character = source[stop - 1]
    folded = fold(character)
    if not folded or unicodedata.combining(character):
        raise fault(source, at, "letters in one piece, without separate marks", "a mark alone")
    return folded, stop


def _class(source: str, at: int, end: int) -> tuple[Pattern, int]:
    start, stop = at, at + 1
    is_negated = source.startswith("^", stop)
    stop += is_negated
    items = ""
    while stop < end and source[stop] != "]":
        item, stop = _class_item(source, stop, end)
        items += item
    if stop >= end or not items:
        raise fault(source, start, "characters and a ] after the [", "none")
    return Pattern(f"[{'^' * is_negated}{items}]", 1, 1), stop + 1


def _class_item(source: str, at: int, end: int) -> tuple[str, int]:
    if source[at] == "\\" and source[at + 1 : end][:1] in {*_CLASS_ESCAPES}:
        return source[at : at + 2], at + 2
    first, stop = _single(source, at, end)
    if source[stop : stop + 1] != "-" or source[stop + 1 : end][:1] in {"", "]"}:
        return _escaped(first), stop
    last, stop = _single(source, stop + 1, end)
    if first > last:
        raise fault(source, at, "a range that goes up, such as a-z")
    return f"{_escaped(first)}-{_escaped(last)}", stop


def _single(source: str, at: int, end: int) -> tuple[str, int]:
    character, stop = _literal(source, at, end)
    if len(character) > 1:
        raise fault(source, at, "in a class no letter that folds to several")
    return character, stop


def _escaped(text: str) -> str:
    return re.escape(text).replace("/", "\\/").replace("\\ ", " ")


def _unescaped(text: str) -> str:
    return re.sub(r"\\(.)", r"\1", text, flags=re.DOTALL)

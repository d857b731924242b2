"""An expression as a tree of frozen values, in one normal form.

NOT stands only before a term, a field or a NEAR: it is moved inward when the tree is built.
AND in AND and OR in OR are one, and nothing stands twice in either. So two expressions that
differ only in their brackets are equal, and :func:`written` gives text that parses to the same.

``at`` is where a part began in the text. It is for messages and no part of the value.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Literal, NamedTuple

_PLAIN_VALUE = re.compile(r"\w[\w.-]*")

TermKind = Literal["word", "phrase", "wildcard", "regex"]
Where = Literal["any", "title"]
FieldName = Literal["site", "author", "lang", "type", "link"]


class Span(NamedTuple):
    """Where a term stands: in ``title`` or ``text``, from one word to another, counted from 0."""

    field: str
    first_word: int
    last_word: int


@dataclass(frozen=True, slots=True)
class Term:
    """Something that can stand in a post. ``text`` is folded.

    A ``word`` may be inflected, a ``phrase`` (one word or several) stands as written, a
    ``wildcard`` holds * or ?, a ``regex`` is a checked pattern over whole words.
    """

    kind: TermKind
    text: str
    where: Where = "any"
    at: int = field(default=0, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Field:
    """Something that must hold for the post itself, such as ``lang:fi``. ``value`` is folded."""

    name: FieldName
    value: str
    at: int = field(default=0, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Near:
    """A term of one side at most ``words`` words from one of the other; 1 is the next word."""

    words: int
    ordered: bool
    left: tuple[Term, ...]
    right: tuple[Term, ...]
    at: int = field(default=0, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Not:
    """The opposite of one part."""

    part: Term | Field | Near
    at: int = field(default=0, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class And:
    """All of two or more parts."""

    parts: tuple["Node", ...]
    at: int = field(default=0, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Or:
    """At least one of two or more parts."""

    parts: tuple["Node", ...]
    at: int = field(default=0, compare=False, repr=False)


Node = Term | Field | Near | Not | And | Or


def all_of(parts: list[Node]) -> Node:
    """The parts joined by AND; one alone is itself."""
    inner = (one.parts if isinstance(one, And) else (one,) for one in parts)
    flat = tuple(dict.fromkeys(part for group in inner for part in group))
    return flat[0] if len(flat) == 1 else And(flat, parts[0].at)


def any_of(parts: list[Node]) -> Node:
    """The parts joined by OR; one alone is itself."""
    inner = (one.parts if isinstance(one, Or) else (one,) for one in parts)
    flat = tuple(dict.fromkeys(part for group in inner for part in group))
    return flat[0] if len(flat) == 1 else Or(flat, parts[0].at)


def opposite(node: Node) -> Node:
    """What holds exactly where the node does not."""
    if isinstance(node, Not):
        return node.part
    if isinstance(node, And):
        return any_of([opposite(part) for part in node.parts])
    if isinstance(node, Or):
        return all_of([opposite(part) for part in node.parts])
    return Not(node, node.at)


def terms_in(node: Node) -> Iterator[Term]:
    """Every term, forbidden ones too, in the order of the text; one may come twice."""
    if isinstance(node, Term):
        yield node
    elif isinstance(node, Near):
        yield from (*node.left, *node.right)
    elif isinstance(node, Not):
        yield from terms_in(node.part)
    elif isinstance(node, And | Or):
        for part in node.parts:
            yield from terms_in(part)


def written(node: Node) -> str:
    """The node as text that parses to it again."""
    if isinstance(node, Term):
        return _term(node)
    if isinstance(node, Field):
        return f"{node.name}:{_value(node.value)}"
    if isinstance(node, Near):
        operator = f"{'ONEAR' if node.ordered else 'NEAR'}/{node.words}"
        return f"{_side(node.left)} {operator} {_side(node.right)}"
    if isinstance(node, Not):
        inner = written(node.part)
        return f"NOT ({inner})" if isinstance(node.part, Near) else f"NOT {inner}"
    if isinstance(node, Or):
        return " OR ".join(map(written, node.parts))
    return " AND ".join(
        f"({written(part)})" if isinstance(part, Or) else written(part) for part in node.parts
    )


def _term(term: Term) -> str:
    quotes = {"phrase": '"', "regex": "/"}.get(term.kind, "")
    return f"{'title:' if term.where == 'title' else ''}{quotes}{term.text}{quotes}"


def _value(value: str) -> str:
    return value if _PLAIN_VALUE.fullmatch(value) else f'"{value}"'


def _side(terms: Iterable[Term]) -> str:
    written_terms = list(map(_term, terms))
    joined = " OR ".join(written_terms)
    return f"({joined})" if len(written_terms) > 1 else joined

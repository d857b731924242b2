"""From text to a tree: NOT binds tighter than NEAR, NEAR than AND, AND than OR."""

from dataclasses import replace

from listener.match.expression.errors import ExpressionError, fault, quoted
from listener.match.expression.lexer import (
    Token,
    TokenKind,
    near,
    refuse_small_operators,
    tokens,
)
from listener.match.expression.terms import field, term
from listener.match.expression.tree import (
    And,
    Near,
    Node,
    Not,
    Or,
    Term,
    all_of,
    any_of,
    opposite,
)

CHARS_MAX = 20_000
TERMS_MAX = 2_000
DEPTH_MAX = 50

_A_TERM = "a word, a phrase in quotes, a field or a ("
_BEGINS: tuple[TokenKind, ...] = ("NOT", "(", "field", "word", "quoted", "regex")


def tree_of(source: str) -> Node:
    """The tree of an expression; raises :class:`ExpressionError` where it can't be read."""
    if len(source) > CHARS_MAX:
        expected = f"at most {CHARS_MAX:,} characters"
        raise fault(source, CHARS_MAX, expected, f"{len(source):,}")
    return _Parser(source).whole()


class _Parser:
    """One pass over the tokens, one method per level of binding."""

    def __init__(self, source: str) -> None:
        self._source = source
        self._tokens = list(tokens(source))
        refuse_small_operators(source, self._tokens)
        self._at = 0
        self._depth = 0
        self._terms = 0

    def whole(self) -> Node:
        node = self._any()
        if not self._sees("end"):
            raise self._fault("AND, OR, NEAR/n or the end")
        return node

    @property
    def _next(self) -> Token:
        return self._tokens[self._at]

    def _sees(self, *kinds: TokenKind) -> bool:
        return self._next.kind in kinds

    def _take(self) -> Token:
        self._at += 1
        return self._tokens[self._at - 1]

    def _fault(self, expected: str, found: str = "") -> ExpressionError:
        return fault(self._source, self._next.at, expected, found)

    def _any(self) -> Node:
        parts = [self._all()]
        while self._sees("OR"):
            self._take()
            parts.append(self._all())
        return any_of(parts)

    def _all(self) -> Node:
        parts = [self._near()]
        while self._sees("AND", *_BEGINS):
            if self._sees("AND"):
                self._take()
            parts.append(self._near())
        return all_of(parts)

    def _near(self) -> Node:
        start = self._next.at
        left = self._part()
        if not self._sees("NEAR"):
            return left
        words, is_ordered = near(self._source, self._take())
        sides = self._side(left), self._side(self._part())
        if self._sees("NEAR"):
            raise self._fault("one NEAR between two sides; join two of them by AND")
        return Near(words, is_ordered, *sides, start)

    def _side(self, node: Node) -> tuple[Term, ...]:
        parts = node.parts if isinstance(node, Or) else (node,)
        terms = tuple(part for part in parts if isinstance(part, Term))
        if len(terms) < len(parts):
            odd = next(part for part in parts if not isinstance(part, Term))
            expected = "terms, or terms joined by OR in brackets, on both sides of NEAR"
            raise fault(self._source, odd.at, expected, _kind(odd))
        return terms

    def _part(self) -> Node:
        start, negations = self._next.at, 0
        while self._sees("NOT"):
            self._take()
            negations += 1
        node = self._bracket() if self._sees("(") else self._leaf()
        return replace(opposite(node), at=start) if negations % 2 else node

    def _bracket(self) -> Node:
        self._depth += 1
        if self._depth > DEPTH_MAX:
            raise self._fault(f"brackets at most {DEPTH_MAX} deep")
        opened = self._take()
        node = self._any()
        if not self._sees(")"):
            place = f"the ( at character {opened.at + 1}"
            raise self._fault(f"a ) that closes {place}")
        self._take()
        self._depth -= 1
        return node

    def _leaf(self) -> Node:
        token = self._next
        if token.kind not in _BEGINS:
            before = self._tokens[self._at - 1] if self._at else None
            after = f" after {before.text}" if before and before.kind in {"AND", "OR"} else ""
            raise self._fault(_A_TERM + after)
        self._terms += 1
        if self._terms > TERMS_MAX:
            raise self._fault(f"at most {TERMS_MAX:,} terms and fields", "one more")
        return self._field() if token.kind == "field" else term(self._source, self._take())

    def _field(self) -> Node:
        name, value = self._take(), self._next
        if value.kind not in {"word", "quoted", "regex"} or value.at > name.end:
            raise self._fault(f"a word or a phrase in quotes straight after {name.text}:")
        self._take()
        if name.text == "title":
            return term(self._source, value, "title")
        return field(self._source, name, value)


def _kind(node: Node) -> str:
    if isinstance(node, Not):
        return "a NOT"
    if isinstance(node, And | Near):
        return "an AND" if isinstance(node, And) else "another NEAR"
    return "a field" if not isinstance(node, Term | Or) else quoted("OR")

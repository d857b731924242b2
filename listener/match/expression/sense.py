"""Expressions that can be read and make no sense: they match nearly everything, or nothing.

Whether an expression can hold at all is in general a hard question. What is found here is what
people really write: something asked for and forbidden at once, two languages at once. Each
part is looked at once, with all that the parts around it ask for.
"""

from collections.abc import Iterator

from listener.match.expression.cost import needed
from listener.match.expression.errors import fault, quoted
from listener.match.expression.facts import is_under
from listener.match.expression.tree import And, Field, Near, Node, Not, Or, Term, written

_Literal = Term | Field | Near
_Known = frozenset[_Literal | Not]

_ONE_EACH = {"lang", "type", "author"}


def refuse_senseless(node: Node, source: str) -> None:
    """Raise :class:`ExpressionError` for what nearly every post, or no post, fulfils."""
    if needed(node, lambda _: 1.0) is None:
        part = _open_part(node)
        found = f"{quoted(written(part))}, which holds for nearly every post without any term"
        raise fault(source, part.at, "a term that must stand in the post", found)
    refuse_contradiction(node, source)


def refuse_contradiction(node: Node, source: str) -> None:
    """Raise :class:`ExpressionError` for what no post fulfils, such as ``foo AND NOT foo``."""
    clash = _clash(node, frozenset())
    if clash is not None:
        found = f"{quoted(written(clash))}, which contradicts what else must hold"
        raise fault(source, clash.at, "something that a post can fulfil", found)


def denial_in(node: Node) -> Node | None:
    """A part that asks for nothing and only says what may not be, where it alone is enough."""
    if isinstance(node, Not):
        return node
    if isinstance(node, Or):
        return next((one for part in node.parts if (one := denial_in(part))), None)
    if isinstance(node, And):
        return node if all(map(denial_in, node.parts)) else None
    return None


def _open_part(node: Node) -> Node:
    """The smallest part to blame: in an OR the first that needs no term."""
    if not isinstance(node, Or):
        return node
    return _open_part(next(part for part in node.parts if needed(part, lambda _: 1.0) is None))


def _clash(node: Node, known: _Known) -> Node | None:
    """A part because of which the node can't hold where ``known`` does, or None."""
    if isinstance(node, And):
        return _clash_of_all(node, known)
    if isinstance(node, Or):
        clashes = [_clash(part, known) for part in node.parts]
        return clashes[0] if None not in clashes else None
    follows = frozenset(_follows(node))
    if any(_contradict(one, other) for one in follows for other in _rivals(one, known)):
        return node
    return None


def _clash_of_all(node: And, known: _Known) -> Node | None:
    for part in node.parts:
        if not isinstance(part, And | Or):
            if _clash(part, known) is not None:
                return part
            known |= frozenset(_follows(part))
    inner = (part for part in node.parts if isinstance(part, Or))
    return next((one for part in inner if (one := _clash(part, known)) is not None), None)


def _rivals(one: _Literal | Not, known: _Known) -> Iterator[_Literal | Not]:
    """What in ``known`` could contradict this one."""
    opposite = one.part if isinstance(one, Not) else Not(one)
    if opposite in known:
        yield opposite
    if isinstance(one, Field):
        yield from (other for other in known if isinstance(other, Field))


def _contradict(one: _Literal | Not, other: _Literal | Not) -> bool:
    if not isinstance(one, Field) or not isinstance(other, Field):
        return True
    if one.name != other.name or one.value == other.value:
        return False
    if one.name == "site":
        return not is_under(one.value, other.value) and not is_under(other.value, one.value)
    return one.name in _ONE_EACH


def _follows(node: Node) -> Iterator[_Literal | Not]:
    """The node itself, and what must hold wherever it does."""
    if isinstance(node, Near):
        yield node
        for side in (node.left, node.right):
            if len(side) == 1:
                yield from _follows(side[0])
    elif isinstance(node, Term):
        yield from _follows_term(node)
    elif isinstance(node, Not | Field):
        yield node


def _follows_term(term: Term) -> Iterator[Term]:
    """A word of a phrase stands where the phrase does; what is in the title is in the post."""
    yield term
    if term.kind == "phrase":
        for word in dict.fromkeys(term.text.split()):
            yield Term("phrase", word, term.where)
            yield Term("word", word, term.where)
    if term.where == "title":
        yield from _follows_term(Term(term.kind, term.text))

"""Why an expression does not hold for a post: the smallest part that failed, in a clause."""

from listener.match.expression.errors import quoted
from listener.match.expression.evaluate import Places, is_true, spans_of
from listener.match.expression.facts import Facts
from listener.match.expression.tree import And, Field, Near, Node, Not, Or, Term, written

_LISTED_MAX = 5


def why_not(node: Node, places: Places, facts: Facts) -> str:
    """One plain clause, without a full stop; for an expression that holds it says so."""
    if is_true(node, places, facts):
        return "the expression holds"
    part = _smallest(node, places, facts)[1]
    if isinstance(part, Term):
        return f"{_named(part)} does not stand in {_place(part)}"
    if isinstance(part, Field):
        return _field(part, facts)
    if isinstance(part, Near):
        return _near(part, places)
    if isinstance(part, Not):
        return _not(part)
    return f"none of {_listed(part)} stands in the post"


def _smallest(node: Node, places: Places, facts: Facts) -> tuple[int, Node]:
    """How many leaves would have to change, and the part to name, for a node that fails."""
    if isinstance(node, And):
        failed = [part for part in node.parts if not is_true(part, places, facts)]
        found = [_smallest(part, places, facts) for part in failed]
        return sum(count for count, _ in found), min(found, key=_count)[1]
    if isinstance(node, Or):
        if all(isinstance(part, Term) for part in node.parts):
            return 1, node
        return min((_smallest(part, places, facts) for part in node.parts), key=_count)
    return 1, node


def _count(found: tuple[int, Node]) -> int:
    return found[0]


def _near(near: Near, places: Places) -> str:
    for side in (near.left, near.right):
        if not any(spans_of(term, places) for term in side):
            names = " or ".join(quoted(written(term)) for term in side[:_LISTED_MAX])
            return f"{quoted(written(near))} fails: no {names} stands in the post"
    order = ", in this order" if near.ordered else ""
    words = "1 word" if near.words == 1 else f"{near.words} words"
    return (
        f"{quoted(written(near))} fails: both sides stand in the post, "
        f"but not within {words} of each other{order}"
    )


def _not(node: Not) -> str:
    if isinstance(node.part, Field):
        return f"the post has {quoted(written(node.part))}, which it must not"
    if isinstance(node.part, Near):
        return f"{quoted(written(node.part))} holds, which it must not"
    return f"{_named(node.part)} stands in {_place(node.part)}, where it must not"


def _field(field: Field, facts: Facts) -> str:
    found = {
        "site": facts.site,
        "author": facts.author,
        "lang": facts.language,
        "type": facts.type,
        "link": ", ".join(facts.links[:_LISTED_MAX]),
    }[field.name]
    told = quoted(found) if found else "unknown or none"
    return f"the post lacks {quoted(written(field))}: it is {told}"


def _named(term: Term) -> str:
    return quoted(written(Term(term.kind, term.text)))


def _place(term: Term) -> str:
    return "the title" if term.where == "title" else "the post"


def _listed(node: Node) -> str:
    parts = node.parts if isinstance(node, Or) else (node,)
    names = [quoted(written(part)) for part in parts[:_LISTED_MAX]]
    more = f" and {len(parts) - _LISTED_MAX} more" if len(parts) > _LISTED_MAX else ""
    return ", ".join(names) + more

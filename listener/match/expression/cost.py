"""Which terms an expression can't do without, so that most are never evaluated.

A needed set is a set of terms of which at least one stands in every post for which the
expression holds. An AND needs what its cheapest part needs, an OR needs the union, a NEAR its
cheaper side. A NOT or a field needs no term: where that is all there is, there is no such set.
"""

from collections.abc import Callable

from listener.match.expression.tree import And, Near, Node, Or, Term

Needed = tuple[Term, ...]


def needed(node: Node, cost: Callable[[Term], float]) -> Needed | None:
    """The cheapest needed set, or None where the node can hold without any term.

    ``cost`` says how dear it is to look at an expression whenever this term is met.
    """
    if isinstance(node, Term):
        return (node,)
    if isinstance(node, Near):
        return min(node.left, node.right, key=lambda side: sum(map(cost, side)))
    if isinstance(node, And):
        found = [one for part in node.parts if (one := needed(part, cost)) is not None]
        return min(found, key=lambda one: sum(map(cost, one)), default=None)
    if isinstance(node, Or):
        parts = [needed(part, cost) for part in node.parts]
        known = [one for one in parts if one is not None]
        if len(known) < len(parts):
            return None
        return tuple(dict.fromkeys(term for one in known for term in one))
    return None

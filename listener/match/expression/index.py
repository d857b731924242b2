"""Many expressions asked about one post, at the price of the few that can hold.

Each expression is kept under the terms of its needed set (:mod:`.cost`). A post that has none of
them can't fulfil it, so only expressions with a needed term in the post are evaluated.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Sequence

from listener.match.expression import Expression, Held
from listener.match.expression.cost import needed
from listener.match.expression.evaluate import Places
from listener.match.expression.facts import Facts
from listener.match.expression.tree import Term


class ExpressionIndex:
    """Expressions, compiled once; ``cost`` may tell how often a term is met in posts."""

    def __init__(
        self, expressions: Sequence[Expression], cost: Callable[[Term], float] | None = None
    ) -> None:
        self._expressions = tuple(expressions)
        by_term: dict[Term, list[int]] = defaultdict(list)
        estimate = cost or _estimate(self._expressions)
        for number, expression in enumerate(self._expressions):
            for term in needed(expression.root, estimate) or ():
                by_term[term].append(number)
        self._by_term = {term: tuple(numbers) for term, numbers in by_term.items()}

    def held(self, places: Places, facts: Facts) -> list[tuple[int, Held]]:
        """The number of each expression that holds, in order, with its evidence."""
        return [
            (number, held)
            for number in self.candidates(places)
            if (held := self._expressions[number].holds(places, facts)) is not None
        ]

    def candidates(self, places: Places) -> list[int]:
        """The numbers of the expressions that have a needed term in the post."""
        found: set[int] = set()
        for term in places:
            found.update(self._by_term.get(term, ()))
        return sorted(found)


def _estimate(expressions: Sequence[Expression]) -> Callable[[Term], float]:
    """A word in many expressions is a common one, and a short word more so than a long one."""
    users = Counter(term for expression in expressions for term in expression.terms)
    wide = {"word": 1.0, "phrase": 1.0, "wildcard": 2.0, "regex": 1.0}
    return lambda term: users[term] * wide[term.kind] / len(term.text)

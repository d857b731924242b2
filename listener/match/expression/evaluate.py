"""Whether an expression holds for a post, by what, and if not, why not.

The places of the terms are given, so nothing here reads a text. Distances in NEAR count words:
1 is the word straight after.
"""

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from heapq import nsmallest

from listener.match.expression.facts import Facts, is_under
from listener.match.expression.tree import And, Field, Near, Node, Not, Or, Span, Term

SPANS_MAX = 20

Places = Mapping[Term, Sequence[Span]]


@dataclass(frozen=True, slots=True)
class Held:
    """Where the terms stand that made an expression hold: title first, in order, at most 20."""

    spans: tuple[Span, ...]


def is_true(node: Node, places: Places, facts: Facts) -> bool:
    """Whether the node holds."""
    if isinstance(node, Term):
        return bool(spans_of(node, places))
    if isinstance(node, And):
        return all(is_true(part, places, facts) for part in node.parts)
    if isinstance(node, Or):
        return any(is_true(part, places, facts) for part in node.parts)
    if isinstance(node, Not):
        return not is_true(node.part, places, facts)
    if isinstance(node, Field):
        return has(node, facts)
    return any(True for _ in pairs(node, places))


def held_by(node: Node, places: Places, facts: Facts) -> Held:
    """The evidence of a node that holds."""
    found = dict.fromkeys(_spans(node, places, facts))
    return Held(tuple(nsmallest(SPANS_MAX, found, key=_in_order)))


def spans_of(term: Term, places: Places) -> Sequence[Span]:
    """Where the term stands, in the part of the post that it asks for."""
    spans = places.get(term, ())
    if term.where == "title":
        return [span for span in spans if span.field == "title"]
    return spans


def has(field: Field, facts: Facts) -> bool:
    """Whether the post has what the field asks for."""
    if field.name == "link":
        return any(is_under(host, field.value) for host in facts.links)
    if field.name == "site":
        return is_under(facts.site, field.value)
    if field.name == "author":
        return facts.author == field.value
    return (facts.language if field.name == "lang" else facts.type) == field.value


def pairs(near: Near, places: Places) -> Iterator[tuple[Span, Span]]:
    """For each place of either side the nearest that follows it from the other, within reach."""
    left, right = _side(near.left, places), _side(near.right, places)
    yield from _followed(left, right, near.words)
    if not near.ordered:
        yield from _followed(right, left, near.words)


def _side(terms: Iterable[Term], places: Places) -> list[Span]:
    return [span for term in terms for span in spans_of(term, places)]


def _followed(firsts: list[Span], seconds: list[Span], words: int) -> Iterator[tuple[Span, Span]]:
    later = sorted(seconds, key=_start) if firsts else []
    for first in firsts:
        at = bisect_right(later, (first.field, first.last_word), key=_start)
        if at < len(later) and _start(later[at]) <= (first.field, first.last_word + words):
            yield first, later[at]


def _start(span: Span) -> tuple[str, int]:
    return span.field, span.first_word


def _in_order(span: Span) -> tuple[bool, int, int]:
    return span.field != "title", span.first_word, span.last_word


def _spans(node: Node, places: Places, facts: Facts) -> Iterator[Span]:
    """The spans of a node that holds; in an OR, of every part that does."""
    if isinstance(node, Term):
        yield from spans_of(node, places)
    elif isinstance(node, Near):
        yield from (span for pair in pairs(node, places) for span in pair)
    elif isinstance(node, And):
        for part in node.parts:
            yield from _spans(part, places, facts)
    elif isinstance(node, Or):
        for part in node.parts:
            if is_true(part, places, facts):
                yield from _spans(part, places, facts)

"""The index answers as each expression alone would, and looks at few of them."""

import random

from listener.match.expression import Expression, ExpressionError, Facts, Span, Term, parse
from listener.match.expression.cost import needed
from listener.match.expression.finder import TermFinder
from listener.match.expression.index import ExpressionIndex
from tests.listener.match.expression import made


def _made(count: int, seed: int) -> list[tuple[Expression, made.Holds]]:
    chance = random.Random(seed)
    kept: list[tuple[Expression, made.Holds]] = []
    while len(kept) < count:
        text, holds = made.expression(chance)
        try:
            kept.append((parse(text), holds))
        except ExpressionError:
            continue
    return kept


def test_is_the_same_as_each_alone_and_as_plain_python() -> None:
    chance = random.Random(5)
    pairs = _made(400, 6)
    expressions = [expression for expression, _ in pairs]
    index = ExpressionIndex(expressions)
    finder = TermFinder(term for expression in expressions for term in expression.terms)
    hits = 0
    for _ in range(120):
        post = made.post(chance)
        places = finder.places(" ".join(post.title), " ".join(post.text))
        held = index.held(places, post.facts)
        alone = [(at, one.holds(places, post.facts)) for at, one in enumerate(expressions)]
        assert held == [(at, result) for at, result in alone if result is not None]
        meant = [at for at, (_, holds) in enumerate(pairs) if holds(post)]
        assert [at for at, _ in held] == meant
        assert all(result.spans for _, result in held)
        hits += len(held)
    assert 1000 < hits < 400 * 120 / 2


def test_an_expression_that_holds_has_a_needed_term_in_the_post() -> None:
    cheap = needed(parse("a (b OR c) (d NEAR/2 (e OR f)) -g lang:fi").root, lambda term: 1.0)
    assert [term.text for term in cheap or ()] == ["a"]
    dear = {"a": 9.0, "d": 9.0}
    both = needed(parse("a (b OR c) (d NEAR/2 (e OR f))").root, lambda term: dear.get(term.text, 1))
    assert [term.text for term in both or ()] == ["b", "c"]


def test_looks_only_at_what_can_hold() -> None:
    expressions = [parse(f"brand{number} AND (delay OR refund)") for number in range(1000)]
    index = ExpressionIndex(expressions)
    finder = TermFinder(term for expression in expressions for term in expression.terms)
    places = finder.places("", "delay of brand7 and refund by brand9")
    assert index.candidates(places) == [7, 9]
    assert [at for at, _ in index.held(places, Facts())] == [7, 9]


def test_a_given_cost_decides_which_term_is_looked_up() -> None:
    expression = parse("finnair AND lento")
    places: dict[Term, list[Span]] = {term: [] for term in expression.terms[:1]}
    index = ExpressionIndex([expression], lambda term: 0.1 if term.text == "lento" else 5.0)
    assert index.candidates(places) == []


def test_no_expressions_hold_nothing() -> None:
    assert ExpressionIndex([]).held({}, Facts()) == []

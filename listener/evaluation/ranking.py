"""Measures of an order: whether what should be looked at first has the higher probability."""

from collections.abc import Iterator, Sequence
from itertools import groupby


def auc(is_true: Sequence[bool], chances: Sequence[float]) -> float | None:
    """How probable it is that a true one has the higher chance than a false one; ties count half.

    The area under the receiver operating characteristic, 0 to 1; .5 is what tossing a coin
    gets. None where either the true or the false ones are missing.
    """
    trues = sum(map(bool, is_true))
    falses = len(is_true) - trues
    if not trues or not falses:
        return None
    won = 0.0
    falses_below = falses
    for true_here, false_here in _steps(is_true, chances):
        falses_below -= false_here
        won += true_here * (falses_below + false_here / 2)
    return won / (trues * falses)


def recall_at_precision(
    is_true: Sequence[bool], chances: Sequence[float], precision: float
) -> float | None:
    """The largest share of the true ones that a threshold finds at no less than this precision.

    0 where no threshold is so precise; None where none is true.
    """
    trues = sum(map(bool, is_true))
    if not trues:
        return None
    best = found = called = 0
    for true_here, false_here in _steps(is_true, chances):
        found += true_here
        called += true_here + false_here
        if found / called >= precision:
            best = found
    return best / trues


def _steps(is_true: Sequence[bool], chances: Sequence[float]) -> Iterator[tuple[int, int]]:
    """How many are true and how many false at each chance, the highest first."""
    ordered = sorted(zip(chances, is_true, strict=True), reverse=True)
    for _, alike in groupby(ordered, key=lambda pair: pair[0]):
        here = [bool(true) for _, true in alike]
        yield sum(here), len(here) - sum(here)

"""From logits to probabilities that hold: fitted on posts that the network has not seen.

Per language a factor and a bias for every label; a language with few posts leans on all of them.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize

from classifiers.small.lesson import macro_f1, softmax
from classifiers.small.weights import ANY_LANGUAGE
from classifiers.training.posts import MOOD

PULL = 12.0
"""How strongly a language's numbers are held to those of all, in examples."""

SPAM_COSTS = (0.1, 1.0)
"""A customer called spam is ten times worse than spam that is read: yes from a chance of 0.91."""

RARE = 0.05
"""A smaller share of the examples than this says little of a label."""

Logits = NDArray[np.float32]
Truths = NDArray[np.int64]
Numbers = NDArray[np.float64]
Bent = Callable[[Numbers], Numbers]
"""Logits as some numbers bend them, a row each."""


@dataclass(frozen=True, slots=True)
class Bend:
    """A factor for all logits and a bias for each label."""

    factor: float
    biases: tuple[float, ...]


def bends(logits: Logits, truths: Truths, languages: Sequence[str]) -> Mapping[str, Bend]:
    """The bend of every language, and under ``*`` that of all together."""
    common = _common(logits, truths)
    found = {ANY_LANGUAGE: _bend(common)}
    told = np.array(languages)
    for language in sorted(set(languages)):
        own = told == language
        found[language] = _bend(fitted(_bent(logits[own]), truths[own], common, PULL))
    return found


def bend_of(logits: Logits, truths: Truths) -> Bend:
    """The bend of all together."""
    return _bend(_common(logits, truths))


def chances(logits: Logits, bend: Bend) -> Numbers:
    """The probabilities that bent logits stand for, a row each."""
    return softmax(logits * bend.factor + np.array(bend.biases))


def fitted(bent: Bent, truths: Truths, start: Numbers, pull: float) -> Numbers:
    """The numbers near to ``start`` by which the bent logits make the truths likeliest."""
    rows = np.arange(len(truths))

    def lost(numbers: Numbers) -> float:
        likely = softmax(bent(numbers))[rows, truths]
        away = numbers - start
        return float(-np.log(likely + 1e-12).sum() + pull * (away @ away))

    return np.asarray(minimize(lost, start, method="L-BFGS-B").x)


def _common(logits: Logits, truths: Truths) -> Numbers:
    start = np.array([1.0, *np.zeros(logits.shape[1])])
    return fitted(_bent(logits), truths, start, pull=1.0)


def _bent(logits: Logits) -> Bent:
    return lambda numbers: logits * numbers[0] + numbers[1:]


def _bend(numbers: Numbers) -> Bend:
    return Bend(round(float(numbers[0]), 4), tuple(round(float(one), 4) for one in numbers[1:]))


def costs(kind: str, likely: NDArray[np.float64], truths: Truths) -> tuple[float, ...]:
    """What each label's chance of a kind is multiplied by."""
    if kind == "spam":
        return SPAM_COSTS
    return _even(truths, likely.shape[1]) if kind == MOOD else _tried(likely, truths)


def _even(truths: Truths, labels: int) -> tuple[float, ...]:
    """Every label weighs alike: of texts of no brand nobody knows how common each is elsewhere.

    What is rarer than ``RARE`` weighs as the commonest, since little is known of it.
    """
    shares = np.bincount(truths, minlength=labels) / len(truths)
    weights = shares.max() / np.where(shares < RARE, shares.max(), shares)
    return tuple(round(float(one), 2) for one in weights)


def _tried(likely: NDArray[np.float64], truths: Truths) -> tuple[float, ...]:
    """Such that rare labels are found as well.

    Found by trying: the macro F1 of what is then said is to be high. The steps are few, so that
    little can be learnt by heart.
    """
    found = np.ones(likely.shape[1])
    for _ in range(2):
        for label in range(len(found)):
            tried = [_with(found, label, cost) for cost in (0.8, 1.0, 1.25, 1.6, 2.0, 2.5)]
            found = max(tried, key=lambda each: macro_f1(truths, (likely * each).argmax(axis=1)))
    return tuple(float(one) for one in found)


def _with(numbers: NDArray[np.float64], place: int, value: float) -> NDArray[np.float64]:
    changed = numbers.copy()
    changed[place] = value
    return changed

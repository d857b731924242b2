"""What people's corrections add to the small model: a thin layer, fitted anew from all of them.

The shipped weights stay. A lesson holds, for hashed features of the corrected posts, what to add
to each label's logit. It is held towards nothing; how strongly is chosen by how much likelier it
makes the truth of examples it has not seen, and where that may be chance, it is empty.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from listener.ports import Reject

Matrix = NDArray[np.float64]
Truths = NDArray[np.int64]
Features = Mapping[int, float]

PULLS = (100.0, 30.0, 10.0, 3.0)
"""How strongly a lesson may be held towards nothing, the strongest first."""

GAIN_MIN = 0.02
"""By how much the macro F1 of examples not seen must rise for a lesson to be worth it."""

EXAMPLES_MAX = 2_000
"""The newest are taken; the time to fit grows with the square."""

SURE = 1.5
"""How many times what may be chance the unseen truths must be likelier by.

Of 24 lessons from our tune posts this kept two, both worth it; 1 kept one more, which was not.
"""

_FOLDS = 10
_STEPS = 200
_ADDS_MIN = 0.002
_CHANCE_MIN = 1e-6


@dataclass(frozen=True, slots=True)
class Lesson:
    """What each hashed feature adds to the labels' logits. ``to`` is the model it was fitted to."""

    to: str
    labels: tuple[str, ...]
    adds: Mapping[int, tuple[float, ...]]

    def added(self, features: Features) -> Matrix:
        """What to add to the logits of a text with these features."""
        total = np.zeros(len(self.labels))
        for index in features.keys() & self.adds.keys():
            total += np.asarray(self.adds[index]) * features[index]
        return total

    def written(self) -> str:
        """As text, for the store. It holds no words, only hashes and numbers."""
        adds = {str(index): values for index, values in sorted(self.adds.items())}
        return json.dumps({"to": self.to, "labels": self.labels, "adds": adds})


def read(text: str, to: str, labels: tuple[str, ...]) -> Lesson:
    """The lesson of a text. Raises Reject where it is damaged or of another model."""
    try:
        held = json.loads(text)
        adds = {int(index): tuple(map(float, values)) for index, values in held["adds"].items()}
        lesson = Lesson(held["to"], tuple(held["labels"]), adds)
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise Reject(f"this lesson can't be read: {type(error).__name__}") from error
    if (lesson.to, lesson.labels) != (to, labels):
        raise Reject(f"this lesson was fitted to {lesson.to}, the model is {to}: learn again")
    if any(len(values) != len(labels) for values in adds.values()):
        raise Reject("this lesson can't be read: its numbers don't fit the labels")
    return lesson


def fit(
    features: Sequence[Features], logits: Matrix, truths: Truths
) -> dict[int, tuple[float, ...]]:
    """What each feature adds. ``logits`` are the model's own, a row per example."""
    if not features:
        return {}
    alike = _alike(features)
    unseen = [_unseen(alike, logits, truths, pull) for pull in PULLS]
    gains = [_log_likely(one, truths) - _log_likely(logits, truths) for one in unseen]
    best = max(gains, key=np.mean)
    doubt = float(best.std()) / np.sqrt(len(best))  # of the mean: what may be chance
    as_likely = [n for n, gain in enumerate(gains) if gain.mean() >= best.mean() - doubt]
    right = {n: macro_f1(truths, unseen[n].argmax(axis=1)) for n in as_likely}
    chosen = max(as_likely, key=right.__getitem__)
    before = macro_f1(truths, logits.argmax(axis=1))
    if best.mean() <= SURE * doubt or right[chosen] - before < GAIN_MIN:
        return {}
    return _summed(features, _weights(alike, logits, truths, PULLS[chosen]))


def _summed(features: Sequence[Features], weights: Matrix) -> dict[int, tuple[float, ...]]:
    """What the examples' weights come to for each of their features."""
    adds: dict[int, Matrix] = {}
    for row, own in zip(features, weights, strict=True):
        for index, value in row.items():
            adds[index] = adds.get(index, 0.0) + value * own
    return {
        index: tuple(round(float(one), 4) for one in values)
        for index, values in adds.items()
        if np.abs(values).max() >= _ADDS_MIN
    }


def _alike(features: Sequence[Features]) -> Matrix:
    """How much any two examples share: the products of their features."""
    places = {index: n for n, index in enumerate({key for row in features for key in row})}
    table = np.zeros((len(features), len(places)), dtype=np.float32)
    for number, row in enumerate(features):
        table[number, [places[index] for index in row]] = list(row.values())
    return np.asarray(table @ table.T, dtype=np.float64)


def _weights(alike: Matrix, logits: Matrix, truths: Truths, pull: float) -> Matrix:
    """Each example's weight for each label: regularised logistic regression over what is shared."""
    wanted = np.eye(logits.shape[1])[truths]
    step = 1 / (float(np.linalg.norm(alike, 2)) / 4 + pull)
    weights = np.zeros_like(logits, dtype=np.float64)
    for _ in range(_STEPS):
        weights -= step * (softmax(logits + alike @ weights) - wanted + pull * weights)
    return weights


def _unseen(alike: Matrix, logits: Matrix, truths: Truths, pull: float) -> Matrix:
    """The logits of each example after a lesson of others, in which it was left out."""
    fold = np.arange(len(truths)) % _FOLDS
    taught = logits.copy()
    for left_out in range(_FOLDS):
        own, rest = fold == left_out, fold != left_out
        if own.any() and rest.any():
            weights = _weights(alike[np.ix_(rest, rest)], logits[rest], truths[rest], pull)
            taught[own] = logits[own] + alike[np.ix_(own, rest)] @ weights
    return taught


def _log_likely(logits: Matrix, truths: Truths) -> Matrix:
    return np.asarray(np.log(softmax(logits)[np.arange(len(truths)), truths] + _CHANCE_MIN))


def macro_f1(truths: Truths, told: Truths) -> float:
    """The mean F1 of the labels that occur."""
    found = []
    for label in np.unique(truths):
        right = int(((truths == label) & (told == label)).sum())
        found.append(2 * right / int((truths == label).sum() + (told == label).sum()))
    return float(np.mean(found))


def softmax(logits: NDArray[Any]) -> NDArray[Any]:
    """Probabilities, a row each."""
    risen = np.exp(logits - logits.max(axis=-1, keepdims=True))
    return np.asarray(risen / risen.sum(axis=-1, keepdims=True))

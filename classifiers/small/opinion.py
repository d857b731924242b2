"""What the models that ship say of a text: the small one, and in doubt the encoder beside it."""

import functools
import os
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from classifiers.encoder import encoder
from classifiers.encoder.writing import written
from classifiers.lexicon.seen import OTHER, Said, see
from classifiers.small.ahead import Ahead
from classifiers.small.features import features
from classifiers.small.weights import Row, shipped

CACHED_MAX = 2_000
"""Texts whose numbers are kept: all kinds ask about the same ones, and copies come together."""

_asked_for: dict[str, float] = {}
"""The kinds that were asked for in this process, each with the doubt below which it asks on."""


@dataclass(frozen=True, slots=True, eq=False)
class Opinion:
    """A chance per label, what missing each label costs beside the others, and who says so."""

    labels: tuple[str, ...]
    chances: Row
    costs: Row
    by: str

    @property
    def label(self) -> str:
        """The one with the largest product of chance and cost."""
        return self.labels[int((self.chances * self.costs).argmax())]


def first(kind: str, words: Said) -> Opinion:
    """The small model's. Raises Reject where its files are damaged."""
    weights = shipped()
    asked = weights.kinds[kind]
    chances = asked.chances(numbers(words), words.language)
    return Opinion(asked.labels, chances, asked.costs, weights.by)


def second(kind: str, words: Said) -> Opinion:
    """Both models' together. Raises Reject where the encoder's files are damaged."""
    weights = shipped()
    asked, closer = weights.kinds[kind], encoder.shipped(weights.by)
    _ahead().finish(words)
    chances = closer.chances(kind, numbers(words)[asked.columns], words)
    return Opinion(asked.labels, chances, closer.kinds[kind].costs, f"{weights.by}~{closer.by}")


def foresee(kind: str, some: Iterable[Said], doubt_below: float) -> None:
    """Let the encoder begin with all that are in doubt, in the background, on all cores.

    Its numbers are of every kind at once: what another kind that is asked for here will doubt is
    begun as well. What goes wrong with a text goes wrong again when it is judged.
    """
    _asked_for[kind] = doubt_below
    for words in some:
        apart = "sentiment" if words.of_nobody else "mood"  # only the other one will be asked for
        asked = ((one, line) for one, line in _asked_for.items() if one != apart)
        if any(_in_doubt(one, words, first(one, words), line) for one, line in asked):
            _ahead().begin(words)


@functools.cache
def _ahead() -> Ahead[Said]:
    model = encoder.shipped(shipped().by).model
    return Ahead(lambda words: model.numbers([written(words)]), os.cpu_count() or 1)


def _in_doubt(kind: str, words: Said, own: Opinion, doubt_below: float) -> bool:
    """Not as sure as this; of whom a post speaks well that names others, it is never sure."""
    if kind == "sentiment" and doubt_below and OTHER in words.text:
        return True
    return float(own.chances.max()) < doubt_below


def opinion(kind: str, words: Said, doubt_below: float) -> Opinion:
    """The small model's where it is as sure as this, else both models'."""
    own = first(kind, words)
    return second(kind, words) if _in_doubt(kind, words, own, doubt_below) else own


@functools.lru_cache(maxsize=CACHED_MAX)
def numbers(words: Said) -> Row:
    """The small model's logits for what is said; kept for the judges after the first."""
    return np.asarray(shipped().logits(features(see(words))))

"""What the models that ship say of a text: the small one, and in doubt the encoder beside it."""

import functools
import os
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Protocol
from weakref import WeakValueDictionary

import numpy as np

from classifiers.encoder import encoder
from classifiers.encoder.writing import written
from classifiers.lexicon.seen import OTHER, Said, see
from classifiers.small.ahead import Ahead
from classifiers.small.features import features
from classifiers.small.weights import Row, shipped

CACHED_MAX = 2_000
"""Texts whose numbers are kept: all kinds ask about the same ones, and copies come together."""


class Doubting(Protocol):
    """A judge, and how sure the small model must be to speak alone to it."""

    doubt_below: float


_askers: WeakValueDictionary[str, Doubting] = WeakValueDictionary()
"""The judges that asked in this process, by kind, as long as there are such."""


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


def foresee(kind: str, some: Iterable[Said], asker: Doubting) -> None:
    """Let the encoder begin with all that are in doubt, in the background, on all cores.

    Its numbers are of every kind at once: what a judge of another kind will doubt is begun as well.
    What goes wrong goes wrong again for whoever needs it.
    """
    _askers[kind] = asker
    lines = {of: one.doubt_below for of, one in tuple(_askers.items())}
    for words in some:
        apart = "sentiment" if words.of_nobody else "mood"  # only the other one will be asked for
        asked = ((one, line) for one, line in lines.items() if one != apart)
        if any(_in_doubt(one, words, first(one, words), line) for one, line in asked):
            _ahead().begin(words)


def _ahead() -> Ahead[Said]:
    return _ahead_in(os.getpid())


@functools.lru_cache(maxsize=1)
def _ahead_in(_process: int) -> Ahead[Said]:
    """Of each process its own: a child has none of its parent's threads."""
    return Ahead(_read_closer, os.cpu_count() or 1)


def _read_closer(words: Said) -> None:
    encoder.shipped(shipped().by).model.numbers([written(words)])


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

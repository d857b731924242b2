"""Labelled mentions as the numbers that a model is fitted to."""

from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from classifiers.lexicon.seen import said, see
from classifiers.small.features import Features, features
from classifiers.training.posts import ANSWERS, MOOD, Labelled

NOT_JUDGED = -1
"""Stands for the label of a kind that an example does not have."""


@dataclass(frozen=True, slots=True, eq=False)
class Examples:
    """Sparse rows, one after the other: ``starts`` says where each begins in the other two.

    ``truths`` holds per kind each example's label as its place in ``ANSWERS``.
    """

    labelled: Sequence[Labelled]
    indices: NDArray[np.int32]
    values: NDArray[np.float32]
    starts: NDArray[np.int64]
    truths: dict[str, NDArray[np.int64]]

    def row(self, number: int) -> slice:
        """Where an example's features stand."""
        return slice(self.starts[number], self.starts[number + 1])


def examples(labelled: Sequence[Labelled], kinds: Sequence[str]) -> Examples:
    """The examples, read on all cores."""
    with ProcessPoolExecutor() as pool:
        rows = list(pool.map(_features, labelled, chunksize=200))
    starts = np.cumsum([0, *(len(row.places) for row in rows)])
    return Examples(
        labelled,
        np.concatenate([row.places for row in rows]).astype(np.int32),
        np.concatenate([row.values for row in rows]),
        starts,
        {kind: np.array([truth(one, kind) for one in labelled]) for kind in kinds},
    )


def _features(one: Labelled) -> Features:
    return features(see(said(one.mention, one.language)))


def truth(one: Labelled, kind: str) -> int:
    """Its label as a place in ``ANSWERS``, or ``NOT_JUDGED``.

    What is spam is judged for nothing else: its other labels are a convention.

    Posts about a brand teach the mood as well; what is of no brand teaches the mood alone.
    """
    if kind != "spam" and one.labels.get("spam") == "yes":
        return NOT_JUDGED
    if kind == "sentiment" and not one.mention.brand:
        return NOT_JUDGED
    label = one.labels.get("sentiment" if kind == MOOD else kind)
    return NOT_JUDGED if label is None else ANSWERS[kind].index(label)

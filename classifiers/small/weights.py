"""The file of a small model, and what it makes of features: chances for every label of every kind.

``model.json`` says which kinds of judgement there are and their labels, how each language's
chances are calibrated, and the SHA-256 of ``model.npz``, which holds the weights: for each hashed
index in use a row of one-byte numbers, to be multiplied by each column's scale. A row's first
columns are the hidden layer's, the rest a logit for each label of each kind.
"""

import functools
import hashlib
import io
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from classifiers.small.features import HASHES, Features
from classifiers.small.lesson import softmax
from listener.ports import Reject

Row = NDArray[np.float32]

ANY_LANGUAGE = "*"
"""The calibration of texts in a language that has none of its own."""


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of judgement: its columns, labels, and per language a factor and a bias a label.

    ``costs`` say what missing each label costs beside the others: the label given is the one
    with the largest product of chance and cost.
    """

    columns: slice
    labels: tuple[str, ...]
    factors: Mapping[str, float]
    biases: Mapping[str, Row]
    costs: Row

    def chances(self, logits: Row, language: str) -> Row:
        """A probability per label, calibrated for the language."""
        known = language if language in self.factors else ANY_LANGUAGE
        bent = logits[self.columns] * self.factors[known] + self.biases[known]
        return np.asarray(softmax(bent), dtype=np.float32)


@dataclass(frozen=True, slots=True, eq=False)
class Weights:
    """A loaded model. ``by`` names it in every tag."""

    by: str
    languages: frozenset[str]
    kinds: Mapping[str, Kind]
    place: NDArray[np.int32]
    values: NDArray[np.int8]
    scales: Row
    bias: Row
    outer: NDArray[np.float32]

    def logits(self, features: Features) -> Row:
        """A number per label of every kind, before calibration."""
        rows = self.values[self.place[features.places]].astype(np.float32)
        summed = (features.values @ rows) * self.scales
        hidden = np.maximum(summed[: len(self.bias)] + self.bias, 0)
        return np.asarray(summed[len(self.bias) :] + hidden @ self.outer, dtype=np.float32)

    def says(self, indices: Sequence[int], kind: str, label: str) -> float:
        """What the linear part holds of these features for a label, against the mean of others."""
        columns = self.kinds[kind].columns
        start = len(self.bias) + columns.start
        rows = self.values[self.place[list(indices)], start : start + len(self.kinds[kind].labels)]
        held = rows.sum(axis=0, dtype=np.int32) * self.scales[start : start + rows.shape[1]]
        return float(held[self.kinds[kind].labels.index(label)] - held.mean())


@functools.cache
def shipped() -> Weights:
    """The model that ships with the product. Raises Reject where its files are damaged."""
    return load(files("classifiers.small").joinpath("model"))


def load(folder: Traversable) -> Weights:
    """The model in a folder. Raises Reject with what is wrong where it can't be used."""
    try:
        card = json.loads(folder.joinpath("model.json").read_text("utf-8"))
        packed = folder.joinpath("model.npz").read_bytes()
    except (OSError, ValueError) as error:
        raise Reject(f"the small model can't be read: {error}") from error
    if hashlib.sha256(packed).hexdigest() != card["sha256"]:
        raise Reject("the small model is damaged: model.npz is not the file of model.json")
    return _made(card, packed)


def _made(card: Mapping[str, Any], packed: bytes) -> Weights:
    with np.load(io.BytesIO(packed), allow_pickle=False) as arrays:
        held = {name: arrays[name] for name in ("rows", "values", "scales", "bias", "outer")}
    place = np.full(HASHES, len(held["rows"]), dtype=np.int32)  # the last row is of zeros
    place[held["rows"]] = np.arange(len(held["rows"]))
    return Weights(
        card["by"],
        frozenset(card["languages"]),
        _kinds(card["kinds"]),
        place,
        np.vstack([held["values"], np.zeros_like(held["values"][:1])]),
        held["scales"],
        held["bias"],
        held["outer"],
    )


def _kinds(stated: Sequence[Mapping[str, Any]]) -> dict[str, Kind]:
    kinds, first = {}, 0
    for one in stated:
        labels = tuple(one["labels"])
        kinds[one["kind"]] = Kind(
            slice(first, first + len(labels)),
            labels,
            {language: each["factor"] for language, each in one["calibration"].items()},
            {
                language: np.asarray(each["biases"], dtype=np.float32)
                for language, each in one["calibration"].items()
            },
            np.asarray(one["costs"], dtype=np.float32),
        )
        first += len(labels)
    return kinds

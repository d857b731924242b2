"""The shipped transformer at work, and what it and the small model say together.

``model.onnx`` gives a number for every label of every kind, named by its card. ``together.json``
says, per kind and language, how both models' numbers become one: each is multiplied by a factor,
and a bias is added. It names the small model that it was fitted beside.
"""

import functools
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Any

import numpy as np

from classifiers.encoder.writing import written
from classifiers.lexicon.seen import Said
from classifiers.transformers_parts.card import read_card
from classifiers.transformers_parts.serving import Model, Numbers, Serving, opened, probabilities
from listener.ports import Reject

TOGETHER_FILE = "together.json"
TOKENS_MAX = 128


@dataclass(frozen=True, slots=True)
class Blend:
    """How one kind's numbers in one language become one row: a factor each, and biases."""

    small: float
    encoder: float
    biases: Numbers


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind: its columns, and its blends by language.

    ``costs`` weigh the labels, as the small model's do.
    """

    columns: slice
    blends: Mapping[str, Blend]
    costs: Numbers


@dataclass(frozen=True, slots=True, eq=False)
class Encoder:
    """A loaded transformer beside a small model. ``by`` names it in tags."""

    by: str
    kinds: Mapping[str, Kind]
    model: Model

    def chances(self, kind: str, logits: Numbers, words: Said) -> Numbers:
        """A probability per label of the kind; ``logits`` are the small model's for it."""
        blend = self.kinds[kind].blends[words.language]
        own = self.model.numbers([written(words)])[0, self.kinds[kind].columns]
        both = logits * blend.small + own * blend.encoder + blend.biases
        return np.asarray(probabilities(both[None])[0])


def load(folder: Path, beside: str) -> Encoder:
    """The transformer in a folder, to speak beside the small model of this name.

    Raises Reject with what is wrong where it can't be used.
    """
    try:
        card = read_card(folder)
        told = json.loads((folder / TOGETHER_FILE).read_text("utf-8"))
    except (OSError, ValueError) as error:
        raise Reject(f"the encoder can't be read: {error}") from error
    if told["beside"] != beside:
        raise Reject(f"the encoder was fitted beside {told['beside']}, the model is {beside}")
    model = opened(card, Serving(folder, batch_size=1, tokens_max=TOKENS_MAX, threads=1))
    return Encoder(card.mark, _kinds(told["kinds"], card.outputs), model)


@functools.cache
def shipped(beside: str) -> Encoder:
    """The transformer that ships with the product. Raises Reject where its files are damaged."""
    return load(Path(str(files("classifiers.encoder").joinpath("model"))), beside)


def _kinds(stated: Mapping[str, Any], outputs: Sequence[str]) -> dict[str, Kind]:
    return {
        kind: Kind(
            _columns(kind, outputs),
            {language: _blend(one) for language, one in told["languages"].items()},
            np.asarray(told["costs"], dtype=np.float32),
        )
        for kind, told in stated.items()
    }


def _columns(kind: str, outputs: Sequence[str]) -> slice:
    """Where a kind's labels stand, which are named after it: ``sentiment: negative``."""
    places = [place for place, name in enumerate(outputs) if name.startswith(f"{kind}: ")]
    return slice(places[0], places[-1] + 1)


def _blend(told: Mapping[str, Any]) -> Blend:
    return Blend(told["small"], told["encoder"], np.asarray(told["biases"], dtype=np.float32))

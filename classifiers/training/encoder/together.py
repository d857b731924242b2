"""How the small model and the encoder speak as one: fitted on posts that neither was fitted to."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from classifiers.encoder.encoder import TOGETHER_FILE
from classifiers.small.lesson import softmax
from classifiers.training.calibrate import (
    PULL,
    Bent,
    Logits,
    Numbers,
    Truths,
    costs,
    fitted,
)

_START = 0.5
"""Each model's factor to begin with: both are heard."""


def blended(
    small: Logits, encoder: Logits, truths: Truths, languages: Sequence[str], kind: str
) -> dict[str, object]:
    """A kind's blend of each language, held to that of all, and its costs."""
    told = np.array(languages)
    start = np.array([_START, _START, *np.zeros(small.shape[1])])
    common = fitted(_both(small, encoder), truths, start, pull=1.0)
    found = {}
    for language in sorted(set(languages)):
        own = told == language
        found[language] = fitted(_both(small[own], encoder[own]), truths[own], common, PULL)
    rows = zip(small, encoder, languages, strict=True)
    likely = np.vstack(
        [softmax(_both(one[None], other[None])(found[of])) for one, other, of in rows]
    )
    return {
        "costs": costs(kind, likely, truths),
        "languages": {language: _told(numbers) for language, numbers in found.items()},
    }


def write(beside: str, kinds: Mapping[str, object], folder: Path) -> None:
    """Write them; ``beside`` names the small model."""
    text = json.dumps({"beside": beside, "kinds": kinds}, indent=1)
    (folder / TOGETHER_FILE).write_text(f"{text}\n", encoding="utf-8")


def _told(numbers: Numbers) -> dict[str, object]:
    first, second, *biases = (round(float(one), 4) for one in numbers)
    return {"small": first, "encoder": second, "biases": biases}


def _both(small: Logits, encoder: Logits) -> Bent:
    return lambda numbers: small * numbers[0] + encoder * numbers[1] + numbers[2:]

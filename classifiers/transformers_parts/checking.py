"""Whether an added model says what the original said."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from classifiers.transformers_parts.card import Card
from classifiers.transformers_parts.serving import Model, Numbers, Serving, probabilities
from classifiers.transformers_parts.texts import Text

TEXTS = (
    "The flight was late again and nobody told us why.",
    "thank you, that was quick!! 🙏",
    "Does anybody know when the shop opens on Sunday?",
    "meh",
    "Kiitos nopeasta avusta, tämä oli paras palvelu pitkään aikaan.",
    "Laukku hukkui jo toisen kerran, eikä kukaan vastaa puhelimeen.",
    "Trzeci raz dzwonię i nikt nie odbiera 😡",
    "Polecam, wszystko przyszło na czas.",
    "Great, another update that broke what worked. Well done.",
    "@shop #order 1234 https://shop.example/track",
    "not bad at all, would buy again",
    "long " * 2_000,
)
"""Short, long, of several languages and signs: they show a difference, they measure no quality."""


@dataclass(frozen=True, slots=True)
class Difference:
    """The largest difference of a probability, and how many texts got another label."""

    largest: float
    relabelled: int

    def __str__(self) -> str:
        return (
            f"{self.largest:.4f} of a probability at most;"
            f" {self.relabelled} of {len(TEXTS)} texts get another label"
        )


def served(card: Card, folder: Path) -> Numbers:
    """What the folder's model says when it is served as it will be. Shape (texts, labels)."""
    how = Serving(folder, batch_size=4, tokens_max=card.tokens_max)
    return probabilities(Model(card, how).numbers([Text(text) for text in TEXTS]))


def difference(one: Numbers, other: Numbers) -> Difference:
    """Between two tables of probabilities for the same texts."""
    relabelled = int((one.argmax(axis=1) != other.argmax(axis=1)).sum())
    return Difference(float(np.abs(one - other).max()), relabelled)

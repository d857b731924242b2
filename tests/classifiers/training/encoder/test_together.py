"""Two models as one: the better one is heard, and what neither knows is left unsure."""

import numpy as np
import pytest

from classifiers.training.encoder.together import blended

COUNT = 600


def numbers(truths: np.ndarray, strength: float, seed: int) -> np.ndarray:
    """A model's numbers for two labels: right to some degree, and noise."""
    noise = np.random.default_rng(seed).normal(size=(len(truths), 2))
    return np.asarray(noise + strength * np.eye(2)[truths], dtype=np.float32)


@pytest.fixture
def truths() -> np.ndarray:
    return np.random.default_rng(0).integers(0, 2, COUNT)


@pytest.mark.parametrize(("small", "encoder"), [(3.0, 0.0), (0.0, 3.0)])
def test_who_knows_is_heard(truths: np.ndarray, small: float, encoder: float) -> None:
    told = blended(
        numbers(truths, small, 1), numbers(truths, encoder, 2), truths, ["en"] * COUNT, "intent"
    )
    blend = told["languages"]["en"]  # type: ignore[index]
    heard, unheard = ("small", "encoder") if small else ("encoder", "small")
    assert blend[heard] > 1
    assert abs(blend[unheard]) < 0.3


def test_a_language_may_differ_from_the_others(truths: np.ndarray) -> None:
    languages = ["en" if n % 2 else "fi" for n in range(COUNT)]
    english = np.array([language == "en" for language in languages])
    small = np.where(english[:, None], numbers(truths, 3, 1), numbers(truths, 0, 3))
    encoder = np.where(english[:, None], numbers(truths, 0, 2), numbers(truths, 3, 4))
    told = blended(small, encoder, truths, languages, "intent")["languages"]
    assert told["en"]["small"] > told["en"]["encoder"]  # type: ignore[index]
    assert told["fi"]["encoder"] > told["fi"]["small"]  # type: ignore[index]


def test_spam_keeps_its_costs(truths: np.ndarray) -> None:
    some = numbers(truths, 1, 1)
    assert blended(some, some, truths, ["en"] * COUNT, "spam")["costs"] == (0.1, 1.0)


def test_of_the_mood_every_label_weighs_alike_but_for_what_is_rare() -> None:
    truths = np.repeat([0, 1, 2], [300, 200, 10])
    some = np.zeros((len(truths), 3), dtype=np.float32)
    told = blended(some, some, truths, ["en"] * len(truths), "mood")
    assert told["costs"] == (1.0, 1.5, 1.0)

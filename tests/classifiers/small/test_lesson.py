"""Lessons: what corrections add, and what they must not do."""

import json

import numpy as np
import pytest

from classifiers.small import lesson
from listener.ports import Reject

LABELS = ("negative", "positive")


def examples(count: int, turned: int) -> tuple[list[dict[int, float]], np.ndarray, np.ndarray]:
    """The model holds all for negative; those with feature 7 are positive in truth."""
    features = [{n % 50: 0.5, (7 if n < turned else 8): 1.0} for n in range(count)]
    logits = np.tile([1.0, -1.0], (count, 1))
    truths = np.array([1 if n < turned else 0 for n in range(count)])
    return features, logits, truths


def test_what_was_corrected_is_learnt_and_the_rest_stays() -> None:
    features, logits, truths = examples(80, 40)
    adds = lesson.fit(features, logits, truths)
    learnt = lesson.Lesson("small/1", LABELS, adds)
    turned = logits[0] + learnt.added({7: 1.0, 300: 0.5})
    kept = logits[0] + learnt.added({8: 1.0, 300: 0.5})
    assert turned.argmax() == 1
    assert kept.argmax() == 0


def test_where_the_model_was_right_nothing_turns() -> None:
    features, logits, truths = examples(60, 0)
    learnt = lesson.Lesson("small/1", LABELS, lesson.fit(features, logits, truths))
    assert (logits[0] + learnt.added({8: 1.0})).argmax() == 0


def test_noise_is_held_towards_nothing() -> None:
    draw = np.random.default_rng(3)
    features = [{int(n): 1.0 for n in draw.integers(0, 5_000, 30)} for _ in range(60)]
    logits = np.zeros((60, 2))
    learnt = lesson.Lesson("small/1", LABELS, lesson.fit(features, logits, draw.integers(0, 2, 60)))
    unseen = {int(n): 1.0 for n in draw.integers(5_000, 9_000, 30)}
    assert np.abs(learnt.added(unseen)).max() == 0


@pytest.mark.parametrize("count", [0, 1, 2, 3])
def test_a_handful_of_examples_teaches_nothing_and_breaks_nothing(count: int) -> None:
    features, logits, truths = examples(count, 1)
    assert isinstance(lesson.fit(features, logits, truths), dict)


def test_where_unseen_examples_gain_nothing_the_lesson_is_empty() -> None:
    features, logits, truths = examples(60, 0)
    assert lesson.fit(features, logits, truths) == {}


def test_it_is_kept_as_text_without_any_word() -> None:
    features, logits, truths = examples(20, 10)
    learnt = lesson.Lesson("small/1", LABELS, lesson.fit(features, logits, truths))
    assert lesson.read(learnt.written(), "small/1", LABELS) == learnt
    assert set(json.loads(learnt.written())) == {"to", "labels", "adds"}


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "can't be read"),
        ("[]", "can't be read"),
        ('{"to": "small/1", "labels": ["negative", "positive"], "adds": {"x": [1, 2]}}', "can't"),
        ('{"to": "small/1", "labels": ["negative", "positive"], "adds": {"1": [1]}}', "fit the"),
        ('{"to": "small/0", "labels": ["negative", "positive"], "adds": {}}', "learn again"),
        ('{"to": "small/1", "labels": ["no", "yes"], "adds": {}}', "learn again"),
    ],
)
def test_a_lesson_that_cannot_be_used_is_refused(text: str, words: str) -> None:
    with pytest.raises(Reject, match=words):
        lesson.read(text, "small/1", LABELS)

"""What a model's labels stand for: stated, known by name, or a fault that names them."""

import numpy as np
import pytest

from classifiers.transformers_parts.labels import gathering, labels_of, mapped, parsed
from listener.model import LABELS

STARS = ("1 star", "2 stars", "3 stars", "4 stars", "5 stars")


@pytest.mark.parametrize(
    ("text", "table"),
    [
        ("", {}),
        (" , ", {}),
        ("LABEL_0=negative", {"LABEL_0": "negative"}),
        (
            "1 star = negative, 5 stars=positive,",
            {"1 star": "negative", "5 stars": "positive"},
        ),
        ("a=b=positive", {"a=b": "positive"}),
    ],
)
def test_pairs_are_read(text: str, table: dict[str, str]) -> None:
    assert parsed(text) == table


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("LABEL_0", "'LABEL_0' is no pair"),
        ("=positive", "is no pair"),
        ("LABEL_0=", "is no pair"),
        ("a=positive,a=negative", "'a' stands there twice"),
    ],
)
def test_what_is_no_pair_is_told(text: str, fault: str) -> None:
    with pytest.raises(ValueError, match=fault):
        parsed(text)


def test_labels_of_the_same_name_need_no_word() -> None:
    outputs = ("Negative", "NEU", "positive")
    assert mapped("sentiment", outputs, {}) == {
        "Negative": "negative",
        "NEU": "neutral",
        "positive": "positive",
    }
    assert mapped("spam", ("ham", "spam"), {}) == {"ham": "no", "spam": "yes"}


def test_what_is_stated_wins_whatever_its_case() -> None:
    assert mapped("sentiment", ("neg", "POS"), {"pos": "mixed"}) == {
        "neg": "negative",
        "POS": "mixed",
    }


def test_every_label_that_stands_for_nothing_is_named() -> None:
    with pytest.raises(ValueError, match="none of sentiment's") as caught:
        mapped("sentiment", STARS, {"1 star": "negative", "5 stars": "positive"})
    told = str(caught.value)
    assert "'2 stars', '3 stars', '4 stars'" in told
    assert "'1 star'" not in told
    assert "\n" not in told


def test_a_hundred_of_them_still_make_one_line() -> None:
    with pytest.raises(ValueError, match="and 88 more"):
        mapped("intent", [f"emotion {n}" for n in range(100)], {})


@pytest.mark.parametrize(
    ("stated", "fault"),
    [
        ({"LABEL_7": "negative"}, "the model has no label 'LABEL_7'; it has 'LABEL_0', 'LABEL_1'"),
        ({"LABEL_0": "negativ"}, "sentiment has no label 'negativ'; did you mean 'negative'"),
        ({"LABEL_0": "horrible"}, "sentiment has no label 'horrible'.*negative.*neutral"),
    ],
)
def test_what_neither_has_is_told(stated: dict[str, str], fault: str) -> None:
    with pytest.raises(ValueError, match=fault):
        mapped("sentiment", ("LABEL_0", "LABEL_1"), stated)


def test_a_kind_of_ones_own_takes_the_models_labels() -> None:
    meant = mapped("emotion", ("joy", "anger"), {"anger": "wrath"})
    assert meant == {"joy": "joy", "anger": "wrath"}
    assert labels_of("emotion", meant.values()) == ("joy", "wrath")
    assert labels_of("sentiment", ()) == LABELS["sentiment"]


def test_several_to_one_are_summed() -> None:
    meant = dict(
        zip(STARS, ("negative", "negative", "neutral", "positive", "positive"), strict=True)
    )
    chances = np.array([[0.1, 0.2, 0.3, 0.3, 0.1]], dtype=np.float32)
    ours = chances @ gathering(STARS, meant, LABELS["sentiment"])
    assert ours[0] == pytest.approx([0.3, 0.3, 0.4, 0.0])

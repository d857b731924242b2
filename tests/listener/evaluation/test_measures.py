"""Our measures are those that everybody knows: each is held against scikit-learn's."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn import metrics

from listener.evaluation import (
    accuracy,
    auc,
    bootstrap,
    confusion,
    expected_calibration_error,
    kappa,
    macro_f1,
    recall_at_precision,
)
from listener.evaluation.labels import Pair

LABELS = st.sampled_from(["high", "low", "medium", "ąö", "error"])
PAIRS = st.lists(st.tuples(LABELS, LABELS), min_size=1, max_size=60)
CHANCES = st.sampled_from([0.0, 0.1, 0.25, 0.3, 0.5, 0.75, 0.9, 1.0]) | st.floats(0, 1)
RANKED = st.lists(st.tuples(st.booleans(), CHANCES), min_size=2, max_size=60)


def true_and_said(pairs: list[Pair]) -> tuple[list[str], list[str]]:
    return [true for true, _ in pairs], [said for _, said in pairs]


@given(PAIRS)
def test_accuracy_and_macro_f1(pairs: list[Pair]) -> None:
    true, said = true_and_said(pairs)
    counted = confusion(pairs)
    assert accuracy(counted) == pytest.approx(metrics.accuracy_score(true, said))
    expected = metrics.f1_score(true, said, average="macro", zero_division=0)
    assert macro_f1(counted) == pytest.approx(expected)


@given(PAIRS)
def test_kappa(pairs: list[Pair]) -> None:
    true, said = true_and_said(pairs)
    if len({*true, *said}) == 1:
        assert kappa(confusion(pairs)) is None
    else:
        expected = metrics.cohen_kappa_score(true, said)
        assert kappa(confusion(pairs)) == pytest.approx(expected, abs=1e-9)


@given(RANKED)
def test_auc_with_ties(ranked: list[tuple[bool, float]]) -> None:
    is_true, chances = [one for one, _ in ranked], [chance for _, chance in ranked]
    if len(set(is_true)) == 1:
        assert auc(is_true, chances) is None
    else:
        assert auc(is_true, chances) == pytest.approx(metrics.roc_auc_score(is_true, chances))


@given(RANKED, st.floats(0.01, 1))
def test_recall_at_a_precision(ranked: list[tuple[bool, float]], precision: float) -> None:
    is_true, chances = [one for one, _ in ranked], [chance for _, chance in ranked]
    if not any(is_true):
        assert recall_at_precision(is_true, chances, precision) is None
        return
    precisions, recalls, _ = metrics.precision_recall_curve(is_true, chances)
    expected = max(recalls[precisions >= precision])
    assert recall_at_precision(is_true, chances, precision) == pytest.approx(expected)


@given(st.lists(st.tuples(st.booleans(), st.floats(0, 1)), min_size=1, max_size=80))
def test_calibration_error_of_distinct_scores(judged: list[tuple[bool, float]]) -> None:
    """Bins of equal mass, cut by NumPy."""
    by_score = sorted({score: right for right, score in judged}.items())
    scores, right = (np.array(column, float) for column in zip(*by_score, strict=True))
    gaps = [
        abs(some_scores.mean() - some_right.mean()) * len(some_right)
        for some_scores, some_right in zip(
            np.array_split(scores, 10), np.array_split(right, 10), strict=True
        )
        if len(some_right)
    ]
    found = expected_calibration_error([bool(one) for one in right], list(scores))
    assert found == pytest.approx(sum(gaps) / len(scores), abs=1e-9)


@given(RANKED, st.randoms(use_true_random=False))
def test_the_order_of_the_judgements_means_nothing(
    ranked: list[tuple[bool, float]], shuffled: object
) -> None:
    again = list(ranked)
    shuffled.shuffle(again)  # type: ignore[attr-defined]
    for measure in (auc, expected_calibration_error):
        first, second = (
            measure([one for one, _ in some], [chance for _, chance in some])
            for some in (ranked, again)
        )
        assert first == pytest.approx(second)


def test_what_is_known_by_heart() -> None:
    perfect = confusion([("a", "a"), ("b", "b")])
    assert (accuracy(perfect), macro_f1(perfect), kappa(perfect)) == (1, 1, 1)
    wrong = confusion([("a", "b"), ("b", "a")])
    assert (accuracy(wrong), macro_f1(wrong), kappa(wrong)) == (0, 0, -1)
    assert auc([True, False], [0.5, 0.5]) == 0.5
    assert recall_at_precision([True, False, True], [0.9, 0.8, 0.7], 1) == 0.5
    assert expected_calibration_error([True, True, False, True], [0.75] * 4) == 0
    assert expected_calibration_error([False] * 20, [0.9] * 20) == pytest.approx(0.9)


def test_of_nothing_nothing_is_said() -> None:
    empty = confusion([])
    assert accuracy(empty) is macro_f1(empty) is kappa(empty) is None
    assert expected_calibration_error([], []) is auc([], []) is None
    assert recall_at_precision([], [], 0.5) is recall_at_precision([False], [0.5], 0.5) is None
    assert bootstrap([], lambda items: 1.0, seed=1) is None


def test_no_threshold_may_be_so_precise() -> None:
    assert recall_at_precision([False, True], [0.9, 0.1], 0.9) == 0


def mean(items: object) -> float:
    return float(np.mean(items))


def test_an_interval_is_the_same_for_the_same_seed() -> None:
    items = [1.0] * 30 + [0.0] * 20
    first = bootstrap(items, mean, seed=3)
    assert first == bootstrap(items, mean, seed=3)
    assert first
    low, high = first
    # What the normal approximation gives: .6 ± 1.96 · √(.24 / 50)
    assert (low, high) == (pytest.approx(0.464, abs=0.05), pytest.approx(0.736, abs=0.05))


def test_drawings_that_mean_nothing_are_left_out() -> None:
    ranked = [(True, 0.9), *[(False, 0.1)] * 20]

    def measured(items: object) -> float | None:
        return auc([one for one, _ in items], [chance for _, chance in items])  # type: ignore[attr-defined]

    assert bootstrap(ranked, measured, seed=1) == (1, 1)

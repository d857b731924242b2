"""Measures of labels: what was right, and what was taken for what."""

from collections import Counter
from collections.abc import Iterable, Mapping

Pair = tuple[str, str]
"""The label that is true, and the one that was said."""
Confusion = Mapping[Pair, int]
"""How often each pair came."""


def confusion(pairs: Iterable[Pair]) -> Counter[Pair]:
    """How often what was taken for what."""
    return Counter(pairs)


def accuracy(pairs: Confusion) -> float | None:
    """The share that was right, 0 to 1; None of nothing."""
    total = sum(pairs.values())
    right = sum(count for (true, said), count in pairs.items() if true == said)
    return right / total if total else None


def macro_f1(pairs: Confusion) -> float | None:
    """The mean of every label's F1, 0 to 1, over the labels that occur; None of nothing.

    A label occurs where it is true or was said. So a rare label weighs as much as a frequent
    one, and saying the frequent one always is worth little.
    """
    true: Counter[str] = Counter()
    said: Counter[str] = Counter()
    for (of_true, of_said), count in pairs.items():
        true[of_true] += count
        said[of_said] += count
    labels = sorted(label for label in true | said if true[label] or said[label])
    if not labels:
        return None
    scores = [2 * pairs.get((label, label), 0) / (true[label] + said[label]) for label in labels]
    return sum(scores) / len(scores)

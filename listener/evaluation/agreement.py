"""Whether two readers agree more than they would by chance."""

from collections import Counter

from listener.evaluation.labels import Confusion, accuracy


def kappa(pairs: Confusion) -> float | None:
    """Cohen's kappa: 1 where the two always agree, 0 where they do as often as by chance.

    None of nothing, and where both only ever said one and the same label.
    """
    agreed = accuracy(pairs)
    if agreed is None:
        return None
    total = sum(pairs.values())
    first: Counter[str] = Counter()
    second: Counter[str] = Counter()
    for (one, other), count in pairs.items():
        first[one] += count
        second[other] += count
    by_chance = sum(first[label] * second[label] for label in first) / total**2
    return None if by_chance == 1 else (agreed - by_chance) / (1 - by_chance)

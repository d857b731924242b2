"""How much of a measure is chance: it is taken again of as many items drawn with repetition."""

import random
from collections.abc import Callable, Sequence
from typing import TypeVar

Item = TypeVar("Item")

ROUNDS = 500
SHARE = 0.95


def bootstrap(
    items: Sequence[Item],
    measure: Callable[[Sequence[Item]], float | None],
    seed: int,
    rounds: int = ROUNDS,
) -> tuple[float, float] | None:
    """Between which values the measure lies in 95 of 100 drawings; the same for the same seed.

    Drawings in which it means nothing are left out; None where it never means anything.
    """
    draw = random.Random(seed)  # noqa: S311  (nobody's secret hangs on it)
    drawn = (measure(draw.choices(items, k=len(items))) for _ in range(rounds if items else 0))
    found = sorted(value for value in drawn if value is not None)
    if not found:
        return None
    cut = round(len(found) * (1 - SHARE) / 2)
    return found[cut], found[-1 - cut]

"""Logistic regression drawn towards a given start, solved in the marks instead of the words.

Marks are few and words many, so the unknowns are one number per mark: how hard it pulls at the
weights. ``kernel`` says how alike two marks are (the words and cues that they share), ``start``
what the prior says of each in log-odds. How far the marks are trusted is found by leaving each
out and asking the others about it: where nothing can be learned, the prior stays as it was.

Newton's method from a fixed start: the same marks give the same answer.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

_ROUNDS_MAX = 25
_CLOSE = 1e-4
_RARITY = 0.25
"""The power of its rarity by which a mark of the rarer kind counts more; 1 would balance both."""


def loudness_of(answers: "Floats") -> "Floats":
    """What each mark counts: those of the rarer kind more."""
    import numpy as np

    about, size = answers.sum(), len(answers)
    kind = np.where(answers == 1.0, about, size - about)
    return np.asarray((size / (2.0 * kind + 2.0)) ** _RARITY)


def best_of(
    kernels: Sequence["Floats"], start: "Floats", answers: "Floats"
) -> tuple[int, "Floats"]:
    """Which kernel foretells the marks best when each is left out, and the pulls under it.

    The first of equals wins, so the most cautious should come first. ``answers`` are 1 and 0.
    """
    import numpy as np

    loudness = loudness_of(answers)
    best, best_loss, best_pulls = 0, np.inf, np.zeros(len(answers))
    for at, kernel in enumerate(kernels):
        pulls = pulls_of(kernel, start, answers, loudness)
        foretold = _left_out(kernel, start + kernel @ pulls, loudness, pulls)
        loss = _misfit(foretold, answers, loudness)
        if loss < best_loss - _CLOSE:
            best, best_loss, best_pulls = at, loss, pulls
    return best, best_pulls


def pulls_of(kernel: "Floats", start: "Floats", answers: "Floats", loudness: "Floats") -> "Floats":
    """How hard each mark pulls: the optimum of the penalised likelihood.

    There, a pull is what the mark's probability is short of its answer, times its loudness.
    Steps that would overshoot are halved.
    """
    import numpy as np

    def loss(tried: "Floats") -> float:
        moved = kernel @ tried
        return _misfit(start + moved, answers, loudness) + float(tried @ moved) / 2

    pulls = np.zeros(len(answers))
    best = loss(pulls)
    for _ in range(_ROUNDS_MAX):
        chance = _chance(start + kernel @ pulls)
        curve = loudness * chance * (1.0 - chance)
        gap = loudness * (answers - chance) - pulls
        step = np.linalg.solve(np.eye(len(answers)) + curve[:, None] * kernel, gap)
        tried = loss(pulls + step)
        while tried > best and np.abs(step).max() > _CLOSE:
            step /= 2
            tried = loss(pulls + step)
        pulls += step
        gained, best = best - tried, tried
        if gained < _CLOSE:
            break
    return pulls


def _left_out(kernel: "Floats", odds: "Floats", loudness: "Floats", pulls: "Floats") -> "Floats":
    """Each mark's log-odds as the others foretell them, to second order, without refitting."""
    import numpy as np

    chance = _chance(odds)
    curve = np.maximum(loudness * chance * (1.0 - chance), 1e-6)
    alone = np.diag(np.linalg.inv(kernel + np.diag(1.0 / curve)))
    return np.asarray(odds + pulls / curve - pulls / alone)


def _chance(odds: "Floats") -> "Floats":
    import numpy as np

    return np.asarray(1.0 / (1.0 + np.exp(-np.clip(odds, -500.0, 500.0))))


def _misfit(odds: "Floats", answers: "Floats", loudness: "Floats") -> float:
    import numpy as np

    return float((loudness * (np.logaddexp(0.0, odds) - answers * odds)).sum())

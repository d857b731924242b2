"""How wrong a network's numbers are: what every fitting here makes small."""

from collections.abc import Mapping, Sequence

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional

from classifiers.training.matrix import NOT_JUDGED
from classifiers.training.posts import ANSWERS, FEELING, Labelled

_SHUT = -30.0
"""Added to the logit of a label that an example's set does not know: it is neither right nor wrong
there to hold it likely."""


def loss(
    logits: Tensor,
    truths: Mapping[str, NDArray[np.int64]],
    weights: NDArray[np.float64],
    shut: Tensor,
) -> Tensor:
    """The weighted mean over examples of the cross entropies of all kinds, summed.

    ``logits`` has a column for each label of each kind of ``truths``, in its order; ``shut`` is
    added to the feeling's.
    """
    held = torch.from_numpy(weights)
    total, first = torch.zeros(()), 0
    for kind, places in truths.items():
        last = first + len(ANSWERS[kind])
        said = logits[:, first:last] + (shut if kind == FEELING else 0.0)
        lost = functional.cross_entropy(
            said, torch.from_numpy(places), ignore_index=NOT_JUDGED, reduction="none"
        )
        total = total + (lost * held).mean()
        first = last
    return total


def shut(labelled: Sequence[Labelled]) -> Tensor:
    """What to add to each feeling's logit, a row an example."""
    rows = {
        among: [_SHUT if among and label not in among else 0.0 for label in ANSWERS[FEELING]]
        for among in {one.among for one in labelled}
    }
    return torch.tensor([rows[one.among] for one in labelled], dtype=torch.float32)

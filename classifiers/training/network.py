"""The network behind the small model, and its fitting: linear, with one hidden layer beside.

All kinds of judgement are fitted together over the same features. The linear part learns what
single features say, the hidden layer what they say together; what is learnt of one kind, or from
another set, helps the others through it. Features are dropped at random while fitting, so that no
single word is leant on.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional
from torch.optim import Optimizer

from classifiers.small.features import HASHES
from classifiers.training.loss import loss, shut
from classifiers.training.matrix import Examples
from classifiers.training.posts import ANSWERS, ASKED_LABELS


@dataclass(frozen=True, slots=True)
class Plan:
    """How it is fitted.

    A feature is used that ``seen_min`` of our examples have, or three times as many of all. Of
    what teaches nothing that is asked, ``aside_share`` as many are drawn as of the rest.
    ``members`` networks are fitted from different beginnings and speak as one: their mean.
    """

    hidden: int = 48
    members: int = 2
    epochs: int = 6
    batch: int = 96
    rate: float = 0.003
    dropped: float = 0.5
    dropped_hidden: float = 0.5
    seen_min: int = 5
    aside_share: float = 0.5
    seed: int = 1


class Network(nn.Module):  # type: ignore[misc]
    """Features in, a logit per label of every kind out."""

    def __init__(self, features: int, kinds: Sequence[str], plan: Plan) -> None:
        super().__init__()
        labels = sum(len(ANSWERS[kind]) for kind in kinds)
        self.plan = plan
        self.direct = nn.EmbeddingBag(features, labels, mode="sum", sparse=True)
        self.inner = nn.EmbeddingBag(features, plan.hidden, mode="sum", sparse=True)
        self.bias = nn.Parameter(torch.zeros(plan.hidden))
        self.outer = nn.Linear(plan.hidden, labels, bias=False)
        nn.init.zeros_(self.direct.weight)
        nn.init.normal_(self.inner.weight, std=0.05)

    def forward(self, indices: Tensor, starts: Tensor, values: Tensor) -> Tensor:
        """A batch's logits; with dropout while training."""
        if self.training:
            keep = torch.rand_like(values) >= self.plan.dropped
            values = values * keep / (1 - self.plan.dropped)
        hidden = torch.relu(self.inner(indices, starts, per_sample_weights=values) + self.bias)
        hidden = functional.dropout(hidden, self.plan.dropped_hidden, self.training)
        direct: Tensor = self.direct(indices, starts, per_sample_weights=values)
        inner: Tensor = self.outer(hidden)
        return direct + inner


@dataclass(frozen=True, slots=True, eq=False)
class Fitted:
    """Fitted networks; ``used`` are the hashed indices of their rows, in order."""

    networks: tuple[Network, ...]
    used: NDArray[np.int64]
    kinds: tuple[str, ...]


class Fitter:
    """Fits one network to examples."""

    def __init__(self, examples: Examples, kinds: Sequence[str], plan: Plan) -> None:
        self._examples, self._plan = examples, plan
        self._kinds = tuple(kinds)
        self._aside = np.array([one.is_aside for one in examples.labelled])
        of_brands = np.array([one.mention.brand != "" for one in examples.labelled])
        self._used = _used(examples, of_brands, plan.seen_min)
        self._place = np.full(HASHES, -1)
        self._place[self._used] = np.arange(len(self._used))
        self._weights = np.array([one.weight for one in examples.labelled])
        self._shut = shut(examples.labelled)

    def fit(self, rows: NDArray[np.int64]) -> Fitted:
        """The networks of these examples."""
        members = [self._member(rows, self._plan.seed + n) for n in range(self._plan.members)]
        return Fitted(tuple(members), self._used, self._kinds)

    def _member(self, rows: NDArray[np.int64], seed: int) -> Network:
        torch.manual_seed(seed)
        network = Network(len(self._used), self._kinds, self._plan)
        optimizers = _optimizers(network, self._plan.rate)
        draw = np.random.default_rng(seed)
        for epoch in range(self._plan.epochs):
            for group in (group for one in optimizers for group in one.param_groups):
                group["lr"] = self._plan.rate * (1 - epoch / self._plan.epochs)
            self._epoch(network, optimizers, draw.permutation(self._drawn(rows, draw)))
            print(f"network {seed}, epoch {epoch + 1} of {self._plan.epochs}")  # noqa: T201
        member: Network = network.eval()
        return member

    def logits(self, fitted: Fitted, rows: NDArray[np.int64]) -> NDArray[np.float32]:
        """What the networks say of examples on average, a row each."""
        with torch.no_grad():
            parts = [
                [
                    network(*self._batch(rows[start : start + 512])).numpy()
                    for start in range(0, len(rows), 512)
                ]
                for network in fitted.networks
            ]
        return np.asarray(np.mean([np.concatenate(part) for part in parts], axis=0))

    def _drawn(self, rows: NDArray[np.int64], draw: np.random.Generator) -> NDArray[np.int64]:
        """All that teach what is asked, and some of the others."""
        asked, aside = rows[~self._aside[rows]], rows[self._aside[rows]]
        wanted = min(len(aside), int(len(asked) * self._plan.aside_share))
        return np.concatenate([asked, draw.choice(aside, wanted, replace=False)])

    def _epoch(
        self, network: Network, optimizers: Sequence[Optimizer], rows: NDArray[np.int64]
    ) -> None:
        network.train()
        for start in range(0, len(rows), self._plan.batch):
            part = rows[start : start + self._plan.batch]
            loss = self._loss(network(*self._batch(part)), part)
            for one in optimizers:
                one.zero_grad()
            loss.backward()
            for one in optimizers:
                one.step()

    def _loss(self, logits: Tensor, rows: NDArray[np.int64]) -> Tensor:
        truths = {kind: self._examples.truths[kind][rows] for kind in self._kinds}
        return loss(logits, truths, self._weights[rows], self._shut[rows])

    def _batch(self, rows: NDArray[np.int64]) -> tuple[Tensor, Tensor, Tensor]:
        places, values = zip(*(self._row(row) for row in rows), strict=True)
        starts = np.cumsum([0, *(len(one) for one in places[:-1])])
        return (
            torch.from_numpy(np.concatenate(places)),
            torch.from_numpy(starts),
            torch.from_numpy(np.concatenate(values)),
        )

    def _row(self, number: int) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
        span = self._examples.row(number)
        places = self._place[self._examples.indices[span]]
        known = places >= 0
        return places[known], self._examples.values[span][known]


def _used(examples: Examples, ours: NDArray[np.bool_], seen_min: int) -> NDArray[np.int64]:
    """The features that are common enough to learn from."""
    of_ours = np.repeat(ours, np.diff(examples.starts))
    seen = np.bincount(examples.indices, minlength=HASHES)
    seen_by_ours = np.bincount(examples.indices[of_ours], minlength=HASHES)
    return np.flatnonzero((seen_by_ours >= seen_min) | (seen >= 3 * seen_min))


def _optimizers(network: Network, rate: float) -> list[Optimizer]:
    """One that touches only the rows in use, for the two large tables, and one for the rest."""
    tables = [network.direct.weight, network.inner.weight]
    rest = [network.bias, network.outer.weight]
    return [torch.optim.SparseAdam(tables, lr=rate), torch.optim.Adam(rest, lr=rate)]


def arrays(fitted: Fitted) -> Mapping[str, NDArray[np.float32]]:
    """The fitted numbers as of one network, for what is asked: direct, inner, bias, outer."""
    held = [_numbers(network) for network in fitted.networks]
    return {
        "direct": np.asarray(np.mean([one["direct"] for one in held], axis=0)),
        "inner": np.hstack([one["inner"] for one in held]),
        "bias": np.concatenate([one["bias"] for one in held]),
        "outer": np.vstack([one["outer"] for one in held]) / len(held),
    }


def _numbers(network: Network) -> Mapping[str, NDArray[np.float32]]:
    return {
        "direct": network.direct.weight.detach().numpy()[:, :ASKED_LABELS],
        "inner": network.inner.weight.detach().numpy(),
        "bias": network.bias.detach().numpy(),
        "outer": network.outer.weight.detach().numpy().T[:, :ASKED_LABELS],
    }

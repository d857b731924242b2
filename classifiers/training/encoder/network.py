"""The encoder as it is fitted: a pretrained transformer with a number for every label on top.

What is read off it is the mean of all tokens and, beside it, the mean of the tokens that stand for
the brand, so that one post reads differently for each brand that it names. It is fitted to
English first, then to all languages, which are read as English word by word.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from classifiers.encoder.writing import OTHER
from classifiers.lexicon.tokens import BRAND
from classifiers.training.encoder.vocabulary import Vocabulary
from classifiers.training.loss import loss, shut
from classifiers.training.matrix import truth
from classifiers.training.posts import ANSWERS, ASKED_LABELS, LEARNT, Labelled
from classifiers.transformers_parts.serving import filled
from classifiers.transformers_parts.tokens import Row

LABELS = sum(len(ANSWERS[kind]) for kind in LEARNT)
_CHUNK = 40
"""Batches that are drawn together and sorted by length, so that little is padded."""


@dataclass(frozen=True, slots=True)
class Plan:
    """One stage of the fitting.

    ``aside_share`` is how many examples that teach nothing that is asked are drawn each epoch for
    one that does.
    """

    epochs: int
    rate: float
    aside_share: float
    batch: int = 32
    warm: float = 0.06
    decay: float = 0.01
    seed: int = 1
    is_english: bool = False


STAGES = {
    "first": Plan(epochs=3, rate=1e-4, aside_share=0.5, is_english=True),
    "second": Plan(epochs=2, rate=8e-5, aside_share=0.15),
    "third": Plan(epochs=1, rate=4e-5, aside_share=0.0, seed=2),
    "fourth": Plan(epochs=1, rate=8e-5, aside_share=0.15, seed=3),
    "fifth": Plan(epochs=1, rate=8e-5, aside_share=0.0, seed=4),
    "sixth": Plan(epochs=1, rate=4e-5, aside_share=0.0, seed=5),
}
"""To English alone, then to all languages, slowly at the end; then such a round once more."""


class Network(nn.Module):  # type: ignore[misc]
    """Tokens in, a logit per label of every kind out."""

    def __init__(self, base: Path, vocabulary: Vocabulary) -> None:
        super().__init__()
        from transformers import BertModel

        self.bert = BertModel.from_pretrained(
            base, add_pooling_layer=False, attn_implementation="eager", local_files_only=True
        )
        words = self.bert.embeddings.word_embeddings.weight.data[list(vocabulary.places)]
        for sign in (BRAND, OTHER):  # they begin as what they stand for
            words[vocabulary.place(sign)] = words[vocabulary.place("company")]
        self.bert.embeddings.word_embeddings = nn.Embedding.from_pretrained(words, freeze=False)
        self.brand = vocabulary.place(BRAND)
        self.out = nn.Linear(2 * self.bert.config.hidden_size, LABELS)
        self.dropped = nn.Dropout(0.1)

    def forward(self, ids: Tensor, mask: Tensor, types: Tensor) -> Tensor:
        """A batch's logits."""
        states = self.bert(input_ids=ids, attention_mask=mask, token_type_ids=types)[0]
        every, brand = mask.unsqueeze(-1).float(), (ids == self.brand).unsqueeze(-1).float()
        mean = (states * every).sum(1) / every.sum(1)
        named = brand.sum(1)
        near = (states * brand).sum(1) / named.clamp(min=1)
        both = torch.cat([mean, torch.where(named > 0, near, mean)], 1)
        logits: Tensor = self.out(self.dropped(both))
        return logits


class Fitter:
    """Fits a network to examples, whose tokens stand in ``rows``."""

    def __init__(self, network: Network, labelled: Sequence[Labelled], rows: Sequence[Row]) -> None:
        self.network, self._rows = network, rows
        self._lengths = np.array([len(row.ids) for row in rows])
        self._aside = np.array([one.is_aside for one in labelled])
        self._weights = np.array([one.weight for one in labelled])
        self._truths = {kind: np.array([truth(one, kind) for one in labelled]) for kind in LEARNT}
        self._shut = shut(labelled)

    def fit(self, numbers: NDArray[np.int64], plan: Plan) -> None:
        """Fit to the examples of these numbers."""
        torch.manual_seed(plan.seed)
        draw = np.random.default_rng(plan.seed)
        epochs = [list(self._epoch(numbers, plan, draw)) for _ in range(plan.epochs)]
        batches = [batch for epoch in epochs for batch in epoch]
        optimizer = _optimizer(self.network, plan)
        self.network.train()
        for step, batch in enumerate(batches):
            for group in optimizer.param_groups:
                group["lr"] = plan.rate * _slope(step / len(batches), plan.warm)
            self._step(optimizer, batch)
            if step % 100 == 0:
                print(f"step {step} of {len(batches)}", flush=True)  # noqa: T201

    def logits(self, numbers: NDArray[np.int64]) -> NDArray[np.float32]:
        """What the network says of examples for what is asked, a row each."""
        found = np.zeros((len(numbers), ASKED_LABELS), dtype=np.float32)
        order = np.argsort(self._lengths[numbers], kind="stable")
        self.network.eval()
        with torch.no_grad():
            for start in range(0, len(order), 64):
                part = order[start : start + 64]
                found[part] = self.network(*self._tensors(numbers[part])).numpy()[:, :ASKED_LABELS]
        return found

    def _epoch(
        self, numbers: NDArray[np.int64], plan: Plan, draw: np.random.Generator
    ) -> Iterator[NDArray[np.int64]]:
        """The batches of one epoch, alike in length: all that teach what is asked, some others."""
        asked, aside = numbers[~self._aside[numbers]], numbers[self._aside[numbers]]
        wanted = min(len(aside), int(len(asked) * plan.aside_share))
        drawn = draw.permutation(np.concatenate([asked, draw.choice(aside, wanted, replace=False)]))
        batches = []
        for start in range(0, len(drawn), plan.batch * _CHUNK):
            chunk = drawn[start : start + plan.batch * _CHUNK]
            chunk = chunk[np.argsort(self._lengths[chunk], kind="stable")]
            batches += [chunk[at : at + plan.batch] for at in range(0, len(chunk), plan.batch)]
        yield from (batches[place] for place in draw.permutation(len(batches)))

    def _step(self, optimizer: torch.optim.Optimizer, batch: NDArray[np.int64]) -> None:
        with torch.autocast("cpu", dtype=torch.bfloat16):
            logits = self.network(*self._tensors(batch)).float()
        truths = {kind: places[batch] for kind, places in self._truths.items()}
        optimizer.zero_grad()
        loss(logits, truths, self._weights[batch], self._shut[batch]).backward()
        nn.utils.clip_grad_norm_(self.network.parameters(), 1.0)
        optimizer.step()

    def _tensors(self, batch: NDArray[np.int64]) -> tuple[Tensor, ...]:
        held = filled([self._rows[number] for number in batch], pad_id=0)
        return tuple(map(torch.from_numpy, held.values()))


def _slope(done: float, warm: float) -> float:
    """Up while it warms, then down to nothing."""
    return min(1.0, done / warm) * (1 - done)


def _optimizer(network: Network, plan: Plan) -> torch.optim.Optimizer:
    matrices = [one for one in network.parameters() if one.ndim > 1]
    rest = [one for one in network.parameters() if one.ndim == 1]
    groups = [
        {"params": matrices, "weight_decay": plan.decay},
        {"params": rest, "weight_decay": 0.0},
    ]
    return torch.optim.AdamW(groups, lr=plan.rate, fused=True)

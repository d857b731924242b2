"""The fitted encoder as the files that ship: ONNX with weights of one byte, a tokenizer, a card."""

import tempfile
import warnings
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from classifiers.encoder.encoder import TOKENS_MAX
from classifiers.training.encoder import base
from classifiers.training.encoder.network import Network
from classifiers.training.encoder.vocabulary import Vocabulary
from classifiers.training.posts import ANSWERS, ASKED_LABELS, FITTED
from classifiers.transformers_parts.card import (
    MODEL_FILE,
    TOKENIZER_FILE,
    Card,
    sha256,
    write_card,
)
from classifiers.transformers_parts.exporting import OPSET
from classifiers.transformers_parts.serving import INPUTS
from classifiers.transformers_parts.shrinking import shrink

NAME = "encoder-1"


class Asked(nn.Module):  # type: ignore[misc]
    """A network's logits for what is asked, without what it was only taught by."""

    def __init__(self, network: Network) -> None:
        super().__init__()
        self.network = network

    def forward(self, ids: Tensor, mask: Tensor, types: Tensor) -> Tensor:
        """A batch's logits."""
        logits: Tensor = self.network(ids, mask, types)
        return logits[:, :ASKED_LABELS]


def write(network: Network, vocabulary: Vocabulary, folder: Path) -> None:
    """Write model, tokenizer and card."""
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as name:
        exported = Path(name) / MODEL_FILE
        _export(network, exported)
        shrink(exported, folder / MODEL_FILE, runs_here_alone=False)
        _bare(folder / MODEL_FILE)
    vocabulary.write(folder / TOKENIZER_FILE)
    outputs = [f"{kind}: {label}" for kind in FITTED for label in ANSWERS[kind]]
    write_card(
        folder,
        Card(
            name=NAME,
            kind="all",
            outputs=tuple(outputs),
            labels={one: one for one in outputs},
            files={name: sha256(folder / name) for name in (MODEL_FILE, TOKENIZER_FILE)},
            source=f"fitted by us, from {base.SOURCE}",
            licence=base.LICENCE,
            int8=True,
            tokens_max=TOKENS_MAX,
        ),
    )


def _export(network: Network, path: Path) -> None:
    sample = torch.tensor([[2, 5, 6, 7, 3], [2, 5, 3, 0, 0]])
    axes = {name: {0: "texts", 1: "tokens"} for name in INPUTS}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        torch.onnx.export(
            Asked(network).eval(),
            (sample, (sample > 0).long(), torch.zeros_like(sample)),
            str(path),
            input_names=list(INPUTS),
            output_names=["logits"],
            dynamic_axes=axes | {"logits": {0: "texts"}},
            opset_version=OPSET,
            dynamo=False,
        )


def _bare(path: Path) -> None:
    """Take the steps' names and the shapes in between out of the file: nobody reads them."""
    import onnx

    model: Any = onnx.load(str(path))
    for node in model.graph.node:
        node.name = ""
    del model.graph.value_info[:]
    onnx.save(model, str(path))

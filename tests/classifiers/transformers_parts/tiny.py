"""Models made on the spot: one that adds up its words' weights, and what may be wrong with one.

The graph is made of onnx's own building blocks and the tokenizer is a WordPiece of some words, so
that no test needs torch or a download. What it says follows from the words alone: every ``good``
speaks for ``positive``, every ``bad`` for ``negative``, and a text without either is ``neutral``.
"""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper
from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors

from classifiers.transformers_parts.card import Card, read_card, sha256_of_all, write_card

OUTPUTS = ("LABEL_0", "LABEL_1", "LABEL_2")
MEANS = {"LABEL_0": "negative", "LABEL_1": "neutral", "LABEL_2": "positive"}
SPECIAL = ("[PAD]", "[UNK]", "[CLS]", "[SEP]")
WEIGHTS: Mapping[str, Sequence[float]] = {
    "[CLS]": (0, 1, 0),
    "good": (0, 0, 4),
    "bad": (4, 0, 0),
    "norvia": (0, 0, 0),
    "skylark": (0, 0, 2),
    "word": (0, 0, 0),
    "@user": (0, 2, 0),
}
PAD_WEIGHT = 100.0
"""What a padded place would add if it were not masked: nobody could miss it."""


def words() -> list[str]:
    """The vocabulary, in the order of its numbers."""
    letters = [chr(code) for code in range(ord("a"), ord("z") + 1)]
    pieces = [f"##{letter}" for letter in letters]
    return [*dict.fromkeys([*SPECIAL, *WEIGHTS, *letters, *pieces, "!", "@", "user"])]


def tokenizer() -> Tokenizer:
    """Lower-cased words and signs."""
    vocabulary = {word: number for number, word in enumerate(words())}
    made = Tokenizer(models.WordPiece(vocabulary, unk_token="[UNK]"))
    made.normalizer = normalizers.BertNormalizer(lowercase=True)
    made.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    made.post_processor = processors.TemplateProcessing(
        single="[CLS] $A [SEP]",
        pair="[CLS] $A [SEP] $B:1 [SEP]:1",
        special_tokens=[("[CLS]", SPECIAL.index("[CLS]")), ("[SEP]", SPECIAL.index("[SEP]"))],
    )
    return made


def graph(outputs: int = 3, hunger_bytes: int = 0, inputs: Sequence[str] = ()) -> onnx.ModelProto:
    """The sum of the weights of the words that are not masked, through one product of matrices.

    ``hunger_bytes`` is what each text takes besides, for nothing. ``inputs`` are asked for too.
    """
    table = np.zeros((len(words()), outputs), dtype=np.float32)
    for word, weights in WEIGHTS.items():
        table[words().index(word)] = np.resize(np.array(weights, dtype=np.float32), outputs)
    table[0] = PAD_WEIGHT
    constants = {
        "table": table,
        "same": np.eye(outputs, dtype=np.float32),
        "last": np.array([-1], dtype=np.int64),
        "over": np.array([1], dtype=np.int64),
    }
    nodes = [
        helper.make_node("Gather", ["table", "input_ids"], ["weights"]),
        helper.make_node("Cast", ["attention_mask"], ["mask"], to=TensorProto.FLOAT),
        helper.make_node("Unsqueeze", ["mask", "last"], ["wide"]),
        helper.make_node("Mul", ["weights", "wide"], ["seen"]),
        helper.make_node("ReduceSum", ["seen", "over"], ["sum"], keepdims=0),
        helper.make_node("MatMul", ["sum", "same"], ["logits" if not hunger_bytes else "sums"]),
    ]
    if hunger_bytes:
        nodes += _hungry(constants, hunger_bytes)
    names = ["input_ids", "attention_mask", *inputs]
    made = helper.make_graph(
        nodes,
        "tiny",
        [helper.make_tensor_value_info(n, TensorProto.INT64, ["n", "t"]) for n in names],
        [helper.make_tensor_value_info("logits", TensorProto.FLOAT, ["n", outputs])],
        [numpy_helper.from_array(value, name) for name, value in constants.items()],
    )
    return helper.make_model(made, opset_imports=[helper.make_opsetid("", 17)], ir_version=9)


def _hungry(constants: dict[str, Any], hunger_bytes: int) -> list[onnx.NodeProto]:
    """Zeros in such numbers as each text takes, added to what it says."""
    constants["hunger"] = np.array([hunger_bytes // 4], dtype=np.int64)
    constants["zero"] = np.zeros(1, dtype=np.float32)
    return [
        helper.make_node("Shape", ["input_ids"], ["rows"], start=0, end=1),
        helper.make_node("Concat", ["rows", "hunger"], ["shape"], axis=0),
        helper.make_node("Expand", ["zero", "shape"], ["zeros"]),
        helper.make_node("ReduceMax", ["zeros"], ["nothing"], axes=[1], keepdims=1),
        helper.make_node("Add", ["sums", "nothing"], ["logits"]),
    ]


def folder_of(path: Path, **of_graph: Any) -> Path:
    """``model.onnx`` and ``tokenizer.json`` as others give them away, with a ``config.json``."""
    path.mkdir(parents=True, exist_ok=True)
    onnx.save(graph(**of_graph), str(path / "model.onnx"))
    tokenizer().save(str(path / "tokenizer.json"))
    outputs = of_graph.get("outputs", len(OUTPUTS))
    config = {
        "architectures": ["BertForSequenceClassification"],
        "id2label": {str(n): f"LABEL_{n}" for n in range(outputs)},
        "max_position_embeddings": 512,
        "pad_token_id": 0,
    }
    (path / "config.json").write_text(json.dumps(config), encoding="utf-8")
    return path


def added(path: Path, kind: str = "sentiment", **fields: Any) -> Path:
    """A folder as ``listener models add`` leaves it; ``fields`` are its card's."""
    hunger_bytes = fields.pop("hunger_bytes", 0)
    folder_of(path, outputs=len(fields.get("outputs", OUTPUTS)), hunger_bytes=hunger_bytes)
    (path / "config.json").unlink()
    plain: dict[str, Any] = {
        "name": path.name,
        "kind": kind,
        "outputs": OUTPUTS,
        "labels": MEANS,
        "files": sha256_of_all(path),
        "source": "org/tiny",
        "revision": "0123456789abcdef",
    }
    write_card(path, Card(**(plain | fields)))
    return path


def card_of(path: Path) -> Card:
    """The card in the folder."""
    return read_card(path)

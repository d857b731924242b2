"""Exporting with torch and transformers, on models made here: ``make test-torch``."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from classifiers.transformers_parts import adding, exporting
from classifiers.transformers_parts.exporting import Original
from classifiers.transformers_parts.serving import Model, Serving, probabilities
from classifiers.transformers_parts.shelf import Shelf
from classifiers.transformers_parts.texts import Text
from listener.ports import Reject
from tests.classifiers.transformers_parts.tiny import words

pytest.importorskip("torch", reason="torch is not installed; make test-torch installs it")
pytest.importorskip("transformers", reason="transformers is not installed; make test-torch does")

LABELS = "LABEL_0=negative,LABEL_1=neutral,LABEL_2=positive"
TEXTS = ["good word", "bad", "", "norvia was bad " * 100, "ei hyvä 😀", "a b c d e f g h i j k"]
SIZES = {
    "num_hidden_layers": 2,
    "hidden_size": 32,
    "num_attention_heads": 2,
    "intermediate_size": 64,
    "max_position_embeddings": 66,
    "initializer_range": 0.5,
    "num_labels": 3,
}
DISTIL = {
    "n_layers": 2,
    "dim": 32,
    "n_heads": 2,
    "hidden_dim": 64,
    "max_position_embeddings": 66,
    "initializer_range": 0.5,
    "num_labels": 3,
}
FAMILIES: dict[str, dict[str, Any]] = {
    "Bert": SIZES,
    "Roberta": SIZES | {"pad_token_id": 1},
    "XLMRoberta": SIZES | {"pad_token_id": 1},
    "DistilBert": DISTIL,
    "Electra": SIZES | {"embedding_size": 32},
    "DebertaV2": SIZES | {"relative_attention": True, "pos_att_type": ["p2c", "c2p"]},
}


def made(folder: Path, family: str = "Bert", part: str = "SequenceClassification") -> Path:
    """A model of the family with weights by chance, saved as transformers saves it."""
    import transformers

    from tests.classifiers.transformers_parts.tiny import tokenizer

    settings = FAMILIES[family]
    order = words()
    backend = tokenizer()
    if settings.get("pad_token_id"):  # RoBERTa's places count from its padding's number on
        order = [order[1], order[0], *order[2:]]
        read = json.loads(backend.to_str())
        read["model"]["vocab"] = {word: number for number, word in enumerate(order)}
        backend = type(backend).from_str(json.dumps(read))
    asked = ["input_ids", "attention_mask", *(["token_type_ids"] if family == "Bert" else [])]
    transformers.utils.logging.set_verbosity_error()
    transformers.utils.logging.disable_progress_bar()
    transformers.PreTrainedTokenizerFast(
        tokenizer_object=backend,
        pad_token="[PAD]",
        unk_token="[UNK]",
        cls_token="[CLS]",
        sep_token="[SEP]",
        model_input_names=asked,
    ).save_pretrained(folder)
    transformers.set_seed(7)
    config = getattr(transformers, f"{family}Config")(vocab_size=len(order), **settings)
    getattr(transformers, f"{family}For{part}")(config).save_pretrained(folder)
    return folder


@pytest.mark.parametrize("family", FAMILIES)
def test_it_says_what_the_original_says(tmp_path: Path, family: str) -> None:
    source = made(tmp_path / "theirs", family)
    said: list[str] = []
    card = Shelf(tmp_path / "models", said.append).add(str(source), labels=LABELS, int8=False)
    assert card.tokens_max == 64
    served = Model(card, Serving(tmp_path / "models" / "theirs", batch_size=4))
    ours = probabilities(served.numbers([Text(text) for text in TEXTS]))
    theirs = Original(source, card.tokens_max).probabilities(TEXTS)
    assert np.abs(ours - theirs).max() < 1e-5
    assert np.ptp(ours, axis=0).max() > 0.01  # else it would say the same of everything
    assert any(line.startswith("exported, it differs from the original by 0.0") for line in said)


def test_eight_bits(tmp_path: Path) -> None:
    source = made(tmp_path / "theirs")
    shelf = Shelf(tmp_path / "models", print)
    large = shelf.add(str(source), labels=LABELS, int8=False, name="large")
    small = shelf.add(str(source), labels=LABELS, int8=True, name="small")
    assert (large.int8, small.int8) == (False, True)
    paths = (tmp_path / "models" / name / "model.onnx" for name in ("large", "small"))
    sizes = [path.stat().st_size for path in paths]
    assert sizes[1] < sizes[0]


def test_a_pair_reads_the_brand(tmp_path: Path) -> None:
    card = Shelf(tmp_path / "models", print).add(str(made(tmp_path / "theirs")), labels=LABELS)
    served = Model(card, Serving(tmp_path / "models" / "theirs"))
    rows = served.numbers([Text("good word", 0, "norvia"), Text("good word", 0, "skylark")])
    assert np.abs(rows[0] - rows[1]).max() > 1e-3


def test_what_was_never_trained_to_judge_is_refused(tmp_path: Path) -> None:
    source = made(tmp_path / "theirs", part="MaskedLM")
    shelf = Shelf(tmp_path / "models", print)
    with pytest.raises(Reject, match="is a BertForMaskedLM"):
        shelf.add(str(source), labels=LABELS)
    config = json.loads((source / "config.json").read_text(encoding="utf-8"))
    config |= {"architectures": ["BertForSequenceClassification"]}
    (source / "config.json").write_text(json.dumps(config), encoding="utf-8")
    with pytest.raises(Reject, match=r"it lacks weights, such as .*: it was never trained"):
        shelf.add(str(source), labels="LABEL_0=negative,LABEL_1=positive,LABEL_2=mixed")
    assert not any((tmp_path / "models").glob("*"))


def test_weights_that_are_damaged_are_told(tmp_path: Path) -> None:
    source = made(tmp_path / "theirs")
    (source / "model.safetensors").write_bytes(b"\x00" * 50)
    with pytest.raises(Reject, match="transformers can't load it: "):
        Shelf(tmp_path / "models", print).add(str(source), labels=LABELS)


def test_an_export_that_says_something_else_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(adding, "EXPORT_DIFFERENCE_MAX", -1.0)
    with pytest.raises(Reject, match="exported, it says something else than the original"):
        Shelf(tmp_path / "models", print).add(str(made(tmp_path / "theirs")), labels=LABELS)


def test_without_torch_it_names_the_extra(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(exporting, "NEEDED", ("torch", "no_such_library"))
    with pytest.raises(Reject, match=r"exporting needs no_such_library: pip install .*\[export\]"):
        Shelf(tmp_path / "models", print).add(str(made(tmp_path / "theirs")), labels=LABELS)


def test_the_command_prints_no_noise(tmp_path: Path) -> None:
    source = made(tmp_path / "theirs")
    command = [sys.executable, "-m", "listener", "models", "add", str(source), "--labels", LABELS]
    config = ["--config", str(tmp_path / "config.toml")]
    root = Path(__file__).parents[3]
    told = subprocess.run([*command, *config], capture_output=True, text=True, check=True, cwd=root)
    assert [line.partition(": ")[0] for line in told.stderr.splitlines()] == ["listener"] * 5
    assert 'model = "theirs"' in told.stdout

"""What is read of ``config.json``, and which models are refused before they are fetched."""

import json
from pathlib import Path
from typing import Any

import pytest

from classifiers.transformers_parts.hub_config import HubConfig, read_hub_config
from listener.ports import Reject

SOUND: dict[str, Any] = {
    "architectures": ["RobertaForSequenceClassification"],
    "id2label": {"2": "positive", "0": "negative", "1": "neutral"},
    "max_position_embeddings": 514,
    "pad_token_id": 1,
}


def read(folder: Path, config: object, tokenizer: object = None) -> HubConfig:
    (folder / "config.json").write_text(json.dumps(config), encoding="utf-8")
    if tokenizer is not None:
        (folder / "tokenizer_config.json").write_text(json.dumps(tokenizer), encoding="utf-8")
    return read_hub_config(folder, "org/name")


def test_labels_stand_in_the_order_of_their_numbers(tmp_path: Path) -> None:
    assert read(tmp_path, SOUND) == HubConfig(("negative", "neutral", "positive"), 512, 1)


def test_what_transformers_leaves_out_is_known(tmp_path: Path) -> None:
    config = {"architectures": ["BertForSequenceClassification"]}
    assert read(tmp_path, config) == HubConfig(("LABEL_0", "LABEL_1"), 512, None)


@pytest.mark.parametrize(
    ("places", "stated", "most"),
    [
        (514, 512, 512),
        (514, 10**30, 512),
        (130, None, 128),
        (512, 10**30, 512),
        (8192, 4096, 4096),
        (None, 10**30, 512),
        ("many", 256, 256),
    ],
)
def test_how_much_it_reads(tmp_path: Path, places: object, stated: object, most: int) -> None:
    config = SOUND | {"max_position_embeddings": places}
    assert read(tmp_path, config, {"model_max_length": stated}).tokens_max == most


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ({"architectures": ["BertForMaskedLM"]}, "org/name is a BertForMaskedLM: take one"),
        ({"architectures": []}, "org/name doesn't say in config.json what it is"),
        ({"architectures": None}, "org/name doesn't say"),
        ({"problem_type": "multi_label_classification"}, "several labels at once"),
        ({"id2label": {"0": "LABEL_0"}}, "gives one number, not labels"),
        ({"id2label": {"zero": "a", "one": "b"}}, "id2label in config.json has no numbers"),
        ({"id2label": {"0": "a", "1": "a"}}, "has a label twice"),
        ({"auto_map": {"AutoModel": "x.py"}}, "program code of its own, which is never run"),
    ],
)
def test_what_is_no_judge_is_refused(tmp_path: Path, change: Any, fault: str) -> None:
    with pytest.raises(Reject, match=fault):
        read(tmp_path, SOUND | change)


def test_no_json_is_told(tmp_path: Path) -> None:
    (tmp_path / "config.json").write_text("<html>", encoding="utf-8")
    with pytest.raises(Reject, match=r"config\.json is no JSON"):
        read_hub_config(tmp_path, "org/name")

"""``listener.json``: written, read again, and told what is wrong with it."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from classifiers.transformers_parts.card import Card, read_card, sha256, sha256_of_all, write_card

CARD = Card(
    name="tiny",
    kind="sentiment",
    outputs=("LABEL_0", "LABEL_1"),
    labels={"LABEL_0": "negative", "LABEL_1": "positive"},
    files={"model.onnx": "ab" * 32, "tokenizer.json": "cd" * 32},
    source="org/tiny",
    revision="3216a57f2a0d9c45a2e6",
    licence="mit",
)


def test_it_comes_back_as_it_was_written(tmp_path: Path) -> None:
    write_card(tmp_path, CARD)
    assert read_card(tmp_path) == CARD


def test_its_mark_is_the_revision_or_the_file() -> None:
    assert CARD.mark == "tiny/3216a57f2a0d"
    assert replace(CARD, revision="").mark == "tiny/abababababab"


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ({"outputs": ["one"]}, "outputs: "),
        ({"temperature": 0}, "temperature: "),
        ({"temperature": "hot"}, "temperature: "),
        ({"tokens_max": -1}, "tokens_max: "),
        ({"name": "../up"}, "name: "),
        ({"files": {}}, "files lacks model.onnx, tokenizer.json"),
        ({"labels": [1]}, "labels: "),
    ],
)
def test_what_is_wrong_is_told_in_a_line(tmp_path: Path, change: object, fault: str) -> None:
    write_card(tmp_path, CARD)
    path = tmp_path / "listener.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | change), encoding="utf-8")
    with pytest.raises(ValueError, match=fault) as caught:
        read_card(tmp_path)
    assert str(path) in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("content", ["", "[]", "{", "null", '{"name": "tiny"}', "\ud800"])
def test_what_is_no_card_is_damaged(tmp_path: Path, content: str) -> None:
    (tmp_path / "listener.json").write_bytes(content.encode("utf-8", "surrogatepass"))
    with pytest.raises(ValueError, match=r"listener\.json is damaged: "):
        read_card(tmp_path)


def test_no_card_is_told_too(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"listener\.json can't be read: No such file"):
        read_card(tmp_path)


def test_files_are_known_by_what_is_in_them(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"abc")
    write_card(tmp_path, CARD)
    known = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    assert sha256(tmp_path / "a") == known
    assert sha256_of_all(tmp_path) == {"a": known}

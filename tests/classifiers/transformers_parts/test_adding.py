"""From a folder with ``model.onnx`` to one that is served: no torch, no network."""

import json
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import onnx
import pytest

from classifiers.transformers_parts import adding, shrinking
from classifiers.transformers_parts.card import sha256_of_all
from classifiers.transformers_parts.shelf import Shelf
from listener.ports import Reject
from tests.classifiers.transformers_parts.tiny import card_of, folder_of, graph

ROOT = Path(__file__).parents[3]
LABELS = "LABEL_0=negative,LABEL_1=neutral,LABEL_2=positive"


@pytest.fixture
def source(tmp_path: Path) -> Path:
    return folder_of(tmp_path / "theirs")


def shelf(folder: Path, say: Callable[[str], None] = print) -> Shelf:
    return Shelf(folder / "models", say)


def left(folder: Path) -> list[str]:
    """What lies in the models' folder, hidden things too."""
    return sorted(path.name for path in (folder / "models").glob("*"))


def test_a_folder_with_onnx_needs_no_torch(tmp_path: Path, source: Path) -> None:
    said: list[str] = []
    card = shelf(tmp_path, said.append).add(str(source), labels=LABELS, name="mine")
    folder = tmp_path / "models" / "mine"
    assert card == card_of(folder)
    assert (card.name, card.kind, card.int8, card.tokens_max) == ("mine", "sentiment", True, 512)
    assert card.files == sha256_of_all(folder)
    assert card.source == str(source)
    assert left(tmp_path) == ["mine"]
    assert any("with eight bits it differs by 0." in line for line in said)
    assert shrinking.is_shrunk(folder / "model.onnx")


def test_as_it_is_where_that_is_wanted(tmp_path: Path, source: Path) -> None:
    card = shelf(tmp_path).add(str(source), labels=LABELS, int8=False)
    assert not card.int8
    theirs, ours = source / "model.onnx", tmp_path / "models" / "theirs" / "model.onnx"
    assert theirs.read_bytes() == ours.read_bytes()


def test_eight_bits_that_change_it_are_left_unless_asked_for(
    tmp_path: Path, source: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(adding, "INT8_DIFFERENCE_MAX", 0.0)
    said: list[str] = []
    assert not shelf(tmp_path, said.append).add(str(source), labels=LABELS).int8
    assert any(line.startswith("kept as it was") for line in said)
    assert shelf(tmp_path).add(str(source), labels=LABELS, int8=True, name="forced").int8


def test_weights_of_eight_bits_stay(tmp_path: Path, source: Path) -> None:
    shelf(tmp_path).add(str(source), labels=LABELS, name="once")
    shutil.copyfile(source / "config.json", tmp_path / "models" / "once" / "config.json")
    said: list[str] = []
    again = shelf(tmp_path, said.append).add(
        str(tmp_path / "models" / "once"), labels=LABELS, name="twice"
    )
    assert again.int8
    assert "its weights have eight bits already" in said


def test_without_onnx_it_is_left_as_it_is(
    tmp_path: Path, source: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shrinking, "can_shrink", lambda: False)
    assert not shelf(tmp_path).add(str(source), labels=LABELS).int8
    with pytest.raises(Reject, match="--int8 needs onnx: pip install"):
        shelf(tmp_path).add(str(source), labels=LABELS, int8=True, name="other")


def test_a_bare_file_takes_its_labels_in_their_order(tmp_path: Path, source: Path) -> None:
    (source / "config.json").unlink()
    with pytest.raises(Reject, match=r"has no config\.json: name its labels in their order"):
        shelf(tmp_path).add(str(source))
    card = shelf(tmp_path).add(str(source), labels="neg=negative,neu=neutral,pos=positive")
    assert card.outputs == ("neg", "neu", "pos")


def test_weights_beside_the_model_come_along(tmp_path: Path, source: Path) -> None:
    onnx.save(
        graph(),
        str(source / "model.onnx"),
        save_as_external_data=True,
        location="model.onnx.data",
        size_threshold=64,
    )
    card = shelf(tmp_path).add(str(source), labels=LABELS, int8=False)
    assert {*card.files} == {"model.onnx", "model.onnx.data", "tokenizer.json"}


def test_weights_in_many_files_become_one(tmp_path: Path) -> None:
    path = tmp_path / "model.onnx"
    onnx.save(
        graph(),
        str(path),
        save_as_external_data=True,
        all_tensors_to_one_file=False,
        size_threshold=64,
    )
    assert len([*tmp_path.iterdir()]) > 2
    shrinking.gather_external(path)
    assert {one.name for one in tmp_path.iterdir()} <= {"model.onnx", "model.onnx.data"}


def no_numbers(source: Path) -> None:
    (source / "model.onnx").write_bytes(b"\x00" * 100)


def other_labels(source: Path) -> None:
    onnx.save(graph(outputs=2), str(source / "model.onnx"))


def no_tokenizer(source: Path) -> None:
    (source / "tokenizer.json").write_text("{}", encoding="utf-8")


def masked(source: Path) -> None:
    (source / "config.json").write_text('{"architectures": ["BertForMaskedLM"]}')


@pytest.mark.parametrize(
    ("harm", "given", "fault"),
    [
        (None, {"labels": ""}, "the model's labels stand for none of sentiment's"),
        (None, {"labels": "LABEL_0"}, "--labels: 'LABEL_0' is no pair"),
        (None, {"kind": "urgency"}, "urgency has no label 'negative'"),
        (None, {"name": "../up"}, r"'\.\./up' can't be a name"),
        (None, {"name": ".hidden"}, "can't be a name"),
        (no_numbers, {}, r"model\.onnx can't be run"),
        (other_labels, {}, r"theirs gave numbers of the shape \(1, 2\) for 1 texts and 3 labels"),
        (no_tokenizer, {}, r"tokenizer\.json is no tokenizer"),
        (masked, {}, "is a BertForMaskedLM: take one"),
    ],
)
def test_what_can_not_be_added_leaves_nothing(
    tmp_path: Path, source: Path, harm: Callable[[Path], None] | None, given: Any, fault: str
) -> None:
    if harm:
        harm(source)
    with pytest.raises(Reject, match=fault) as caught:
        shelf(tmp_path).add(str(source), **({"labels": LABELS} | given))
    assert "\n" not in caught.value.reason
    assert left(tmp_path) == []


def test_what_is_there_is_not_overwritten(tmp_path: Path, source: Path) -> None:
    shelf(tmp_path).add(str(source), labels=LABELS)
    with pytest.raises(Reject, match="is there already: listener models remove theirs, or --as"):
        shelf(tmp_path).add(str(source), labels=LABELS)


def test_removing(tmp_path: Path, source: Path) -> None:
    shelf(tmp_path).add(str(source), labels=LABELS)
    (tmp_path / "models" / "damaged").mkdir()
    with pytest.raises(Reject, match=r"no model 'their' in .*did you mean 'theirs'"):
        shelf(tmp_path).remove("their")
    with pytest.raises(Reject, match="no model"):
        shelf(tmp_path).remove("../theirs")
    assert source.is_dir()
    shelf(tmp_path).remove("theirs")
    shelf(tmp_path).remove("damaged")
    assert left(tmp_path) == []


def test_a_folder_that_can_not_be_written_is_told(tmp_path: Path, source: Path) -> None:
    (tmp_path / "models").write_text("a file", encoding="utf-8")
    with pytest.raises(Reject, match=r"models.*: (Not a directory|File exists)"):
        shelf(tmp_path).add(str(source), labels=LABELS)


FULL = """
import sys
from pathlib import Path
from classifiers.transformers_parts.shelf import Shelf
from listener.ports import Reject
try:
    Shelf(Path(sys.argv[1]), print).add(sys.argv[2], labels=sys.argv[3])
except Reject as refusal:
    print(refusal.reason)
print(sorted(path.name for path in Path(sys.argv[1]).glob("*")))
"""


def has_own_mounts() -> bool:
    """Whether a process here may have a file system that nobody else sees."""
    command = ["unshare", "-rm", "true"]
    return shutil.which("unshare") is not None and not subprocess.call(
        command, stderr=subprocess.DEVNULL
    )


@pytest.mark.skipif(not has_own_mounts(), reason="a full disk needs a mount of one's own")
@pytest.mark.parametrize("kilobytes", [4, 8, 12])
def test_a_full_disk_is_told_and_leaves_nothing(
    tmp_path: Path, source: Path, kilobytes: int
) -> None:
    models = tmp_path / "models"
    models.mkdir()
    mount = f'mount -t tmpfs -o size={kilobytes}k tmpfs "$0" && exec "$@"'
    run = [sys.executable, "-c", FULL, str(models), str(source), LABELS]
    command = ["unshare", "-rm", "sh", "-c", mount, str(models), *run]
    told = subprocess.run(command, capture_output=True, text=True, check=True, cwd=ROOT)
    assert f"the disk of {models} is full; nothing was added" in told.stdout, told.stdout
    assert told.stdout.endswith("[]\n")


def test_a_card_is_what_people_can_read(tmp_path: Path, source: Path) -> None:
    shelf(tmp_path).add(str(source), labels=LABELS)
    text = (tmp_path / "models" / "theirs" / "listener.json").read_text(encoding="utf-8")
    told = json.loads(text)
    assert told["labels"] == {"LABEL_0": "negative", "LABEL_1": "neutral", "LABEL_2": "positive"}
    assert (told["temperature"], told["licence"]) == (1.0, "")

"""``listener models``: adding, listing, removing, and faults in a line."""

import json
from pathlib import Path

import pytest

from tests.classifiers.transformers_parts.hub import Hub
from tests.classifiers.transformers_parts.tiny import folder_of
from tests.listener.cli.commands import Listener

LABELS = "LABEL_0=negative,LABEL_1=neutral,LABEL_2=positive"


@pytest.fixture
def theirs(tmp_path: Path) -> Path:
    return folder_of(tmp_path / "theirs")


def test_a_life_of_a_model(listener: Listener, theirs: Path) -> None:
    assert listener("models", "list").lines == ["No model was added yet: listener models add NAME"]
    told = listener("models", "add", "theirs", "--as", "mine", "--labels", LABELS)
    assert (told.code, told.lines[1:]) == (
        0,
        [
            "To use it, write in the config:",
            "[classifiers.sentiment]",
            'type = "transformers"',
            'model = "mine"',
        ],
    )
    assert told.lines[0].endswith(
        "models/mine: LABEL_0 → negative, LABEL_1 → neutral, LABEL_2 → positive"
    )
    assert "listener: with eight bits it differs by 0." in told.err
    heading, row = listener("models", "list").lines
    assert heading.split() == ["NAME", "KIND", "LABELS", "MB", "BITS", "LICENCE", "FROM"]
    assert row.startswith("mine  sentiment  negative, neutral, positive  0   8     not told  ")
    (card,) = json.loads(listener("models", "list", "--json").out)
    assert (card["name"], card["bytes"] > 1_000, card["int8"]) == ("mine", True, True)
    assert listener("models", "remove", "mine").out.startswith("removed ")
    assert listener("models", "list", "--json").out == "[]\n"


def test_it_lies_beside_the_config(listener: Listener, theirs: Path, tmp_path: Path) -> None:
    (tmp_path / "etc").mkdir()
    config = ("--config", "etc/config.toml")
    assert listener("models", "add", "theirs", "--labels", LABELS, *config).code == 0
    assert (tmp_path / "etc" / "models" / "theirs" / "model.onnx").is_file()


def test_a_damaged_one_is_listed_as_such(listener: Listener, tmp_path: Path) -> None:
    (tmp_path / "models" / "odd").mkdir(parents=True)
    told = listener("models", "list")
    assert (told.code, told.out) == (0, "")
    assert "models/odd/listener.json can't be read: No such file or directory" in told.err
    (fault,) = json.loads(listener("models", "list", "--json").out)
    assert fault["name"] == "odd"


@pytest.mark.parametrize(
    ("arguments", "fault"),
    [
        (["theirs"], "the model's labels stand for none of sentiment's"),
        (["theirs", "--labels", "x"], "--labels: 'x' is no pair"),
        (["theirs", "--labels", LABELS, "--as", "a/b"], "'a/b' can't be a name"),
        (["empty"], "empty doesn't say in config.json what it is"),
        (["no/such/folder"], "'no/such/folder' is no folder here"),
    ],
)
def test_bad_use_is_told_in_a_line(
    listener: Listener, theirs: Path, tmp_path: Path, arguments: list[str], fault: str
) -> None:
    (tmp_path / "empty").mkdir()
    told = listener("models", "add", *arguments)
    assert told.code == 2
    assert told.err.startswith(f"listener: {fault}")
    assert told.err.count("\n") == 1


def test_no_network_ends_with_one(listener: Listener, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HF_ENDPOINT", "http://127.0.0.1:9")
    told = listener("models", "add", "org/name")
    assert told.code == 1
    assert "'org/name' is no folder here, and the hub can't be reached: " in told.err
    assert told.err.count("\n") == 1


def test_from_a_hub(listener: Listener, theirs: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with Hub({"org/tiny": theirs}) as hub:
        monkeypatch.setenv("HF_ENDPOINT", hub.url)
        assert listener("models", "add", "org/tiny", "--labels", LABELS).code == 0
    assert listener("models", "list").lines[1].split()[-2:] == ["mit", "org/tiny@3216a57f2a0d"]


def test_removing_what_is_not_there(listener: Listener) -> None:
    told = listener("models", "remove", "none")
    assert (told.code, told.out) == (2, "")
    assert told.err.startswith("listener: no model 'none' in ")

"""Fetching from a hub: a stand-in on loopback that speaks its protocol, faults included."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from classifiers.transformers_parts import fetching
from classifiers.transformers_parts.shelf import Shelf
from listener.ports import Reject, Retry
from tests.classifiers.transformers_parts.hub import COMMIT, Hub
from tests.classifiers.transformers_parts.tiny import folder_of

LABELS = "LABEL_0=negative,LABEL_1=neutral,LABEL_2=positive"


@pytest.fixture
def hub(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Hub]:
    theirs = folder_of(tmp_path / "hub" / "tiny")
    for extra in ("README.md", "training_args.bin", "tf_model.h5"):
        (theirs / extra).write_text("of no use here", encoding="utf-8")
    monkeypatch.setenv("HF_HOME", str(tmp_path / "home"))
    with Hub({"org/tiny": theirs}) as hub:
        monkeypatch.setenv("HF_ENDPOINT", hub.url)
        yield hub


@pytest.fixture
def shelf(tmp_path: Path) -> Shelf:
    return Shelf(tmp_path / "models", print)


def fetched(hub: Hub) -> set[str]:
    return {asked.rpartition("/")[2] for asked in hub.asked if "GET /org" in asked}


def test_the_model_with_its_origin(hub: Hub, shelf: Shelf) -> None:
    card = shelf.add("org/tiny", labels=LABELS)
    assert (card.source, card.revision, card.licence) == ("org/tiny", COMMIT, "mit")
    assert card.mark == f"tiny/{COMMIT[:12]}"
    assert fetched(hub) == {"config.json", "tokenizer.json", "model.onnx"}
    assert sorted(path.name for path in shelf.folder.glob("*")) == ["tiny"]


def test_onnx_in_the_folder_where_hubs_keep_it(hub: Hub, shelf: Shelf) -> None:
    theirs = hub.models["org/tiny"]
    (theirs / "onnx").mkdir()
    (theirs / "model.onnx").rename(theirs / "onnx" / "model.onnx")
    assert shelf.add("org/tiny", labels=LABELS).files["model.onnx"]


def test_a_revision(hub: Hub, shelf: Shelf) -> None:
    assert shelf.add("org/tiny", labels=LABELS, revision="main").revision == COMMIT
    with pytest.raises(Reject, match="'org/tiny' has no revision 'v9'"):
        shelf.add("org/tiny", labels=LABELS, revision="v9", name="other")


def test_what_is_no_judge_costs_no_download(hub: Hub, shelf: Shelf) -> None:
    config = '{"architectures": ["BertForMaskedLM"]}'
    (hub.models["org/tiny"] / "config.json").write_text(config, encoding="utf-8")
    with pytest.raises(Reject, match="org/tiny is a BertForMaskedLM"):
        shelf.add("org/tiny", labels=LABELS)
    assert fetched(hub) == {"config.json"}


def test_neither_weights_nor_onnx(hub: Hub, shelf: Shelf) -> None:
    (hub.models["org/tiny"] / "model.onnx").unlink()
    with pytest.raises(Reject, match="org/tiny has neither weights for torch nor"):
        shelf.add("org/tiny", labels=LABELS)


@pytest.mark.parametrize(
    ("answer", "raised", "told"),
    [
        ((403, "GatedRepo"), Reject, "'org/tiny' is given only to those who agreed to its terms"),
        ((404, "RepoNotFound"), Reject, "'org/tiny' is no folder here and no model on the hub"),
        ((503, ""), Retry, "'org/tiny' is no folder here, and the hub answered 503"),
        ((401, ""), Retry, "the hub answered 401"),
    ],
)
def test_what_the_hub_refuses(
    hub: Hub, shelf: Shelf, answer: tuple[int, str], raised: type[Exception], told: str
) -> None:
    hub.refused["org/tiny"] = answer
    with pytest.raises(raised, match=told) as caught:
        shelf.add("org/tiny", labels=LABELS)
    assert "\n" not in str(caught.value)
    assert not any(shelf.folder.glob("*"))


def test_no_such_model(hub: Hub, shelf: Shelf) -> None:
    with pytest.raises(Reject, match="'org/none' is no folder here and no model on the hub"):
        shelf.add("org/none")
    with pytest.raises(Reject, match="'a/b/c' is no folder here and can't be a name"):
        shelf.add("a/b/c")


def test_no_network(hub: Hub, shelf: Shelf, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HF_ENDPOINT", "http://127.0.0.1:9")
    with pytest.raises(Retry, match="'org/tiny' is no folder here, and the hub can't be reached"):
        shelf.add("org/tiny", labels=LABELS)
    assert not any(shelf.folder.glob("*"))


def test_a_file_that_came_damaged(hub: Hub, shelf: Shelf, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fetching, "sha256", lambda _: "0" * 64)
    with pytest.raises(Retry, match=r"org/tiny: model\.onnx came damaged; try again"):
        shelf.add("org/tiny", labels=LABELS)


def test_what_was_fetched_before_it_broke_off_is_not_fetched_again(
    hub: Hub, shelf: Shelf, monkeypatch: pytest.MonkeyPatch
) -> None:
    sound = fetching.sha256
    monkeypatch.setattr(fetching, "sha256", lambda _: "0" * 64)
    with pytest.raises(Retry):
        shelf.add("org/tiny", labels=LABELS)
    monkeypatch.setattr(fetching, "sha256", sound)
    hub.asked.clear()
    shelf.add("org/tiny", labels=LABELS)
    assert fetched(hub) == {"model.onnx"}
    assert sorted(path.name for path in shelf.folder.glob("*")) == ["tiny"]


def test_no_room_is_told_before_it_is_filled(
    hub: Hub, shelf: Shelf, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fetching, "ROOM_FACTOR", 10**15)
    with pytest.raises(Reject, match=r"not enough room on the disk of .* GB are free"):
        shelf.add("org/tiny", labels=LABELS)
    assert "model.onnx" not in fetched(hub)

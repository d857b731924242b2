"""A model at work: what it says, shared sessions, damaged files, memory that is too small."""

import gc
import json
import subprocess
import sys
import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import pytest

from classifiers.transformers_parts import serving
from classifiers.transformers_parts.card import sha256_of_all, write_card
from classifiers.transformers_parts.serving import Model, Serving, opened, probabilities
from classifiers.transformers_parts.texts import Text
from listener.ports import Reject
from tests.classifiers.transformers_parts.tiny import added, card_of, graph

ROOT = Path(__file__).parents[3]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return added(tmp_path_factory.mktemp("models") / "tiny")


def model(folder: Path, **how: Any) -> Model:
    return Model(card_of(folder), Serving(folder, **how))


def texts(count: int) -> list[Text]:
    """Of all lengths, each with as many ``good`` as its number has, and a ``bad``."""
    return [Text("good " * (n % 40) + "word " * (n * 7 % 90) + "bad") for n in range(count)]


def test_it_says_what_its_words_say(folder: Path) -> None:
    found = model(folder).numbers([Text("good"), Text("bad bad"), Text(""), Text("good bad !")])
    assert found == pytest.approx(np.array([[0, 1, 4], [8, 1, 0], [0, 1, 0], [4, 1, 4]]))


@pytest.mark.parametrize("batch_size", [1, 3, 16, 500])
def test_batches_change_nothing(folder: Path, batch_size: int) -> None:
    asked = texts(200)
    found = model(folder, batch_size=batch_size).numbers(asked)
    assert found[:, 2] == pytest.approx([4 * (n % 40) for n in range(200)])
    assert found[:, 0] == pytest.approx(4)


def test_nothing_for_nothing(folder: Path) -> None:
    assert model(folder).numbers([]).shape == (0, 3)


def test_copies_are_asked_once_and_kept(folder: Path) -> None:
    one = model(folder)
    asked: list[int] = []
    run = one._run
    one._run = lambda rows: (asked.append(len(rows)), run(rows))[1]  # type: ignore[method-assign]
    first = one.numbers([Text("good")] * 30 + [Text("bad")])
    assert (one.numbers([Text("bad"), Text("good")]) == first[[-1, 0]]).all()
    assert asked == [2]
    one.numbers([Text("good", 0, "beside")])  # with something beside it is another question
    assert asked == [2, 1]


def test_what_is_kept_is_bounded(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(serving, "CACHED_MAX", 10)
    one = model(folder)
    one.numbers(texts(100))
    assert len(one._kept) == 10


def test_a_long_text_is_cut_to_what_the_model_reads(tmp_path: Path) -> None:
    short = added(tmp_path / "short", tokens_max=16)
    assert model(short, tokens_max=400).numbers([Text("good " * 500)])[0, 2] == 4 * 14


def test_whoever_asks_for_the_same_shares_it(folder: Path) -> None:
    card = card_of(folder)
    one = opened(card, Serving(folder))
    assert opened(card, Serving(folder)) is one
    assert opened(card, Serving(folder, threads=1)) is not one
    gone = id(one)
    del one
    gc.collect()
    assert gone not in map(id, serving._OPEN.values())


def test_files_written_anew_are_another_model(tmp_path: Path) -> None:
    folder = added(tmp_path / "tiny")
    one = opened(card_of(folder), Serving(folder))
    write_card(folder, replace(card_of(folder), temperature=2.5))
    assert opened(card_of(folder), Serving(folder)) is not one


def test_threads_load_it_once(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    loaded: list[Model] = []

    class Counted(Model):
        def __init__(self, *given: Any) -> None:
            super().__init__(*given)
            loaded.append(self)

    monkeypatch.setattr(serving, "Model", Counted)
    how, card = Serving(folder, batch_size=7), card_of(folder)
    found: list[Any] = []

    def work() -> None:
        found.append(opened(card, how).numbers(texts(60)).tolist())

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(loaded) == 1
    assert all(one == found[0] for one in found)
    assert len(found) == 8


def damaged(folder: Path) -> None:
    path = folder / "model.onnx"
    path.write_bytes(path.read_bytes()[:-10] + b"0123456789")


def missing(folder: Path) -> None:
    (folder / "model.onnx").unlink()


def no_tokenizer(folder: Path) -> None:
    (folder / "tokenizer.json").unlink()


def no_model(folder: Path) -> None:
    (folder / "model.onnx").write_bytes(b"this is no model")
    write_card(folder, replace(card_of(folder), files=sha256_of_all(folder)))


def asks_for_more(folder: Path) -> None:
    onnx.save(graph(inputs=["position_ids"]), str(folder / "model.onnx"))
    write_card(folder, replace(card_of(folder), files=sha256_of_all(folder)))


@pytest.mark.parametrize(
    ("harm", "fault"),
    [
        (damaged, r"model\.onnx is not the file that was added; add the model anew"),
        (missing, r"model\.onnx can't be read: No such file"),
        (no_tokenizer, r"tokenizer\.json can't be read: No such file"),
        (no_model, r"model\.onnx can't be run: "),
        (asks_for_more, r"the model asks for position_ids, which no text has"),
    ],
)
def test_harm_is_told_and_not_looked_at_twice(
    tmp_path: Path, harm: Callable[[Path], None], fault: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = added(tmp_path / "tiny")
    harm(folder)
    card, how = card_of(folder), Serving(folder)
    with pytest.raises(Reject, match=fault):
        opened(card, how)
    monkeypatch.setattr(serving, "Model", lambda *_: pytest.fail("looked at again"))
    with pytest.raises(Reject, match=fault):
        opened(card, how)


def test_another_number_of_labels_is_told(tmp_path: Path) -> None:
    folder = added(tmp_path / "tiny", outputs=("a", "b"), labels={"a": "negative", "b": "mixed"})
    onnx.save(graph(outputs=3), str(folder / "model.onnx"))
    write_card(folder, replace(card_of(folder), files=sha256_of_all(folder)))
    with pytest.raises(Reject, match=r"tiny gave numbers of the shape \(1, 3\) for 1 texts and 2"):
        model(folder).numbers([Text("good")])


def test_no_cuda_is_told(folder: Path) -> None:
    with pytest.raises(Reject, match="device is cuda, and this onnxruntime has none"):
        model(folder, device="cuda")


def test_probabilities_and_their_temperature() -> None:
    numbers = np.array([[0.0, 1.0, 3.0], [1e4, 0.0, -1e4]], dtype=np.float32)
    sure, calm = probabilities(numbers), probabilities(numbers, 4.0)
    assert sure.sum(axis=1) == pytest.approx(1)
    assert (sure.argmax(axis=1) == calm.argmax(axis=1)).all()
    assert calm[0].max() < sure[0].max() < 1
    assert np.isfinite(sure).all()


HUNGRY = """
import json, resource, sys
from pathlib import Path
from classifiers.transformers_parts.serving import Model, Serving
from classifiers.transformers_parts.texts import Text
from classifiers.transformers_parts.card import read_card
from listener import logs
from listener.ports import Retry

logs.set_up("critical", "json", ())
folder, room = Path(sys.argv[1]), int(sys.argv[2])
model = Model(read_card(folder), Serving(folder, batch_size=16, threads=1))
if sys.argv[3:]:
    model.numbers([Text("")])
used = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
resource.setrlimit(resource.RLIMIT_AS, (used + room, used + room))
sizes, run = [], model._run
model._run = lambda rows: (sizes.append(len(rows)), run(rows))[1]
try:
    found = model.numbers([Text("good " * n) for n in range(1, 17)]).tolist()
except Retry as trouble:
    found = trouble.reason
print(json.dumps({"found": found, "sizes": sizes}))
"""
MIB = 1 << 20


@pytest.fixture(scope="module")
def hungry(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model that takes 64 MiB for each text of a batch."""
    return added(tmp_path_factory.mktemp("models") / "hungry", hunger_bytes=64 * MIB)


def fed(folder: Path, room: int, *warm: str) -> Any:
    """What comes of sixteen texts in a process that may take so many bytes more.

    One that is ``warm`` has judged a text before, and keeps the room for one.
    """
    command = [sys.executable, "-c", HUNGRY, str(folder), str(room), *warm]
    told = subprocess.run(command, capture_output=True, text=True, check=True, cwd=ROOT)
    return json.loads(told.stdout)


@pytest.mark.skipif(sys.platform != "linux", reason="limits memory as Linux does")
def test_where_memory_does_not_suffice_batches_are_halved(hungry: Path) -> None:
    told = fed(hungry, 300 * MIB, "warm")
    assert [row[2] for row in told["found"]] == [4 * n for n in range(1, 17)]
    assert max(told["sizes"]) > 4
    assert min(told["sizes"]) in {2, 3, 4}


@pytest.mark.skipif(sys.platform != "linux", reason="limits memory as Linux does")
def test_where_one_text_alone_is_too_much_it_says_so(hungry: Path) -> None:
    told = fed(hungry, 40 * MIB)
    assert told["found"] == "hungry: not enough memory for one text of 18 tokens"
    assert told["sizes"][-1] == 1


def test_serving_loads_no_network_library_and_no_torch(folder: Path) -> None:
    code = (
        "import sys; from pathlib import Path\n"
        "from classifiers.transformers_parts.serving import Model, Serving\n"
        "from classifiers.transformers_parts.card import read_card\n"
        "from classifiers.transformers_parts.texts import Text\n"
        "folder = Path(sys.argv[1])\n"
        "Model(read_card(folder), Serving(folder)).numbers([Text('good')])\n"
        "bad = {'torch', 'transformers', 'huggingface_hub', 'onnx', 'httpx', 'requests', 'spacy'}\n"
        "print(sorted(bad & {name.partition('.')[0] for name in sys.modules}))"
    )
    command = [sys.executable, "-c", code, str(folder)]
    told = subprocess.run(command, capture_output=True, text=True, check=True, cwd=ROOT)
    assert told.stdout == "[]\n"

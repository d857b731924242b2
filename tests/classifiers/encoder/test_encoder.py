"""The shipped transformer: its files, and what it and the small model say together."""

import json
import shutil
from dataclasses import replace
from importlib.resources import files
from pathlib import Path

import numpy as np
import pytest

from classifiers.encoder import encoder
from classifiers.encoder.encoder import TOGETHER_FILE, load
from classifiers.lexicon.seen import Said, said
from classifiers.small import opinion
from classifiers.small.weights import shipped
from classifiers.training.posts import ANSWERS, FITTED
from classifiers.transformers_parts.card import read_card
from listener.model import Evidence, Mention, Post
from listener.ports import Reject

MODEL = Path(str(files("classifiers.encoder").joinpath("model")))
SMALL = Path(str(files("classifiers.small").joinpath("model")))


def words(text: str, name: str, language: str = "en") -> Said:
    start = text.index(name)
    evidence = (Evidence("name", name, start, start + len(name)),)
    return said(
        Mention(Post(site="x", native_id="1", text=text), name, evidence=evidence), language
    )


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return Path(shutil.copytree(MODEL, tmp_path / "model"))


def test_all_models_together_are_at_most_forty_megabytes() -> None:
    files_of = [*MODEL.iterdir(), *SMALL.iterdir()]
    assert sum(path.stat().st_size for path in files_of) <= 40_000_000


def test_its_columns_are_those_of_the_small_model() -> None:
    outputs = [f"{kind}: {label}" for kind in FITTED for label in ANSWERS[kind]]
    assert list(read_card(MODEL).outputs) == outputs
    for kind, held in shipped().kinds.items():
        assert [f"{kind}: {label}" for label in held.labels] == outputs[held.columns]


@pytest.mark.parametrize("kind", FITTED)
def test_it_has_a_blend_for_every_language_of_the_small_model(kind: str) -> None:
    own = encoder.shipped(shipped().by).kinds[kind]
    assert {*own.blends} >= shipped().languages
    for language in shipped().languages:
        said_ = opinion.second(kind, words("Norvia is fine", "Norvia", language))
        assert said_.chances.sum() == pytest.approx(1, abs=1e-5)
        assert said_.by.startswith(f"{shipped().by}~encoder-1/")


def test_it_tells_who_beats_whom() -> None:
    for winner, loser in (("Norvia", "Kestra"), ("Kestra", "Norvia")):
        text = f"{winner} is so much better than {loser}"
        won = opinion.second("sentiment", words(text, winner))
        lost = opinion.second("sentiment", words(text, loser))
        assert won.label == "positive"
        assert dict(zip(lost.labels, lost.chances, strict=True))["negative"] > 0.5


def test_a_text_of_any_length_is_read() -> None:
    long = words("Norvia " + "never answers and " * 400, "Norvia")
    assert np.isfinite(opinion.second("sentiment", long).chances).all()


@pytest.mark.parametrize("name", ["model.onnx", "tokenizer.json"])
def test_a_damaged_file_is_refused(name: str, folder: Path) -> None:
    with (folder / name).open("ab") as file:
        file.write(b" ")
    with pytest.raises(Reject, match="is not the file"):
        load(folder, shipped().by)


@pytest.mark.parametrize("name", ["model.onnx", "tokenizer.json", "listener.json", TOGETHER_FILE])
def test_a_missing_file_is_told(name: str, folder: Path) -> None:
    (folder / name).unlink()
    with pytest.raises(Reject, match="can't be read"):
        load(folder, shipped().by)


def test_beside_another_small_model_it_is_refused(folder: Path) -> None:
    told = json.loads((folder / TOGETHER_FILE).read_text("utf-8"))
    (folder / TOGETHER_FILE).write_text(json.dumps(told | {"beside": "small/0"}))
    with pytest.raises(Reject, match=r"fitted beside small/0, the model is small/1\."):
        load(folder, shipped().by)


def test_the_small_model_alone_speaks_where_it_is_sure() -> None:
    one = words("Norvia lost my bag again, terrible service", "Norvia")
    own = opinion.first("sentiment", one)
    assert opinion.opinion("sentiment", one, 0).by == own.by
    assert opinion.opinion("sentiment", one, float(own.chances.max())).by == own.by
    asked = opinion.opinion("sentiment", one, 1.0)
    assert "~" in asked.by
    assert (asked.chances == opinion.second("sentiment", one).chances).all()


def test_where_another_brand_is_named_the_small_model_is_never_sure_of_sentiment() -> None:
    text = "Norvia is great, wonderful crew. Kestra opened a shop"
    start = text.index("Kestra")
    one = said(
        Mention(
            Post(site="x", native_id="1", text=text),
            "Norvia",
            evidence=(Evidence("name", "Norvia", 0, 6),),
            others=(Evidence("name", "Kestra", start, start + 6),),
        ),
        "en",
    )
    assert "~" in opinion.opinion("sentiment", one, 0.1).by
    assert "~" not in opinion.opinion("urgency", one, 0.1).by
    assert "~" not in opinion.opinion("sentiment", one, 0).by


def test_what_is_foreseen_is_read_once_whoever_needs_it_first(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    some = [words(f"Norvia sent {n} parcels, one was wet, hm", "Norvia") for n in range(5)]
    read: list[int] = []
    model = encoder.shipped(shipped().by).model
    ask = model._asked
    monkeypatch.setattr(model, "_asked", lambda rows: (read.append(len(rows)), ask(rows))[1])
    opinion.foresee("sentiment", some, 1.0)
    assert all("~" in opinion.opinion("sentiment", one, 1.0).by for one in some)
    assert all("~" in opinion.opinion("urgency", one, 1.0).by for one in some)
    assert sum(read) == len(some)


def test_what_another_kind_will_doubt_is_foreseen_too(monkeypatch: pytest.MonkeyPatch) -> None:
    one = words("Norvia sent seven parcels to the other house, hm", "Norvia")
    begun: list[Said] = []
    monkeypatch.setattr(opinion._ahead(), "begin", begun.append)
    for kind, expected in (("mood", []), ("intent", [one])):  # its own mood is asked of no brand's
        monkeypatch.setattr(opinion, "_asked_for", {kind: 1.0})
        opinion.foresee("spam", [one], 0.0)
        assert begun == expected


def test_the_label_is_that_of_the_largest_product_of_chance_and_cost() -> None:
    row = np.array([0.6, 0.4], dtype=np.float32)
    held = opinion.Opinion(("a", "b"), row, np.array([1, 1], dtype=np.float32), "x/1")
    assert held.label == "a"
    assert replace(held, costs=np.array([1, 2], dtype=np.float32)).label == "b"

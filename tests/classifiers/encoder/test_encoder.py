"""The shipped transformer: its files, and what it and the small model say together."""

import json
import shutil
from dataclasses import replace
from importlib.resources import files
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from classifiers.encoder import encoder
from classifiers.encoder.encoder import TOGETHER_FILE, Encoder, load
from classifiers.lexicon.seen import Said, said
from classifiers.small import opinion
from classifiers.small.ahead import Ahead
from classifiers.small.judge import SmallClassifier
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


@pytest.fixture
def begun(monkeypatch: pytest.MonkeyPatch) -> list[Said]:
    """What is begun ahead, which nobody does here; and nobody has asked before."""
    found: list[Said] = []
    monkeypatch.setattr(opinion, "_askers", {})
    monkeypatch.setattr(opinion, "_ahead", lambda: SimpleNamespace(begin=found.append))
    return found


@pytest.mark.parametrize(("doubt_below", "share"), [(1.0, 5), (0.0, 0)])
def test_what_its_judge_will_doubt_is_begun(
    doubt_below: float, share: int, begun: list[Said]
) -> None:
    some = [words(f"Norvia sent {n} parcels, one was wet, hm", "Norvia") for n in range(5)]
    opinion.foresee("sentiment", some, SmallClassifier("sentiment", doubt_below=doubt_below))
    assert begun == some[:share]


@pytest.mark.parametrize(("kind", "share"), [("intent", 1), ("mood", 0)])
def test_what_another_judge_will_doubt_is_begun_too(
    kind: str, share: int, begun: list[Said]
) -> None:
    one = words("Norvia sent seven parcels to the other house, hm", "Norvia")
    sure, unsure = SmallClassifier("spam", doubt_below=0), SmallClassifier("intent", doubt_below=1)
    opinion.foresee(kind, [], unsure)
    opinion.foresee("spam", [one], sure)
    assert begun == [one][:share]  # its mood is asked of what is of no brand alone


def test_what_a_judge_that_is_gone_would_doubt_is_not_begun() -> None:
    gone = SmallClassifier("intent", doubt_below=1)
    opinion.foresee("of a test", [], gone)
    assert "of a test" in opinion._askers
    del gone
    assert "of a test" not in opinion._askers


def test_what_was_begun_is_waited_for_and_not_read_again(monkeypatch: pytest.MonkeyPatch) -> None:
    one = words("Norvia, the ninth parcel in a row was wet, hm", "Norvia")
    finished: list[Said] = []
    ahead = Ahead(opinion._read_closer, 1)
    monkeypatch.setattr(opinion, "_ahead", lambda: ahead)
    opinion.foresee("sentiment", [one], SmallClassifier("sentiment", doubt_below=1.0))
    ahead.finish(one)
    model = encoder.shipped(shipped().by).model
    monkeypatch.setattr(model, "_asked", finished.append)
    assert "~" in opinion.opinion("sentiment", one, 1.0).by
    assert finished == []


def test_a_child_of_this_process_has_threads_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    ours = opinion._ahead()
    assert opinion._ahead() is ours
    monkeypatch.setattr("os.getpid", lambda: 0)
    assert opinion._ahead() is not ours


def test_a_judge_that_asks_no_encoder_needs_none(monkeypatch: pytest.MonkeyPatch) -> None:
    def damaged(by: str) -> Encoder:
        raise Reject("the encoder can't be read")

    monkeypatch.setattr(encoder, "shipped", damaged)
    one = words("Norvia, the twelfth parcel in a row was wet, hm", "Norvia")
    doubting = SmallClassifier("sentiment", doubt_below=1.0)
    opinion.foresee("sentiment", [], doubting)
    opinion.foresee("urgency", [one], SmallClassifier("urgency", doubt_below=0))
    assert opinion.opinion("urgency", one, 0).by == shipped().by
    with pytest.raises(Reject):
        opinion.opinion("sentiment", one, 1.0)


def test_the_label_is_that_of_the_largest_product_of_chance_and_cost() -> None:
    row = np.array([0.6, 0.4], dtype=np.float32)
    held = opinion.Opinion(("a", "b"), row, np.array([1, 1], dtype=np.float32), "x/1")
    assert held.label == "a"
    assert replace(held, costs=np.array([1, 2], dtype=np.float32)).label == "b"

"""The judge of type ``transformers``: whom it asks, what it makes of that, its settings."""

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from classifiers.transformers_model import TransformersClassifier
from classifiers.transformers_parts.texts import Text
from listener.config import ConfigError, load_config
from listener.model import LABELS, Evidence, Mention, Tag
from listener.ports import Classifier, Reject, Retry
from listener.stages.tag import Judge, judge
from listener.testing import ClassifierSuite, a_mention, a_post
from listener.testing.fakes import FakeClassifier
from tests.classifiers.transformers_parts.tiny import added

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return added(tmp_path_factory.mktemp("home") / "models" / "tiny")


def saying(text: str, language: str = "en", number: int = 0) -> Mention:
    tags = (Tag("language", language, 0.9, by="fake/1"),) if language else ()
    return a_mention(post=a_post(str(number), text=text), tags=tags)


class Small(FakeClassifier):
    """A small model that is sure by what a text says, and remembers what it was asked."""

    def __init__(self) -> None:
        super().__init__("sentiment", lambda _: "negative")
        self.asked: list[str] = []

    def tag(self, mentions: Any) -> Any:
        """As sure as ``sure`` or ``doubt`` in the text says."""
        self.asked += [mention.post.text for mention in mentions]
        return [
            Tag(
                "sentiment",
                "negative" if "bad" in mention.post.text else "neutral",
                0.52 if "doubt" in mention.post.text else 0.95,
                ("the small one's reason",),
                "small/1",
            )
            for mention in mentions
        ]


def a_judge(folder: Path, **fields: Any) -> TransformersClassifier:
    return TransformersClassifier(**({"kind": "sentiment", "model": folder} | fields))


class TestTransformersClassifier(ClassifierSuite):
    kind = "sentiment"

    @pytest.fixture
    def classifier(self, folder: Path) -> Classifier:
        return a_judge(folder)


class TestInDoubt(ClassifierSuite):
    kind = "sentiment"

    @pytest.fixture
    def classifier(self, folder: Path) -> Classifier:
        return a_judge(folder, doubt_below=0.6, small=Small(), languages=["en"], pair=True)


def test_it_judges_every_mention_with_all_chances(folder: Path) -> None:
    small = Small()
    (tag,) = a_judge(folder, small=small).tag([saying("good good")])
    assert (tag.kind, tag.label, tag.by) == ("sentiment", "positive", "tiny/0123456789ab")
    assert tag.reasons == ()
    assert [label for label, _ in tag.chances] == [*LABELS["sentiment"]]
    assert sum(chance for _, chance in tag.chances) == pytest.approx(1, abs=1e-3)
    assert dict(tag.chances)["mixed"] == 0
    assert tag.score == max(chance for _, chance in tag.chances)
    assert small.asked == []


def test_only_what_the_small_one_doubts_is_asked(folder: Path) -> None:
    texts = ["bad", "doubt good", "good", "doubt bad bad"]
    small = Small()
    tags = a_judge(folder, doubt_below=0.6, small=small).tag([saying(text) for text in texts])
    assert small.asked == texts
    assert [(tag.label, tag.by.partition("/")[0]) for tag in tags] == [
        ("negative", "small"),
        ("positive", "tiny"),
        ("neutral", "small"),
        ("negative", "tiny"),
    ]
    asked = "asked the larger model: the small one was 0.52 sure"
    assert tags[1].reasons == (f"{asked} of neutral",)
    assert tags[3].reasons == (asked, "the small one's reason")


@pytest.mark.parametrize(("doubt_below", "asked"), [(0.0, 0), (0.6, 1), (0.96, 2), (1.0, 2)])
def test_how_much_is_doubt(folder: Path, doubt_below: float, asked: int) -> None:
    classifier = a_judge(folder, doubt_below=doubt_below, small=Small())
    tags = classifier.tag([saying("good"), saying("doubt good")])
    assert sum(tag.by.startswith("tiny") for tag in tags) == asked


@pytest.mark.parametrize(
    ("language", "by"), [("en", "tiny"), ("fi", "small"), ("und", "small"), ("", "small")]
)
def test_other_languages_are_left_to_the_small_one(folder: Path, language: str, by: str) -> None:
    classifier = a_judge(folder, languages=["en", "sv"], small=Small())
    (tag,) = classifier.tag([saying("doubt good", language)])
    assert tag.by.startswith(by)


def test_the_sites_language_counts_where_none_was_tagged(folder: Path) -> None:
    mention = Mention(a_post(text="good", language="sv-SE"), "norvia")
    (tag,) = a_judge(folder, languages=["sv"], small=Small()).tag([mention])
    assert tag.by.startswith("tiny")


def test_a_kind_of_ones_own_is_unsure_in_other_languages(tmp_path: Path) -> None:
    folder = added(tmp_path / "tiny", kind="emotion", labels={n: n for n in MODEL_LABELS})
    classifier = a_judge(folder, kind="emotion", languages=["en"])
    good, other = classifier.tag([saying("good"), saying("good", "fi")])
    assert (good.label, len(good.chances)) == ("LABEL_2", 3)
    assert (other.label, other.score) == ("unsure", 0.3)
    assert other.reasons == ("unsure: no model for 'fi'",)


MODEL_LABELS = ("LABEL_0", "LABEL_1", "LABEL_2")


def test_a_mixed_batch_keeps_its_order(folder: Path) -> None:
    texts = [("good " * n + "doubt" * (n % 2), "fi" if n % 3 else "en") for n in range(60)]
    classifier = a_judge(folder, doubt_below=0.6, languages=["en"], small=Small(), batch_size=4)
    mentions = [saying(text, language, n) for n, (text, language) in enumerate(texts)]
    assert classifier.tag(mentions) == [classifier.tag([one])[0] for one in mentions]


def test_settings_go_over_what_was_said_when_it_was_added(folder: Path) -> None:
    stated = {"LABEL_2": "mixed", "label_1": "negative"}
    (tag,) = a_judge(folder, labels=stated).tag([saying("good")])
    assert tag.label == "mixed"
    assert dict(tag.chances)["neutral"] == 0


def test_several_labels_to_one_are_summed(folder: Path) -> None:
    stated = {"LABEL_1": "negative"}
    (tag,) = a_judge(folder, labels=stated).tag([saying("")])
    assert tag.label == "negative"
    chances = dict(tag.chances)
    assert chances["negative"] + chances["positive"] == pytest.approx(1, abs=1e-3)


def test_a_temperature_makes_it_less_sure(tmp_path: Path, folder: Path) -> None:
    calm = added(tmp_path / "calm", temperature=4.0)
    (one,), (other,) = (a_judge(path).tag([saying("good good")]) for path in (folder, calm))
    assert (one.label, other.label) == ("positive", "positive")
    assert other.score < one.score


def test_the_brands_name_stands_beside_the_text(folder: Path) -> None:
    evidence = (Evidence("name", "Skylarkilla", 0, 11, base="Skylark"),)
    mention = a_mention(post=a_post(text="word word"), evidence=evidence)
    (alone,), (paired,) = (a_judge(folder, pair=pair).tag([mention]) for pair in (False, True))
    assert dict(paired.chances)["positive"] > dict(alone.chances)["positive"]


def test_a_long_post_is_read_around_the_brand(folder: Path) -> None:
    text = "bad " * 3_000 + "good " * 20 + "Norvia" + " good" * 20 + " bad" * 3_000
    start = text.index("Norvia")
    evidence = (Evidence("name", "Norvia", start, start + 6),)
    mention = a_mention(post=a_post(text=text), evidence=evidence)
    (tag,) = a_judge(folder, tokens_max=32).tag([mention])
    assert tag.label == "positive"


def test_handles_as_the_model_knows_them(folder: Path) -> None:
    classifier = a_judge(folder, handles_as="bad", links_as="good")
    tags = classifier.tag([saying("@norvia"), saying("https://a.example")])
    assert [tag.label for tag in tags] == ["negative", "positive"]


def test_one_bad_text_spoils_only_itself(folder: Path) -> None:
    """What fails in a batch is asked again alone; what fails alone is tagged ``error``."""
    classifier = a_judge(folder)
    model = classifier._opened()
    sound = model._run

    def run(rows: Any) -> Any:
        if any(len(row.ids) > 100 for row in rows):
            raise MemoryError
        return sound(rows)

    model._run = run  # type: ignore[method-assign]
    mentions = [saying("good"), saying("good " * 200), saying("bad")]
    with pytest.raises(Retry, match="tiny: not enough memory for one text of 202 tokens"):
        classifier.tag(mentions)
    judged = judge([Judge("sentiment", classifier)], mentions)
    assert [one.label("sentiment") for one in judged] == ["positive", "error", "negative"]


def test_damaged_files_are_told_when_they_are_needed(tmp_path: Path) -> None:
    folder = added(tmp_path / "tiny")
    (folder / "model.onnx").write_bytes(b"something else")
    with pytest.raises(Reject, match="is not the file that was added"):
        a_judge(folder).tag([saying("good")])


@pytest.mark.parametrize(
    ("fields", "fault"),
    [
        ({"languages": ["english"]}, "languages has 'english'; give two-letter codes"),
        ({"labels": {"LABEL_9": "negative"}}, "labels: the model has no label 'LABEL_9'"),
        ({"labels": {"LABEL_0": "awful"}}, "labels: sentiment has no label 'awful'"),
        ({"kind": "urgency"}, "labels: the model's labels stand for none of urgency's"),
        ({"kind": "emotion", "doubt_below": 0.5}, "doubt_below: there is no small model of 'emo"),
        ({"model": Path("nowhere")}, "models/nowhere holds no model that was added: listener mod"),
    ],
)
def test_settings_that_can_not_work_are_told(folder: Path, fields: Any, fault: str) -> None:
    with pytest.raises(ValueError, match=fault) as caught:
        a_judge(folder, **fields)
    assert "\n" not in str(caught.value)


CONFIG = """
[brands.norvia]
names = ["Norvia"]
[classifiers]
order = ["language", "sentiment"]
[classifiers.sentiment]
type = "transformers"
"""


@pytest.mark.parametrize("stated", ["tiny", "models/tiny"])
def test_a_config_names_it(folder: Path, stated: str) -> None:
    path = folder.parents[1] / "config.toml"
    path.write_text(f'{CONFIG}model = "{stated}"\ndoubt_below = 0.7\n', encoding="utf-8")
    (_, sentiment) = load_config(path, {}).judges
    assert isinstance(sentiment.plugin, TransformersClassifier)
    assert (sentiment.kind, sentiment.plugin.kind) == ("sentiment", "sentiment")


@pytest.mark.parametrize(
    ("more", "fault"),
    [
        ('model = "tinny"', "sentiment]: .*/models/tinny holds no model that was added"),
        ("", "model: is missing; it must be a path"),
        ('model = "tiny"\ndoubt_below = 2', "doubt_below: must be a number, 0 to 1"),
        ('model = "tiny"\nbatch_size = 0', "batch_size: must be a whole number, 1 to 1024"),
        ('model = "tiny"\ndevice = "gpu"', "device: must be 'cpu' or 'cuda', not 'gpu'"),
        ('model = "tiny"\nsmall = 1', "small: no such setting"),
        ('model = "tiny"\nlabels = { LABEL_0 = 1 }', "labels: must be a table of strings"),
    ],
)
def test_a_config_that_is_wrong_is_told(folder: Path, more: str, fault: str) -> None:
    path = folder.parents[1] / "bad.toml"
    path.write_text(f"{CONFIG}{more}\n", encoding="utf-8")
    with pytest.raises(ConfigError, match=fault):
        load_config(path, {})


def test_the_whole_command_works_where_no_network_is(folder: Path) -> None:
    """``listener tag`` with every way out closed: what is served needs none."""
    path = folder.parents[1] / "offline.toml"
    path.write_text(f'{CONFIG}model = "tiny"\n', encoding="utf-8")
    code = (
        "import socket, sys\n"
        "def refused(*_): raise OSError('no network here')\n"
        "socket.socket.connect = socket.create_connection = socket.getaddrinfo = refused\n"
        f"sys.argv = ['listener', 'tag', '--config', {str(path)!r}]\n"
        "from listener.cli import main; main()"
    )
    told = subprocess.run(
        [sys.executable, "-c", code],
        input='{"text": "Norvia good good"}\n',
        capture_output=True,
        text=True,
        check=True,
        cwd=ROOT,
        env=os.environ | {"HF_HUB_OFFLINE": ""},
    )
    assert '"sentiment": {"label": "positive"' in told.stdout


def test_texts_are_keyed_by_all_that_is_read(folder: Path) -> None:
    model = a_judge(folder)._opened()
    numbers = model.numbers([Text("good"), Text("good", 0, "skylark")])
    assert numbers[0].tolist() != numbers[1].tolist()

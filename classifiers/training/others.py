"""The shipped model on other people's labelled sets, none of which it was fitted to."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from math import sqrt
from pathlib import Path

from classifiers.small.judge import Kind
from classifiers.training.judged import Judged, judged
from classifiers.training.posts import Labelled
from classifiers.training.rivals import Rival, afinn, text, vader
from classifiers.training.sets import TRAINED_ON, OpenSet, labelled
from classifiers.training.sets import finnsentiment as finn_lines
from listener.evaluation import confusion, macro_f1
from listener.model import Mention, Post

Measure = Callable[[Sequence[str], Sequence[str]], float]

_ONLY: tuple[Kind, ...] = ("sentiment",)
_LABELS = {"0": "negative", "1": "neutral", "2": "positive"}
_UMSAB = {
    "english": "en",
    "french": "fr",
    "german": "de",
    "italian": "it",
    "spanish": "es",
    "portuguese": "pt",
    "hindi": "hi",
    "arabic": "ar",
}


def tweeteval(folder: Path | None) -> None:
    """Sentiment of English tweets: macro recall, as the set's makers measure it."""
    if folder is None:
        print("left out: give --tweeteval, the folder of its sentiment set")  # noqa: T201
        return
    some = list(_tweets(folder, "en"))
    rivals: dict[str, Rival | None] = {"VADER": vader(), "AFINN": afinn("en")}
    _show("en", some, rivals, macro_recall)


def umsab(folder: Path | None) -> None:
    """Sentiment of tweets in eight languages, most of which have no model of ours."""
    if folder is None:
        print("left out: give --umsab, the folder of its sentiment sets")  # noqa: T201
        return
    for name, language in _UMSAB.items():
        if (folder / name).is_dir():
            some = list(_tweets(folder / name, language))
            _show(language, some, {"AFINN": afinn(language)}, _f1_of)


def finnsentiment(folder: Path | None) -> None:
    """Splits 19 and 20, which were kept out of the training: macro F1 and MCC."""
    if folder is None:
        print("left out: give --sets, the folder of the open sets")  # noqa: T201
        return
    own = next(one for one in TRAINED_ON if one.name == "finnsentiment")
    held: OpenSet = replace(own, read=finn_lines(range(19, 21)))
    some = list(labelled(folder, (held,)))
    _show("fi", some, {"AFINN": afinn("fi")}, _f1_of)
    _show("fi (MCC)", some, {"AFINN": afinn("fi")}, mcc)


def _tweets(folder: Path, language: str) -> Iterator[Labelled]:
    texts = (folder / "test_text.txt").read_text("utf-8").split("\n")
    labels = (folder / "test_labels.txt").read_text("utf-8").split()
    for number, (words, label) in enumerate(zip(texts, labels, strict=False)):
        post = Post(site="x", native_id=str(number), text=words, language=language)
        yield Labelled(
            Mention(post, ""), language, {"sentiment": _LABELS[label]}, "tweets", "test", "tweets"
        )


def _show(
    name: str, some: Sequence[Labelled], rivals: Mapping[str, Rival | None], measure: Measure
) -> None:
    true = [one.labels["sentiment"] for one in some]
    cells = [f"ours {measure(true, [_three(one) for one in judged(some, _ONLY)]):.3f}"]
    for rival, judge in rivals.items():
        if judge is not None:
            cells.append(f"{rival} {measure(true, judge([text(one) for one in some])):.3f}")
    print(f"{name}  {'  '.join(cells)}  n {len(some)}")  # noqa: T201


def _three(one: Judged) -> str:
    """The label of the three that these sets know: mixed is left to the next best."""
    tag = one.tags["sentiment"]
    if tag.label != "mixed":
        return tag.label
    return max((pair for pair in tag.chances if pair[0] != "mixed"), key=lambda pair: pair[1])[0]


def macro_recall(true: Sequence[str], told: Sequence[str]) -> float:
    """The mean over the labels of the share that was found."""
    found = []
    for label in sorted(set(true)):
        of_label = [said == label for held, said in zip(true, told, strict=True) if held == label]
        found.append(sum(of_label) / len(of_label))
    return sum(found) / len(found)


def mcc(true: Sequence[str], told: Sequence[str]) -> float:
    """Matthews' correlation of many classes: 0 is chance, 1 is right throughout."""
    pairs = confusion(zip(true, told, strict=True))
    labels, total = {label for pair in pairs for label in pair}, len(true)
    right = sum(count for (held, said), count in pairs.items() if held == said)
    held = {label: sum(one == label for one in true) for label in labels}
    said = {label: sum(one == label for one in told) for label in labels}
    by_chance = sum(held[label] * said[label] for label in labels)
    spread = sqrt(
        (total * total - sum(count * count for count in held.values()))
        * (total * total - sum(count * count for count in said.values()))
    )
    return (right * total - by_chance) / spread if spread else 0.0


def _f1_of(true: Sequence[str], told: Sequence[str]) -> float:
    return macro_f1(confusion(zip(true, told, strict=True))) or 0.0

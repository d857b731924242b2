"""The shipped models on our own test posts, and on hard cases that no model is fitted to."""

import csv
import json
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import numpy as np

from classifiers.training.judged import Judged, by_language, f1, judged, spam_line
from classifiers.training.moods import held_back, moods
from classifiers.training.phrases import phrases
from classifiers.training.posts import (
    FOLDER,
    KINDS,
    Labelled,
    brand,
    mention_of,
    posts,
)
from classifiers.training.rivals import Rival, afinn, text, tf_idf, vader
from listener.evaluation import (
    accuracy,
    auc,
    confusion,
    expected_calibration_error,
    macro_f1,
    recall_at_precision,
)
from listener.match import Matcher

PRECISION = 0.6

_DRAWS = 100

_PAIRS = {"wordy": "pairs", "plain": "pairs/plain"}
"""The folders of the posts with two brands, by how they are written."""

_SERIES = ("ab", "c")
"""The letters of the wordy posts' groups and of the plain ones': ``en-a-04``, ``en-c-04``."""


def sentiment(seen: Sequence[Judged]) -> None:
    """Macro F1 per language, beside the rivals."""
    some = [one for one in seen if one.counts_for("sentiment")]
    linear = tf_idf([*posts(("train",)), *phrases()], "sentiment")
    _beside(some, linear, lambda part: _by_series(part, "sentiment"))


def mood() -> None:
    """Macro F1 of posts that are of no brand, per language, beside the rivals."""
    some = judged(list(held_back()), ("sentiment",))
    _beside(some, tf_idf(list(moods()), "sentiment"), lambda part: f"{f1(part, 'sentiment'):.3f}")


def _beside(some: Sequence[Judged], linear: Rival, measure: Callable[[list[Judged]], str]) -> None:
    read_english = vader()
    for language, own in by_language(some, measure):
        part = [one for one in some if one.labelled.language == language]
        listed = afinn(language)
        print(  # noqa: T201
            f"{language}  ours {own}  TF-IDF {_rival(part, linear):.3f}"
            + (f"  AFINN {_rival(part, listed):.3f}" if listed else "")
            + (f"  VADER {_rival(part, read_english):.3f}" if language == "en" else "")
            + f"  n {len(part)}"
        )


def _by_series(some: Sequence[Judged], kind: str) -> str:
    """Macro F1 of all, of the wordy posts and of the plain ones."""
    wordy, plain = ([one for one in some if one.labelled.group[3] in named] for named in _SERIES)
    return f"{f1(some, kind):.3f} (wordy {f1(wordy, kind):.3f}, plain {f1(plain, kind):.3f})"


def _rival(some: Sequence[Judged], rival: Rival) -> float:
    told = rival([text(one.labelled) for one in some])
    true = [one.labelled.labels["sentiment"] for one in some]
    return macro_f1(confusion(zip(true, told, strict=True))) or 0.0


def urgency(seen: Sequence[Judged]) -> None:
    """AUC of high, recall at the precision, macro F1."""
    some = [one for one in seen if one.counts_for("urgency")]
    for language, line in by_language(some, _urgency):
        print(language, line)  # noqa: T201


def _urgency(some: Sequence[Judged]) -> str:
    is_high = [one.labelled.labels["urgency"] == "high" for one in some]
    chances = [one.chance("urgency", "high") for one in some]
    found = recall_at_precision(is_high, chances, PRECISION) or 0.0
    area = auc(is_high, chances) or 0.0
    return (
        f"AUC {area:.3f}  recall at precision {PRECISION} {found:.3f}"
        f"  macro F1 {f1(some, 'urgency'):.3f}  high {sum(is_high)} of {len(some)}"
    )


def spam(seen: Sequence[Judged]) -> None:
    """AUC, recall, and the share of ordinary posts that are called spam."""
    for language, line in by_language(seen, _spam):
        print(language, line)  # noqa: T201
    print("all", _spam(seen))  # noqa: T201


def _spam(some: Sequence[Judged]) -> str:
    is_spam = [one.labelled.labels["spam"] == "yes" for one in some]
    called = [one.tags["spam"].label == "yes" for one in some]
    return spam_line(is_spam, called, [one.chance("spam", "yes") for one in some])


def intent(seen: Sequence[Judged]) -> None:
    """Macro F1, and AUC of complaint against the rest."""
    some = [one for one in seen if one.counts_for("intent")]
    for language, line in by_language(some, _intent):
        print(language, line)  # noqa: T201


def _intent(some: Sequence[Judged]) -> str:
    is_complaint = [one.labelled.labels["intent"] == "complaint" for one in some]
    area = auc(is_complaint, [one.chance("intent", "complaint") for one in some]) or 0.0
    return f"macro F1 {_by_series(some, 'intent')}  complaint AUC {area:.3f}  n {len(some)}"


def calibration(seen: Sequence[Judged]) -> None:
    """The gap between the stated scores and what was right, per kind and language.

    Beside it the gap that scores which hold would show on so few posts, by chance alone.
    """
    for kind in KINDS:
        some = [one for one in seen if one.counts_for(kind)]
        cells = by_language(some, lambda part, kind=kind: _gap(part, kind))  # type: ignore[misc]
        print(f"{kind:10}", "  ".join(" ".join(cell) for cell in cells))  # noqa: T201


def _gap(some: Sequence[Judged], kind: str) -> str:
    is_right = [one.tags[kind].label == one.labelled.labels[kind] for one in some]
    scores = [one.tags[kind].score for one in some]
    own = expected_calibration_error(is_right, scores) or 0.0
    return f"{own:.3f} (by chance {_gap_by_chance(scores):.3f})"


def _gap_by_chance(scores: Sequence[float]) -> float:
    """The mean gap of truths that are drawn by the scores themselves."""
    draws = np.random.default_rng(1).random((_DRAWS, len(scores)))
    gaps = [expected_calibration_error(list(draw < scores), scores) or 0.0 for draw in draws]
    return sum(gaps) / len(gaps)


def lookalikes() -> None:
    """How many of the low stay low, and how many of the high are found."""
    some = judged(list(_lookalikes()), ("urgency",))
    for language, line in by_language(some, _looked):
        print(language, line)  # noqa: T201


def _looked(some: Sequence[Judged]) -> str:
    cells = []
    for level in ("low", "high"):
        part = [one for one in some if one.labelled.labels["urgency"] == level]
        kept = sum((one.tags["urgency"].label == "high") == (level == "high") for one in part)
        cells.append(f"{level} {kept} of {len(part)}")
    return "  ".join(cells)


def _lookalikes() -> Iterator[Labelled]:
    with (FOLDER / "lookalikes.tsv").open(encoding="utf-8", newline="") as file:
        for number, row in enumerate(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE)):
            told = {"id": f"look-{number}", "site": "x", "author": "", "text": row["text"]}
            mention = mention_of(
                Matcher([brand(row["brand"])]), told, row["brand"], row["language"]
            )
            labels = {"urgency": row["urgency"], "spam": "no"}
            yield Labelled(mention, row["language"], labels, "lookalikes", "test")


def pairs() -> None:
    """How often a brand's sentiment is right in a post that names two, each judged apart."""
    for title, folder in _PAIRS.items():
        some = judged(list(_pairs(folder)), ("sentiment",))
        cells = [f"{language} {line}" for language, line in by_language(some, _paired)]
        print(f"{title:6} all {_paired(some)} n {len(some)};", "  ".join(cells))  # noqa: T201


def _paired(some: Sequence[Judged]) -> str:
    told = [(one.labelled.labels["sentiment"], one.tags["sentiment"].label) for one in some]
    return f"{accuracy(confusion(told)) or 0.0:.3f}"


def _pairs(folder: str) -> Iterator[Labelled]:
    for path in sorted((FOLDER / folder).glob("*.jsonl")):
        yield from labelled_lines(path)


def labelled_lines(path: Path) -> Iterator[Labelled]:
    """The posts of one file that is named after its language, once per brand."""
    for line in path.read_text("utf-8").splitlines():
        told = json.loads(line)
        matcher = Matcher([brand(name) for name in told["brands"]])
        for name, labels in told["brands"].items():
            mention = mention_of(matcher, told, name, path.stem)
            stated = dict(zip(KINDS, labels["label"].split(), strict=True))
            count = len(told["brands"])
            yield Labelled(mention, path.stem, stated, path.parent.name, "test", brands=count)

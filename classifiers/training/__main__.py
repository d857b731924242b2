"""Fit the shipped models anew: ``python -m classifiers.training [--sets FOLDER]``."""

import argparse
from collections.abc import Iterator, Mapping
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from classifiers.small import general
from classifiers.training.calibrate import bends, chances, costs
from classifiers.training.matrix import NOT_JUDGED, Examples, examples
from classifiers.training.network import Fitted, Fitter, Plan
from classifiers.training.pack import Tuned, pack
from classifiers.training.posts import KINDS, Labelled, posts
from classifiers.training.sets import TRAINED_ON, labelled
from listener.model import LABELS, Mention

OUT = Path(__file__).parents[1] / "small" / "model"
BY = "small/1"

OTHERS_MAX = 32_000
"""About how many examples of the other sets are read."""


def main() -> None:
    """Read, fit, calibrate, write."""
    options = _options()
    read = examples(_read(options.sets), KINDS)
    print(f"{len(read.labelled):,} examples, {len(read.indices):,} features")  # noqa: T201
    fitter = Fitter(read, KINDS, Plan(epochs=options.epochs))
    fitted = fitter.fit(_rows(read, "train"))
    tuned = tune(read, fitter, fitted)
    languages = sorted({one.language for one in read.labelled if one.set == "ours"})
    pack(fitted, tuned, BY, languages, options.out)
    (options.out / general.FILE).write_bytes(general.packed(_general(read)))
    print(f"written to {options.out}")  # noqa: T201


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m classifiers.training", description=__doc__)
    parser.add_argument("--sets", type=Path, help="folder of the openly licensed sets")
    parser.add_argument("--out", type=Path, default=OUT, help="where the model is written")
    parser.add_argument("--epochs", type=int, default=Plan().epochs)
    return parser.parse_args()


def _read(sets: Path | None) -> list[Labelled]:
    """Train and tune posts; the test posts are not even opened."""
    ours = list(posts(("train", "tune")))
    return ours + (thinned(list(labelled(sets, TRAINED_ON))) if sets else [])


def thinned(others: list[Labelled]) -> list[Labelled]:
    """Every so many-th, so that ours are not drowned."""
    return others[:: max(1, len(others) // OTHERS_MAX)]


def _general(read: Examples) -> Iterator[tuple[Mention, Mapping[str, str]]]:
    """The tune posts, with the labels that are no convention."""
    for number, one in enumerate(read.labelled):
        if one.split == "tune":
            kinds = [kind for kind in KINDS if read.truths[kind][number] != NOT_JUDGED]
            yield one.mention, {kind: one.labels[kind] for kind in kinds}


def _rows(read: Examples, split: str) -> NDArray[np.int64]:
    return np.array([n for n, one in enumerate(read.labelled) if one.split == split])


def tune(read: Examples, fitter: Fitter, fitted: Fitted) -> Mapping[str, Tuned]:
    """Calibration and costs of each kind, from the tune posts."""
    rows = _rows(read, "tune")
    logits = fitter.logits(fitted, rows)
    tuned, first = {}, 0
    for kind in KINDS:
        last = first + len(LABELS[kind])
        judged = read.truths[kind][rows] >= 0
        languages = [read.labelled[row].language for row in rows[judged]]
        tuned[kind] = _tuned(
            kind, logits[judged, first:last], read.truths[kind][rows[judged]], languages
        )
        first = last
    return tuned


def _tuned(
    kind: str, logits: NDArray[np.float32], truths: NDArray[np.int64], languages: list[str]
) -> Tuned:
    bent = bends(logits, truths, languages)
    likely = np.vstack(
        [chances(row[None], bent[one]) for row, one in zip(logits, languages, strict=True)]
    )
    return Tuned(bent, _SPAM_COSTS if kind == "spam" else costs(likely, truths))


_SPAM_COSTS = (0.1, 1.0)
"""A customer called spam is ten times worse than spam that is read: yes from a chance of 0.91."""


if __name__ == "__main__":
    main()

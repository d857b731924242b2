"""Fit the shipped models anew: ``python -m classifiers.training [--sets FOLDER]``."""

import argparse
from collections.abc import Iterator, Mapping
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from classifiers.small import general
from classifiers.training.calibrate import bends, chances, costs
from classifiers.training.material import material, tells
from classifiers.training.matrix import NOT_JUDGED, Examples, examples
from classifiers.training.network import Fitted, Fitter, Plan
from classifiers.training.pack import Tuned, pack
from classifiers.training.posts import ANSWERS, FITTED, KINDS, LEARNT
from listener.model import Mention

OUT = Path(__file__).parents[1] / "small" / "model"
BY = "small/1"


def main() -> None:
    """Read, fit, calibrate, write."""
    options = _options()
    read = examples(material(options.sets), LEARNT)
    print(f"{len(read.labelled):,} examples, {len(read.indices):,} features")  # noqa: T201
    fitter = Fitter(read, LEARNT, Plan(epochs=options.epochs))
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


def _general(read: Examples) -> Iterator[tuple[Mention, Mapping[str, str]]]:
    """The tune posts, with the labels that are no convention."""
    for number, one in enumerate(read.labelled):
        if one.split == "tune" and one.set == "ours":
            kinds = [kind for kind in KINDS if read.truths[kind][number] != NOT_JUDGED]
            yield one.mention, {kind: one.labels[kind] for kind in kinds}


def _rows(read: Examples, split: str) -> NDArray[np.int64]:
    return np.array([n for n, one in enumerate(read.labelled) if one.split == split])


def tune(read: Examples, fitter: Fitter, fitted: Fitted) -> Mapping[str, Tuned]:
    """Calibration and costs of each kind, from the tune posts."""
    rows = _rows(read, "tune")
    logits = fitter.logits(fitted, rows)
    tuned, first = {}, 0
    for kind in FITTED:
        last = first + len(ANSWERS[kind])
        told = np.array([tells(read.labelled[row], kind) for row in rows])
        judged = told & (read.truths[kind][rows] >= 0)
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
    return Tuned(bent, costs(kind, likely, truths))


if __name__ == "__main__":
    main()

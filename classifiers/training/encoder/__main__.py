"""Fit the shipped transformer anew: ``python -m classifiers.training.encoder --sets FOLDER``.

Takes more than an hour on two cores. ``--work FOLDER`` keeps what each stage gave, to go on from.
"""

import argparse
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from classifiers.encoder.encoder import TOKENS_MAX
from classifiers.encoder.writing import ENGLISH, written
from classifiers.lexicon.seen import said
from classifiers.small.opinion import numbers as small_numbers
from classifiers.small.weights import shipped
from classifiers.training.encoder import base, file, together, vocabulary
from classifiers.training.encoder.network import STAGES, Fitter, Network, Plan
from classifiers.training.encoder.vocabulary import Vocabulary
from classifiers.training.material import material, tells
from classifiers.training.matrix import truth
from classifiers.training.posts import FITTED, Labelled
from classifiers.transformers_parts.card import TOKENIZER_FILE
from classifiers.transformers_parts.texts import Text
from classifiers.transformers_parts.tokens import Tokens

OUT = Path(__file__).parents[2] / "encoder" / "model"


def main() -> None:
    """Read, fit, write, and fit how it speaks together with the small model."""
    options = _options()
    options.work.mkdir(parents=True, exist_ok=True)
    read = material(options.sets)
    texts = [written(said(one.mention, one.language)) for one in read]
    pretrained = base.folder()
    pieces = _vocabulary(pretrained / TOKENIZER_FILE, options.work / TOKENIZER_FILE, texts)
    rows = Tokens(options.work / TOKENIZER_FILE, TOKENS_MAX).rows(texts)
    network = Network(pretrained, pieces)
    fitter = Fitter(network, read, rows)
    train = np.array([n for n, one in enumerate(read) if one.split == "train"])
    english = train[np.array([read[n].language == ENGLISH for n in train])]
    for name, plan in STAGES.items():
        _stage(fitter, english if plan.is_english else train, plan, options.work / f"{name}.pt")
    file.write(network, pieces, options.out)
    tune = np.array([n for n, one in enumerate(read) if one.split == "tune"])
    together.write(shipped().by, _blends([read[n] for n in tune], fitter.logits(tune)), options.out)
    print(f"written to {options.out}")  # noqa: T201


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sets", type=Path, help="folder of the openly licensed sets")
    parser.add_argument("--out", type=Path, default=OUT, help="where the model is written")
    parser.add_argument("--work", type=Path, default=Path("encoder-work"))
    return parser.parse_args()


def _vocabulary(whole: Path, kept: Path, texts: Sequence[Text]) -> Vocabulary:
    """Trimmed, and kept; what an earlier run kept is taken as it is."""
    if kept.exists():
        return vocabulary.read(kept, whole)
    made = vocabulary.trimmed(whole, texts)
    made.write(kept)
    return made


def _stage(fitter: Fitter, numbers: NDArray[np.int64], plan: Plan, kept: Path) -> None:
    """Fit, and keep what was fitted; what an earlier run kept is taken as it is."""
    if kept.exists():
        fitter.network.load_state_dict(torch.load(kept, weights_only=True))
        return
    fitter.fit(numbers, plan)
    torch.save(fitter.network.state_dict(), kept)


def _blends(tune: list[Labelled], logits: NDArray[np.float32]) -> dict[str, object]:
    """Of every kind: on our posts; the mood on texts of no brand, which it is for."""
    small = np.vstack([small_numbers(said(one.mention, one.language)) for one in tune])
    found: dict[str, object] = {}
    for kind in FITTED:
        truths = np.array([truth(one, kind) for one in tune])
        told = np.array([tells(one, kind) for one in tune])
        used, columns = told & (truths >= 0), shipped().kinds[kind].columns
        languages = [one.language for one, is_used in zip(tune, used, strict=True) if is_used]
        found[kind] = together.blended(
            small[used, columns], logits[used, columns], truths[used], languages, kind
        )
    return found


if __name__ == "__main__":
    main()

"""What a model's own labels stand for among ours."""

from collections.abc import Iterable, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from listener.model import LABELS
from listener.suggest import suggestion
from listener.text import shown

_SHORT: Mapping[str, Mapping[str, str]] = {
    "sentiment": {"neg": "negative", "neu": "neutral", "pos": "positive"},
    "spam": {"spam": "yes", "ham": "no", "not_spam": "no", "not spam": "no"},
}
_SHOWN_MAX = 12


def parsed(text: str) -> dict[str, str]:
    """``"LABEL_0=negative,LABEL_1=neutral"`` as a table. Raises ValueError."""
    stated: dict[str, str] = {}
    for part in filter(None, (part.strip() for part in text.split(","))):
        own, sign, ours = (word.strip() for word in part.rpartition("="))
        if not sign or not own or not ours:
            raise ValueError(f"'{shown(part, 64)}' is no pair; write LABEL_0=negative,LABEL_1=…")
        if own in stated:
            raise ValueError(f"'{shown(own, 64)}' stands there twice")
        stated[own] = ours
    return stated


def mapped(kind: str, outputs: Sequence[str], stated: Mapping[str, str]) -> dict[str, str]:
    """What each of the model's labels stands for, by what is stated, else by its own name.

    Raises ValueError that names every label of the model that stands for none of the kind, and
    everything stated that the model or the kind doesn't have. A kind of somebody's own has no
    labels but the model's and those stated.
    """
    by_fold = {label.casefold(): label for label in outputs}
    meant = {by_fold.get(own.casefold(), own): ours for own, ours in stated.items()}
    _refuse_unknown(kind, outputs, meant)
    found = {own: meant.get(own) or _by_name(kind, own) for own in outputs}
    unmapped = [own for own, ours in found.items() if not ours]
    if unmapped:
        raise ValueError(_unmapped(kind, unmapped))
    return found


def labels_of(kind: str, meanings: Iterable[str]) -> tuple[str, ...]:
    """All labels that a tag of this kind may have."""
    return LABELS.get(kind) or tuple(dict.fromkeys(meanings))


def gathering(
    outputs: Sequence[str], meanings: Mapping[str, str], labels: Sequence[str]
) -> NDArray[np.float32]:
    """What the model's probabilities are multiplied by to become ours: several to one are summed.

    Shape (number of outputs, number of labels).
    """
    table = np.zeros((len(outputs), len(labels)), dtype=np.float32)
    for row, own in enumerate(outputs):
        table[row, labels.index(meanings[own])] = 1
    return table


def _refuse_unknown(kind: str, outputs: Sequence[str], meant: Mapping[str, str]) -> None:
    for own, ours in meant.items():
        if own not in outputs:
            raise ValueError(f"the model has no label '{shown(own, 64)}'; it has {_list(outputs)}")
        if kind in LABELS and ours not in LABELS[kind]:
            hint = suggestion(ours, LABELS[kind]) or f"; it has {', '.join(LABELS[kind])}"
            raise ValueError(f"{kind} has no label '{shown(ours, 64)}'{hint}")


def _by_name(kind: str, own: str) -> str:
    if kind not in LABELS:
        return own
    plain = own.strip().casefold()
    return plain if plain in LABELS[kind] else _SHORT.get(kind, {}).get(plain, "")


def _unmapped(kind: str, unmapped: Sequence[str]) -> str:
    are = "labels stand" if len(unmapped) > 1 else "label stands"
    return (
        f"the model's {are} for none of {kind}'s ({', '.join(LABELS[kind])}): {_list(unmapped)};"
        f" say what each means, such as {_example(kind, unmapped)}"
    )


def _example(kind: str, unmapped: Sequence[str]) -> str:
    ours = LABELS[kind]
    pairs = (f"{own}={ours[min(n, len(ours) - 1)]}" for n, own in enumerate(unmapped[:2]))
    return f'"{",".join(shown(pair, 64) for pair in pairs)},…"'


def _list(labels: Sequence[str]) -> str:
    told = ", ".join(f"'{shown(label, 40)}'" for label in labels[:_SHOWN_MAX])
    return f"{told} and {len(labels) - _SHOWN_MAX} more" if len(labels) > _SHOWN_MAX else told

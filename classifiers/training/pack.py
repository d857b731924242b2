"""A fitted network as the two files that ship: numbers of few bits, and what they mean."""

import hashlib
import io
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from classifiers.training.calibrate import Bend
from classifiers.training.network import Fitted, arrays
from classifiers.training.posts import ANSWERS

_LEVELS = 26
"""The largest number of a weight: less than six bits, kept as a byte; the file needs no more."""

_ZIP_TIME = (1980, 1, 1, 0, 0, 0)


@dataclass(frozen=True, slots=True)
class Tuned:
    """How one kind's logits become labels."""

    bends: Mapping[str, Bend]
    costs: Sequence[float]


def pack(
    fitted: Fitted, tuned: Mapping[str, Tuned], by: str, languages: Sequence[str], folder: Path
) -> None:
    """Write ``model.npz`` and ``model.json``; other weights have another name in ``by``."""
    packed = _packed(fitted)
    sha256 = hashlib.sha256(packed).hexdigest()
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "model.npz").write_bytes(packed)
    card = {
        "by": f"{by}.{sha256[:8]}",
        "sha256": sha256,
        "languages": sorted(languages),
        "kinds": [_kind(kind, of_kind) for kind, of_kind in tuned.items()],
    }
    text = json.dumps(card, indent=1, ensure_ascii=False)
    (folder / "model.json").write_text(f"{text}\n", encoding="utf-8")


def _kind(kind: str, tuned: Tuned) -> dict[str, object]:
    return {
        "kind": kind,
        "labels": ANSWERS[kind],
        "costs": tuned.costs,
        "calibration": {
            language: {"factor": bend.factor, "biases": bend.biases}
            for language, bend in tuned.bends.items()
        },
    }


def _packed(fitted: Fitted) -> bytes:
    numbers = arrays(fitted)
    rows = np.hstack([numbers["inner"], numbers["direct"]])
    scales = np.abs(rows).max(axis=0) / _LEVELS
    values = np.rint(rows / scales).astype(np.int8)
    kept = np.flatnonzero(values.any(axis=1))
    return _zipped(
        {
            "rows": fitted.used[kept].astype(np.int32),
            "values": values[kept],
            "scales": scales.astype(np.float32),
            "bias": numbers["bias"].astype(np.float32),
            "outer": numbers["outer"].astype(np.float32),
        }
    )


def _zipped(numbers: Mapping[str, NDArray[np.generic]]) -> bytes:
    """As ``numpy.savez_compressed`` writes it, but the same bytes for the same numbers."""
    import zipfile

    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as file:
        for name, array in numbers.items():
            inner = io.BytesIO()
            np.lib.format.write_array(inner, array, allow_pickle=False)
            file.writestr(
                zipfile.ZipInfo(f"{name}.npy", _ZIP_TIME), inner.getvalue(), zipfile.ZIP_DEFLATED
            )
    return buffer.getvalue()

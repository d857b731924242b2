"""A transformers model as an ONNX file, and what it said itself, to compare. Needs torch."""

import logging
import os
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np

from classifiers.transformers_parts.card import TOKENIZER_FILE
from classifiers.transformers_parts.serving import INPUTS, Numbers, probabilities
from listener.ports import Reject
from listener.text import shown

OPSET = 17
NEEDED = ("torch", "transformers")

_SAMPLE = ["a few words", "some more words than before, so that one is filled up"]


class Original:
    """The model as transformers runs it."""

    def __init__(self, folder: Path, tokens_max: int) -> None:
        """Load it. Raises Reject where that can't be done, or weights of the judge are missing."""
        missing = [name for name in NEEDED if find_spec(name) is None]
        if missing:
            what = f"{' and '.join(missing)}: pip install 'mention-listener[export]'"
            raise Reject(f"it has no model.onnx, and exporting needs {what}")
        self._tokens_max = tokens_max
        with _quiet():
            self._tokenizer, self._model = _loaded(folder)
        names = [name for name in INPUTS if name in self._tokenizer.model_input_names]
        self._names = names if len(names) > 1 else [*INPUTS[:2]]

    @property
    def pad_id(self) -> int | None:
        """The token that fills up, as its tokenizer has it."""
        found = self._tokenizer.pad_token_id
        return None if found is None else int(found)

    def probabilities(self, texts: Sequence[str]) -> Numbers:
        """What it says itself, each text alone. Shape (texts, labels)."""
        import torch

        with torch.no_grad(), _quiet():
            rows = [self._model(**self._read([text])).logits[0].numpy() for text in texts]
        return probabilities(np.stack(rows).astype(np.float32))

    def save_tokenizer(self, folder: Path) -> None:
        """Write ``tokenizer.json``. Raises Reject where it is of a kind that has none."""
        backend = getattr(self._tokenizer, "backend_tokenizer", None)
        if backend is None:
            raise Reject("its tokenizer has no tokenizer.json and can't be written as one")
        backend.save(str(folder / TOKENIZER_FILE))

    def export(self, path: Path) -> None:
        """Write it as ONNX, for any number of texts of any length."""
        import torch

        sample = self._read(_SAMPLE)
        axes = {name: {0: "texts", 1: "tokens"} for name in self._names}
        with _quiet():
            torch.onnx.export(
                _by_place(self._model, self._names),
                tuple(sample[name] for name in self._names),
                str(path),
                input_names=self._names,
                output_names=["logits"],
                dynamic_axes=axes | {"logits": {0: "texts"}},
                opset_version=OPSET,
                dynamo=False,  # the newer exporter needs a library more, and fixes some shapes
            )

    def _read(self, texts: Sequence[str]) -> Any:
        given = self._tokenizer(
            list(texts),
            padding=len(texts) > 1,
            truncation=True,
            max_length=self._tokens_max,
            return_tensors="pt",
        )
        return {name: given[name] for name in self._names}


def _loaded(folder: Path) -> tuple[Any, Any]:
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
    import torch
    from transformers import AutoModelForSequenceClassification, AutoTokenizer
    from transformers.utils import logging as told

    told.disable_progress_bar()
    here: dict[str, Any] = {"local_files_only": True, "trust_remote_code": False}
    try:
        tokenizer = AutoTokenizer.from_pretrained(folder, **here)
        model, report = AutoModelForSequenceClassification.from_pretrained(
            folder,
            **here,
            dtype=torch.float32,
            attn_implementation="eager",
            output_loading_info=True,
        )
    except Exception as error:
        raise Reject(f"transformers can't load it: {shown(str(error), 300)}") from error
    lacking = sorted(map(str, [*report["missing_keys"], *report["mismatched_keys"]]))
    if lacking:
        raise Reject(f"it lacks weights, such as {shown(lacking[0], 100)}: it was never trained")
    return tokenizer, model.eval()


def _by_place(model: Any, names: Sequence[str]) -> Any:
    """The model with its inputs by place, as the exporter calls it."""
    import torch

    class ByPlace(torch.nn.Module):  # type: ignore[misc]
        """Named inputs for places."""

        def __init__(self) -> None:
            super().__init__()
            self.model = model

        def forward(self, *given: Any) -> Any:
            """The logits."""
            return self.model(**dict(zip(names, given, strict=True))).logits

    return ByPlace().eval()


@contextmanager
def _quiet() -> Iterator[None]:
    """What these libraries say of themselves is no news to who adds a model."""
    before = logging.root.manager.disable
    logging.disable(logging.ERROR)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        logging.disable(before)

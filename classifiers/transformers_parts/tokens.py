"""Texts as the numbers that a model reads, cut to its length around the brand."""

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from classifiers.transformers_parts.texts import Text
from listener.ports import Reject
from listener.text import shown


@dataclass(frozen=True, slots=True)
class Row:
    """One text's tokens; ``types`` tell the text (0) from what stands beside it (1)."""

    ids: Sequence[int]
    types: Sequence[int]


class Tokens:
    """A tokenizer that gives windows of at most ``tokens_max`` tokens."""

    def __init__(self, path: Path, tokens_max: int) -> None:
        # One post is quickly taken apart; its threads would only compete with the model's.
        os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
        from tokenizers import Tokenizer

        try:
            self._tokenizer: Any = Tokenizer.from_file(str(path))
        except Exception as error:  # noqa: BLE001 (it raises nothing more exact)
            raise Reject(f"{path} is no tokenizer: {shown(str(error), 200)}") from None
        self._tokenizer.no_padding()
        self._tokenizer.enable_truncation(tokens_max, stride=tokens_max // 2)

    def rows(self, texts: Sequence[Text]) -> list[Row]:
        """Each text's tokens; of a longer text the window that has the brand in its middle."""
        inputs = [(text.text, text.beside) if text.beside else text.text for text in texts]
        encoded = self._tokenizer.encode_batch(inputs)
        return [_row(one, text.place) for one, text in zip(encoded, texts, strict=True)]


def _row(encoded: Any, place: int) -> Row:
    windows = [encoded, *encoded.overflowing] if place else [encoded]
    best = min(windows, key=lambda window: abs(_middle(window) - place)) if place else windows[0]
    return Row(best.ids, best.type_ids)


def _middle(window: Any) -> float:
    """The middle of what the window shows of the text itself, in characters."""
    spans = [
        span for span, part in zip(window.offsets, window.sequence_ids, strict=True) if part == 0
    ]
    return (spans[0][0] + spans[-1][1]) / 2 if spans else 0.0

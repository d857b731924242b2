"""The encoder's tokenizer: the pretrained one without the pieces of words that it can spare.

A piece is kept that is common English, or that the texts which are fitted to often have; of others
the smaller pieces that they are made of must do. Two signs are tokens of their own: the brand that
is judged, and any other.
"""

import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from classifiers.encoder.writing import OTHER
from classifiers.lexicon.tokens import BRAND
from classifiers.transformers_parts.texts import Text

COMMON = 10_000
"""How many of the pretrained pieces, which stand by how common they are, are kept in any case."""

SEEN_MIN = 4
"""How often the texts must have another piece for it to be kept."""

_SIGNS = {"[unused1]": BRAND, "[unused2]": OTHER}
_SPECIAL = ("[PAD]", "[UNK]", "[CLS]", "[SEP]", BRAND, OTHER)


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """A tokenizer's file, and for each of its pieces the place in the pretrained one."""

    tokenizer: dict[str, Any]
    places: Sequence[int]

    def place(self, piece: str) -> int:
        """The number of a piece."""
        return int(self.tokenizer["model"]["vocab"][piece])

    def write(self, path: Path) -> None:
        """Write the tokenizer's file."""
        path.write_text(json.dumps(self.tokenizer, ensure_ascii=False), encoding="utf-8")


def read(path: Path, whole: Path) -> Vocabulary:
    """One that was written, beside the pretrained tokenizer that it was trimmed from."""
    told: dict[str, Any] = json.loads(path.read_text("utf-8"))
    places = _renamed(json.loads(whole.read_text("utf-8")))
    return Vocabulary(told, [places[piece] for piece in told["model"]["vocab"]])


def trimmed(path: Path, texts: Iterable[Text]) -> Vocabulary:
    """The tokenizer of a file, trimmed to what these texts need."""
    stated: dict[str, Any] = json.loads(path.read_text("utf-8"))
    needed = _pieces(path, texts)
    kept = {
        piece: place
        for piece, place in _renamed(stated).items()
        if piece in _SPECIAL or piece in needed or (place < COMMON and "[unused" not in piece)
    }
    pieces = sorted(kept, key=kept.__getitem__)
    vocab = {piece: number for number, piece in enumerate(pieces)}
    stated["model"]["vocab"] = vocab
    stated["added_tokens"] = [_special(vocab[piece], piece) for piece in _SPECIAL]
    for piece, told in stated["post_processor"]["special_tokens"].items():
        told["ids"] = [vocab[piece]]
    stated |= {"truncation": None, "padding": None}
    return Vocabulary(stated, [kept[piece] for piece in pieces])


def _renamed(stated: Mapping[str, Any]) -> dict[str, int]:
    """Its pieces and their places, the signs under their own names."""
    return {_SIGNS.get(piece, piece): n for piece, n in stated["model"]["vocab"].items()}


def _pieces(path: Path, texts: Iterable[Text]) -> frozenset[str]:
    """The pieces that the pretrained tokenizer often makes of the texts."""
    from tokenizers import Tokenizer

    whole = Tokenizer.from_file(str(path))
    whole.no_padding()
    whole.no_truncation()
    every = [part for text in texts for part in (text.text, text.beside) if part]
    seen = Counter(piece for one in whole.encode_batch(every) for piece in one.tokens)
    return frozenset(piece for piece, count in seen.items() if count >= SEEN_MIN)


def _special(number: int, piece: str) -> dict[str, object]:
    return {
        "id": number,
        "special": True,
        "content": piece,
        "single_word": False,
        "lstrip": False,
        "rstrip": False,
        "normalized": False,
    }

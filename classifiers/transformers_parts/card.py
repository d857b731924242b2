"""``listener.json``: what lies in the folder of an added model, and what its numbers mean."""

import hashlib
import json
import re
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Annotated

from pydantic import Field, TypeAdapter, ValidationError

from listener.text import shown

CARD_FILE = "listener.json"
MODEL_FILE = "model.onnx"
TOKENIZER_FILE = "tokenizer.json"

NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")
OUTPUTS_MAX = 1_000

_CARD_BYTES_MAX = 1_000_000
_READ_BYTES = 1 << 20
_MARK_CHARS = 12

_Text = Annotated[str, Field(max_length=500)]
_Labels = Annotated[dict[_Text, _Text], Field(max_length=OUTPUTS_MAX)]


@dataclass(frozen=True, slots=True)
class Card:
    """A model in a folder of its own.

    ``outputs`` are the model's own labels in the order of its numbers, ``labels`` what each
    stands for among those of ``kind``. ``source`` is the hub's id or the folder it came from,
    ``revision`` the hub's commit. Its numbers are divided by ``temperature`` before they become
    probabilities: above 1 they get less sure. ``tokens_max`` is the most that it reads at once,
    ``pad_id`` the token that fills up shorter rows. ``files`` are the SHA-256 of each.
    """

    name: Annotated[str, Field(pattern=rf"^{NAME.pattern}$")]
    kind: _Text
    outputs: Annotated[tuple[_Text, ...], Field(min_length=2, max_length=OUTPUTS_MAX)]
    labels: _Labels
    files: _Labels
    source: str = ""
    revision: _Text = ""
    licence: _Text = ""
    int8: bool = False
    tokens_max: Annotated[int, Field(ge=8, le=1_000_000)] = 512
    pad_id: Annotated[int, Field(ge=0)] = 0
    temperature: Annotated[float, Field(gt=0, le=100, allow_inf_nan=False)] = 1.0

    @property
    def mark(self) -> str:
        """The name with the revision, or with the file's own mark where nobody gave one."""
        return f"{self.name}/{(self.revision or self.files[MODEL_FILE])[:_MARK_CHARS]}"


def read_card(folder: Path) -> Card:
    """The card in the folder. Raises ValueError with what is wrong, in one line."""
    path = folder / CARD_FILE
    try:
        with path.open("rb") as file:
            raw = file.read(_CARD_BYTES_MAX)
        card = _ADAPTER.validate_json(raw)
    except OSError as error:
        raise ValueError(f"{path} can't be read: {error.strerror or error}") from None
    except ValidationError as error:
        raise ValueError(f"{path} is damaged: {_first(error)}") from None
    missing = {MODEL_FILE, TOKENIZER_FILE} - {*card.files}
    if missing:
        raise ValueError(f"{path} is damaged: files lacks {', '.join(sorted(missing))}")
    return card


def write_card(folder: Path, card: Card) -> None:
    """Write it, as people like to read it."""
    text = json.dumps(asdict(card), ensure_ascii=False, indent=2)
    (folder / CARD_FILE).write_text(f"{text}\n", encoding="utf-8")


def sha256(path: Path) -> str:
    """The file's SHA-256, in hexadecimal."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while part := file.read(_READ_BYTES):
            digest.update(part)
    return digest.hexdigest()


def sha256_of_all(folder: Path) -> dict[str, str]:
    """Of every file in the folder but the card."""
    names = sorted(path.name for path in folder.iterdir() if path.is_file())
    return {name: sha256(folder / name) for name in names if name != CARD_FILE}


def _first(error: ValidationError) -> str:
    first = error.errors(include_url=False, include_input=False)[0]
    place = ".".join(str(step) for step in first["loc"])
    return shown(f"{place}: {first['msg']}" if place else first["msg"], 200)


_ADAPTER: TypeAdapter[Card] = TypeAdapter(Card)

"""A model at work: onnxruntime's session behind a tokenizer, one per process, nothing fetched.

Every session is shared by all that ask for the same files in the same way, and goes when the last
of them goes, so that a configuration that is read anew neither loads twice nor leaks. What texts
gave is kept for a while by their hash: copies come together, and a batch that failed at one text
is asked again text by text.
"""

import hashlib
import threading
import weakref
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import numpy as np
import structlog
from numpy.typing import NDArray

from classifiers.transformers_parts.batches import by_length
from classifiers.transformers_parts.card import (
    CARD_FILE,
    MODEL_FILE,
    TOKENIZER_FILE,
    Card,
    sha256,
)
from classifiers.transformers_parts.texts import Text
from classifiers.transformers_parts.tokens import Row, Tokens
from listener.ports import Reject, Retry
from listener.text import shown

Device = Literal["cpu", "cuda"]
Numbers = NDArray[np.float32]

CACHED_MAX = 4_000
"""How many texts' numbers are kept: some hundred kilobytes."""

INPUTS = ("input_ids", "attention_mask", "token_type_ids")

_OUT_OF_MEMORY = (
    "bad_alloc",
    "bad allocation",
    "allocate memory",
    "out of memory",
    "available memory of",
)

log = structlog.get_logger("transformers")


@dataclass(frozen=True, slots=True)
class Serving:
    """How a model is to be run."""

    folder: Path
    batch_size: int = 16
    tokens_max: int = 256
    threads: int = 0
    device: Device = "cpu"


class Model:
    """A loaded model: texts in, the model's own numbers out."""

    def __init__(self, card: Card, how: Serving) -> None:
        _check_files(card, how.folder)
        self._tokens = Tokens(how.folder / TOKENIZER_FILE, min(how.tokens_max, card.tokens_max))
        self._session = _session(how)
        self._types = {one.name: _integer(one.type) for one in self._session.get_inputs()}
        unknown = sorted({*self._types} - {*INPUTS})
        if unknown:
            raise Reject(
                f"{how.folder}: the model asks for {', '.join(unknown)}, which no text has"
            )
        self._rows_max = how.batch_size
        self._card = card
        self._kept: OrderedDict[bytes, Numbers] = OrderedDict()
        self._keeping = threading.Lock()

    def numbers(self, texts: Sequence[Text]) -> Numbers:
        """Shape (texts, the model's own labels), in the texts' order.

        Raises Retry where memory does not suffice for even one of them alone.
        """
        keys = [_key(text) for text in texts]
        known = {key: kept for key in keys if (kept := self._kept.get(key)) is not None}
        fresh = {key: text for key, text in zip(keys, texts, strict=True) if key not in known}
        rows = dict(zip(fresh, self._tokens.rows([*fresh.values()]), strict=True))
        names = [*rows]
        for batch in by_length([len(row.ids) for row in rows.values()], self._rows_max):
            chosen = [names[number] for number in batch]
            found = dict(zip(chosen, self._asked([rows[name] for name in chosen]), strict=True))
            self._keep(found)
            known |= found
        return np.stack([known[key] for key in keys]) if keys else self._nothing()

    def _asked(self, rows: Sequence[Row]) -> Numbers:
        """The batch; where memory does not suffice, its halves."""
        try:
            return self._run(rows)
        except Exception as error:
            if not _is_out_of_memory(error):
                raise
        tokens = max(len(row.ids) for row in rows)
        if len(rows) == 1:
            raise Retry(f"{self._card.name}: not enough memory for one text of {tokens} tokens")
        log.warning(
            "not enough memory, halving", model=self._card.name, texts=len(rows), tokens=tokens
        )
        half = (len(rows) + 1) // 2
        return np.concatenate([self._asked(rows[:half]), self._asked(rows[half:])])

    def _run(self, rows: Sequence[Row]) -> Numbers:
        table = filled(rows, self._card.pad_id)
        given = {name: table[name].astype(kind) for name, kind in self._types.items()}
        (numbers, *_) = self._session.run(None, given)
        numbers = np.asarray(numbers, dtype=np.float32)
        if numbers.shape != (len(rows), len(self._card.outputs)):
            told = f"gave numbers of the shape {numbers.shape} for {len(rows)} texts"
            raise Reject(f"{self._card.name} {told} and {len(self._card.outputs)} labels")
        if not np.isfinite(numbers).all():
            raise ValueError(f"{self._card.name} gave what is no number")
        return numbers

    def _keep(self, found: dict[bytes, Numbers]) -> None:
        with self._keeping:
            self._kept |= found
            while len(self._kept) > CACHED_MAX:
                self._kept.popitem(last=False)

    def _nothing(self) -> Numbers:
        return np.zeros((0, len(self._card.outputs)), dtype=np.float32)


def opened(card: Card, how: Serving) -> Model:
    """The model, loaded by whoever asks first; the others wait, and share it.

    Raises Reject where its files are damaged or can't be run here; once found so, they are not
    read again until they change.
    """
    key = (how, _stamp(how.folder))
    with _OPENING:
        if key in _REFUSED:
            raise Reject(_REFUSED[key])
        model = _OPEN.get(key)
        if model is None:
            try:
                model = Model(card, how)
            except Reject as refusal:
                _REFUSED[key] = refusal.reason
                raise
            _OPEN[key] = model
        return model


def probabilities(numbers: Numbers, temperature: float = 1.0) -> Numbers:
    """Softmax by rows. Above 1 the temperature makes them less sure."""
    bent = numbers / temperature
    risen = np.exp(bent - bent.max(axis=1, keepdims=True))
    return np.asarray(risen / risen.sum(axis=1, keepdims=True), dtype=np.float32)


_Stamp = tuple[tuple[int, int], ...]
_OPENING = threading.Lock()
_OPEN: "weakref.WeakValueDictionary[tuple[Serving, _Stamp], Model]" = weakref.WeakValueDictionary()
_REFUSED: dict[tuple[Serving, _Stamp], str] = {}


def _stamp(folder: Path) -> _Stamp:
    """When which of the files was written: other files are another model."""
    try:
        stats = [(folder / name).stat() for name in (MODEL_FILE, TOKENIZER_FILE, CARD_FILE)]
    except OSError as error:
        raise Reject(f"{error.filename} can't be read: {error.strerror}") from None
    return tuple((stat.st_mtime_ns, stat.st_size) for stat in stats)


def _check_files(card: Card, folder: Path) -> None:
    for name, stated in card.files.items():
        try:
            found = sha256(folder / Path(name).name)
        except OSError as error:
            raise Reject(f"{folder / name} can't be read: {error.strerror}") from None
        if found != stated:
            raise Reject(f"{folder / name} is not the file that was added; add the model anew")


def _session(how: Serving) -> Any:
    import onnxruntime

    providers = ["CPUExecutionProvider"]
    if how.device == "cuda":
        providers.insert(0, "CUDAExecutionProvider")
        if providers[0] not in onnxruntime.get_available_providers():
            raise Reject("device is cuda, and this onnxruntime has none: install onnxruntime-gpu")
    try:
        session = onnxruntime.InferenceSession(
            str(how.folder / MODEL_FILE), _options(onnxruntime, how), providers=providers
        )
    except Exception as error:
        if _is_out_of_memory(error):
            raise
        raise Reject(f"{how.folder / MODEL_FILE} can't be run: {shown(str(error), 200)}") from None
    if session.get_providers()[0] != providers[0]:
        raise Reject("device is cuda, and its libraries can't be loaded: CUDA or cuDNN is missing")
    return session


def _options(onnxruntime: Any, how: Serving) -> Any:
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = how.threads
    options.inter_op_num_threads = 1
    # Plans of memory are kept per shape, and texts have many shapes.
    options.enable_mem_pattern = False
    # Waiting threads would spin, and the other roles want the processor too.
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    options.log_severity_level = 4  # what goes wrong is raised, and told once
    return options


def _integer(stated: str) -> Any:
    return np.int32 if "int32" in stated else np.int64


def filled(rows: Sequence[Row], pad_id: int) -> dict[str, NDArray[np.int64]]:
    """The rows as one table for each input, filled up to the longest."""
    shape = (len(rows), max(len(row.ids) for row in rows))
    ids = np.full(shape, pad_id, dtype=np.int64)
    mask, types = np.zeros(shape, dtype=np.int64), np.zeros(shape, dtype=np.int64)
    for number, row in enumerate(rows):
        ids[number, : len(row.ids)] = row.ids
        mask[number, : len(row.ids)] = 1
        types[number, : len(row.types)] = row.types
    return dict(zip(INPUTS, (ids, mask, types), strict=True))


def _is_out_of_memory(error: BaseException) -> bool:
    told = str(error).casefold()
    return isinstance(error, MemoryError) or any(sign in told for sign in _OUT_OF_MEMORY)


def _key(text: Text) -> bytes:
    digest = hashlib.blake2b(text.beside.encode(), digest_size=16)
    digest.update(f"\0{text.place}\0".encode())
    digest.update(text.text.encode())
    return digest.digest()

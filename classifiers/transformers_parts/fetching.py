"""A model's files from the hub: the only place that uses the network, and only when asked."""

import errno
import os
import re
import shutil
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from classifiers.transformers_parts.card import MODEL_FILE, TOKENIZER_FILE, sha256
from classifiers.transformers_parts.hub_config import (
    CONFIG_FILE,
    TOKENIZER_CONFIG_FILE,
    read_hub_config,
)
from listener.ports import Reject, Retry
from listener.text import shown

HUB_ID = re.compile(r"[A-Za-z0-9][\w.-]{0,95}(/[A-Za-z0-9][\w.-]{0,95})?", re.ASCII)
ROOM_FACTOR = 3
"""How many times its size a model takes while it is added: fetched, exported, made small."""

FILE_BYTES_MAX = 20 * 2**30

_ONNX = (MODEL_FILE, f"onnx/{MODEL_FILE}")
_WEIGHTS = re.compile(r"(model|pytorch_model)(-\d+-of-\d+)?\.(safetensors|bin)(\.index\.json)?")
_WORDS = re.compile(
    r"(tokenizer.*\.json|tokenizer\.model|vocab\.(txt|json)|merges\.txt|bpe\.codes|added_tokens\.json"
    r"|special_tokens_map\.json|.*\.spm|.*\.bpe\.model|spiece\.model|spm\.model|prompt.*\.json)"
)
_UNREACHED = ("Connect", "Timeout", "Network", "Protocol", "Proxy", "Read", "Offline", "LocalEntry")

Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Fetched:
    """A model's files in a folder, and where they are from."""

    folder: Path
    source: str
    revision: str = ""
    licence: str = ""


def fetch(name: str, revision: str, into: Path, say: Say) -> Fetched:
    """The model's files. What was fetched before an interruption is not fetched again.

    Raises Reject where there is no such model or it is no judge, Retry where the hub can't be
    reached.
    """
    if find_spec("huggingface_hub") is None:
        raise Reject("fetching needs huggingface_hub: pip install 'mention-listener[export]'")
    os.environ.setdefault("HF_HUB_DISABLE_TELEMETRY", "1")
    from huggingface_hub import HfApi
    from huggingface_hub.utils import logging

    logging.set_verbosity_error()
    hub = HfApi(endpoint=os.environ.get("HF_ENDPOINT") or None)
    try:
        return _fetched(hub, name, revision, into, say)
    except (Reject, Retry):
        raise
    except Exception as error:
        raise _trouble(error, name, revision) from error


def _fetched(hub: Any, name: str, revision: str, into: Path, say: Say) -> Fetched:
    info = hub.model_info(name, revision=revision or None, files_metadata=True)
    files = {one.rfilename: one for one in info.siblings or ()}
    for file in (CONFIG_FILE, TOKENIZER_CONFIG_FILE):
        if file in files:
            _download(hub, info, files[file], into)
    read_hub_config(into, info.id)  # before anything large is fetched
    chosen = [files[file] for file in _chosen(files, name)]
    size = sum(one.size or 0 for one in chosen)
    _check_room(into, size)
    say(f"fetching {info.id}, {size / 1e6:,.0f} MB in {len(chosen)} files …")
    for file in chosen:
        _download(hub, info, file, into)
    if (into / _ONNX[1]).is_file():
        shutil.move(into / _ONNX[1], into / MODEL_FILE)
    licence = getattr(info.card_data, "license", None) or ""
    return Fetched(into, info.id, info.sha or "", licence if isinstance(licence, str) else "")


def _chosen(files: Iterable[str], name: str) -> list[str]:
    """The files to fetch: its ONNX file where it has one, else the weights to be exported."""
    names = sorted(files)
    words = [file for file in names if _WORDS.fullmatch(file)]
    ready = [file for file in _ONNX if file in names]
    if ready and TOKENIZER_FILE in words:
        return [*words, ready[0]]
    weights = [file for file in names if _WEIGHTS.fullmatch(file)]
    safe = [file for file in weights if "safetensors" in file]
    if not weights:
        raise Reject(f"{name} has neither weights for torch nor a {MODEL_FILE} with its tokenizer")
    return [*words, *(safe or weights)]


def _download(hub: Any, info: Any, file: Any, into: Path) -> None:
    if (file.size or 0) > FILE_BYTES_MAX:
        raise Reject(f"{info.id}: {file.rfilename} is larger than {FILE_BYTES_MAX >> 30} GiB")
    path = hub.hf_hub_download(info.id, file.rfilename, revision=info.sha, local_dir=into)
    stated = file.lfs.sha256 if file.lfs else ""
    if stated and sha256(Path(path)) != stated:
        Path(path).unlink()
        raise Retry(f"{info.id}: {file.rfilename} came damaged; try again")


def _check_room(folder: Path, size: int) -> None:
    free = shutil.disk_usage(folder).free
    if free < size * ROOM_FACTOR:
        told = (
            f"needs {size * ROOM_FACTOR / 1e9:.1f} GB for a while, and {free / 1e9:.1f} GB are free"
        )
        raise Reject(f"not enough room on the disk of {folder.parent}: it {told}")


def _trouble(error: Exception, name: str, revision: str) -> Exception:
    """What went wrong in one line: Retry where it may work later."""
    if isinstance(error, OSError) and error.errno in {errno.ENOSPC, errno.EDQUOT}:
        return error
    kinds = [cls.__name__ for cls in type(error).__mro__]
    for kind, told in _KNOWN.items():
        if kind in kinds:
            return Reject(f"'{shown(name, 100)}' {told.format(revision=shown(revision, 60))}")
    if any(kind.startswith(_UNREACHED) for kind in kinds):
        told = f"the hub can't be reached: {shown(str(error), 200)}"
    else:
        status = getattr(getattr(error, "response", None), "status_code", "")
        told = f"the hub answered {status or shown(f'{kinds[0]}: {error}', 200)}"
    return Retry(f"'{shown(name, 100)}' is no folder here, and {told}")


_KNOWN: Mapping[str, str] = {
    "GatedRepoError": "is given only to those who agreed to its terms: do so there, set HF_TOKEN",
    "RevisionNotFoundError": "has no revision '{revision}'",
    "RepositoryNotFoundError": "is no folder here and no model on the hub (private: set HF_TOKEN)",
    "HFValidationError": "is no folder here and can't be a name on the hub",
}

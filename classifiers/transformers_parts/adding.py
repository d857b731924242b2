"""From a hub's id or a folder to a folder that can be served, checked on the way."""

import errno
import hashlib
import os
import shutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

from classifiers.transformers_parts import checking, shrinking
from classifiers.transformers_parts.card import (
    MODEL_FILE,
    NAME,
    TOKENIZER_FILE,
    Card,
    sha256_of_all,
    write_card,
)
from classifiers.transformers_parts.exporting import Original
from classifiers.transformers_parts.fetching import HUB_ID, Fetched, fetch
from classifiers.transformers_parts.hub_config import CONFIG_FILE, HubConfig, read_hub_config
from classifiers.transformers_parts.labels import mapped
from classifiers.transformers_parts.serving import Numbers
from listener.ports import Reject, Retry
from listener.text import shown

EXPORT_DIFFERENCE_MAX = 0.01
INT8_DIFFERENCE_MAX = 0.2
"""From this difference on weights of eight bits are not taken, unless that was asked for."""

FREE_BYTES_MIN = 1 << 20

Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Wanted:
    """What to add. ``int8`` None: where it differs little, and as it is where it comes as ONNX."""

    source: str
    name: str = ""
    kind: str = "sentiment"
    labels: Mapping[str, str] = field(default_factory=dict)
    int8: bool | None = None
    revision: str = ""


def add(models: Path, wanted: Wanted, say: Say) -> Card:
    """Make ``models/NAME``. Raises Reject for what must be mended first, Retry for what may pass.

    It appears when all of it is done. What was fetched stays only where fetching broke off.
    """
    name = _name(wanted)
    target, work = models / name, models / f".{name}.part"
    if target.exists():
        raise Reject(f"{target} is there already: listener models remove {name}, or --as NAME")
    with _disk(models):
        work.mkdir(parents=True, exist_ok=True)
    try:
        with _disk(models):
            card = _made(replace(wanted, name=name), work, say)
            (work / "made").rename(target)
    except Retry:
        if not any(path.is_file() for path in work.rglob("*")):
            shutil.rmtree(work, ignore_errors=True)
        raise
    except BaseException:
        shutil.rmtree(work, ignore_errors=True)
        raise
    shutil.rmtree(work, ignore_errors=True)
    return card


def _made(wanted: Wanted, work: Path, say: Say) -> Card:
    made = work / "made"
    shutil.rmtree(made, ignore_errors=True)
    made.mkdir()
    fetched = _fetched(wanted, work, say)
    config = _config(fetched.folder, wanted)
    try:
        labels = mapped(wanted.kind, config.outputs, wanted.labels)
    except ValueError as error:
        raise Reject(str(error)) from None
    card = Card(
        name=wanted.name,
        kind=wanted.kind,
        outputs=config.outputs,
        labels=labels,
        files={},
        source=fetched.source,
        revision=fetched.revision,
        licence=fetched.licence,
        tokens_max=config.tokens_max,
        pad_id=config.pad_id or 0,
    )
    card = _with_model(card, fetched.folder, made, say)
    card = _shrunk(card, made, wanted.int8, say)
    write_card(made, card)
    return card


def _fetched(wanted: Wanted, work: Path, say: Say) -> Fetched:
    folder = Path(wanted.source)
    if folder.is_dir():
        return Fetched(folder, str(folder.absolute()))
    if not HUB_ID.fullmatch(wanted.source):
        raise Reject(
            f"'{shown(wanted.source, 100)}' is no folder here and can't be a name on the hub"
        )
    # Named by what is fetched: the rest of another addition that broke off must not mix in.
    mark = hashlib.sha256(f"{wanted.source}@{wanted.revision}".encode()).hexdigest()[:16]
    into = work / f"fetched-{mark}"
    into.mkdir(exist_ok=True)
    return fetch(wanted.source, wanted.revision, into, say)


def _config(folder: Path, wanted: Wanted) -> HubConfig:
    """As its files say; a bare ONNX file's labels are those stated, in their order."""
    if (folder / CONFIG_FILE).is_file() or not (folder / MODEL_FILE).is_file():
        return read_hub_config(folder, wanted.source)
    if len(wanted.labels) < 2:
        raise Reject(f"{folder} has no {CONFIG_FILE}: name its labels in their order with --labels")
    return HubConfig(tuple(wanted.labels), tokens_max=512, pad_id=None)


def _with_model(card: Card, folder: Path, made: Path, say: Say) -> Card:
    """The card once model and tokenizer lie in ``made``, exported or as they came."""
    if (folder / MODEL_FILE).is_file() and (folder / TOKENIZER_FILE).is_file():
        say(f"taking its {MODEL_FILE} as it comes")
        shrinking.copy_model(folder / MODEL_FILE, made / MODEL_FILE)
        shutil.copyfile(folder / TOKENIZER_FILE, made / TOKENIZER_FILE)
        return replace(card, files=sha256_of_all(made))
    say("loading it with transformers …")
    original = Original(folder, card.tokens_max)
    said = original.probabilities(checking.TEXTS)
    say("exporting it to ONNX …")
    with _told("exported", made):
        original.export(made / MODEL_FILE)
        if len([*made.iterdir()]) > 1:
            shrinking.gather_external(made / MODEL_FILE)
        original.save_tokenizer(made)
    pad_id = card.pad_id if original.pad_id is None else original.pad_id
    card = replace(card, pad_id=pad_id, files=sha256_of_all(made))
    found = checking.difference(said, _served(card, made))
    say(f"exported, it differs from the original by {found}")
    if found.largest > EXPORT_DIFFERENCE_MAX:
        raise Reject("exported, it says something else than the original: it can't be used")
    return card


def _shrunk(card: Card, made: Path, int8: bool | None, say: Say) -> Card:
    """The card with weights of eight bits, where that is wanted, can be had and changes little."""
    before = _served(card, made)
    if int8 is False:
        return card
    if not shrinking.can_shrink():
        if int8:
            raise Reject("--int8 needs onnx: pip install 'mention-listener[export]'")
        say("left as it is: weights of eight bits need onnx (extra: export)")
        return card
    if shrinking.is_shrunk(made / MODEL_FILE):
        say("its weights have eight bits already")
        return replace(card, int8=True)
    say("making its weights eight bits …")
    small = made.with_name("small")
    shutil.rmtree(small, ignore_errors=True)
    small.mkdir()
    with _told("made smaller", made):
        shrinking.shrink(made / MODEL_FILE, small / MODEL_FILE)
        shutil.copyfile(made / TOKENIZER_FILE, small / TOKENIZER_FILE)
    shrunk = replace(card, int8=True, files=sha256_of_all(small))
    found = checking.difference(before, _served(shrunk, small))
    if found.largest > INT8_DIFFERENCE_MAX and not int8:
        say(f"kept as it was: with eight bits it differs by {found} (--int8 takes that)")
        return card
    say(f"with eight bits it differs by {found}")
    shutil.rmtree(made)
    small.rename(made)
    return shrunk


def _served(card: Card, folder: Path) -> Numbers:
    with _told("run", folder):
        return checking.served(card, folder)


def _name(wanted: Wanted) -> str:
    name = wanted.name or Path(wanted.source).name
    if not NAME.fullmatch(name):
        raise Reject(
            f"'{shown(name, 100)}' can't be a name: use letters, digits, '.', '_', '-' (--as)"
        )
    return name


@contextmanager
def _told(what: str, folder: Path) -> Iterator[None]:
    """What these libraries raise in a line; some say nothing of the disk when it is full."""
    try:
        yield
    except (Reject, Retry, OSError):
        raise
    except Exception as error:
        if shutil.disk_usage(folder).free < FREE_BYTES_MIN:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC)) from error
        raise Reject(f"it can't be {what}: {shown(str(error), 300)}") from error


@contextmanager
def _disk(models: Path) -> Iterator[None]:
    """A full or closed disk in a line."""
    try:
        yield
    except OSError as error:
        if error.errno in {errno.ENOSPC, errno.EDQUOT}:
            raise Reject(f"the disk of {models} is full; nothing was added") from error
        told = error.strerror or shown(str(error), 200)
        raise Reject(f"{error.filename or models}: {told}") from error

"""A larger judge: any sequence-classification model that ``listener models add`` put here.

It is run by onnxruntime, offline. It judges all mentions, or only those that the small model of
this kind is in doubt about, and leaves languages that it doesn't know to the small one.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated

import numpy as np
from pydantic import Field

from classifiers.transformers_parts import labels as meanings
from classifiers.transformers_parts.card import CARD_FILE, Card, read_card
from classifiers.transformers_parts.serving import (
    Device,
    Model,
    Numbers,
    Serving,
    opened,
    probabilities,
)
from classifiers.transformers_parts.shelf import MODELS_FOLDER, Shelf
from classifiers.transformers_parts.texts import Writing
from listener.model import LABELS, Mention, Tag
from listener.ports import Classifier

ALL_IN_DOUBT = 1.0
UNSURE = "unsure"
"""The label of a kind of somebody's own in a language that its model doesn't know."""

_UNSURE_SCORE = 0.3
_LANGUAGE = re.compile(r"([a-z]{2})(?:[-_].*)?")
_CODE = re.compile(r"[a-z]{2}")


@dataclass
class TransformersClassifier:
    """Judges mentions by a transformers model, all of them or those in doubt."""

    kind: Annotated[str, "What to judge: sentiment, spam, urgency, intent, or a kind of your own."]
    model: Annotated[
        Path, "Its name in the folder models beside the config, as added; or a folder's path."
    ]
    labels: Annotated[
        dict[str, str],
        "What the model's own labels stand for, over what was said when it was added.",
    ] = field(default_factory=dict)
    languages: Annotated[
        list[str],
        "Two-letter codes of the languages it knows; the small model judges others. Empty: all.",
    ] = field(default_factory=list)
    doubt_below: Annotated[
        float,
        Field(ge=0, le=1),
        "It is asked only where the small model is less sure than this; 1: about every mention.",
    ] = ALL_IN_DOUBT
    pair: Annotated[
        bool, "Whether it reads the brand's name beside the text, for models trained on pairs."
    ] = False
    handles_as: Annotated[
        str, "What each handle is written as for it, such as @user; empty: as it stands."
    ] = ""
    links_as: Annotated[
        str, "What each link is written as for it, such as http; empty: as it stands."
    ] = ""
    batch_size: Annotated[
        int, Field(ge=1, le=1024), "How many texts go through it together at most."
    ] = 16
    tokens_max: Annotated[
        int,
        Field(ge=8, le=8192),
        "How many tokens of a text it reads; of a longer one those around the brand.",
    ] = 256
    threads: Annotated[
        int, Field(ge=0, le=256), "How many threads it computes on; 0: one for each core."
    ] = 0
    device: Annotated[Device, "Where it computes; cuda needs onnxruntime-gpu."] = "cpu"
    small: Classifier | None = None

    def __post_init__(self) -> None:
        for code in self.languages:
            if not _CODE.fullmatch(code):
                raise ValueError(f"languages has {code!r}; give two-letter codes such as fi or en")
        self._folder = _folder(self.model)
        self._card = read_card(self._folder)
        meant = _meant(self.kind, self._card, self.labels)
        self._labels = meanings.labels_of(self.kind, meant.values())
        self._gathering = meanings.gathering(self._card.outputs, meant, self._labels)
        self._writing = Writing(self.handles_as, self.links_as, self.pair)
        self._model: Model | None = None
        self.small = self.small or _small(self.kind)
        if self.small is None and self.doubt_below < ALL_IN_DOUBT:
            raise ValueError(
                f"doubt_below: there is no small model of '{self.kind}' that could doubt"
            )

    def tag(self, mentions: Sequence[Mention]) -> Sequence[Tag]:
        """One tag of this kind per mention.

        Raises Reject where the model's files can't be used, and Retry where memory does not
        suffice for one text alone.
        """
        known = [self._knows(_language(mention)) for mention in mentions]
        first = self._first(mentions, known)
        asked = [n for n in range(len(mentions)) if known[n] and self._doubted(first.get(n))]
        chances = self._chances([mentions[n] for n in asked])
        larger = {n: self._tag(row, first.get(n)) for n, row in zip(asked, chances, strict=True)}
        return [larger.get(n) or first[n] for n in range(len(mentions))]

    @staticmethod
    def shelf(beside: Path, say: Callable[[str], None]) -> Shelf:
        """The models beside a config file, for the command that adds them."""
        return Shelf(beside.absolute().parent / MODELS_FOLDER, say)

    def _first(self, mentions: Sequence[Mention], known: Sequence[bool]) -> dict[int, Tag]:
        """What is said of those that the larger model is not asked about at once."""
        every = self.doubt_below < ALL_IN_DOUBT
        numbers = [n for n in range(len(mentions)) if every or not known[n]]
        if self.small is None:
            return {n: self._unsure(_language(mentions[n])) for n in numbers}
        tags = self.small.tag([mentions[n] for n in numbers]) if numbers else []
        return dict(zip(numbers, tags, strict=True))

    def _doubted(self, first: Tag | None) -> bool:
        return first is None or first.score < self.doubt_below

    def _knows(self, language: str) -> bool:
        return not self.languages or language in self.languages

    def _chances(self, mentions: Sequence[Mention]) -> Numbers:
        """Probabilities of our labels, a row per mention."""
        if not mentions:
            return np.zeros((0, len(self._labels)), dtype=np.float32)
        numbers = self._opened().numbers([self._writing.of(mention) for mention in mentions])
        gathered: Numbers = probabilities(numbers, self._card.temperature) @ self._gathering
        return gathered

    def _opened(self) -> Model:
        """Loaded at the first doubt: a process that only checks the config has no use for it."""
        if self._model is None:
            how = Serving(self._folder, self.batch_size, self.tokens_max, self.threads, self.device)
            self._model = opened(self._card, how)
        return self._model

    def _tag(self, row: Numbers, first: Tag | None) -> Tag:
        chances = tuple(
            (label, round(min(1.0, float(chance)), 4))
            for label, chance in zip(self._labels, row, strict=True)
        )
        label, score = max(chances, key=lambda one: one[1])
        return Tag(self.kind, label, score, _reasons(label, first), self._card.mark, chances)

    def _unsure(self, language: str) -> Tag:
        reason = f"{UNSURE}: no model for '{language or 'und'}'"
        return Tag(self.kind, UNSURE, _UNSURE_SCORE, (reason,), self._card.mark)


def _reasons(label: str, first: Tag | None) -> tuple[str, ...]:
    """That the larger model was asked, and why; what the small one saw holds if both agree."""
    if first is None:
        return ()
    asked = f"asked the larger model: the small one was {first.score:.2f} sure"
    if first.label == label:
        return (asked, *first.reasons)
    return (f"{asked} of {first.label}",)


def _folder(stated: Path) -> Path:
    """The folder itself, or the one of that name among the models beside the config."""
    folders = (stated, stated.parent / MODELS_FOLDER / stated.name)
    for folder in folders:
        if (folder / CARD_FILE).is_file():
            return folder
    told = f"{folders[-1]} holds no model that was added"
    raise ValueError(f"{told}: listener models add NAME, or listener models list")


def _meant(kind: str, card: Card, stated: Mapping[str, str]) -> dict[str, str]:
    """What each of the model's labels stands for; what it was added for holds for no other kind."""
    added = card.labels if card.kind == kind else {}
    try:
        return meanings.mapped(kind, card.outputs, {**added, **stated})
    except ValueError as error:
        raise ValueError(f"labels: {error}") from None


def _small(kind: str) -> Classifier | None:
    if kind not in LABELS:
        return None
    from classifiers.small.judge import SmallClassifier

    small: Classifier = SmallClassifier(kind)  # type: ignore[arg-type]
    return small


def _language(mention: Mention) -> str:
    """As tagged, else as its site says; empty where neither knows."""
    for stated in (mention.label("language"), mention.post.language):
        found = _LANGUAGE.fullmatch(stated.casefold())
        if found:
            return found.group(1)
    return ""

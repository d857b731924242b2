"""Corrections: what people say that a tag should have been, and what a mention is by then. Pure.

A correction is kept for good with who said it and when. The newest one of a mention and kind
counts: it stands as a tag of its own, above whatever a classifier says, until the post's words
are changed.
"""

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from listener.model import LABELS, Mention, Tag
from listener.suggest import suggestion
from listener.text import shown

PERSON = "person:"
"""What stands before the name of a person in a tag's ``by``."""
LABEL_CHARS_MAX = 100

Change = tuple[str, str, str]
"""A kind of judgement, the label that stood, and the label that stands then."""

_LANGUAGE = re.compile(r"[a-z]{2,3}")
_OWN_LABEL = re.compile(r"[\w.-]+(?: [\w.-]+)*")


@dataclass(frozen=True, slots=True)
class Correction:
    """What a person says: ``kind`` of the mention with this key should be ``label``."""

    mention: str
    kind: str
    label: str
    by: str
    at: datetime


def as_tag(said: Correction) -> Tag:
    """The tag that a correction puts beside those of the classifiers."""
    return Tag(said.kind, said.label, 1.0, ("corrected by a person",), f"{PERSON}{said.by}")


def is_by_person(tag: Tag) -> bool:
    """Whether a person said so, and no classifier."""
    return tag.by.startswith(PERSON)


def judged_label(mention: Mention, kind: str) -> str:
    """The newest label that a classifier gave, whatever people said of it; else empty."""
    judged = (tag for tag in reversed(mention.tags) if tag.kind == kind and not is_by_person(tag))
    return next((tag.label for tag in judged), "")


def as_it_stands(mention: Mention) -> Mention:
    """The mention with just one tag of each kind, the one that counts."""
    return replace(mention, tags=tuple({tag.kind: tag for tag in mention.tags}.values()))


def changes(mention: Mention, tags: Sequence[Tag]) -> list[Change]:
    """What stands otherwise once these tags are put to the mention; people keep the last word."""
    said = {tag.kind for tag in mention.tags if is_by_person(tag)}
    found = [(tag.kind, mention.label(tag.kind), tag.label) for tag in tags]
    return [change for change in found if change[0] not in said and change[1] != change[2]]


def check_label(kind: str, label: str, kinds: Collection[str]) -> None:
    """Raises ValueError, with what would be right, where ``label`` can't be one of this kind.

    ``kinds`` are those that are judged here; of a kind that is not one of ours any short word
    or words may be a label.
    """
    if kind not in kinds:
        msg = f"nobody judges '{shown(kind, 64)}' here{suggestion(kind, kinds)}"
        raise ValueError(msg)
    if kind in LABELS and label not in LABELS[kind]:
        hint = suggestion(label, LABELS[kind])
        msg = f"'{shown(label, 64)}' is no label of {kind}{hint}"
        raise ValueError(msg)
    if kind == "language" and not _LANGUAGE.fullmatch(label):
        msg = f"'{shown(label, 64)}' is no language: write its code, such as fi, or und"
        raise ValueError(msg)
    if len(label) > LABEL_CHARS_MAX or not _OWN_LABEL.fullmatch(label):
        msg = f"'{shown(label, 64)}' is no label: words of up to {LABEL_CHARS_MAX} characters"
        raise ValueError(msg)

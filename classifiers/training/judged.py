"""Labelled mentions, judged by the shipped model as the product would: chances, label, truth."""

from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from typing import get_args

from classifiers.small.judge import Kind, SmallClassifier
from classifiers.training.posts import Labelled
from listener.evaluation import auc, confusion, macro_f1
from listener.model import Tag

ALL: tuple[Kind, ...] = get_args(Kind)


@dataclass(frozen=True, slots=True)
class Judged:
    """An example and what each kind's judge said of it."""

    labelled: Labelled
    tags: dict[str, Tag]

    def counts_for(self, kind: str) -> bool:
        """Whether it has a label of this kind that is no convention."""
        is_spam = self.labelled.labels.get("spam") == "yes"
        return kind in self.labelled.labels and (kind == "spam" or not is_spam)

    def chance(self, kind: str, label: str) -> float:
        """How probable the judge held this label."""
        return dict(self.tags[kind].chances).get(label, 0.0)


def judged(labelled: Sequence[Labelled], kinds: Sequence[Kind] = ALL) -> list[Judged]:
    """All of them, on all cores. The language is told, as a site would."""
    with ProcessPoolExecutor() as pool:
        tags = pool.map(_tags, labelled, [tuple(kinds)] * len(labelled), chunksize=100)
        return [Judged(one, told) for one, told in zip(labelled, tags, strict=True)]


def _tags(one: Labelled, kinds: Sequence[Kind]) -> dict[str, Tag]:
    post = replace(one.mention.post, language=one.language)
    mention = replace(one.mention, post=post)
    return {kind: SmallClassifier(kind).tag([mention])[0] for kind in kinds}


def spam_line(is_spam: Sequence[bool], called: Sequence[bool], chances: Sequence[float]) -> str:
    """The area under the curve, what was found, and which customers were called spam."""
    pairs = list(zip(called, is_spam, strict=True))
    ordinary = len(pairs) - sum(is_spam)
    wrong = sum(told and not true for told, true in pairs)
    right = sum(told and true for told, true in pairs)
    return (
        f"AUC {auc(is_spam, chances) or 0.0:.3f}  found {right} of {sum(is_spam)}"
        f"  customers called spam {wrong} of {ordinary} ({wrong / ordinary:.2%})"
    )


def f1(some: Iterable[Judged], kind: str) -> float:
    """The macro F1 of what was said, over those with a label of the kind; 0 of none."""
    pairs = [
        (one.labelled.labels[kind], one.tags[kind].label) for one in some if one.counts_for(kind)
    ]
    return macro_f1(confusion(pairs)) or 0.0


def by_language(
    some: Sequence[Judged], measure: Callable[[list[Judged]], str]
) -> Iterable[tuple[str, str]]:
    """Every language with what is measured of its examples."""
    for language in sorted({one.labelled.language for one in some}):
        yield language, measure([one for one in some if one.labelled.language == language])

"""Learning of corrections: what is held out, what it brings, and whether to take it up.

What a lesson brings is found on corrections that it was not taught: they are split by author, so
that nobody's way of writing, and no text that was copied around, is on both sides. No clock and no
store here: a classifier and examples in, numbers and a sentence out.
"""

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol, TypeVar, runtime_checkable

from listener.evaluation import accuracy, bootstrap, confusion, macro_f1
from listener.evaluation.labels import Pair
from listener.model import Mention
from listener.ports import Classifier, Corrected, Teachable

Example = TypeVar("Example")

EXAMPLES_MIN = 20
"""Fewer corrections than these teach nothing that would hold."""
EXAMPLES_MAX = 20_000
FOLDS = 5
GENERAL_LOSS_MAX = 0.01
"""So much macro F1 a lesson may cost on the general test before it must be forced."""
LAYER_CHARS_MAX = 32 * 1024 * 1024
GAIN_EXAMPLES_MAX = 2_000
GAIN_ROUNDS = 300
GAIN_SEED = 5
QUOTE_CHARS_MIN = 12
BATCH = 64


@runtime_checkable
class TeachableClassifier(Classifier, Teachable, Protocol):
    """What can be taught, and judges."""


@runtime_checkable
class GenerallyTested(Protocol):
    """A classifier that brings a test of its own, of posts that no brand of yours is in."""

    def general_test(self) -> Iterable[Corrected]:
        """Mentions with their labels, none of which it was trained on."""
        ...


@dataclass(frozen=True, slots=True)
class Scores:
    """How well labels were given, 0 to 1 each."""

    macro_f1: float
    accuracy: float


@dataclass(frozen=True, slots=True)
class Trial:
    """The same examples judged as shipped and as taught.

    ``gain_between`` is where the gain in macro F1 lies in 95 of 100 such samples; None of so many
    that it needs no saying.
    """

    before: Scores
    after: Scores
    gain_between: tuple[float, float] | None = None


def held_out(
    classifier: TeachableClassifier,
    examples: Sequence[Corrected],
    watched: Callable[[Sequence[list[int]]], Iterable[list[int]]] = iter,
) -> Trial | None:
    """Every example judged by what the examples of the other folds teach.

    ``watched`` sees the folds go by. None where there is nobody to hold out: all of it is by
    one author.
    """
    apart = folds(examples)
    if len(apart) < 2:
        return None
    before: list[Pair] = []
    after: list[Pair] = []
    for fold in watched(apart):
        inside = set(fold)
        rest = [one for at, one in enumerate(examples) if at not in inside]
        held = [examples[at] for at in fold]
        before.extend(_pairs(classifier, held))
        after.extend(_pairs(classifier.taught(classifier.refit(rest), 0), held))
    return Trial(_scores(before), _scores(after), _gain_between(before, after))


def general(classifier: Classifier, taught: Classifier, test: Iterable[Corrected]) -> Trial | None:
    """A general test before and after; None of an empty one. Read once, a batch at a time."""
    before: list[Pair] = []
    after: list[Pair] = []
    for some in batches(test):
        before.extend(_pairs(classifier, some))
        after.extend(_pairs(taught, some))
    return Trial(_scores(before), _scores(after)) if before else None


def objection(trial: Trial | None, on_general: Trial | None) -> str:
    """Why a lesson should not be taken up; empty where nothing speaks against it."""
    if on_general and on_general.before.macro_f1 - on_general.after.macro_f1 > GENERAL_LOSS_MAX:
        fall = 100 * (on_general.before.macro_f1 - on_general.after.macro_f1)
        return f"the general test would fall by {fall:.1f} points"
    if trial is None:
        return "all of it is by one author, so that nothing can be held out to see what it brings"
    if trial.after.macro_f1 < trial.before.macro_f1:
        return "corrections that were held out would be judged worse than before"
    if trial.after.macro_f1 == trial.before.macro_f1:
        return "corrections that were held out would be judged no better than before"
    return ""


def quotes(layer: str, examples: Sequence[Corrected]) -> bool:
    """Whether a lesson holds the words of a post: what its author wants forgotten must be gone."""
    texts = {one.mention.post.text for one in examples}
    long = [text for text in texts if len(text) >= QUOTE_CHARS_MIN]
    return any(text in layer or json.dumps(text)[1:-1] in layer for text in long)


def folds(examples: Sequence[Corrected], count: int = FOLDS) -> list[list[int]]:
    """The places of the examples, in up to ``count`` parts of about one size, none empty.

    Those of one author, and those of the same words, are in the same part. The same examples
    are always split alike.
    """
    parts: list[list[int]] = [[] for _ in range(count)]
    for group in sorted(_groups(examples), key=lambda group: (-len(group), group)):
        min(parts, key=len).extend(group)
    return [sorted(part) for part in parts if part]


def batches(examples: Iterable[Example]) -> Iterator[list[Example]]:
    """The examples, some at a time."""
    some: list[Example] = []
    for one in examples:
        some.append(one)
        if len(some) == BATCH:
            yield some
            some = []
    if some:
        yield some


def authors(examples: Sequence[Corrected]) -> int:
    """How many wrote them, as far as the sites tell."""
    return len({_author(one.mention) for one in examples})


def _groups(examples: Sequence[Corrected]) -> list[list[int]]:
    """The places of the examples that must not be parted."""
    leader: dict[str, str] = {}

    def root(name: str) -> str:
        while leader.setdefault(name, name) != name:
            name = leader[name]
        return name

    for one in examples:
        leader[root(_words(one.mention))] = root(_author(one.mention))
    groups: dict[str, list[int]] = {}
    for at, one in enumerate(examples):
        groups.setdefault(root(_author(one.mention)), []).append(at)
    return list(groups.values())


def _author(mention: Mention) -> str:
    """Who wrote it; each post its own author where the site doesn't tell."""
    author = mention.post.author
    name = author.id or author.handle.lstrip("@").casefold() or author.name.casefold()
    return f"author {mention.post.site}:{name}" if name else f"post {mention.post.id}"


def _words(mention: Mention) -> str:
    """The same for the same words, however they are spaced or cased."""
    words = " ".join(f"{mention.post.title} {mention.post.text}".casefold().split())
    return f"words {hashlib.blake2b(words.encode(), digest_size=16).hexdigest()}"


def _pairs(classifier: Classifier, examples: Sequence[Corrected]) -> Iterator[Pair]:
    """The true label of each, and the one that the classifier gives."""
    for some in batches(examples):
        tags = classifier.tag([one.mention for one in some])
        yield from ((one.label, tag.label) for one, tag in zip(some, tags, strict=True))


def _gain_between(before: Sequence[Pair], after: Sequence[Pair]) -> tuple[float, float] | None:
    """Each example keeps its two judgements, so that what they share cancels out."""
    if len(before) > GAIN_EXAMPLES_MAX:
        return None

    def gain(drawn: Sequence[tuple[Pair, Pair]]) -> float:
        was, stands = zip(*drawn, strict=True)
        return _scores(stands).macro_f1 - _scores(was).macro_f1

    return bootstrap(list(zip(before, after, strict=True)), gain, GAIN_SEED, GAIN_ROUNDS)


def _scores(pairs: Sequence[Pair]) -> Scores:
    counted = confusion(pairs)
    return Scores(macro_f1(counted) or 0.0, accuracy(counted) or 0.0)

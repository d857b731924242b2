"""The default judge of sentiment, spam, urgency and intent: small models that ship with us."""

import functools
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Annotated, Literal, get_args

import numpy as np

from classifiers.lexicon.lists import LANGUAGES
from classifiers.lexicon.tokens import TEXT_CHARS_MAX
from classifiers.small import general, lesson
from classifiers.small.features import features
from classifiers.small.reasons import reasons
from classifiers.small.seen import Said, part, said, see
from classifiers.small.weights import Kind as Weighed
from classifiers.small.weights import Row, shipped
from listener.model import LABELS, Mention, Tag
from listener.ports import Corrected

Kind = Literal["sentiment", "spam", "urgency", "intent"]

CACHED_MAX = 2_000
"""Texts whose numbers are kept: all kinds ask about the same ones, and copies come together."""

_HARMLESS: dict[str, str] = {
    "sentiment": "neutral",
    "spam": "no",
    "urgency": "low",
    "intent": "other",
}
_UNSURE_SCORE = 0.3
_LANGUAGE = re.compile(r"([a-z]{2})(?:[-_].*)?")


@dataclass
class SmallClassifier:
    """Judges mentions by the models that ship with the product."""

    kind: Annotated[Kind, "What to judge: sentiment, spam, urgency or intent."]
    costs: Annotated[
        dict[str, float],
        "What missing a label costs beside missing another, such as { high = 3.0 }; 1 where not"
        " named. The label with the largest product of chance and cost is given.",
    ] = field(default_factory=dict)
    learnt: lesson.Lesson | None = None
    by: str = ""

    def __post_init__(self) -> None:
        if self.kind not in get_args(Kind):
            raise ValueError(f"kind is {self.kind!r}; it is one of {', '.join(get_args(Kind))}")
        for label, cost in self.costs.items():
            if label not in LABELS[self.kind]:
                raise ValueError(f"costs names {label!r}; {self.kind} has {LABELS[self.kind]}")
            if not 0 < cost <= 1000:
                raise ValueError(f"costs has {cost!r} for {label}; give a number above 0, to 1000")

    def tag(self, mentions: Sequence[Mention]) -> Sequence[Tag]:
        """One tag of this kind per mention. Raises Reject where the model's files are damaged."""
        return [self._tag(mention) for mention in mentions]

    def refit(self, examples: Sequence[Corrected]) -> str:
        """The lesson of these corrections. Those in languages without a model teach nothing."""
        weights = shipped()
        kind = weights.kinds[self.kind]
        known = [(said(one.mention, spoken(one.mention)), one.label) for one in examples]
        known = [(words, label) for words, label in known if words.language in weights.languages]
        known = known[-lesson.EXAMPLES_MAX :]
        adds = lesson.fit(
            [features(see(words)).summed() for words, _ in known],
            np.array([self._leaning(kind, words) for words, _ in known], dtype=np.float64),
            np.array([kind.labels.index(label) for _, label in known], dtype=np.int64),
        )
        return lesson.Lesson(weights.by, kind.labels, adds).written()

    def taught(self, lesson_text: str, number: int) -> "SmallClassifier":
        """The judge with a lesson on it. Raises Reject where it was fitted to another model."""
        weights = shipped()
        learnt = lesson.read(lesson_text, weights.by, weights.kinds[self.kind].labels)
        return replace(self, learnt=learnt, by=f"{weights.by}+{number}")

    def general_test(self) -> Iterator[Corrected]:
        """Labelled mentions of many brands, to see what a lesson costs the others."""
        return general.read(self.kind)

    def _tag(self, mention: Mention) -> Tag:
        weights = shipped()
        words = said(mention, spoken(mention))
        by = self.by or weights.by
        if not words.text.strip():
            return _unsure(self.kind, by, "it has no words")
        if words.language not in weights.languages:
            return _unsure(self.kind, by, f"no model for '{words.language}'")
        asked = self._asked(words)
        kind = weights.kinds[asked]
        chances = self._bent(_chances(kind, words), words)
        label = kind.labels[int((chances * self._weighed(kind)).argmax())]
        says = label != _HARMLESS[self.kind]
        why = reasons(see(words), weights, asked, label) if says else ()
        told = tuple((one, round(float(p), 4)) for one, p in zip(kind.labels, chances, strict=True))
        return Tag(self.kind, label, round(dict(told)[label], 3), why, by, told)

    def _asked(self, words: Said) -> str:
        """What is to answer: of a text that is of no brand, its own mood is its sentiment."""
        return "mood" if self.kind == "sentiment" and words.of_nobody else self.kind

    def _leaning(self, kind: Weighed, words: Said) -> Row:
        """The logits by which the label is chosen: chances and costs together."""
        return np.asarray(np.log(_chances(kind, words) * self._weighed(kind) + 1e-6))

    def _bent(self, chances: Row, words: Said) -> Row:
        """What the lesson, if there is one, makes of the model's chances."""
        if self.learnt is None:
            return chances
        added = self.learnt.added(features(see(words)).summed())
        return np.asarray(lesson.softmax(np.log(chances + 1e-6) + added), dtype=np.float32)

    def _weighed(self, kind: Weighed) -> Row:
        stated = [self.costs.get(label, 1.0) for label in kind.labels]
        return np.asarray(kind.costs * np.array(stated, dtype=np.float32), dtype=np.float32)


def _chances(kind: Weighed, words: Said) -> Row:
    return kind.chances(numbers(words), words.language)


@functools.lru_cache(maxsize=CACHED_MAX)
def numbers(words: Said) -> Row:
    """The shipped model's logits for what is said; kept for the judges after the first."""
    return shipped().logits(features(see(words)))


def spoken(mention: Mention) -> str:
    """The language to read it in: as tagged, as its site says, or whose lexicon finds most."""
    for stated in (mention.label("language"), mention.post.language):
        found = _LANGUAGE.fullmatch(stated.casefold())
        if found:
            return found.group(1)
    text = f"{mention.post.title} {mention.post.text}"[:TEXT_CHARS_MAX]
    return max(LANGUAGES, key=lambda language: len(part(text, language).hits))


def _unsure(kind: str, by: str, why: str) -> Tag:
    """Never a guess dressed as knowledge: the harmless label, with a score that says so."""
    return Tag(kind, _HARMLESS[kind], _UNSURE_SCORE, (f"unsure: {why}",), by)

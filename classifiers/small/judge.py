"""The default judge of sentiment, spam, urgency and intent: small models that ship with us."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Annotated, Literal, get_args

import numpy as np
from pydantic import Field

from classifiers.lexicon.lists import LANGUAGES
from classifiers.lexicon.seen import Said, part, said, see
from classifiers.lexicon.tokens import TEXT_CHARS_MAX
from classifiers.small import general, lesson
from classifiers.small.features import features
from classifiers.small.opinion import Opinion, foresee, opinion
from classifiers.small.reasons import reasons
from classifiers.small.weights import Row, shipped
from listener.model import LABELS, Mention, Tag
from listener.ports import Corrected

Kind = Literal["sentiment", "spam", "urgency", "intent"]

DOUBT_BELOW = 0.7

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
    doubt_below: Annotated[
        float,
        Field(ge=0, le=1),
        "Where the small model is less sure than this, the transformer that ships beside it is"
        " asked as well, which takes some milliseconds; 0: never.",
    ] = DOUBT_BELOW
    learnt: lesson.Lesson | None = None
    number: int = 0

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
        every = [said(mention, spoken(mention)) for mention in mentions]
        for kind in {self._asked(words) for words in every}:
            same = (words for words in every if self._asked(words) == kind and _readable(words))
            foresee(kind, same, self)
        return [self._tag(words) for words in every]

    def refit(self, examples: Sequence[Corrected]) -> str:
        """The lesson of these corrections. Those in languages without a model teach nothing."""
        weights = shipped()
        known = [(said(one.mention, spoken(one.mention)), one.label) for one in examples]
        known = [(words, label) for words, label in known if words.language in weights.languages]
        known = known[-lesson.EXAMPLES_MAX :]
        adds = lesson.fit(
            [features(see(words)).summed() for words, _ in known],
            np.array([self._leaning(words) for words, _ in known], dtype=np.float64),
            np.array([LABELS[self.kind].index(label) for _, label in known], dtype=np.int64),
        )
        return lesson.Lesson(weights.by, LABELS[self.kind], adds).written()

    def taught(self, lesson_text: str, number: int) -> "SmallClassifier":
        """The judge with a lesson on it. Raises Reject where it was fitted to another model."""
        weights = shipped()
        learnt = lesson.read(lesson_text, weights.by, LABELS[self.kind])
        return replace(self, learnt=learnt, number=number)

    def general_test(self) -> Iterator[Corrected]:
        """Labelled mentions of many brands, to see what a lesson costs the others."""
        return general.read(self.kind)

    def _tag(self, words: Said) -> Tag:
        weights = shipped()
        if not words.text.strip():
            return _unsure(self.kind, self._signed(weights.by), "it has no words")
        if words.language not in weights.languages:
            return _unsure(self.kind, self._signed(weights.by), f"no model for '{words.language}'")
        asked = self._asked(words)
        held = self._bent(opinion(asked, words, self.doubt_below), words)
        says = held.label != _HARMLESS[self.kind]
        why = reasons(see(words), weights, asked, held.label) if says else ()
        pairs = zip(held.labels, held.chances, strict=True)
        told = tuple((one, round(float(chance), 4)) for one, chance in pairs)
        score = round(dict(told)[held.label], 3)
        return Tag(self.kind, held.label, score, why, self._signed(held.by), told)

    def _signed(self, by: str) -> str:
        """Who judged, with the number of the lesson on it."""
        return f"{by}+{self.number}" if self.learnt else by

    def _asked(self, words: Said) -> str:
        """What is to answer: of a text that is of no brand, its own mood is its sentiment."""
        return "mood" if self.kind == "sentiment" and words.of_nobody else self.kind

    def _leaning(self, words: Said) -> Row:
        """The logits by which the label is chosen: chances and costs together."""
        held = self._weighed(opinion(self._asked(words), words, self.doubt_below))
        return np.asarray(np.log(held.chances * held.costs + 1e-6))

    def _bent(self, held: Opinion, words: Said) -> Opinion:
        """What the stated costs, and the lesson if there is one, make of it."""
        held = self._weighed(held)
        if self.learnt is None:
            return held
        added = self.learnt.added(features(see(words)).summed())
        chances = lesson.softmax(np.log(held.chances + 1e-6) + added)
        return replace(held, chances=np.asarray(chances, dtype=np.float32))

    def _weighed(self, held: Opinion) -> Opinion:
        stated = [self.costs.get(label, 1.0) for label in held.labels]
        return replace(held, costs=held.costs * np.array(stated, dtype=np.float32))


def spoken(mention: Mention) -> str:
    """The language to read it in: as tagged, as its site says, or whose lexicon finds most."""
    for stated in (mention.label("language"), mention.post.language):
        found = _LANGUAGE.fullmatch(stated.casefold())
        if found:
            return found.group(1)
    text = f"{mention.post.title} {mention.post.text}"[:TEXT_CHARS_MAX]
    return max(LANGUAGES, key=lambda language: len(part(text, language).hits))


def _readable(words: Said) -> bool:
    return bool(words.text.strip()) and words.language in shipped().languages


def _unsure(kind: str, by: str, why: str) -> Tag:
    """Never a guess dressed as knowledge: the harmless label, with a score that says so."""
    return Tag(kind, _HARMLESS[kind], _UNSURE_SCORE, (f"unsure: {why}",), by)

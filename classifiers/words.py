"""A first judge of sentiment, spam, urgency and intent, made of word lists in three languages.

What it is: lists of English, Finnish and Polish words written by hand, and a few rules for the
words around them. Nothing was fitted. Its scores are rules of thumb, not calibrated, and never
above 0.85. It reads no irony but the plainest, and knows no facts. In any other language it says
that it has no list, and gives the harmless label with a low score.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Annotated, Literal

from classifiers.wordlists import intent, sentiment, spam, urgency
from classifiers.wordlists.judgement import Judgement
from classifiers.wordlists.lists import LANGUAGES
from classifiers.wordlists.reading import Reading, read
from classifiers.wordlists.tokens import TEXT_CHARS_MAX
from listener.model import Evidence, Mention, Tag

Kind = Literal["sentiment", "spam", "urgency", "intent"]
BY = "words/1"

_JUDGES: dict[Kind, Callable[[Reading], Judgement]] = {
    "sentiment": sentiment.judge,
    "spam": spam.judge,
    "urgency": urgency.judge,
    "intent": intent.judge,
}
_HARMLESS: dict[Kind, str] = {
    "sentiment": "neutral",
    "spam": "no",
    "urgency": "low",
    "intent": "other",
}
_LANGUAGE = re.compile(r"([a-z]{2})(?:[-_].*)?")
_SCORE_WITHOUT_LIST = 0.35
_SCORE_SHARE_WITHOUT_LANGUAGE = 0.85
"""How much surer than this a text is judged when its language is known."""


@dataclass
class WordsClassifier:
    """Judges mentions by word lists."""

    kind: Annotated[Kind, "What to judge: sentiment, spam, urgency or intent."]

    def __post_init__(self) -> None:
        if self.kind not in _JUDGES:
            raise ValueError(f"kind is {self.kind!r}; it is one of {', '.join(_JUDGES)}")

    def tag(self, mentions: Sequence[Mention]) -> Sequence[Tag]:
        """One tag of this kind per mention."""
        return [self._tag(mention) for mention in mentions]

    def _tag(self, mention: Mention) -> Tag:
        judged = _judged(self.kind, _text(mention), _language(mention))
        return Tag(self.kind, judged.label, judged.score, judged.reasons, BY)


def _judged(kind: Kind, text: str, language: str) -> Judgement:
    if not language:
        return _best_of_all(kind, text)
    if language not in LANGUAGES:
        reason = f"no word list for '{language}'"
        return Judgement(_HARMLESS[kind], _SCORE_WITHOUT_LIST, (reason,))
    return _JUDGES[kind](read(text, language))


def _best_of_all(kind: Kind, text: str) -> Judgement:
    """By the list that finds most to judge by: a text is rarely in three languages."""
    judged = [_JUDGES[kind](read(text, language)) for language in LANGUAGES]
    best = max(judged, key=lambda each: each.weight)
    score = round(best.score * _SCORE_SHARE_WITHOUT_LANGUAGE, 2)
    return Judgement(best.label, score, best.reasons)


def _language(mention: Mention) -> str:
    """As tagged, else as its site says; empty where neither knows."""
    for stated in (mention.label("language"), mention.post.language):
        found = _LANGUAGE.fullmatch(stated.casefold())
        if found:
            return found.group(1)
    return ""


def _text(mention: Mention) -> str:
    """Title and text, with the brand's own names blanked: "Happy Shop" is no praise."""
    post = mention.post
    title = _blanked(post.title[:TEXT_CHARS_MAX], mention.evidence, "title")
    text = _blanked(post.text[:TEXT_CHARS_MAX], mention.evidence, "text")
    return f"{title}\n{text}" if title else text


def _blanked(text: str, evidence: Sequence[Evidence], field: str) -> str:
    for found in evidence:
        inside = 0 <= found.start < found.end <= len(text)
        if found.field == field and inside and found.kind not in {"domain", "link"}:
            text = text[: found.start] + "_" * (found.end - found.start) + text[found.end :]
    return text

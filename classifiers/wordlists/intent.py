"""Intent from word lists: what the writer wants, from their phrases, question marks and mood."""

from collections import Counter

from classifiers.wordlists import sentiment
from classifiers.wordlists.judgement import Judgement, first, quoted, sureness
from classifiers.wordlists.reading import Hit, Reading
from classifiers.wordlists.tokens import Token

WEIGHTS = {
    "cancel": 2.6,
    "purchase": 2.2,
    "report": 1.8,
    "request": 1.7,
    "praise": 1.2,
    "complaint": 1.2,
    "question": 0.8,
}
"""What the first phrase of each kind weighs; the order decides between equals."""

_OTHER = 0.75
_OTHER_SCORE = 0.45
_QUESTION_MARK = 1.2
_COUNTED_MAX = 2


def judge(reading: Reading) -> Judgement:
    """The intent of a text."""
    hits = [hit for hit in reading.find("intent") if _counts(hit, reading.row)]
    points = _points(reading.row, hits, sentiment.poles(reading))
    label = max(points, key=lambda intent: points[intent])
    second = max(value for intent, value in points.items() if intent != label)
    reasons = first(quoted(hit.shown) for hit in hits if hit.group == label)
    score = _OTHER_SCORE if label == "other" else sureness(points[label] - second)
    return Judgement(label, score, reasons, float(len(hits)))


def _counts(hit: Hit, row: tuple[Token, ...]) -> bool:
    """Whether it says anything: a lone "how" asks at the start of a sentence or before a "?"."""
    if hit.group != "question" or hit.end - hit.start > 1 or _asks(row):
        return hit.group in WEIGHTS
    return hit.start == 0 or row[hit.start - 1].kind in {"stop", "handle"}


def _asks(row: tuple[Token, ...]) -> bool:
    return any(token.kind == "stop" and "?" in token.shown for token in row)


def _points(row: tuple[Token, ...], hits: list[Hit], mood: sentiment.Poles) -> dict[str, float]:
    counts = Counter(hit.group for hit in hits)
    points = {
        intent: weight * (1 + 0.3 * (min(counts[intent], _COUNTED_MAX) - 1))
        if counts[intent]
        else 0.0
        for intent, weight in WEIGHTS.items()
    }
    points["other"] = _OTHER
    if _asks(row):
        points["question"] += _QUESTION_MARK
    return _with_mood(points, mood)


def _with_mood(points: dict[str, float], mood: sentiment.Poles) -> dict[str, float]:
    """Who is pleased praises and who is not complains, the more the stronger it is said."""
    if mood.label == "positive":
        points["praise"] += 0.8 + 0.2 * min(mood.good, 4.0)
    if mood.label in {"negative", "mixed"}:
        points["complaint"] += 0.8 + 0.2 * min(mood.bad, 4.0)
        points["praise"] *= 0.5
    return points

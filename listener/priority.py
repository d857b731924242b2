"""How much a mention can't wait: one number from what was judged, with its reasons. Pure."""

from listener.model import ERROR_LABEL, Mention, Priority
from listener.reach import reach

_BASE = 20
_URGENCY = {"high": (45, "urgent"), "medium": (18, "somewhat urgent"), "low": (0, "")}
_SENTIMENT = {
    "negative": (15, "negative toward the brand"),
    "mixed": (6, "mixed feelings toward the brand"),
    "positive": (-8, "positive toward the brand"),
    "neutral": (0, ""),
}
_INTENT = {
    "complaint": (6, "a complaint"),
    "cancel": (10, "wants to leave"),
    "question": (4, "asks something"),
    "purchase": (4, "wants to buy"),
}
_REACH_STEPS = (
    (1_000_000, 15, "more than a million"),
    (100_000, 11, "more than 100,000"),
    (10_000, 7, "more than 10,000"),
    (1_000, 3, "more than 1,000"),
)
_ERROR_FLOOR = 60

Weight = tuple[int, str]


def rank(mention: Mention) -> Priority:
    """The priority of a tagged mention, 0 to 100.

    Spam goes to the bottom. What a classifier failed on is held high enough to be looked at:
    a judge that is silent must not make the mention silent.
    """
    weights = [weight for weight in _weights(mention) if weight[0]]
    score = _BASE + sum(points for points, _ in weights)
    if mention.label("spam") == "yes":
        return Priority(min(5, max(0, score)), ("looks like spam",))
    failed = [tag.kind for tag in mention.tags if tag.label == ERROR_LABEL]
    if failed and score < _ERROR_FLOOR:
        return Priority(_ERROR_FLOOR, (f"could not be judged: {', '.join(failed)}",))
    return Priority(max(0, min(100, score)), _reasons(mention, weights))


def _weights(mention: Mention) -> list[Weight]:
    return [
        _URGENCY.get(mention.label("urgency"), (0, "")),
        _SENTIMENT.get(mention.label("sentiment"), (0, "")),
        _INTENT.get(mention.label("intent"), (0, "")),
        (10, "addressed to the brand") if mention.directness == "direct" else (0, ""),
        _reach(mention),
    ]


def _reach(mention: Mention) -> Weight:
    carries = reach(mention)
    for at_least, points, words in _REACH_STEPS:
        if carries >= at_least:
            return points, f"reaches {words}"
    return 0, ""


def _reasons(mention: Mention, weights: list[Weight]) -> tuple[str, ...]:
    """The weightiest first, then what the urgency judge says of the post."""
    ordered = sorted(weights, key=lambda weight: -abs(weight[0]))
    judged = next((tag.reasons for tag in mention.tags if tag.kind == "urgency"), ())
    urgent = judged if mention.label("urgency") in {"high", "medium"} else ()
    return tuple(reason for _, reason in ordered) + urgent

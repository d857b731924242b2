"""Urgency from word lists: what can't wait, and why, in words an agent can read."""

from classifiers.wordlists import sentiment
from classifiers.wordlists.judgement import Judgement, first, quoted, sureness
from classifiers.wordlists.reading import Hit, Reading
from classifiers.wordlists.scope import Scope

GROUPS: dict[str, tuple[float, str]] = {
    "danger": (4.0, "speaks of danger"),
    "injury": (4.0, "speaks of injury or illness"),
    "fire": (4.0, "speaks of fire or smoke"),
    "stolen": (3.5, "says money or an account was taken"),
    "stranded": (3.2, "says they are stranded"),
    "medical": (2.4, "needs medicine or a doctor"),
    "deadline": (2.7, "has only hours"),
    "law": (1.6, "threatens with the law or the press"),
    "repeat": (1.5, "says it is not the first time"),
    "outage": (1.5, "tells of an outage"),
    "leaving": (1.4, "threatens to leave"),
    "unreachable": (1.3, "cannot reach anybody"),
    "cancelled": (1.3, "tells of a cancellation"),
    "money": (1.3, "waits for money or was charged wrongly"),
    "lost": (1.3, "something of theirs is lost"),
    "now": (1.2, "asks for help now"),
    "vulnerable": (1.0, "someone needs special care"),
}
"""What each list of the ``urgency`` table weighs, and what it says to an agent."""

HIGH_FROM = 3.0
MEDIUM_FROM = 1.2

_BESIDE = 0.4
"""How much each further reason counts beside the heaviest."""

_GRAVE = {"danger", "injury", "fire", "stolen"}
_ONLY_BESIDE = {"medical", "vulnerable"}


def judge(reading: Reading) -> Judgement:
    """The urgency of a text."""
    both = sentiment.poles(reading)
    heaviest = _heaviest(reading, calm=both.label == "positive")
    total = _total(heaviest, furious=both.bad >= 4.0)
    label = "high" if total >= HIGH_FROM else "medium" if total >= MEDIUM_FROM else "low"
    reasons = first(f"{GROUPS[group][1]}: {quoted(hit.shown)}" for group, _, hit in heaviest)
    return Judgement(label, _score(total), reasons if label != "low" else (), total)


def _heaviest(reading: Reading, *, calm: bool) -> list[tuple[str, float, Hit]]:
    """The groups found, each once, heaviest first."""
    scope = Scope(reading)
    found: dict[str, tuple[str, float, Hit]] = {}
    for hit in reading.find("urgency"):
        if hit.group in GROUPS and not scope.negated(hit):
            weight = _weight(hit, scope, calm=calm)
            if hit.group not in found or weight > found[hit.group][1]:
                found[hit.group] = (hit.group, weight, hit)
    return sorted(found.values(), key=lambda each: -each[1])


def _weight(hit: Hit, scope: Scope, *, calm: bool) -> float:
    weight = GROUPS[hit.group][0]
    if calm and hit.group not in _GRAVE:
        weight *= 0.3
    return weight * (0.6 if scope.asked(hit) else 1.0)


def _total(heaviest: list[tuple[str, float, Hit]], *, furious: bool) -> float:
    if all(group in _ONLY_BESIDE for group, _, _ in heaviest):
        return 0.0
    weights = [weight for _, weight, _ in heaviest]
    return weights[0] + _BESIDE * sum(weights[1:]) + (_BESIDE if furious else 0.0)


def _score(total: float) -> float:
    """Surer the further the total lies from the nearest border between two labels."""
    if total < MEDIUM_FROM:
        return 0.65 if total == 0 else 0.5
    distance = min(abs(total - HIGH_FROM), abs(total - MEDIUM_FROM))
    return sureness(total - HIGH_FROM if total >= HIGH_FROM else distance)

"""Sentiment from word lists: good and bad words, turned and weighted by the words around them.

Heard are negation ("not good"), boosting and damping ("very", "a bit"), drawn-out letters and
capitals, contrast (what follows "but" weighs more), questions (which ask more than they judge)
and open irony. What the urgency lists call a failure of service counts as bad as well.
"""

import functools
from dataclasses import dataclass

from classifiers.wordlists.judgement import Judgement, first, quoted, sureness
from classifiers.wordlists.reading import READINGS_KEPT_MAX, Hit, Reading
from classifiers.wordlists.scope import Scope

WEIGHTS = {
    "good": 1.0,
    "great": 2.0,
    "bad": -1.0,
    "awful": -2.0,
    "ironic": -1.0,
    # from the urgency lists
    "danger": -1.5,
    "injury": -1.5,
    "fire": -1.5,
    "stolen": -2.0,
    "stranded": -2.0,
    "unreachable": -1.5,
    "money": -1.0,
    "outage": -1.0,
    "cancelled": -1.0,
    "lost": -1.0,
    "law": -1.0,
    "leaving": -1.0,
}
_NEUTRAL_BELOW = 0.75
_MIXED_FROM = 0.9
_MIXED_SHARE = 0.4


@dataclass(frozen=True, slots=True)
class Poles:
    """How much good and how much bad was said, both as positive numbers."""

    good: float
    bad: float
    reasons: tuple[str, ...]

    @property
    def label(self) -> str:
        """The sentiment that these poles make."""
        low, high = sorted((self.good, self.bad))
        if high < _NEUTRAL_BELOW:
            return "neutral"
        if low >= _MIXED_FROM and low / high >= _MIXED_SHARE:
            return "mixed"
        return "positive" if self.good > self.bad else "negative"


def judge(reading: Reading) -> Judgement:
    """The sentiment of a text."""
    both = poles(reading)
    return Judgement(both.label, _score(both), both.reasons, both.good + both.bad)


@functools.lru_cache(maxsize=READINGS_KEPT_MAX)
def poles(reading: Reading) -> Poles:
    """How much good and bad a text says, with the heaviest words as reasons."""
    scope = Scope(reading)
    hits = [hit for hit in reading.find("sentiment", "urgency") if hit.group in WEIGHTS]
    ironic = any(hit.group == "ironic" for hit in hits)
    weighed = [(_weight(hit, scope, ironic=ironic), hit) for hit in hits]
    heaviest = sorted(weighed, key=lambda pair: -abs(pair[0]))
    return Poles(
        good=sum(weight for weight, _ in weighed if weight > 0),
        bad=-sum(weight for weight, _ in weighed if weight < 0),
        reasons=first(_reason(weight, hit, scope) for weight, hit in heaviest),
    )


def _reason(weight: float, hit: Hit, scope: Scope) -> str:
    pole = "positive" if weight > 0 else "negative"
    return f"{pole}: {'not ' if scope.negated(hit) else ''}{quoted(hit.shown)}"


def _score(both: Poles) -> float:
    low, high = sorted((both.good, both.bad))
    if both.label == "neutral":
        return 0.5 if high == 0 else 0.4
    return sureness(low if both.label == "mixed" else high - low)


def _weight(hit: Hit, scope: Scope, *, ironic: bool) -> float:
    weight = WEIGHTS[hit.group] * scope.strength(hit) * (0.5 if scope.asked(hit) else 1.0)
    if scope.negated(hit):
        return -weight * (0.9 if weight > 0 else 0.4)
    return -0.7 * weight if ironic and weight > 0 else weight

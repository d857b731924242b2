"""The answer: a probability, what to do with the post, and the reasons."""

from collections.abc import Iterable
from dataclasses import dataclass
from math import exp, log
from typing import Literal

SHARES_MAX = 8

Answer = Literal["yes", "review", "no"]
Band = tuple[float, float]
Share = tuple[str, float]


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether a post is about the company.

    ``score`` is the probability that it is. ``shares`` are the reasons in words with what each
    adds, in log-odds, the weightiest first; what is too small to tell is left out.
    """

    score: float
    verdict: Answer
    shares: tuple[Share, ...]


def band_of(about: int, other: int) -> Band:
    """The scores from which a post is a doubt, and from which it is a mention.

    0.2 and 0.6 without marks; nearer together the more marks there are of the rarer kind,
    for marks of one kind say little of the other. It never closes.
    """
    doubt = 0.3 + 0.7 / (1.0 + min(about, other) / 25.0)
    return 0.4 - 0.2 * doubt, 0.4 + 0.2 * doubt


def verdict_of(log_odds: float, shares: Iterable[Share], band: Band) -> Verdict:
    """The verdict at these log-odds, with the ``SHARES_MAX`` biggest of the shares."""
    score = probability(log_odds)
    weighty = (share for share in shares if abs(share[1]) >= 0.05)
    biggest = sorted(weighty, key=lambda share: (-abs(share[1]), share[0]))[:SHARES_MAX]
    return Verdict(score, _answer(score, band), tuple(biggest))


def probability(log_odds: float) -> float:
    """The logistic function, for any float."""
    if log_odds < 0:
        return 1.0 - probability(-log_odds)
    return 1.0 / (1.0 + exp(-min(log_odds, 700.0)))


def log_odds_of(score: float) -> float:
    """The logarithm of the odds at a probability between 0 and 1, both left out."""
    return log(score / (1.0 - score))


def _answer(score: float, band: Band) -> Answer:
    if score < band[0]:
        return "no"
    return "review" if score < band[1] else "yes"

"""What a judge made of word lists hands on, and how sure it may sound."""

from collections.abc import Iterable
from dataclasses import dataclass

REASONS_MAX = 3
SCORE_MAX = 0.85
"""No unfitted list may claim more."""

_QUOTE_CHARS_MAX = 40


@dataclass(frozen=True, slots=True)
class Judgement:
    """A label with its score and reasons; ``weight`` is how much was found to judge by."""

    label: str
    score: float
    reasons: tuple[str, ...] = ()
    weight: float = 0.0


def sureness(margin: float) -> float:
    """A score that grows with the distance to the next label: a rule of thumb, not fitted."""
    return round(min(SCORE_MAX, 0.5 + 0.4 * margin / (margin + 1.5)), 2)


def quoted(words: str) -> str:
    """Words of the post inside a reason: one line, and short."""
    line = " ".join(words.split())
    return f"'{line}'" if len(line) <= _QUOTE_CHARS_MAX else f"'{line[: _QUOTE_CHARS_MAX - 1]}…'"


def first(reasons: Iterable[str]) -> tuple[str, ...]:
    """The first few different reasons."""
    return tuple(dict.fromkeys(reasons))[:REASONS_MAX]

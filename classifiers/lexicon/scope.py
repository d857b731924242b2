"""What the words around a hit do to it: negate, strengthen, weaken, contrast, question.

Negation reaches a few words ahead, inside its clause. What follows the last "but" weighs more
than what stands before it. Capitals and drawn-out letters make a word louder.
"""

from classifiers.lexicon.reading import Hit, Reading
from classifiers.lexicon.tokens import Token

NEGATION_REACH = 3
"""How many words after a negation it still turns."""

FACTS = frozenset({"stolen", "stranded", "money", "lost", "deadline", "repeat", "unreachable"})
"""Groups that tell what happened even where they ask: "where is my money?" is no real question."""

_BOOST, _DAMP, _LOUD = 1.5, 0.6, 1.3
_BEFORE_TURN, _AFTER_TURN = 0.7, 1.3
_STRENGTH_REACH = 2


class Scope:
    """The words of one text that act on others. ``turns`` are the places of its "but"s."""

    def __init__(self, reading: Reading) -> None:
        found = reading.find("grammar")
        self.turns = frozenset(hit.start for hit in found if hit.group == "turn")
        self._row = reading.row
        self._stops = _stops(reading.row)
        self._negations = {hit.end - 1 for hit in found if hit.group == "negate"}
        self._boosts = {hit.end - 1 for hit in found if hit.group == "boost"}
        self._damps = {hit.end - 1 for hit in found if hit.group == "damp"}
        self._turn = max((hit.start for hit in found if hit.group == "turn"), default=None)

    def negated(self, hit: Hit) -> bool:
        """Whether a negation stands shortly before, in the same clause."""
        return self.negated_at(hit.start)

    def negated_at(self, start: int) -> bool:
        """The same of the word at this place."""
        for place in range(start - 1, max(start - 1 - NEGATION_REACH, -1), -1):
            if self._row[place].kind in {"stop", "pause"} or place == self._turn:
                return False
            if place in self._negations:
                return True
        return False

    def asked(self, hit: Hit) -> bool:
        """Whether its sentence only asks; "??" is a cry."""
        return hit.group not in FACTS and self._stops[hit.end] == "?"

    def strength(self, hit: Hit) -> float:
        """How strongly it is said: 1 where nothing speaks for more or less."""
        before = set(range(max(hit.start - _STRENGTH_REACH, 0), hit.start))
        said = self._row[hit.start : hit.end]
        loud = any(token.stretched or token.shouted for token in said)
        strength = _BOOST if before & self._boosts else 1.0
        strength *= _DAMP if before & self._damps else 1.0
        return strength * (_LOUD if loud else 1.0) * self._contrast(hit)

    def _contrast(self, hit: Hit) -> float:
        if self._turn is None:
            return 1.0
        return _BEFORE_TURN if hit.start < self._turn else _AFTER_TURN


def _stops(row: tuple[Token, ...]) -> list[str]:
    """For each place, and the end: the stop that ends its sentence."""
    stops = [""]
    for token in reversed(row):
        stops.append(token.shown if token.kind == "stop" else stops[-1])
    return stops[::-1]

"""Who voted for which idea, as far as it is remembered: to tell who came and who took it back.

Sites list who votes now and say nothing of who left. So the numbers of the voters told so far are
kept in the cursor, sorted and as the differences from one to the next, which are short. What does
not fit is forgotten, of the ideas looked at longest ago: their voters are told once more at the
next look, which changes nothing, and who left meanwhile is not told.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from itertools import accumulate, pairwise
from typing import Any

from sources.common import fields

HELD_MAX = 50_000
"""So many votes are remembered, of all ideas together."""

ID_MAX = 10**15


@dataclass(slots=True)
class Voters:
    """Per idea the voters told so far; the idea looked at last stands last."""

    held: dict[str, frozenset[int]] = field(default_factory=dict)

    def compare(
        self, idea: str, shown: Iterable[int], *, whole: bool = True
    ) -> tuple[list[int], list[int]]:
        """Who came and who left, now that these voters are shown; they count as told.

        ``whole`` says that nobody else votes for the idea: else nobody can be known to have left.
        """
        now = frozenset(shown)
        before = self.held.pop(idea, frozenset())
        self.held[idea] = now if whole else before | now
        return sorted(now - before), sorted(before - now) if whole else []

    def count(self, idea: str) -> int:
        """How many voters of an idea are remembered."""
        return len(self.held.get(idea, ()))

    def dump(self) -> dict[str, list[int]]:
        """As JSON, as many as are kept."""
        kept: dict[str, list[int]] = {}
        left = HELD_MAX
        for idea, voters in reversed(self.held.items()):
            left -= len(voters)
            if voters and left >= 0:
                numbers = [0, *sorted(voters)]
                kept[idea] = [after - before for before, after in pairwise(numbers)]
        return dict(reversed(kept.items()))


def load(told: Mapping[str, Any]) -> Voters:
    """What :meth:`Voters.dump` wrote; what makes no sense is left out."""
    held: dict[str, frozenset[int]] = {}
    left = HELD_MAX
    for idea, steps in told.items():
        if isinstance(steps, list) and len(steps) <= left:
            left -= len(steps)
            numbers = accumulate(fields.count(step) for step in steps)
            held[idea] = frozenset(number for number in numbers if 0 < number <= ID_MAX)
    return Voters(held)


def number_of(value: object, *path: str | int) -> int | None:
    """The number of a user, an idea or a comment at this path; None where it is none."""
    name = fields.name(value, *path)
    if not (name.isascii() and name.isdigit()) or len(name) > len(str(ID_MAX)):
        return None
    return int(name) if 0 < int(name) <= ID_MAX else None

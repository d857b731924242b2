"""How many mentions are judged at a time, so that an urgent one never waits long. Pure.

A batch is judged as a whole: whatever comes in meanwhile waits for its end, an urgent mention that
is addressed to the brand too. With quick judges fifty take a few milliseconds each; with a large
model beside them they take seconds. So a batch has as many mentions as the judges will do in the
time that is allowed, by how quick they were lately.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median_low

BATCH_SECONDS = 0.25
"""How long a batch is judged at most, as far as one can tell before."""
FIRST = 10
"""So many while nobody knows how quick the judges are: the first batch also loads their models."""
MOST = 50
REMEMBERED = 5


@dataclass(frozen=True, slots=True)
class Took:
    """How long the judges took for so many mentions."""

    mentions: int
    seconds: float


def batch_size(took: Sequence[Took], seconds_max: float) -> int:
    """How many mentions to judge next, 1 to ``MOST``, by the last batches, the newest last.

    The middle one of them counts, so that a pause of the machine, or one enormous text, slows
    down nothing but itself.
    """
    lately = [one for one in took if one.mentions > 0][-REMEMBERED:]
    if not lately:
        return FIRST
    each = median_low(max(0.0, one.seconds) / one.mentions for one in lately)
    return MOST if each * MOST <= seconds_max else max(1, int(seconds_max / each))

"""From keys to the stories that have them, in a table whose size never changes.

Each key has a row of a few places in the table, which it shares with others by chance. Who comes
later pushes out who came first, so the table needs no cleaning and no key's row can grow,
whatever is posted. An entry may be lost that way or may name a place whose story is long another:
a story has many keys, and what is found is only a candidate.
"""

from array import array
from collections import Counter
from collections.abc import Sequence

KEYS_PER_STORY = 15
CANDIDATES_MAX = 6

_ROW = 4
_PLACE = 0xFFFFFFFF  # the lower half of an entry; the upper half is the upper half of the key
_ENTRY_BYTES = 8


class Index:
    """Keys (64 bits) to places (under 2³² - 1)."""

    def __init__(self, stories_max: int) -> None:
        size = 1 << max(KEYS_PER_STORY * stories_max, _ROW).bit_length()
        self._entries = array("Q", bytes(_ENTRY_BYTES * size))
        self._mask = size - _ROW

    def put(self, keys: Sequence[int], place: int) -> None:
        """Let the keys name this place, before all that they named until now."""
        entries, mask = self._entries, self._mask
        for key in keys:
            start = key & mask
            entry = key & ~_PLACE | (place + 1)
            row = entries[start : start + _ROW]
            if entry in row:
                row.remove(entry)
            else:
                row.pop()
            row.insert(0, entry)
            entries[start : start + _ROW] = row

    def candidates(self, keys: Sequence[int]) -> list[int]:
        """The places that most of the keys name; among equals, those of the surest keys."""
        entries, mask = self._entries, self._mask
        found = [
            entry & _PLACE
            for key in keys
            for entry in entries[key & mask : (key & mask) + _ROW]
            if entry ^ key <= _PLACE  # the upper halves are the same
        ]
        if not found:
            return []
        return [place - 1 for place, _ in Counter(found).most_common(CANDIDATES_MAX) if place]

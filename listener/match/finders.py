"""Many finders behind one screen: where each of them finds its thing in a folded text."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence

from listener.match.forms import Finder
from listener.match.names import WHOLE, WRITTEN, Span
from listener.match.screen import Screen

SPANS_MAX = 20
"""More places of one finder in one text are not looked for."""

_SURE = {WRITTEN, WHOLE}


class Finders:
    """Finders, compiled once; each is known by its place in the list."""

    def __init__(self, finders: Sequence[Finder]) -> None:
        keys: dict[str, list[tuple[int, str]]] = defaultdict(list)
        for number, finder in enumerate(finders):
            for key, way in finder.ways():
                keys[key].append((number, way))
        self._finders = tuple(finders)
        self._keys = tuple((key, tuple(entries)) for key, entries in keys.items())
        self._screen = Screen(self.keys)

    @property
    def keys(self) -> list[str]:
        """What one of which stands in every text in which something can be found."""
        return [key for key, _ in self._keys]

    def spans(self, text: str) -> Iterator[tuple[int, Span, bool]]:
        """The first places of each finder: its number, where, and whether that is a guess.

        A guess is a slip or a disguise, not the thing as it is written.
        """
        counts: Counter[int] = Counter()
        for number, start, _ in self._screen.met(text):
            key, entries = self._keys[number]
            for finder, way in entries:
                if counts[finder] >= SPANS_MAX:
                    continue
                span = self._finders[finder].span(text, start, way, key)
                if span:
                    counts[finder] += 1
                    yield finder, span, way not in _SURE

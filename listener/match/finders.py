"""Many finders behind one screen: where each of them finds its thing in a folded text."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence

from listener.match.edges import WORD_START
from listener.match.forms import Finder
from listener.match.names import WHOLE, WRITTEN, Name, Span
from listener.match.screen import Screen

TRIES_MAX = 2_000
"""So often one finder is tried in one text: nobody names a brand later, but somebody tries us."""

_ANCHORED_MAX = 8

_SURE = {WRITTEN, WHOLE}


class Finders:
    """Finders, compiled once; each is known by its place in the list."""

    def __init__(self, finders: Sequence[Finder]) -> None:
        keys: dict[str, list[tuple[int, str]]] = defaultdict(list)
        finders = _well_anchored(finders)
        for number, finder in enumerate(finders):
            for key, way in finder.ways():
                keys[key].append((number, way))
        self._finders = tuple(finders)
        self._are_words = tuple(isinstance(finder, Name) for finder in finders)
        self._keys = tuple((key, tuple(entries)) for key, entries in keys.items())
        self._screen = Screen(self.keys)

    @property
    def keys(self) -> list[str]:
        """What one of which stands in every text in which something can be found."""
        return [key for key, _ in self._keys]

    def spans(self, text: str) -> Iterator[tuple[int, Span, bool]]:
        """The places of each finder: its number, where, and whether that is a guess.

        A guess is a slip or a disguise, not the thing as it is written.
        """
        tries: Counter[int] = Counter()
        for number, start, _ in self._screen.met(text):
            key, entries = self._keys[number]
            for finder, way in entries:
                if way != WHOLE and self._are_words[finder] and not WORD_START.match(text, start):
                    continue  # a key within another word, as most are
                tries[finder] += 1
                if tries[finder] > TRIES_MAX:
                    continue
                span = self._finders[finder].span(text, start, way, key)
                if span:
                    yield finder, span, way not in _SURE


def _well_anchored(finders: Sequence[Finder]) -> tuple[Finder, ...]:
    """The names anchored at words of their own, where many share one: a thousand Samsung models.

    Else each of them would be tried wherever the shared word stands.
    """
    names = [finder for finder in finders if isinstance(finder, Name)]
    usage = Counter(word for name in names for word in set(name.words))

    def anchored(finder: Finder) -> Finder:
        if not isinstance(finder, Name) or usage[finder.words[finder.anchor]] <= _ANCHORED_MAX:
            return finder
        return finder.anchored_at_rarest(usage)

    return tuple(map(anchored, finders))

"""The stories of the last days: which one a post belongs to, and which are forgotten.

Memory is bounded by ``posts_max`` stories. Below that a story is forgotten when the window has
passed since its last copy. Above it, the oldest makes room; one that was told again since the
hand last passed is spared once (the CLOCK rule of page caches). So a flood of distinct posts
pushes out what nobody repeated before what many did.

The work for a post is bounded too: few candidates are compared, few places are swept.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from listener.stories.index import Index
from listener.stories.likeness import are_alike
from listener.stories.sketch import Sketch, keys_of, sketch_of

POSTS_MAX = 250_000
"""Some 160 MB when all are tweets, some 340 MB when all are long articles."""

_SPARED_MAX = 8  # stories passed over in search of one to forget
_SWEPT = 2  # places looked at for what is out of the window, each time a post comes


@dataclass(slots=True)
class _Remembered:
    """A story: its first post, and how it goes on."""

    key: str
    sketch: Sketch
    last_at: float
    count: int = 1
    is_spared: bool = False


class Stories:
    """Names the story of each post. The same posts in the same order get the same stories.

    ``window_hours`` after its last copy a story ends: the same text later is a new one.
    ``posts_max`` is how many stories are remembered at most. Raises ValueError where either
    is not positive.
    """

    def __init__(self, window_hours: float = 72, posts_max: int = POSTS_MAX) -> None:
        if not window_hours > 0 or not 0 < posts_max < 1 << 28:
            raise ValueError("stories need a window_hours above 0 and a posts_max of 1 to 2**28")
        self._window_seconds = window_hours * 3600
        self._stories_max = posts_max
        self._stories: list[_Remembered | None] = []
        self._free: list[int] = []
        self._place_by_key: dict[str, int] = {}
        self._index = Index(posts_max)
        self._hand = 0
        self._swept = 0

    def add(self, key: str, text: str, title: str, at: datetime, repost_of: str = "") -> str:
        """The key of the first post of the story that this post belongs to; its own if it's new.

        ``at`` is when we saw the post, by our clock: what authors claim may lie anywhere. Add
        each post once; the first post of a story added again stays what it is. ``repost_of`` is
        the key of the post that this one repeats, as its site says; it decides where the post
        itself has too few words to compare. Raises ValueError where ``at`` has no time zone.
        """
        return self.place(key, sketch_of(text, title), at, repost_of)

    def place(self, key: str, sketch: Sketch, at: datetime, repost_of: str = "") -> str:
        """Like :meth:`add`, for a post that was reduced to its sketch before."""
        if at.tzinfo is None:
            raise ValueError(f"the time of post {key!r} has no time zone; stories need one")
        now = at.timestamp()
        self._sweep(now)
        if self._named(key, now):
            return key
        keys = keys_of(sketch)
        story = self._alike(sketch, keys, now)
        if story is None and repost_of and not sketch.is_long:
            story = self._named(repost_of, now)
            if story is None:
                return repost_of
        if story:
            self._join(story, sketch, keys, now)
            return story.key
        if keys:
            self._remember(_Remembered(key, sketch, now), keys)
        return key

    def count(self, story: str) -> int:
        """How many posts the story has so far, as far as it's remembered; 0 where it isn't."""
        place = self._place_by_key.get(story)
        remembered = None if place is None else self._stories[place]
        return remembered.count if remembered else 0

    def __len__(self) -> int:
        """How many stories are remembered."""
        return len(self._place_by_key)

    def _named(self, key: str, now: float) -> _Remembered | None:
        """The story with this key, where it's remembered and goes on."""
        place = self._place_by_key.get(key)
        return None if place is None else self._open(place, now)

    def _alike(self, sketch: Sketch, keys: Sequence[int], now: float) -> _Remembered | None:
        for place in self._index.candidates(keys):
            story = self._open(place, now)
            if story and are_alike(story.sketch, sketch):
                return story
        return None

    def _open(self, place: int, now: float) -> _Remembered | None:
        story = self._stories[place]
        is_open = story and abs(now - story.last_at) <= self._window_seconds
        return story if is_open else None

    def _remember(self, story: _Remembered, keys: Sequence[int]) -> None:
        ended = self._place_by_key.get(story.key)
        if ended is not None:
            self._forget(ended)
        place = self._place_for_one()
        self._stories[place] = story
        self._place_by_key[story.key] = place
        self._index.put(keys, place)

    def _join(self, story: _Remembered, sketch: Sketch, keys: Sequence[int], now: float) -> None:
        story.count += 1
        story.last_at = max(story.last_at, now)
        story.is_spared = True
        self._index.put(keys, self._place_by_key[story.key])
        if story.sketch.is_cut and sketch.is_long and not sketch.is_cut:
            story.sketch = sketch  # the whole text of what began cut: copies are compared with it

    def _place_for_one(self) -> int:
        if self._free:
            return self._free.pop()
        if len(self._stories) < self._stories_max:
            self._stories.append(None)
            return len(self._stories) - 1
        for _ in range(_SPARED_MAX):
            story = self._stories[self._next_hand()]
            if not (story and story.is_spared):
                break
            story.is_spared = False
        self._forget(self._hand)
        return self._free.pop()

    def _sweep(self, now: float) -> None:
        """Forget what is out of the window, a few places at a time, around and around."""
        for _ in range(min(_SWEPT, len(self._stories))):
            self._swept = (self._swept + 1) % len(self._stories)
            story = self._stories[self._swept]
            if story and now - story.last_at > self._window_seconds:
                self._forget(self._swept)

    def _forget(self, place: int) -> None:
        story = self._stories[place]
        if story:
            del self._place_by_key[story.key]
            self._stories[place] = None
            self._free.append(place)

    def _next_hand(self) -> int:
        self._hand = (self._hand + 1) % len(self._stories)
        return self._hand

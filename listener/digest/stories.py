"""Posts that say the same, told once: exact and near duplicates folded into stories.

Near means that half of the word pairs are shared, links and handles left out. Each text is
reduced to a sketch, the lowest hashes of its word pairs, and compared with the few stories
whose lowest hashes it shares, so that the work grows with the number of posts and not with its
square, whatever somebody posts. The result depends on the posts alone, not on their order.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import blake2b
from itertools import chain, pairwise
from zlib import crc32

from listener.match.fold import SPACED, SPACELESS, fold
from listener.model import Mention, Post
from listener.text import shown

LIKENESS_MIN = 0.5
SAMPLE_CHARS_MAX = 280

_TEXT_CHARS = 800  # what is alike is alike from the beginning
_WORDS_MIN = 6  # below, only the very same text is the same story
_SKETCH_HASHES = 48
_INDEXED_HASHES = 12
_STORIES_PER_HASH_MAX = 50
_CANDIDATES_MAX = 10

_WORD = re.compile(f"{SPACED}+|[{SPACELESS}]")
_NO_WORDS = re.compile(r"(?:https?://|www\.|@)\S+")


@dataclass(frozen=True, slots=True)
class Story:
    """Posts that say the same. ``reach`` is None where no site told how many saw them.

    ``text`` is a sample on one line, ``url`` where it stands: those of the first post.
    """

    count: int
    reach: int | None
    first_at: datetime
    last_at: datetime
    text: str
    url: str
    brands: tuple[str, ...]
    sites: tuple[str, ...]


def reach_of(post: Post) -> int | None:
    """How many may have seen the post: its views, or else its author's followers."""
    return post.engagement.views or post.author.followers


def sample_of(post: Post) -> str:
    """What a reader sees of the post: its title and the beginning of its text, on one line."""
    text = post.text[: 8 * SAMPLE_CHARS_MAX]
    return shown(f"{post.title}: {text}" if post.title else text, SAMPLE_CHARS_MAX)


def added(one: int | None, other: int | None) -> int | None:
    """The sum of what is known."""
    return other if one is None else one if other is None else one + other


@dataclass(slots=True)
class _Telling:
    """One post, reduced to what folding needs."""

    at: datetime
    id: str
    text: bytes
    sketch: tuple[int, ...]
    reach: int | None
    sample: str
    url: str
    site: str
    brands: set[str] = field(default_factory=set)


class StoryFolder:
    """Takes mentions in any order and folds their posts into stories."""

    def __init__(self) -> None:
        self._tellings: dict[str, _Telling] = {}

    def add(self, mention: Mention, at: datetime) -> None:
        """Take up a mention; its post counts once, however many brands it mentions."""
        post = mention.post
        if post.id not in self._tellings:
            self._tellings[post.id] = _telling(post, at)
        self._tellings[post.id].brands.add(mention.brand)

    def stories(self, count_max: int) -> tuple[Story, ...]:
        """The loudest stories: told most often, then reaching most, then first told."""
        tellings = sorted(self._tellings.values(), key=lambda telling: (telling.at, telling.id))
        stories = map(_story, _folded(tellings))
        loudest = sorted(stories, key=lambda one: (-one.count, -(one.reach or 0), one.first_at))
        return tuple(loudest[:count_max])


def _telling(post: Post, at: datetime) -> _Telling:
    words = _words(f"{post.title} {post.text[:_TEXT_CHARS]}"[:_TEXT_CHARS])
    text = " ".join(words) or post.id
    return _Telling(
        at=at,
        id=post.id,
        text=blake2b(text.encode(), digest_size=12).digest(),
        sketch=_sketch(words),
        reach=reach_of(post),
        sample=sample_of(post),
        url=post.url,
        site=post.site,
    )


def _words(text: str) -> list[str]:
    words: list[str] = _WORD.findall(_NO_WORDS.sub(" ", fold(text)))
    return words[1:] if words[:1] == ["rt"] else words


def _sketch(words: Sequence[str]) -> tuple[int, ...]:
    if len(words) < _WORDS_MIN:
        return ()
    pairs = {crc32(f"{one} {other}".encode()) for one, other in pairwise(words)}
    return tuple(sorted(pairs)[:_SKETCH_HASHES])


def _folded(tellings: Iterable[_Telling]) -> list[list[_Telling]]:
    """The tellings, in order, put together with the first that they are like."""
    stories: list[list[_Telling]] = []
    by_text: dict[bytes, int] = {}
    by_hash: dict[int, list[int]] = defaultdict(list)
    for telling in tellings:
        number = by_text.get(telling.text)
        if number is None:
            number = _like(telling, stories, by_hash)
        if number is None:
            number = len(stories)
            stories.append([])
            _index(telling, number, by_hash)
        by_text.setdefault(telling.text, number)
        stories[number].append(telling)
    return stories


def _like(
    telling: _Telling, stories: list[list[_Telling]], by_hash: dict[int, list[int]]
) -> int | None:
    """The number of the story that the telling is most like, if any is like enough."""
    lists = (by_hash.get(one, ()) for one in telling.sketch[:_INDEXED_HASHES])
    candidates = Counter(chain.from_iterable(lists)).most_common(_CANDIDATES_MAX)
    likeness, earliest = max(
        ((_likeness(telling.sketch, stories[one][0].sketch), -one) for one, _ in candidates),
        default=(0.0, 0),
    )
    return -earliest if likeness >= LIKENESS_MIN else None


def _likeness(one: Sequence[int], other: Sequence[int]) -> float:
    """The share of pairs that both have, estimated from the lowest hashes of the two together."""
    both = set(one).intersection(other)
    if len(both) < LIKENESS_MIN * max(len(one), len(other)):
        return 0.0
    lowest = sorted({*one, *other})[:_SKETCH_HASHES]
    return len(both.intersection(lowest)) / len(lowest)


def _index(telling: _Telling, number: int, by_hash: dict[int, list[int]]) -> None:
    for one in telling.sketch[:_INDEXED_HASHES]:
        if len(by_hash[one]) < _STORIES_PER_HASH_MAX:
            by_hash[one].append(number)


def _story(tellings: Sequence[_Telling]) -> Story:
    reach: int | None = None
    for telling in tellings:
        reach = added(reach, telling.reach)
    first = tellings[0]
    return Story(
        count=len(tellings),
        reach=reach,
        first_at=first.at,
        last_at=tellings[-1].at,
        text=first.sample,
        url=next((telling.url for telling in tellings if telling.url), ""),
        brands=tuple(sorted(set().union(*(telling.brands for telling in tellings)))),
        sites=tuple(sorted({telling.site for telling in tellings})),
    )

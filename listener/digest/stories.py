"""Posts that say the same, told once: a period's posts folded into stories and counted.

What is one story is for :mod:`listener.stories` to say, here as in the stream. The posts are put
in the order of their times first, so the result depends on the posts alone, not on the order in
which they are read.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from listener.model import Mention, Post
from listener.stories import Stories
from listener.stories.sketch import Sketch, sketch_of
from listener.text import shown

SAMPLE_CHARS_MAX = 280


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
    sketch: Sketch
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
    return _Telling(
        at=at,
        id=post.id,
        sketch=sketch_of(post.text, post.title),
        reach=reach_of(post),
        sample=sample_of(post),
        url=post.url,
        site=post.site,
    )


def _folded(tellings: Sequence[_Telling]) -> list[list[_Telling]]:
    """The tellings, in order of time, each with those of its story."""
    folder = Stories(posts_max=max(1, len(tellings)))
    stories: dict[str, list[_Telling]] = {}
    for telling in tellings:
        story = folder.place(telling.id, telling.sketch, telling.at)
        stories.setdefault(story, []).append(telling)
    return list(stories.values())


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

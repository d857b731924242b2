"""What a post speaks of: the words of ``[topics.NAME]``, in whatever form they stand there.

A topic is looked for as a brand is, so that *hyvityksestä* and *zwrotu* are found by their base
forms; only slips of the finger do not count, since its words are plain ones. Nobody's own account
and no ambiguity comes into it. Pure.
"""

from collections.abc import Collection, Iterable
from functools import lru_cache

from listener.match import Matcher
from listener.model import Brand, Post
from listener.rules import Rule, Topic

_MATCHERS_MAX = 64


def asked_for(rules: Iterable[Rule]) -> frozenset[Topic]:
    """All topics that these rules speak of."""
    return frozenset(topic for rule in rules for topic in rule.when.topics)


def found(post: Post, topics: frozenset[Topic]) -> Collection[Topic]:
    """Those of the topics that the post speaks of."""
    if not topics:
        return frozenset()
    ordered, matcher = _compiled(topics)
    return frozenset(ordered[int(one.brand)] for one in matcher.match(post))


@lru_cache(maxsize=_MATCHERS_MAX)
def _compiled(topics: frozenset[Topic]) -> tuple[tuple[Topic, ...], Matcher]:
    ordered = tuple(sorted(topics, key=lambda topic: (topic.name, topic.words)))
    brands = (Brand(str(n), names=topic.words, loose=False) for n, topic in enumerate(ordered))
    return ordered, Matcher(tuple(brands))

"""What a crisis is about, in words: which terms, which post, which place. Pure.

The terms are those that far more mentions hold now than usually do, by how surely that is no
chance. What is said is strangers' text: it comes out on one line, and each channel escapes it.
"""

import re
from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from math import log, sqrt

from listener.model import Mention
from listener.reach import reach
from listener.text import shown

TERMS_MAX = 6
MENTIONS_MAX = 5_000
_TERM_MENTIONS_MIN = 3
_SURE = 3.0  # standard deviations
_WORDS_MAX = 200
_WORD = re.compile(r"[^\W\d_][\w’'-]{2,30}")


def terms(now: Iterable[Mention], usual: Iterable[Mention], names: Collection[str]) -> list[str]:
    """The terms that stand out now against what is usual, the surest first.

    ``names`` are words to leave out: the brand's own. None where it isn't known what is usual.
    """
    here, here_count = _counted(now)
    before, before_count = _counted(usual)
    if not before_count:
        return []
    left_out = {word for name in names for word in _words(name)}
    sure = {
        term: _sureness(count, here_count, before[term], before_count)
        for term, count in here.items()
        if count >= _TERM_MENTIONS_MIN and term not in left_out
    }
    found = sorted((term for term in sure if sure[term] >= _SURE), key=lambda t: (-sure[t], t))
    return found[:TERMS_MAX]


def loudest(mentions: Sequence[Mention]) -> Mention | None:
    """The mention that reaches farthest; of equals the weightiest."""
    return max(mentions, key=lambda one: (reach(one), one.priority.score), default=None)


def explained(
    mentions: Sequence[Mention], usual: Iterable[Mention], names: Collection[str]
) -> list[str]:
    """Lines that say what it is about: terms, the place most of it is in, the loudest post."""
    if not mentions:
        return []
    lines = []
    found = terms(mentions, usual, names)
    if found:
        lines.append(f"Said now and not usually: {', '.join(found)}.")
    site, count = Counter(mention.post.site for mention in mentions).most_common(1)[0]
    lines.append(f"{count / len(mentions):.0%} of it is on {shown(site, 60)}.")
    first = loudest(mentions)
    if first is not None:
        said = shown(first.post.title or first.post.text, 200)
        lines.append(f"The farthest reach: {shown(first.post.author.handle, 60)}: “{said}”")
    return lines


def _counted(mentions: Iterable[Mention]) -> tuple[Counter[str], int]:
    """In how many mentions each word stands, and how many mentions there are."""
    counter: Counter[str] = Counter()
    count = 0
    for mention, _ in zip(mentions, range(MENTIONS_MAX), strict=False):
        counter.update(_words(f"{mention.post.title} {mention.post.text}"))
        count += 1
    return counter, count


def _words(text: str) -> set[str]:
    found = _WORD.findall(text[:20_000].casefold())
    return set(found[:_WORDS_MAX])


def _sureness(here: int, here_of: int, before: int, before_of: int) -> float:
    """By how many standard deviations the log odds differ; half a mention is added everywhere."""
    odds = (here + 0.5) / (here_of - here + 0.5)
    usual_odds = (before + 0.5) / (before_of - before + 0.5)
    return (log(odds) - log(usual_odds)) / sqrt(1 / (here + 0.5) + 1 / (before + 0.5))

"""Are copies found, and only copies? A labelled set of edits, against two plain ways.

``python benchmarks/stories_edits.py [--stories 1500] [--seed 1]``. Stories are made from
sentences in English, Finnish and Polish (``stories_words.py``); each has copies by the edits that
people and sites make. Among them stand hard negatives, each a story of its own: the same template
with other numbers and names, short texts, translations, answers under one title, texts that
contain ten others, own words around somebody's line, reports that differ in figures only.

Precision and recall are of pairs of posts. By kind: recall of the pairs of a copy of this kind
with the other posts of its story, precision of all pairs that the posts of this kind were put
in. Beside it: equal text after folding, and Jaccard of the sets of words (at least 0.5, with the
first post of each story).
"""

import argparse
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from itertools import combinations
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from benchmarks.stories_set import Made, Maker
from listener.match.fold import fold
from listener.stories import Stories

START = datetime(2026, 1, 1, tzinfo=UTC)


def main() -> None:
    """Make the set, fold it in three ways, print a table each."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--stories", type=int, default=1_500)
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    posts = Maker(arguments.seed).posts(arguments.stories)
    print(f"{len(posts):,} posts in {len({post.story for post in posts}):,} stories")
    ways: dict[str, Callable[[list[Made]], list[str]]] = {
        "stories": by_stories,
        "equal text": by_text,
        "jaccard of words": by_jaccard,
    }
    for name, way in ways.items():
        began = time.process_time()
        told = way(posts)
        print(f"\n{name} ({(time.process_time() - began) / len(posts) * 1e6:,.0f} µs a post)")
        report(posts, told)


def by_stories(posts: list[Made]) -> list[str]:
    """The way of the product."""
    stories = Stories()
    return [
        stories.add(str(number), post.text, post.title, START + timedelta(seconds=number))
        for number, post in enumerate(posts)
    ]


def by_text(posts: list[Made]) -> list[str]:
    """Equal after folding, white space apart."""
    return [" ".join(fold(f"{post.title} {post.text}").split()) for post in posts]


def by_jaccard(posts: list[Made]) -> list[str]:
    """Half of the words of both are shared with the first post of the story."""
    stories: list[int] = []  # how many words each has
    with_word: dict[str, list[int]] = defaultdict(list)
    told = []
    for post in posts:
        words = set(fold(f"{post.title} {post.text}").split())
        shared: Counter[int] = Counter()
        for word in words:
            shared.update(with_word[word])
        likest = max(
            ((both / (len(words) + stories[one] - both), -one) for one, both in shared.items()),
            default=(0.0, 0),
        )
        if likest[0] < 0.5:
            likest = 1.0, -len(stories)
            stories.append(len(words))
            for word in words:
                with_word[word].append(-likest[1])
        told.append(str(-likest[1]))
    return told


def measured(posts: list[Made], told: list[str]) -> tuple[float, float]:
    """Pair precision and recall of all posts together."""
    true, said = _pairs(post.story for post in posts), _pairs(told)
    right = len(true & said)
    return right / max(len(said), 1), right / max(len(true), 1)


def report(posts: list[Made], told: list[str]) -> None:
    """Pair precision and recall per kind, and of all."""
    true, said = _pairs(post.story for post in posts), _pairs(told)
    right = true & said
    print(f"{'kind':24}{'posts':>8}{'wrong pairs':>13}{'precision':>11}{'recall':>9}")
    for kind in sorted({post.kind for post in posts}):
        of_kind = {number for number, post in enumerate(posts) if post.kind == kind}
        _line(kind, len(of_kind), *(_touching(pairs, of_kind) for pairs in (true, said, right)))
    _line("ALL", len(posts), len(true), len(said), len(right))


def _line(kind: str, posts: int, true: int, said: int, right: int) -> None:
    shares = (f"{right / of:.4f}" if of else "-" for of in (said, true))
    print(f"{kind:24}{posts:8}{said - right:13}{next(shares):>11}{next(shares):>9}")


def _pairs(stories: Iterable[str]) -> set[tuple[int, int]]:
    members: dict[str, list[int]] = defaultdict(list)
    for number, story in enumerate(stories):
        members[story].append(number)
    return {pair for one in members.values() for pair in combinations(one, 2)}


def _touching(pairs: set[tuple[int, int]], numbers: set[int]) -> int:
    return sum(one in numbers or other in numbers for one, other in pairs)


if __name__ == "__main__":
    main()

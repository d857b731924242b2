"""A day of ten million posts through the stories: speed, and memory that must flatten.

``python benchmarks/stories.py [--posts 10000000] [--posts-max 250000] [--seed 1]``. The clock is
stepped so that the posts fill one day. Seven in eight are posts of their own, of 4 to 45 words
drawn with the unevenness of a language from 60,000 made-up words; the rest are copies, in bursts
that begin at any time and go on for some thousand posts, with links, handles, comments and cuts.
The lines show the speed of ``add`` alone in processor time (making the posts is left out), the
stories remembered, the resident memory of the whole process, and the share of the copies that
were put in the story of their original, which falls only as stories are forgotten.
"""

import argparse
import random
import resource
import sys
import time
from datetime import UTC, datetime, timedelta
from itertools import accumulate
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from listener.stories import Stories
from listener.stories.window import POSTS_MAX

BATCH = 1_000
WORDS_MAX = 46
HEADS = ("posts", "posts/s", "stories", "MiB now", "MiB peak", "found")
START = datetime(2026, 1, 1, tzinfo=UTC)
SYLLABLES = [first + second for first in "bdfhjklmnprstv" for second in "aeiouyäö"]
Post = tuple[str, str, str]  # key, text, the key of the post it copies or ""


def main() -> None:
    """Simulate and print a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--posts", type=int, default=1_000_000)
    parser.add_argument("--posts-max", type=int, default=POSTS_MAX)
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    day(arguments.posts, Stories(posts_max=arguments.posts_max), Firehose(arguments.seed))


def day(count: int, stories: Stories, firehose: "Firehose") -> None:
    """So many posts in a day; a line for each tenth, or each million if that's shorter."""
    print("".join(f"{head:>12}" for head in HEADS))
    copies = found = 0
    seconds = seconds_before = 0.0
    step = max(BATCH, min(1_000_000, count // 10) // BATCH * BATCH)
    for done in range(BATCH, count + 1, BATCH):
        posts = firehose.batch()
        at = START + timedelta(days=done / count)
        began = time.process_time()
        told = [stories.add(key, text, "", at) for key, text, _ in posts]
        seconds += time.process_time() - began
        copies += sum(bool(first) for _, _, first in posts)
        found += sum(story == first for story, (_, _, first) in zip(told, posts, strict=True))
        if done % step == 0:
            rate = step / (seconds - seconds_before)
            seconds_before = seconds
            line = f"{done:12,}{rate:12,.0f}{len(stories):12,}"
            now, peak = memory()
            print(f"{line}{now:12.0f}{peak:12.0f}{found / max(copies, 1):12.4f}", flush=True)
    print(f"{count / seconds:,.0f} posts/s of processor time in all")


class Firehose:
    """Made-up posts without end, the same for the same seed."""

    def __init__(self, seed: int) -> None:
        self._chance = random.Random(seed)
        self._words = [
            "".join(self._chance.choices(SYLLABLES, k=number % 4 + 1)) for number in range(60_000)
        ]
        self._weights = list(accumulate(1 / (rank + 10) for rank in range(len(self._words))))
        self._told: list[tuple[str, str]] = []
        self._number = 0

    def batch(self) -> list[Post]:
        """The next posts."""
        chance = self._chance
        words = chance.choices(self._words, cum_weights=self._weights, k=BATCH * WORDS_MAX // 2)
        posts, place = [], 0
        for _ in range(BATCH):
            if self._told and chance.random() < 1 / 8:
                posts.append(self._copy())
                continue
            # Four words at least; shorter lengths are the commoner.
            length = 4 + int((WORDS_MAX - 4) * chance.random() ** 1.5)
            posts.append(self._own(" ".join(words[place : place + length])))
            place += length
        return posts

    def _own(self, text: str) -> Post:
        self._number += 1
        key = f"x:{1_900_000_000_000_000_000 + self._number}"
        if self._number % 500 == 0 and len(text) > 60:  # a burst begins, another ends
            self._told = [*self._told[-40:], (key, text)]
        return key, text, ""

    def _copy(self) -> Post:
        self._number += 1
        first, text = self._told[int(len(self._told) * self._chance.random() ** 2)]
        ways = (
            text,
            f"RT @someone: {text}",
            f"{text} https://t.example/{self._number}",
            f"vuoi vuoi! {text}",
            text.upper() + "!!!",
            f"{text[: len(text) * 3 // 4]}…",
        )
        return f"x:{1_900_000_000_000_000_000 + self._number}", ways[self._number % 6], first


def memory() -> tuple[float, float]:
    """The resident memory of this process in MiB: now, and at its highest."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    statm = Path("/proc/self/statm")
    if not statm.exists():
        return peak, peak
    return int(statm.read_text().split()[1]) * resource.getpagesize() / 2**20, peak


if __name__ == "__main__":
    main()

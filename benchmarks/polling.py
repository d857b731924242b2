"""How long posts wait to be seen: uniform polling, ours, and the best that anybody could do.

    python benchmarks/polling.py [days] [seed]

200 made-up feeds with heavy-tailed rates (most post a few times a week, a few all day), a rhythm
of day and night, bursts, and one in ten dead, over 30 days. All three ways make the same number
of requests, one per feed each five minutes in the mean. *Ours* is ``listener.pace``, as the
``feed`` source uses it: it begins with the twenty newest entries that a feed lists, learns at
each visit, and is woken no more than once a minute. *Best* is told the true rate of each feed
and needs no waking: the optimum in theory. The first five days, in which ours learns, are told
apart.
"""

import random
import sys
from bisect import bisect_left, bisect_right
from dataclasses import dataclass, field
from math import cos, expm1, pi

from listener import pace

FEEDS = 200
MEAN_SECONDS = 300.0
LEAST_SECONDS = 60.0
DAY = 86_400.0
HISTORY_DAYS = 60
WARM_UP_DAYS = 5
LISTED = 20


@dataclass
class Feed:
    """When a feed posts, in seconds from the start of the trial, in order.

    ``rate`` is what it was made with, in posts a second: what nobody can know better.
    """

    rate: float
    posts: list[float]

    def between(self, since: float, until: float) -> int:
        """How many posts it had after ``since``, up to ``until``."""
        return bisect_right(self.posts, until) - bisect_right(self.posts, since)


@dataclass
class Trial:
    """Visits so far, and how long each post waited, before and after the warm-up."""

    days: float
    requests: int = 0
    waits: tuple[list[float], list[float]] = field(default_factory=lambda: ([], []))

    def visit(self, feed: Feed, since: float, now: float) -> int:
        """Note the posts that are new between two visits; returns how many."""
        self.requests += 1
        start, end = bisect_right(feed.posts, since), bisect_right(feed.posts, now)
        for at in feed.posts[start:end]:
            self.waits[at >= WARM_UP_DAYS * DAY].append(now - at)
        return end - start

    def mean(self, part: int) -> float:
        """The mean wait in the warm-up (0) or after it (1)."""
        return sum(self.waits[part]) / len(self.waits[part])


def made(dice: random.Random, days: float) -> Feed:
    """A feed: its posts come one by one or in bursts, three times as often by day as by night."""
    per_day = 0.0 if dice.random() < 0.1 else min(dice.lognormvariate(-0.5, 2.2), 400.0)
    burst = dice.choice([1.0, 1.0, 1.0, 3.0, 8.0])
    peak = dice.uniform(0, DAY)
    posts: list[float] = []
    at = -HISTORY_DAYS * DAY
    while per_day and at < days * DAY:
        at += dice.expovariate(2 * per_day / burst / DAY)
        if dice.random() < (1 + 0.5 * cos(2 * pi * (at - peak) / DAY)) / 2:
            count = 1 + int(dice.expovariate(1 / (burst - 1))) if burst > 1 else 1
            posts += [at + dice.uniform(0, 1800) for _ in range(count)]
    rate = per_day / DAY * (1 + 1 / expm1(1 / (burst - 1))) / burst if burst > 1 else per_day / DAY
    return Feed(rate, sorted(one for one in posts if one < days * DAY))


def steady(feeds: list[Feed], intervals: list[float], days: float) -> Trial:
    """Each feed at its own fixed interval, begun at a random moment of it."""
    trial, dice = Trial(days), random.Random(0)
    for feed, interval in zip(feeds, intervals, strict=True):
        before, now = 0.0, dice.uniform(0, interval)
        while now < days * DAY:
            trial.visit(feed, before, now)
            before, now = now, now + interval
    return trial


def first_look(feed: Feed) -> pace.Seen:
    newest = feed.posts[: bisect_left(feed.posts, 0.0)][-LISTED:]
    return pace.listed([-at for at in newest])


def ours(feeds: list[Feed], days: float) -> Trial:
    """As the source does it: woken when the next feed is due, at the earliest after a minute."""
    trial = Trial(days)
    seen = [first_look(feed) for feed in feeds]
    visited, turns = [0.0] * len(feeds), [0.0] * len(feeds)
    least = [LEAST_SECONDS] * len(feeds)
    now = LEAST_SECONDS
    while now < days * DAY:
        waits = pace.intervals(pace.rates(seen), MEAN_SECONDS, least, DAY)
        due = [at + wait for at, wait in zip(turns, waits, strict=True)]
        for number, feed in enumerate(feeds):
            if due[number] <= now + LEAST_SECONDS / 2:
                came = trial.visit(feed, visited[number], now)
                seen[number] = pace.watched(seen[number], came, now - visited[number])
                visited[number] = now
                turns[number] = pace.turn(due[number], now, LEAST_SECONDS)
                due[number] = turns[number] + waits[number]
        now = max(now + LEAST_SECONDS, min(due))
    return trial


def main(days: float = 30, seed: int = 1) -> int:
    """Print the three and their ratios; 1 where ours misses its aims."""
    dice = random.Random(seed)
    feeds = [made(dice, days) for _ in range(FEEDS)]
    true = [feed.rate for feed in feeds]
    ideal = pace.intervals(true, MEAN_SECONDS, [LEAST_SECONDS] * FEEDS, DAY)
    trials = {
        "uniform": steady(feeds, [MEAN_SECONDS] * FEEDS, days),
        "ours": ours(feeds, days),
        "best": steady(feeds, ideal, days),
    }
    posts = sum(feed.between(0, days * DAY) for feed in feeds)
    print(f"{FEEDS} feeds, {posts:,} posts in {days:g} days, seed {seed}")
    for name, trial in trials.items():
        learning, learned = trial.mean(0), trial.mean(1)
        print(
            f"{name:8} {trial.requests:9,} requests; mean wait of a post "
            f"{learning:6.1f} s in the first {WARM_UP_DAYS} days, {learned:6.1f} s after"
        )
    good = True
    for part, words in enumerate((f"the first {WARM_UP_DAYS} days", "after")):
        to_uniform = trials["ours"].mean(part) / trials["uniform"].mean(part)
        to_best = trials["ours"].mean(part) / trials["best"].mean(part)
        good = good and to_uniform <= 0.5 and to_best <= 1.15
        print(f"{words}: ours is {to_uniform:.3f} of uniform and {to_best:.3f} of the best")
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main(*(int(argument) for argument in sys.argv[1:])))

"""How often each of many places is asked, when all of them share one budget of requests. Pure.

A place that posts ``r`` times a second and is asked every ``i`` seconds keeps a post waiting for
``i / 2`` in the mean. With so many requests a second for all places together, the mean wait of a
post is least where each interval is proportional to ``1 / √r``: four times the posts, twice the
requests. How often a place posts is learned from what it lists and from what is new at each
visit; what lies back counts less and less, and where little is known a place counts as the
mean of the others.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import exp, sqrt

MEMORY_SECONDS = 20 * 86_400.0
"""After so long, what was seen counts 1/e of what it did."""

_PRIOR_POSTS = 0.5
_RATE_MIN = 1e-9


@dataclass(frozen=True, slots=True)
class Seen:
    """How many posts a place had, in how many seconds of watching, both faded with age."""

    posts: float = 0.0
    seconds: float = 0.0


def watched(seen: Seen, posts: int, seconds: float) -> Seen:
    """What is known after ``seconds`` more in which ``posts`` came."""
    fading = exp(-max(seconds, 0.0) / MEMORY_SECONDS)
    return Seen(seen.posts * fading + posts, seen.seconds * fading + MEMORY_SECONDS * (1 - fading))


def listed(ages: Iterable[float]) -> Seen:
    """What a place's own list tells at the first look: the age of each post on it, in seconds.

    Ages below nothing are a clock's mistake and count as none. The oldest post only says how
    far back the list goes.
    """
    known = sorted(max(age, 0.0) for age in ages)
    if not known:
        return Seen()
    posts = sum(exp(-age / MEMORY_SECONDS) for age in known[:-1])
    return Seen(posts, MEMORY_SECONDS * (1 - exp(-known[-1] / MEMORY_SECONDS)))


def rates(places: Sequence[Seen]) -> list[float]:
    """Posts a second of each place; the less is known of one, the nearer to the mean of all."""
    posts = sum(place.posts for place in places)
    seconds = sum(place.seconds for place in places)
    mean = max(posts / seconds if seconds else 0.0, _RATE_MIN)
    prior_seconds = _PRIOR_POSTS / mean
    return [(place.posts + _PRIOR_POSTS) / (place.seconds + prior_seconds) for place in places]


def intervals(
    rates: Sequence[float], mean_seconds: float, least: Sequence[float], most: float
) -> list[float]:
    """The seconds between two visits to each place, at one request each ``mean_seconds`` for each.

    Place ``n`` is never asked more often than each ``least[n]`` seconds (more than none), nor
    less often than each ``most``; where the two disagree, ``least`` counts. What these bounds
    leave over or use up, the other places get or give.
    """
    shares = [sqrt(max(rate, _RATE_MIN)) for rate in rates]
    bounds = [(min(1 / most, 1 / at_least), 1 / at_least) for at_least in least]
    return [1 / each for each in _spent(shares, bounds, len(shares) / mean_seconds)]


def turn(due: float, now: float, slack: float) -> float:
    """From when the next interval counts: from when a visit was due, not from when it came.

    So a place that was asked up to ``slack`` seconds early or late keeps its mean interval. What
    was later than that begins anew at ``now``.
    """
    return due if abs(due - now) <= slack else now


def _spent(
    shares: Sequence[float], bounds: Sequence[tuple[float, float]], budget: float
) -> list[float]:
    """The budget spent in proportion to the shares, as near as each one's bounds allow.

    Each round settles those beyond one of their bounds: the lower if the bounds ask for more than
    there is, the upper if for less. What is settled stays right in the rounds after it.
    """
    spent = list(shares)
    free = list(range(len(shares)))
    while free:
        scale = max(budget, 0.0) / sum(shares[n] for n in free)
        wanted = {n: shares[n] * scale for n in free}
        held = {n: min(max(wanted[n], bounds[n][0]), bounds[n][1]) for n in free}
        excess = sum(held[n] - wanted[n] for n in free)
        settled = {n for n in free if (held[n] - wanted[n]) * excess > 0} or set(free)
        for n in settled:
            spent[n] = held[n]
            budget -= held[n]
        free = [n for n in free if n not in settled]
    return spent

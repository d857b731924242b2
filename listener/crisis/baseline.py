"""What is usual for a brand at each hour of the week, learnt from weeks of hours. Pure.

The rate of an hour of the week is what was counted in it, drawn toward what the level of the
brand, the hour of the day and the day of the week make likely: a few weeks alone say little of
one hour. Newer weeks weigh more. Hours far beyond their rate, crises of the past, are cut to
what their rate allows before the rates are learnt again. How much hours differ from their rates
beyond chance, and how few weeks there are, makes the expectation wide.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo
from math import inf, sqrt
from statistics import median
from typing import Literal

Series = Literal["mentions", "negative", "far", "copies"]
SERIES: tuple[Series, ...] = ("mentions", "negative", "far", "copies")
"""What is counted: all, those negative toward the brand, those by authors who reach far, and
repetitions of what was said before (how fast something spreads)."""

HOUR = timedelta(hours=1)
COVERED_HOURS_MIN = 48

_WEEK_HOURS = 168
_DAY_HOURS = 24
_HALF_LIFE_WEEKS = 4.0
_DRAWN = 2.0  # an hour of the week is drawn toward its likely rate as by two weeks of it
_CUT_DEVIATIONS = 4.0
_ROUNDS = 2
_SHAPE_MIN = 0.3


@dataclass(frozen=True, slots=True)
class Tally:
    """What was counted of a brand in a stretch that began at ``since``, spam and doubts apart."""

    since: datetime
    mentions: int = 0
    negative: int = 0
    far: int = 0
    copies: int = 0

    def of(self, series: Series) -> int:
        """One of the counts."""
        return int(getattr(self, series))


@dataclass(frozen=True, slots=True)
class Usual:
    """Rates of one series by hour of the week, and how widely hours differ from them.

    ``weights`` are how many weeks, by their weight, were seen of each hour.
    """

    rates: tuple[float, ...]
    weights: tuple[float, ...]
    shape: float


@dataclass(frozen=True, slots=True)
class Expected:
    """A count to come: its mean, and the shape of its distribution (see :mod:`chance`)."""

    mean: float
    shape: float

    @property
    def high(self) -> float:
        """Up to here nobody wonders: two standard deviations above the mean."""
        return self.mean + 2 * sqrt(self.mean + self.mean**2 / self.shape)


@dataclass(frozen=True, slots=True)
class Baseline:
    """What is usual for a brand. ``covered_hours`` is what it was learnt from."""

    zone: tzinfo
    usual: Mapping[Series, Usual]
    covered_hours: int

    @property
    def is_known(self) -> bool:
        """Whether enough was seen to call anything unusual."""
        return self.covered_hours >= COVERED_HOURS_MIN

    def expected(self, series: Series, since: datetime, until: datetime) -> Expected:
        """The count to be expected between two moments."""
        usual = self.usual[series]
        mean = known = 0.0
        for hour, share in _hours(since, until):
            slot = _slot(hour, self.zone)
            mean += usual.rates[slot] * share
            known += usual.rates[slot] * (usual.weights[slot] + _DRAWN) * share
        width = 1 / usual.shape + 1 / max(known, 0.5)
        return Expected(mean, 1 / width)


def learn(
    tallies: Sequence[Tally], hours: Collection[datetime], zone: tzinfo, now: datetime
) -> Baseline:
    """The baseline from hourly tallies; ``hours`` are the beginnings (UTC) of all hours seen.

    An hour that was seen and has no tally is one in which nothing was said. Tallies of other
    hours count for nothing.
    """
    by_hour = {tally.since: tally for tally in tallies}
    seen = sorted(hours)
    slots = [_slot(hour, zone) for hour in seen]
    weights = [0.5 ** ((now - hour) / timedelta(weeks=_HALF_LIFE_WEEKS)) for hour in seen]
    none = Tally(now)
    usual = {
        series: _learn([by_hour.get(hour, none).of(series) for hour in seen], slots, weights)
        for series in SERIES
    }
    return Baseline(zone, usual, len(seen))


def _learn(counts: Sequence[int], slots: Sequence[int], weights: Sequence[float]) -> Usual:
    cut = _cut_roughly(counts, slots)
    for _ in range(_ROUNDS):
        rates, seen = _rates(cut, slots, weights)
        shape = _shape(cut, [rates[slot] for slot in slots], weights)
        cut = [
            min(count, _ceiling(rates[slot], shape))
            for count, slot in zip(counts, slots, strict=True)
        ]
    return Usual(tuple(rates), tuple(seen), shape)


def _cut_roughly(counts: Sequence[int], slots: Sequence[int]) -> list[float]:
    """The counts, none far beyond the median of its hour of the day: a start for the rates."""
    by_hour: list[list[int]] = [[] for _ in range(_DAY_HOURS)]
    for count, slot in zip(counts, slots, strict=True):
        by_hour[slot % _DAY_HOURS].append(count)
    medians = [median(found) if found else 0.0 for found in by_hour]
    tops = [4 * (middle + sqrt(middle)) + 5 for middle in medians]
    return [
        min(float(count), tops[slot % _DAY_HOURS])
        for count, slot in zip(counts, slots, strict=True)
    ]


def _rates(
    counts: Sequence[float], slots: Sequence[int], weights: Sequence[float]
) -> tuple[list[float], list[float]]:
    """The rate of each hour of the week, and the weight of what was seen of it."""
    found, seen = [0.0] * _WEEK_HOURS, [0.0] * _WEEK_HOURS
    for count, slot, weight in zip(counts, slots, weights, strict=True):
        found[slot] += count * weight
        seen[slot] += weight
    likely = _likely(found, seen)
    rates = [
        (found[slot] + _DRAWN * likely[slot]) / (seen[slot] + _DRAWN) for slot in range(_WEEK_HOURS)
    ]
    return rates, seen


def _likely(found: Sequence[float], seen: Sequence[float]) -> list[float]:
    """The rate of each hour from level, day and hour of day alone, each drawn to the level."""
    level = (sum(found) + 0.5) / (sum(seen) + 1)
    days = [slice(day * _DAY_HOURS, (day + 1) * _DAY_HOURS) for day in range(7)]
    by_day = [_factor(sum(found[day]), sum(seen[day]), level) for day in days]
    by_hour = []
    for hour in range(_DAY_HOURS):
        near = [
            day * _DAY_HOURS + (hour + by) % _DAY_HOURS for day in range(7) for by in (-1, 0, 1)
        ]
        by_hour.append(_factor(sum(found[n] for n in near), sum(seen[n] for n in near), level))
    return [
        level * by_day[slot // _DAY_HOURS] * by_hour[slot % _DAY_HOURS]
        for slot in range(_WEEK_HOURS)
    ]


def _factor(found: float, seen: float, level: float) -> float:
    """How much above the level; few counts say little, so it is drawn to 1."""
    return (found + 4) / (seen * level + 4)


def _shape(counts: Sequence[float], rates: Sequence[float], weights: Sequence[float]) -> float:
    """How narrowly hours keep to their rates: infinite where they differ by chance alone."""
    beyond = expected = 0.0
    for count, rate, weight in zip(counts, rates, weights, strict=True):
        beyond += weight * ((count - rate) ** 2 - rate)
        expected += weight * rate**2
    return inf if beyond <= 0 or expected <= 0 else max(expected / beyond, _SHAPE_MIN)


def _ceiling(rate: float, shape: float) -> float:
    return rate + _CUT_DEVIATIONS * sqrt(rate + rate**2 / shape) + 1


def _slot(hour: datetime, zone: tzinfo) -> int:
    local = hour.astimezone(zone)
    return local.weekday() * _DAY_HOURS + local.hour


def _hours(since: datetime, until: datetime) -> list[tuple[datetime, float]]:
    """The hours that a stretch touches, and how much of each it takes."""
    found = []
    hour = since.replace(minute=0, second=0, microsecond=0)
    while hour < until:
        share = (min(hour + HOUR, until) - max(hour, since)) / HOUR
        found.append((hour, share))
        hour += HOUR
    return found

"""How well crises are found: simulated years of quiet and loud brands, with 50 planted crises.

Each brand has a rhythm of day and week, days that run high or low, growth over the year, harmless
crowds (a prize, a campaign), and outages in which nothing is seen. Crises of different height,
length and shape are planted. Beside ours stand two rules that the market uses, on the same
minutes: the last hour against the mean hour of the last twelve, and against that of the last
week; both from the same number of mentions on, and both also asked only of negative mentions.

    python -m benchmarks.crisis [WEEKS [SEED]]
"""

import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from multiprocessing import Pool
from random import Random
from time import perf_counter
from zoneinfo import ZoneInfo

from listener.crisis import Baseline, Crisis, Tally, judge, learn

ZONE = ZoneInfo("Europe/Helsinki")
START = datetime(2026, 1, 5, tzinfo=UTC)
BIN = timedelta(minutes=5)
HOUR_BINS = 12
WEEK_BINS = 7 * 24 * HOUR_BINS
LEARN_WEEKS = 8
QUARTER_WEEKS = 13
CALM_BINS = 6 * HOUR_BINS
"""Alarms this close together are one; an alarm this soon after a crisis belongs to it."""
TIMES = 3.0
"""The market's rules fire at so many times the mean."""

BRANDS = {"tiny": 0.1, "quiet": 1.0, "middling": 8.0, "loud": 60.0, "huge": 400.0}
"""Mentions an hour, on average."""


@dataclass(frozen=True, slots=True)
class Planted:
    """A crisis from its first bin to before its last one."""

    first: int
    last: int


@dataclass
class Year:
    """What was published and seen in every five minutes: mentions, negative, far, copies."""

    bins: list[tuple[int, int, int, int]]
    seen: list[bool]
    planted: list[Planted]


@dataclass
class Score:
    """What a rule found: delays in minutes, and how often it rang for nothing."""

    delays: list[float] = field(default_factory=list)
    missed: int = 0
    false_alarms: int = 0
    quarters: float = 0.0


def simulated(level: float, weeks: int, crises: int, dice: Random) -> Year:
    """A year of one brand. Crises are planted after the weeks from which one learns."""
    count = weeks * WEEK_BINS
    planted = _planted(count, crises, dice)
    extra = _heights(level, planted, count, dice)
    joy = _heights(level, _planted(count, weeks // 6, dice), count, dice)
    seen = _seen(count, planted, dice)
    bins = []
    day = 1.0
    for n in range(count):
        if n % (24 * HOUR_BINS) == 0:
            day = dice.gammavariate(8, 1 / 8)
        usual = _rate(level, n, count) * day / HOUR_BINS
        bins.append(_bin(usual, extra[n] / HOUR_BINS, joy[n] / HOUR_BINS, dice))
    hidden = [one if is_seen else (0, 0, 0, 0) for one, is_seen in zip(bins, seen, strict=True)]
    return Year(hidden, seen, planted)


def _rate(level: float, n: int, count: int) -> float:
    """Mentions an hour: more by day, fewer at weekends, and half as many again over the year."""
    local = (START + n * BIN).astimezone(ZONE)
    of_day = 0.3 + 1.4 * (8 <= local.hour < 22) * (1 - abs(local.hour - 15) / 14)
    of_week = 0.7 if local.weekday() > 4 else 1.1
    return level * of_day * of_week * (0.8 + 0.4 * n / count)


def _planted(count: int, crises: int, dice: Random) -> list[Planted]:
    """So many, apart from each other, each of two to thirty hours."""
    room = (count - LEARN_WEEKS * WEEK_BINS) // max(crises, 1)
    found = []
    for n in range(crises):
        length = int(dice.uniform(2, 30) * HOUR_BINS)
        first = LEARN_WEEKS * WEEK_BINS + n * room + dice.randrange(room - length - CALM_BINS)
        found.append(Planted(first, first + length))
    return found


def _heights(level: float, planted: Sequence[Planted], count: int, dice: Random) -> list[float]:
    """Mentions an hour that each crisis adds: it rises in an hour or in ten, and ebbs away."""
    heights = [0.0] * count
    for one in planted:
        peak = dice.uniform(12, 40) + level * dice.uniform(2, 8)
        rise = dice.uniform(1, 10) * HOUR_BINS
        length = one.last - one.first
        for n in range(length):
            up, down = min(1.0, (n + 1) / rise), 1 - n / length
            heights[one.first + n] += peak * up * down
    return heights


def _seen(count: int, planted: Sequence[Planted], dice: Random) -> list[bool]:
    """An outage of one to twenty hours about every ten days; some hide the start of a crisis."""
    seen = [True] * count
    starts = [dice.randrange(count) for _ in range(count // (10 * 24 * HOUR_BINS))]
    starts += [one.first - 3 for one in planted[::10]]
    for start in starts:
        for n in range(start, min(count, start + int(dice.uniform(1, 20) * HOUR_BINS))):
            seen[n] = False
    return seen


def _bin(usual: float, crisis: float, joy: float, dice: Random) -> tuple[int, int, int, int]:
    calm, bad, good = (_poisson(mean, dice) for mean in (usual, crisis, joy))
    mentions = calm + bad + good
    negative = _of(calm, 0.2, dice) + _of(bad, 0.7, dice) + _of(good, 0.05, dice)
    far = _of(calm + good, 0.03, dice) + _of(bad, 0.06, dice)
    copies = _of(calm, 0.08, dice) + _of(bad, 0.35, dice) + _of(good, 0.3, dice)
    return mentions, negative, far, copies


def _poisson(mean: float, dice: Random) -> int:
    """A Poisson count; for large means by its normal shape."""
    if mean > 50:
        return max(0, round(dice.gauss(mean, mean**0.5)))
    count, left = 0, dice.expovariate(1)
    while left < mean:
        count += 1
        left += dice.expovariate(1)
    return count


def _of(count: int, share: float, dice: Random) -> int:
    return sum(dice.random() < share for _ in range(count))


def ours(year: Year) -> Iterator[int]:
    """The bins at which our detector says that there is a crisis."""
    baseline: Baseline | None = None
    crisis = Crisis()
    for n in range(LEARN_WEEKS * WEEK_BINS, len(year.bins)):
        now = START + (n + 1) * BIN
        if n % (24 * HOUR_BINS) == 0 or baseline is None:
            baseline = _learnt(year, n)
        recent = [_tally(year, at, at + 1) for at in range(n - 6 * HOUR_BINS + 1, n + 1)]
        if judge(crisis, baseline, recent, now, seen=year.seen[n]).is_crisis:
            yield n


def _learnt(year: Year, n: int) -> Baseline:
    first = n - LEARN_WEEKS * WEEK_BINS
    starts = range(first - first % HOUR_BINS, n - HOUR_BINS + 1, HOUR_BINS)
    hours = [START + at * BIN for at in starts if sum(year.seen[at : at + HOUR_BINS]) >= 9]
    tallies = [_tally(year, at, at + HOUR_BINS) for at in starts]
    return learn(tallies, hours, ZONE, START + n * BIN)


def _tally(year: Year, first: int, last: int) -> Tally:
    mentions = negative = far = copies = 0
    for one in year.bins[first:last]:
        mentions, negative = mentions + one[0], negative + one[1]
        far, copies = far + one[2], copies + one[3]
    return Tally(START + first * BIN, mentions, negative, far, copies)


def against_mean(hours: int, of: int) -> Callable[[Year], Iterator[int]]:
    """The last hour against the mean hour of the last ``hours``; ``of`` is which count."""

    def fires(year: Year) -> Iterator[int]:
        counts = [one[of] for one in year.bins]
        for n in range(LEARN_WEEKS * WEEK_BINS, len(counts)):
            last = sum(counts[n - HOUR_BINS + 1 : n + 1])
            before = sum(counts[n - (hours + 1) * HOUR_BINS + 1 : n - HOUR_BINS + 1]) / hours
            if last >= Crisis().mentions_min and last > TIMES * before:
                yield n

    return fires


RULES: dict[str, Callable[[Year], Iterator[int]]] = {
    "ours": ours,
    "hour : 12 h": against_mean(12, 0),
    "hour : week": against_mean(168, 0),
    "negative, hour : 12 h": against_mean(12, 1),
    "negative, hour : week": against_mean(168, 1),
}


def scored(year: Year, fires: Sequence[int]) -> Score:
    """Each crisis is found by the first alarm in it; an alarm outside of any is a false one."""
    quarters = (len(year.bins) / WEEK_BINS - LEARN_WEEKS) / QUARTER_WEEKS
    score = Score(quarters=quarters)
    for one in year.planted:
        inside = [n for n in fires if one.first <= n < one.last]
        if inside:
            score.delays.append((inside[0] - one.first) * BIN / timedelta(minutes=1))
        else:
            score.missed += 1
    near = [(one.first - 1, one.last + CALM_BINS) for one in year.planted]
    last = -CALM_BINS
    for n in fires:
        if not any(first <= n < end for first, end in near):
            score.false_alarms += n - last > CALM_BINS
            last = n
    return score


def _measured(task: tuple[str, float, int, int, int]) -> tuple[str, dict[str, Score], float]:
    brand, level, weeks, crises, seed = task
    year = simulated(level, weeks, crises, Random(f"{seed} {brand}"))
    began = perf_counter()
    scores = {name: scored(year, list(rule(year))) for name, rule in RULES.items()}
    return brand, scores, perf_counter() - began


def main() -> None:
    """Print a line per brand and rule, then all brands together."""
    weeks = int(sys.argv[1]) if len(sys.argv) > 1 else LEARN_WEEKS + 52
    seed = int(sys.argv[2]) if len(sys.argv) > 2 else 1
    crises = max(1, 10 * (weeks - LEARN_WEEKS) // 52)
    tasks = [(brand, level, weeks, crises, seed) for brand, level in BRANDS.items()]
    total: dict[str, Score] = {name: Score() for name in RULES}
    print(f"{weeks - LEARN_WEEKS} weeks after {LEARN_WEEKS} to learn from, seed {seed}")
    print(
        f"{'brand':>9} {'rule':>22} {'found':>9} {'mean delay':>11} {'false alarms a quarter':>23}"
    )
    with Pool(2) as pool:
        for brand, scores, _ in pool.imap(_measured, tasks[::-1]):
            for name, score in scores.items():
                print(_line(brand, name, score))
                total[name] = _added(total[name], score)
    for name, score in total.items():
        print(_line("all", name, score))


def _added(one: Score, other: Score) -> Score:
    return Score(
        one.delays + other.delays,
        one.missed + other.missed,
        one.false_alarms + other.false_alarms,
        one.quarters + other.quarters,
    )


def _line(brand: str, rule: str, score: Score) -> str:
    found = len(score.delays)
    delay = sum(score.delays) / found if found else 0.0
    of = f"{found} of {found + score.missed}"
    rate = score.false_alarms / score.quarters
    return f"{brand:>9} {rule:>22} {of:>9} {delay:>7.0f} min {rate:>23.1f}"


if __name__ == "__main__":
    main()

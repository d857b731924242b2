"""Whether a probability is one: of what is said to be 80 % sure, four of five should be right."""

from collections.abc import Sequence
from itertools import groupby

BINS = 10


def expected_calibration_error(
    is_right: Sequence[bool], scores: Sequence[float], bins: int = BINS
) -> float | None:
    """How far the stated scores are from the share that was right, on average, 0 to 1.

    By rising score the judgements are put into bins of equally many (as nearly as that goes);
    each bin's gap between mean score and share counts by its size. Judgements of the same score
    are alike: each of them is as right as all of them. None of nothing.
    """
    if not scores:
        return None
    ordered = _evened(sorted(zip(scores, is_right, strict=True), key=lambda pair: pair[0]))
    gap = 0.0
    for start, end in _bounds(len(ordered), bins):
        some = ordered[start:end]
        gap += abs(sum(score - right for score, right in some))
    return gap / len(ordered)


def _evened(ordered: Sequence[tuple[float, bool]]) -> list[tuple[float, float]]:
    """Each score with the share of those of the same score that were right."""
    evened: list[tuple[float, float]] = []
    for score, alike in groupby(ordered, key=lambda pair: pair[0]):
        rights = [float(right) for _, right in alike]
        evened.extend([(score, sum(rights) / len(rights))] * len(rights))
    return evened


def _bounds(count: int, bins: int) -> list[tuple[int, int]]:
    """Where each bin begins and ends; the first ones are larger by one where it doesn't go up."""
    size, larger = divmod(count, bins)
    sizes = [size + (at < larger) for at in range(bins)]
    ends = [sum(sizes[: at + 1]) for at in range(bins)]
    return [(end - size, end) for size, end in zip(sizes, ends, strict=True) if size]

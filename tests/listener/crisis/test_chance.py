"""The chance of a count, against sums of the distribution itself."""

from math import comb, exp, factorial, inf

import pytest

from listener.crisis.chance import at_least


@pytest.mark.parametrize(("count", "mean"), [(3, 1.0), (10, 4.5), (25, 9.0)])
def test_without_spread_it_is_poissons(count: int, mean: float) -> None:
    below = sum(exp(-mean) * mean**k / factorial(k) for k in range(count))
    assert at_least(count, mean, inf) == pytest.approx(1 - below, rel=1e-6)


@pytest.mark.parametrize(("count", "shape"), [(4, 1), (12, 2), (30, 5)])
def test_with_spread_it_is_the_negative_binomials(count: int, shape: int) -> None:
    mean = 3.0
    p = shape / (shape + mean)
    below = sum(comb(k + shape - 1, k) * p**shape * (1 - p) ** k for k in range(count))
    assert at_least(count, mean, shape) == pytest.approx(1 - below, rel=1e-6)


def test_spread_makes_a_count_likelier_and_more_makes_it_rarer() -> None:
    chances = [at_least(count, 5, 4) for count in (6, 10, 20, 40, 80)]
    assert chances == sorted(chances, reverse=True)
    assert at_least(20, 5, 2) > at_least(20, 5, 20) > at_least(20, 5, inf)


def test_the_ends_are_sound() -> None:
    assert at_least(0, 0, 1) == at_least(3, 3, 1) == 1.0
    assert at_least(1, 0, 1) == 0.0
    assert 0 <= at_least(10**6, 10, 3) < 1e-300
    assert 0 < at_least(1_000, 999, inf) <= 1

"""How likely a count is, by the negative binomial distribution: Poisson with an unsure mean."""

from math import exp, inf, lgamma, log, log1p

_TERMS_MAX = 20_000
_NEGLIGIBLE = 1e-9


def at_least(count: int, mean: float, shape: float) -> float:
    """The probability of ``count`` or more where ``mean`` is expected.

    The variance is mean + mean² / shape; a shape of infinity is Poisson's. 1.0 where the count
    is not above the mean: only how far above matters here. Good to about 1e-9 of itself.
    """
    if count <= 0 or count <= mean:
        return 1.0
    if mean <= 0:
        return 0.0
    term = exp(_log_probability(count, mean, shape))
    total, at = 0.0, count
    while term > total * _NEGLIGIBLE and at < count + _TERMS_MAX:
        total += term
        term *= _ratio(at, mean, shape)
        at += 1
    return min(total, 1.0)


def _log_probability(count: int, mean: float, shape: float) -> float:
    if shape == inf:
        return count * log(mean) - mean - lgamma(count + 1)
    spread = mean / shape
    ways = lgamma(count + shape) - lgamma(shape) - lgamma(count + 1)
    return ways - shape * log1p(spread) + count * (log(spread) - log1p(spread))


def _ratio(count: int, mean: float, shape: float) -> float:
    """How much likelier ``count + 1`` is than ``count``."""
    if shape == inf:
        return mean / (count + 1)
    return (count + shape) / (count + 1) * mean / (mean + shape)

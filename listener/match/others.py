"""Where a post names other brands than the one asked about: judges tell them apart by it."""

from collections.abc import Mapping, Sequence
from itertools import chain, islice

from listener.model import Evidence

OTHERS_MAX = 50
"""In a list of hundreds of brands no more of them are looked at."""


def others(named: Mapping[str, Sequence[Evidence]], brand: str) -> tuple[Evidence, ...]:
    """The evidence of all brands of a post, by brand, without this one's."""
    apart = (places for other, places in named.items() if other != brand)
    return tuple(islice(chain.from_iterable(apart), OTHERS_MAX))

"""``listener queries``: what each platform would be asked for, derived from the brands' tables."""

from pathlib import Path
from typing import get_args

from listener.cli.shared import BadUse, configured
from listener.match.fold import fold
from listener.match.inflect import paradigm
from listener.match.platforms import Platform
from listener.match.queries import queries_for
from listener.model import Brand
from listener.suggest import suggestion
from listener.text import shown

_PLATFORMS: tuple[Platform, ...] = get_args(Platform)


def print_queries(path: Path, platform: str, brand: str, chars_max: int) -> None:
    """Print the queries of each brand, or of one, and what could not be asked for."""
    chosen = next((one for one in _PLATFORMS if one == platform), None)
    if chosen is None:
        msg = f"'{shown(platform, 64)}' is no platform{suggestion(platform, _PLATFORMS)}"
        raise BadUse(msg)
    brands = {one.id: one for one in configured(path).brands}
    if brand and brand not in brands:
        msg = f"no brand '{shown(brand, 64)}' in {path}{suggestion(brand, brands)}"
        raise BadUse(msg)
    for one in [brands[brand]] if brand else brands.values():
        _print(one, chosen, chars_max)


def _print(brand: Brand, platform: Platform, chars_max: int) -> None:
    asked = queries_for(brand, platform, chars_max, lambda base: _forms(base, brand.languages))
    print(f"{brand.id} on {platform}, {len(asked.queries)} of at most {chars_max} characters")
    for query in asked.queries:
        print(f"  {query}")
    for left in asked.left_out:
        print(f"  left out: {left}")
    if not brand.languages and asked.queries:
        print("  base forms only, as the brand lists no languages")


def _forms(base: str, codes: tuple[str, ...]) -> list[str]:
    """The forms of a name of one word, the short ones, which are mostly the frequent, first."""
    word = fold(base).strip()
    if not word.isalnum():
        return []
    return sorted(paradigm(word, codes).written - {word}, key=lambda form: (len(form), form))

"""``listener queries``: what each platform would be asked for, derived from the brands' tables."""

from pathlib import Path
from typing import get_args

from listener.cli.shared import BadUse, configured
from listener.match.platforms import Platform
from listener.match.queries import queries_for
from listener.match.usual import usual_forms
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
    asked = queries_for(brand, platform, chars_max, lambda base: usual_forms(base, brand.languages))
    queries = "1 query" if len(asked.queries) == 1 else f"{len(asked.queries)} queries"
    each = "each " if len(asked.queries) > 1 else ""
    print(f"{brand.id} on {platform}: {queries} of at most {chars_max} characters {each}".rstrip())
    for query in asked.queries:
        print(f"  {query}")
    for left in asked.left_out:
        print(f"  left out: {left}")
    if not brand.languages and asked.queries:
        print("  base forms only, as the brand lists no languages")

"""The public holidays of a country or a part of it, by the holidays library."""

import re
from datetime import date
from functools import lru_cache

_CODE = re.compile("[A-Z]{2}")


@lru_cache(maxsize=512)
def holidays_of(country: str, year: int) -> frozenset[date]:
    """The days of the year on which ``country`` rests: ``FI``, or ``DE-BY`` for a part of it.

    Raises LookupError where the library knows no such country or part.
    """
    from holidays import country_holidays

    code, dash, part = country.partition("-")
    # The library would call whatever it has by that name.
    if not _CODE.fullmatch(code) or bool(dash) != bool(part):
        raise LookupError(f"{country!r} is no country's code")
    try:
        days = country_holidays(code, subdiv=part or None, years=year)
    except NotImplementedError as error:
        raise LookupError(str(error)) from None
    return frozenset(day for day in days if day.year == year)


def countries() -> dict[str, list[str]]:
    """All countries that are known, each with its parts."""
    from holidays import list_supported_countries

    return list_supported_countries(include_aliases=False)

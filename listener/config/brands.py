"""The ``[brands.NAME]`` tables: who to listen for, and what is odd about how they are called."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict
from functools import partial
from typing import Any

from listener.config.reading import Reading, as_table, named, table_name
from listener.config.settings import read_table
from listener.config.tables import BrandTable
from listener.config.words import is_bare_sign, is_domain, is_empty_tag
from listener.match.common import LISTED, share_per_million
from listener.match.demands import check_demand
from listener.match.expression import ExpressionError, Term, parse
from listener.match.expression.cost import needed
from listener.match.fold import fold
from listener.match.inflect import LANGUAGES
from listener.model import Brand
from listener.suggest import listed, suggestion
from listener.text import shown

_HEARD = ("names", "handles", "hashtags", "domains", "products", "people")
_NAMED = (*_HEARD, "short_names", "campaigns", "misspellings")
_FINDS = (*_NAMED, "expression")
_NAMES = ("names", "products", "people", "campaigns", "misspellings", "short_names")
_SHORT_CHARS_MAX = 2
_SHARE_PER_MILLION_MIN = 5.0
_MEND = "set ambiguous = true, or require"


def read_brands(reading: Reading, tables: Mapping[str, Any]) -> Iterator[Brand]:
    """The brands; a fault for everything that isn't sound, a warning for what is unwise."""
    if not tables:
        reading.warn("brands", "there is nobody to listen for; add a table [brands.NAME]")
    for brand_id, stated in tables.items():
        place = table_name("brands", brand_id)
        given = as_table(reading, place, stated)
        if not any(given.get(key) for key in _FINDS):
            reading.fault(place, f"has nothing to listen for; set {listed(_HEARD, 'or')}")
        table = read_table(reading, place, BrandTable, given)
        _check_exact(reading, place, table)
        sound = _check_expressions(reading, place, table)
        _check_languages(reading, place, table)
        _check_names(reading, place, table)
        if sound and table.expression:
            _check_share(reading, place, table)
        if sound:
            yield Brand(brand_id, **asdict(table))


def _check_exact(reading: Reading, place: str, table: BrandTable) -> None:
    for key, words in (("handles", table.handles), ("hashtags", table.hashtags)):
        for word in words:
            if len(word.split()) > 1:
                text = f"'{shown(word, 64)}' holds a space, so no post can tag it"
                reading.fault(named(place, key), text)
            elif is_empty_tag(word):
                text = f"of '{shown(word, 64)}' nothing is left without its sign; write a name too"
                reading.fault(named(place, key), text)
    for domain in table.domains:
        if not is_domain(domain):
            text = f"'{shown(domain, 64)}' is no domain; write it bare, such as example.com"
            reading.fault(named(place, "domains"), text)


def _check_expressions(reading: Reading, place: str, table: BrandTable) -> bool:
    checks: list[tuple[str, str, Callable[[str], object]]] = [
        ("require", entry, check_demand) for entry in table.require
    ]
    checks += [("forbid", entry, partial(check_demand, key="forbid")) for entry in table.forbid]
    if table.expression:
        checks.append(("expression", table.expression, parse))
    faults = len(reading.faults)
    for key, entry, check in checks:
        try:
            check(entry)
        except ExpressionError as error:
            reading.fault(named(place, key), f"'{shown(entry, 64)}': {_clause(str(error))}")
    return len(reading.faults) == faults


def _clause(sentence: str) -> str:
    return sentence[:1].lower() + sentence[1:].rstrip(".")


def _check_languages(reading: Reading, place: str, table: BrandTable) -> None:
    for code in table.languages:
        if code not in LANGUAGES:
            hint = suggestion(code, LANGUAGES) or f"; known are {listed(LANGUAGES)}"
            text = f"the inflection of '{shown(code, 64)}' is not known{hint}"
            reading.warn(named(place, "languages"), text)


def _check_names(reading: Reading, place: str, table: BrandTable) -> None:
    for key in _NAMES:
        for name in getattr(table, key):
            where = named(place, key)
            if is_bare_sign(name):
                text = f"'{shown(name, 64)}' is a mere sign, which nearly every text holds"
                reading.fault(where, text)
            elif not (table.ambiguous or table.require or table.expression):
                cased = key == "short_names"
                _warn_of_common(reading, where, name, _codes(table), cased=cased)


def _codes(table: BrandTable) -> tuple[str, ...]:
    return tuple(code for code in LISTED if not table.languages or code in table.languages)


def _warn_of_common(
    reading: Reading, where: str, name: str, codes: tuple[str, ...], *, cased: bool
) -> None:
    """``cased`` is for what is found only as it is written: in capitals it is nobody's word."""
    plain, told = fold(name).strip(), f"'{shown(name, 64)}'"
    if cased and name == name.upper():
        return
    share = share_per_million(plain, codes)
    if share >= _SHARE_PER_MILLION_MIN:
        reading.warn(where, f"{told} is a common word, {_about(share)}; {_MEND}")
    elif len(plain) <= _SHORT_CHARS_MAX and not cased:
        text = "is so short that it stands for many things; write it under short_names, or"
        reading.warn(where, f"{told} {text} {_MEND}")


def _check_share(reading: Reading, place: str, table: BrandTable) -> None:
    """Warn of an expression that finds the brand alone, by nothing but common words."""
    if table.ambiguous or table.require or any(getattr(table, key) for key in _NAMED):
        return
    codes = _codes(table)

    def share(term: Term) -> float:
        return share_per_million(term.text, codes) if term.kind in {"word", "phrase"} else 0.0

    shares = [share(term) for term in needed(parse(table.expression).root, share) or ()]
    if shares and min(shares) >= _SHARE_PER_MILLION_MIN:
        told = f"'{shown(table.expression, 64)}' holds wherever a common word does"
        reading.warn(named(place, "expression"), f"{told}, {_about(sum(shares))}; {_MEND}")


def _about(share: float) -> str:
    count = f"{share:,.0f}" if share >= 10 else f"{share:.1f}"
    return f"about {count} of a million words of everyday text"

"""What a rule asks of a mention: only of brands, sources and judgements that there are."""

import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Any

from listener.config.reading import Reading, named
from listener.config.settings import read_value, read_values, refuse_unknown
from listener.config.tables import ConditionTable
from listener.model import ERROR_LABEL, LABELS
from listener.registry import settings
from listener.rules import Condition
from listener.suggest import listed, suggestion
from listener.text import shown

DIRECTNESS = ("direct", "indirect")
VERDICTS = ("yes", "review")

_LANGUAGE = re.compile(r"[a-z]{2,3}")
_SETTINGS = {setting.name: setting for setting in settings(ConditionTable)}


@dataclass(frozen=True, slots=True)
class Names:
    """What rules may speak of: the names that the other tables define."""

    brands: frozenset[str]
    sources: frozenset[str]
    channels: frozenset[str]
    kinds: frozenset[str]


def read_condition(reading: Reading, place: str, stated: dict[str, Any], names: Names) -> Condition:
    """The condition with everything sound that is stated; a fault for everything else."""
    _refuse_unjudged(reading, place, stated, names.kinds)
    values = read_values(reading, place, ConditionTable, stated)
    priority_min = values.pop("priority_min", 0)
    words = {key: _many(value) for key, value in values.items()}
    brands, sources = words.get("brand", ()), words.get("source", ())
    check_known(reading, named(place, "brand"), "brand", brands, names.brands)
    check_known(reading, named(place, "source"), "source", sources, names.sources)
    for key, choices in (("directness", DIRECTNESS), ("verdict", VERDICTS)):
        _check_choice(reading, named(place, key), words.get(key, ()), choices)
    return Condition(
        brands=frozenset(brands),
        directness=frozenset(words.get("directness", ())),
        sources=frozenset(sources),
        sites=frozenset(words.get("site", ())),
        authors=frozenset(a.casefold().removeprefix("@") for a in words.get("author", ())),
        verdicts=frozenset(words.get("verdict", ())),
        tags={
            kind: frozenset(_labels(reading, named(place, kind), kind, stated[kind]))
            for kind in stated
            if kind in names.kinds
        },
        priority_min=priority_min,
    )


def check_known(
    reading: Reading, where: str, what: str, stated: Iterable[str], known: Collection[str]
) -> None:
    """Note a fault for every name that no table of this kind has."""
    for name in stated:
        if name not in known:
            hint = suggestion(name, known) or f"; add a table [{what}s.NAME]"
            reading.fault(where, f"there is no {what} '{shown(name, 64)}'{hint}")


def _refuse_unjudged(
    reading: Reading, place: str, stated: Iterable[str], kinds: Collection[str]
) -> None:
    for key in stated:
        if key in LABELS and key not in kinds:
            reading.fault(named(place, key), "is not judged; add it to the order in [classifiers]")
        else:
            refuse_unknown(reading, place, [key], [*_SETTINGS, *kinds])


def _check_choice(
    reading: Reading, where: str, stated: Iterable[str], choices: Collection[str]
) -> None:
    for word in stated:
        if word not in choices:
            reading.fault(where, f"must be {listed(choices, 'or')}, not '{shown(word, 64)}'")


def _labels(reading: Reading, where: str, kind: str, stated: object) -> tuple[str, ...]:
    labels = _many(read_value(reading, where, _SETTINGS["site"], stated) or ())
    for label in labels:
        fault = _label_fault(kind, label)
        if fault:
            reading.fault(where, fault)
    return labels


def _label_fault(kind: str, label: str) -> str:
    if label == ERROR_LABEL:
        return ""
    if kind == "language":
        known_language = _LANGUAGE.fullmatch(label)
        return "" if known_language else f"'{shown(label, 64)}' is no language code, such as 'fi'"
    known = LABELS.get(kind)
    if known is None or label in known:
        return ""
    hint = suggestion(label, (*known, ERROR_LABEL))
    return f"'{shown(label, 64)}' is no label of {kind}{hint}"


def _many(value: str | tuple[str, ...]) -> tuple[str, ...]:
    return (value,) if isinstance(value, str) else value

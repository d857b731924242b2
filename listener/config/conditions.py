"""What a rule asks of a mention: only of brands, sources and judgements that there are."""

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from listener.accounts import account
from listener.config.reading import Reading, named, table_name
from listener.config.settings import read_table, read_value, read_values, refuse_unknown
from listener.config.tables import AuthorsTable, ConditionTable, TopicTable
from listener.config.words import is_bare_sign, is_empty_tag
from listener.model import ERROR_LABEL, LABELS
from listener.registry import settings
from listener.rules import Condition, Topic
from listener.suggest import listed, suggestion
from listener.text import shown

DIRECTNESS = ("direct", "indirect")
VERDICTS = ("yes", "review")

_NUMBERS = ("priority_min", "followers_min")
_LANGUAGE = re.compile(r"[a-z]{2,3}")
_SETTINGS = {setting.name: setting for setting in settings(ConditionTable)}


@dataclass(frozen=True, slots=True)
class Names:
    """What rules may speak of: the names that the other tables define.

    ``topics`` and ``lists`` (of authors) also say what stands there; nothing where it is bad.
    """

    brands: frozenset[str]
    sources: frozenset[str]
    channels: frozenset[str]
    kinds: frozenset[str]
    teams: frozenset[str] = frozenset()
    topics: Mapping[str, Topic | None] = field(default_factory=dict)
    lists: Mapping[str, frozenset[str]] = field(default_factory=dict)


def read_condition(reading: Reading, place: str, stated: dict[str, Any], names: Names) -> Condition:
    """The condition with everything sound that is stated; a fault for everything else."""
    _refuse_unjudged(reading, place, stated, names.kinds)
    values = read_values(reading, place, ConditionTable, stated)
    numbers = {key: values.pop(key) for key in _NUMBERS if key in values}
    words = {key: _many(value) for key, value in values.items()}
    _check_words(reading, place, words, names)
    return Condition(
        brands=frozenset(words.get("brand", ())),
        directness=frozenset(words.get("directness", ())),
        sources=frozenset(words.get("source", ())),
        sites=frozenset(words.get("site", ())),
        authors=frozenset(map(account, words.get("author", ()))),
        listed=frozenset().union(*(names.lists.get(n, ()) for n in words.get("author_list", ()))),
        topics=frozenset(filter(None, map(names.topics.get, words.get("topic", ())))),
        verdicts=frozenset(words.get("verdict", ())),
        tags={
            kind: frozenset(_labels(reading, named(place, kind), kind, stated[kind]))
            for kind in stated
            if kind in names.kinds
        },
        **numbers,
    )


def read_topics(reading: Reading, tables: Mapping[str, Any]) -> dict[str, Topic | None]:
    """The ``[topics.NAME]``; None for one that has a fault."""
    return {name: _topic(reading, name, stated) for name, stated in tables.items()}


def read_lists(reading: Reading, tables: Mapping[str, Any]) -> dict[str, frozenset[str]]:
    """The accounts of each ``[authors.NAME]``."""
    return {name: _list(reading, name, stated) for name, stated in tables.items()}


def check_known(
    reading: Reading,
    where: str,
    what: str,
    stated: Iterable[str],
    known: Collection[str],
    table: str = "",
) -> None:
    """Note a fault for every name that no table of this kind has."""
    for name in stated:
        if name not in known:
            hint = suggestion(name, known) or f"; add a table [{table or what + 's'}.NAME]"
            reading.fault(where, f"there is no {what} '{shown(name, 64)}'{hint}")


def _topic(reading: Reading, name: str, stated: dict[str, Any]) -> Topic | None:
    place = table_name("topics", name)
    faults = len(reading.faults)
    table = read_table(reading, place, TopicTable, stated, words=())
    for word in table.words:
        if is_bare_sign(word):
            text = f"'{shown(word, 64)}' is a mere sign, which nearly every text holds"
            reading.fault(named(place, "words"), text)
    return Topic(name, table.words) if len(reading.faults) == faults else None


def _list(reading: Reading, name: str, stated: dict[str, Any]) -> frozenset[str]:
    place = table_name("authors", name)
    table = read_table(reading, place, AuthorsTable, stated, accounts=())
    for one in table.accounts:
        if is_empty_tag(one):
            text = f"of '{shown(one, 64)}' nothing is left without its sign"
            reading.fault(named(place, "accounts"), text)
    return frozenset(map(account, table.accounts))


def _check_words(
    reading: Reading, place: str, words: Mapping[str, tuple[str, ...]], names: Names
) -> None:
    known: tuple[tuple[str, str, Collection[str], str], ...] = (
        ("brand", "brand", names.brands, "brands"),
        ("source", "source", names.sources, "sources"),
        ("topic", "topic", names.topics, "topics"),
        ("author_list", "list of authors", names.lists, "authors"),
    )
    for key, what, there, table in known:
        check_known(reading, named(place, key), what, words.get(key, ()), there, table)
    for key, choices in (("directness", DIRECTNESS), ("verdict", VERDICTS)):
        _check_choice(reading, named(place, key), words.get(key, ()), choices)


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

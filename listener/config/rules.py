"""The ``[[rules]]``: which there are, whom they tell, how grouped, and when they are quiet."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict
from datetime import time
from typing import Any

from listener.config.conditions import Names, check_known, read_condition
from listener.config.reading import ITEMS_MAX, Reading, named, told
from listener.config.settings import read_table
from listener.config.tables import RuleTable, SpikeTable, TroubleTable
from listener.rules import Quiet, Rule, Spike, Trouble
from listener.text import shown

_NAME_CHARS_MAX = 100
_HOURS = re.compile(r"([01]?\d|2[0-3]):([0-5]\d) ?[-–] ?([01]?\d|2[0-3]):([0-5]\d)", re.ASCII)
_SPIKE_ONLY = ("brand", "a rule with spike counts all mentions of a brand")
_TROUBLE_ONLY = ("source", "a rule with trouble is about sources")


def read_rules(reading: Reading, stated: object, names: Names) -> tuple[Rule, ...]:
    """The rules that are sound; a fault for everything else."""
    if not isinstance(stated, list):
        reading.fault("rules", f"must be an array of tables, not {told(stated)}; write [[rules]]")
        return ()
    if len(stated) > ITEMS_MAX:
        reading.fault("[[rules]]", f"stands {len(stated)} times; {ITEMS_MAX} rules are the most")
        return ()
    _refuse_twins(reading, stated)
    rules = (_rule(reading, number, table, names) for number, table in enumerate(stated, 1))
    return tuple(rule for rule in rules if rule)


def _rule(reading: Reading, number: int, stated: object, names: Names) -> Rule | None:
    place = _place(number, stated)
    faults_before = len(reading.faults)
    if not isinstance(stated, dict):
        reading.fault(place, f"must be a table, not {told(stated)}; write [[rules]]")
        return None
    table = read_table(reading, place, RuleTable, stated, name="", send_to=())
    _check_name(reading, place, table.name)
    check_known(reading, named(place, "send_to"), "channel", table.send_to, names.channels)
    _check_kind_of_rule(reading, place, table)
    rule = Rule(
        name=table.name,
        send_to=tuple(dict.fromkeys(table.send_to)),
        when=read_condition(reading, f"{place} when.", table.when, names),
        group_seconds=table.group_seconds,
        quiet=_quiet(reading, named(place, "quiet"), table.quiet),
        break_through=table.break_through,
        daily_max=table.daily_max,
        spike=_spike(reading, place, table.spike),
        trouble=_trouble(reading, place, table.trouble),
    )
    return rule if len(reading.faults) == faults_before else None


def _place(number: int, stated: object) -> str:
    name = stated.get("name") if isinstance(stated, dict) else None
    shown_name = shown(name, _NAME_CHARS_MAX) if isinstance(name, str) else ""
    return f"[[rules]] {shown_name or f'number {number}'}"


def _refuse_twins(reading: Reading, stated: Sequence[object]) -> None:
    names = [table.get("name") for table in stated if isinstance(table, dict)]
    for name, count in Counter(name for name in names if isinstance(name, str)).items():
        if count > 1:
            place = f"[[rules]] {shown(name, _NAME_CHARS_MAX)}"
            reading.fault(named(place, "name"), f"{count} rules have this name; each needs its own")


def _check_name(reading: Reading, place: str, name: str) -> None:
    if "/" in name or shown(name, _NAME_CHARS_MAX) != name:
        reading.fault(
            named(place, "name"),
            "must be a line of up to 100 characters without a slash or outer spaces",
        )


def _check_kind_of_rule(reading: Reading, place: str, table: RuleTable) -> None:
    """A rule about volumes or sources is asked about no single mention."""
    if table.spike is not None and table.trouble is not None:
        reading.fault(named(place, "trouble"), "a rule has spike or trouble; make it two rules")
        return
    if table.spike is None and table.trouble is None:
        return
    only, why = _SPIKE_ONLY if table.trouble is None else _TROUBLE_ONLY
    for key in table.when:
        if key != only:
            reading.fault(named(f"{place} when.", key), f"{why}, so only {only} may stand here")


def _quiet(reading: Reading, where: str, stated: str | None) -> Quiet | None:
    if stated is None:
        return None
    found = _HOURS.fullmatch(stated.strip())
    if not found:
        reading.fault(where, "must be two times of day, such as 22:00-07:00")
        return None
    start_hour, start_minute, end_hour, end_minute = map(int, found.groups())
    quiet = Quiet(time(start_hour, start_minute), time(end_hour, end_minute))
    if quiet.start == quiet.end:
        reading.fault(where, "starts and ends at the same time, so no hour is quiet")
    return quiet


def _spike(reading: Reading, place: str, stated: dict[str, Any] | None) -> Spike | None:
    if stated is None:
        return None
    return Spike(**asdict(read_table(reading, f"{place} spike.", SpikeTable, stated)))


def _trouble(reading: Reading, place: str, stated: dict[str, Any] | None) -> Trouble | None:
    if stated is None:
        return None
    table = read_table(reading, f"{place} trouble.", TroubleTable, stated)
    if not (table.failures or table.silent_seconds or table.budget_percent):
        mend = "set failures, silent_seconds or budget_percent"
        reading.fault(named(place, "trouble"), f"tells nothing; {mend}")
    return Trouble(**asdict(table))

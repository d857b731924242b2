"""The ``[[rules]]``: which there are, whom they tell, how grouped, and when they are quiet."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict
from datetime import time
from typing import Any

from listener.config.conditions import Names, check_known, read_condition
from listener.config.lines import NAME_CHARS_MAX, rule_place
from listener.config.reading import ITEMS_MAX, Reading, named, told
from listener.config.settings import read_table
from listener.config.tables import CrisisTable, RuleTable, SpikeTable, TroubleTable
from listener.crisis import Crisis
from listener.rules import Quiet, Rule, Spike, Trouble
from listener.text import shown

_HOURS = re.compile(r"([01]?\d|2[0-3]):([0-5]\d) ?[-–] ?([01]?\d|2[0-3]):([0-5]\d)", re.ASCII)
_TIME = re.compile(r"([01]?\d|2[0-3]):([0-5]\d)", re.ASCII)
_OF_MENTIONS = ("team", "fold", "digest_at")
_ONLY = {
    "spike": ("brand", "a rule with spike counts all mentions of a brand"),
    "trouble": ("source", "a rule with trouble is about sources"),
    "crisis": ("brand", "a rule with crisis is about all that is said of a brand"),
}
"""What a rule that is about no single mention may ask for, and why nothing else."""


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
    place = rule_place(number, stated)
    faults_before = len(reading.faults)
    if not isinstance(stated, dict):
        reading.fault(place, f"must be a table, not {told(stated)}; write [[rules]]")
        return None
    table = read_table(reading, place, RuleTable, stated, name="")
    _check_name(reading, place, table.name)
    _check_destination(reading, place, table, names, says="send_to" in stated)
    _check_kind_of_rule(reading, place, table)
    _check_fold(reading, place, table)
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
        crisis=_crisis(reading, place, table.crisis),
        team=table.team or "",
        fold=table.fold,
        digest_at=_time(reading, named(place, "digest_at"), table.digest_at),
    )
    return rule if len(reading.faults) == faults_before else None


def _refuse_twins(reading: Reading, stated: Sequence[object]) -> None:
    names = [table.get("name") for table in stated if isinstance(table, dict)]
    for name, count in Counter(name for name in names if isinstance(name, str)).items():
        if count > 1:
            place = f"[[rules]] {shown(name, NAME_CHARS_MAX)}"
            reading.fault(named(place, "name"), f"{count} rules have this name; each needs its own")


def _check_name(reading: Reading, place: str, name: str) -> None:
    if "/" in name or shown(name, NAME_CHARS_MAX) != name:
        reading.fault(
            named(place, "name"),
            "must be a line of up to 100 characters without a slash or outer spaces",
        )


def _check_destination(
    reading: Reading, place: str, table: RuleTable, names: Names, *, says: bool
) -> None:
    check_known(reading, named(place, "send_to"), "channel", table.send_to, names.channels)
    if table.team is not None:
        check_known(reading, named(place, "team"), "team", [table.team], names.teams)
    elif not says:
        reading.fault(named(place, "send_to"), "is missing; name channels to tell, or a team")


def _check_fold(reading: Reading, place: str, table: RuleTable) -> None:
    """A case has an author and a story, and is told at once; a message has one thing in common."""
    where = named(place, "fold")
    if table.fold == "author or story" and table.team is None:
        mend = "write author, or story, or name a team"
        reading.fault(where, f"only a case can be of an author or a story; {mend}")
    elif table.fold == "brand" and table.team is not None:
        reading.fault(where, "a case is never of a whole brand; write mention, author or story")
    if table.digest_at is not None and table.team is not None:
        mend = "make it a rule of its own"
        reading.fault(named(place, "digest_at"), f"a case can't wait for a digest; {mend}")


def _check_kind_of_rule(reading: Reading, place: str, table: RuleTable) -> None:
    """A rule about volumes, sources or crises is asked about no single mention."""
    kinds = [kind for kind in _ONLY if getattr(table, kind) is not None]
    if len(kinds) > 1:
        where = named(place, kinds[1])
        reading.fault(where, f"a rule has {' or '.join(kinds)}; each needs a rule of its own")
    for kind in kinds[:1] if len(kinds) == 1 else ():
        only, why = _ONLY[kind]
        for key in _OF_MENTIONS:
            if getattr(table, key) is not None:
                reading.fault(named(place, key), f"{why}, so it has no {key}")
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


def _time(reading: Reading, where: str, stated: str | None) -> time | None:
    found = _TIME.fullmatch((stated or "").strip())
    if stated is not None and not found:
        reading.fault(where, "must be a time of day, such as 09:00")
    return time(int(found[1]), int(found[2])) if found else None


def _spike(reading: Reading, place: str, stated: dict[str, Any] | None) -> Spike | None:
    if stated is None:
        return None
    return Spike(**asdict(read_table(reading, f"{place} spike.", SpikeTable, stated)))


def _crisis(reading: Reading, place: str, stated: dict[str, Any] | None) -> Crisis | None:
    if stated is None:
        return None
    return Crisis(**asdict(read_table(reading, f"{place} crisis.", CrisisTable, stated)))


def _trouble(reading: Reading, place: str, stated: dict[str, Any] | None) -> Trouble | None:
    if stated is None:
        return None
    table = read_table(reading, f"{place} trouble.", TroubleTable, stated)
    if not (table.failures or table.silent_seconds or table.budget_percent):
        mend = "set failures, silent_seconds or budget_percent"
        reading.fault(named(place, "trouble"), f"tells nothing; {mend}")
    return Trouble(**asdict(table))

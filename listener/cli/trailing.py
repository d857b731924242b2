"""``listener told``: who was told what, when and why."""

import json
from dataclasses import asdict
from pathlib import Path

from listener.cli.shared import configured, period_from, plain, reading
from listener.clock import utc_now
from listener.store.case_port import Told
from listener.text import shown

MENTIONS_SHOWN = 3


def show_trail(
    path: Path, since: str, until: str, mention: str, case: str, channel: str, *, as_json: bool
) -> None:
    """Print a line per attempt, the oldest first."""
    config = configured(path)
    start, end = period_from(since, until, utc_now(), config.zone)
    with reading(config) as store:
        trail = store.controls.trail(start, end, mention=mention, case=case, channel=channel)
        for one in trail:
            print(json.dumps(plain(asdict(one)), ensure_ascii=False) if as_json else _line(one))


def _line(one: Told) -> str:
    said = ", ".join(shown(key, 80) for key in one.mentions[:MENTIONS_SHOWN])
    more = len(one.mentions) - MENTIONS_SHOWN
    what = f"{said} and {more} more" if more > 0 else said or shown(one.key, 120)
    why = f": {shown(one.why, 200)}" if one.why else ""
    case = f", case {one.case}" if one.case else ""
    kind = "" if one.kind == "mentions" else f", {one.kind}"
    rule = f"{one.rule}{kind}{case}"
    return f"{one.at:%Y-%m-%d %H:%M:%S}  {one.channel}  {one.outcome}  {rule}  {what}{why}"

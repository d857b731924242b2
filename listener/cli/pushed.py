"""``listener pushed``: what others pushed and could not be taken in, for a person to look at."""

import json
from dataclasses import asdict
from pathlib import Path

from listener.cli.shared import BadUse, ago, configured, plain, reading
from listener.clock import utc_now
from listener.text import defused, shown

SHOWN_MAX = 100


def list_refused(path: Path, *, as_json: bool) -> None:
    """The newest of them, a line each, or JSON lines."""
    now = utc_now()
    with reading(configured(path)) as store:
        found = store.arrivals.refused(SHOWN_MAX + 1)
    for one in found[:SHOWN_MAX]:
        if as_json:
            print(json.dumps(plain(asdict(one))))
            continue
        told = f"{one.number:>6}  {shown(one.source, 40)}  {one.size:,} bytes"
        print(f"{told}, {ago(one.at, now)} ago: {shown(one.reason, 160)}")
    if not as_json:
        print(_in_all(len(found)))


def show_refused(path: Path, number: int) -> None:
    """It as it was pushed, without what a terminal would obey."""
    with reading(configured(path)) as store:
        body = store.arrivals.refused_body(number)
    if body is None:
        msg = f"nothing refused has the number {number}; listener pushed lists what is"
        raise BadUse(msg)
    print(defused(body.decode("utf-8", "replace")) if body else "its words were forgotten")


def _in_all(count: int) -> str:
    if not count:
        return "nothing that was pushed is refused"
    older = f"only the newest {SHOWN_MAX} are listed; " if count > SHOWN_MAX else ""
    return f"{older}listener pushed NUMBER shows one"

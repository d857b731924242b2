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
        found = store.arrivals.refused(SHOWN_MAX)
    for one in found:
        if as_json:
            print(json.dumps(plain(asdict(one)), ensure_ascii=False))
            continue
        told = f"{one.number:>6}  {shown(one.source, 40)}  {one.size:,} bytes"
        print(f"{told}, {ago(one.at, now)} ago: {shown(one.reason, 160)}")
    if not found and not as_json:
        print("nothing that was pushed is refused")
    elif not as_json:
        print("listener pushed NUMBER shows one; with --again it is taken in once more")


def show_refused(path: Path, number: int) -> None:
    """It as it was pushed, without what a terminal would obey."""
    with reading(configured(path)) as store:
        body = store.arrivals.refused_body(number)
    if body is None:
        raise _none(number)
    print(defused(body.decode("utf-8", "replace")) or "its words were forgotten")


def take_again(path: Path, number: int | None) -> None:
    """Let it, or all, be taken in once more, and say how many that were."""
    with reading(configured(path)) as store:
        count = store.arrivals.take_again(number, utc_now())
    if number is not None and not count:
        raise _none(number)
    them = "1 thing waits" if count == 1 else f"{count:,} things wait"
    print(f"{them} to be taken in again; listener run does it at once")


def _none(number: int) -> BadUse:
    msg = f"nothing refused has the number {number}; listener pushed lists what is"
    return BadUse(msg)

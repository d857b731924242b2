"""Reading a list that begins with the newest, page by page, over as many polls as it takes.

A scan goes from the newest down to what was read before. One that must stop remembers the page
it stopped at, so that the next poll goes on there; what is newer waits for the scan after it.
"""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime

from listener.ports import Reject, Retry
from sources.common.fields import Json
from sources.meta_parts.cursor import Scan
from sources.meta_parts.errors import GENERAL
from sources.meta_parts.graph import Page

OVERLAP_SECONDS = 3_600.0
"""So much of what was read is looked at again: Meta shows some things late."""

PAGES_MAX = 50
"""A scan that is longer ends here, and what is below is told as a gap."""

FRESH_SECONDS = 120.0
"""A scan that began earlier doesn't show what is new: another one follows at once."""

Ask = Callable[[str], Page]
Seen = tuple[str, float]
"""The id and time of an item."""
Take = Callable[[Json], Seen | None]
"""Takes one item of a page in; None where it can't be read."""


class TooLong(Exception):
    """The scan ended before it came to what was read before; ``oldest`` is how far it came."""

    def __init__(self, oldest: float) -> None:
        super().__init__()
        self.oldest = oldest


def floor_of(scan: Scan, since: float) -> float:
    """What is older than this was read before."""
    return max(scan.top - OVERLAP_SECONDS, since) if scan.top else since


def scanned(
    scan: Scan,
    ask: Ask,
    take: Take,
    now: datetime,
    since: float,
    *,
    items_min: int = 0,
    pages_min: int = 1,
) -> Iterator[Scan]:
    """How far it came, after each page; when it ends, all of it was read.

    It goes down to ``since`` the first time, later to what was read before; in any case over so
    many items and pages. What ``ask`` raises comes through. Raises TooLong after the last page of
    one that is too long, and Retry for a site that goes round in circles.
    """
    floor, seen = floor_of(scan, since), set[str]()
    scan = scan if scan.after else Scan(top=scan.top, began=now.timestamp())
    while True:
        try:
            page = ask(scan.after)
        except Reject as refused:
            if not scan.after or refused.state in GENERAL:
                raise
            # Where it stopped is not known any longer: the list is read anew.
            scan, seen = Scan(top=scan.top, began=now.timestamp()), set()
            continue
        got = [one for one in map(take, page.items) if one is not None]
        if page.torn:
            raise Retry("Meta's answer breaks off: it does not say how to read on")
        if scan.after and got and not any(name not in seen for name, _ in got) and seen:
            yield Scan(top=scan.top)
            raise Retry("Meta answers with the same page again and again")
        seen |= {name for name, _ in got}
        scan = _further(scan, page, [at for _, at in got], now)
        is_old = bool(got) and all(at < floor for _, at in got)
        is_enough = scan.count >= items_min and scan.pages >= pages_min
        if not page.after or (is_old and is_enough):
            yield Scan(top=max(scan.top, scan.high) or now.timestamp())
            return
        if scan.pages >= PAGES_MAX:
            yield Scan(top=max(scan.top, scan.high))
            raise TooLong(min((at for _, at in got), default=floor))
        yield scan


def _further(scan: Scan, page: Page, times: list[float], now: datetime) -> Scan:
    """The scan one page further; a time to come moves nothing."""
    latest = max((at for at in times if at <= now.timestamp() + OVERLAP_SECONDS), default=0.0)
    return replace(
        scan,
        after=page.after,
        high=max(scan.high, latest),
        count=scan.count + len(times),
        pages=scan.pages + 1,
    )

"""Reading one listing, newest first, back to where it was read before.

Reddit pages by ``after``, the name of the last thing read, and lists the newest 1,000 at most.
Where a poll stops before it met what is known, the stretch below is remembered and later polls
read on. Should its ``after`` have been deleted meanwhile, Reddit answers with an empty page, and
the listing is read from the top again. What slid out of the 1,000 is lost and told as a gap.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

from listener.model import Fault, Gap
from listener.ports import Reject, Retry
from sources.common import fields
from sources.reddit_parts.client import Client
from sources.reddit_parts.cursor import SHORT, SHORT_IF_EMPTY, Reach, Stretch
from sources.reddit_parts.posts import NAME, Thing, thing_of

PAGE = 100
DEPTH_GAP = "Reddit lists the newest 1,000 only"
OVERLAP_SECONDS = 120.0
"""Busy listings show things late and out of order, so reading goes on a little beyond."""

_ROW = 5
"""So many in a row must be old: one that is out of order stops nothing."""


@dataclass(frozen=True, slots=True)
class Listing:
    """What is read in one go. ``place`` names it to people and in the cursor.

    ``names`` are the subreddits in it, if any.
    """

    place: str
    path: str
    parameters: Mapping[str, str] = field(default_factory=dict)
    names: tuple[str, ...] = ()

    @property
    def where(self) -> str:
        """What is at fault where it can't be read: the one subreddit, or the listing."""
        return f"r/{self.names[0]}" if len(self.names) == 1 else self.place


@dataclass
class Reading:
    """What came of reading a listing: things, each with how far it was read before.

    ``stopped`` is why the reading ended before the end: what stopped this listing alone, or,
    where ``is_pause``, what stops the whole poll.
    """

    reach: Reach
    things: list[tuple[Thing, float]] = field(default_factory=list)
    rejects: list[Fault] = field(default_factory=list)
    gaps: list[Gap] = field(default_factory=list)
    stopped: Retry | Reject | None = None
    is_pause: bool = False
    pages: int = 0


def read_listing(
    client: Client, listing: Listing, reach: Reach, now: datetime, pages_max: int
) -> Reading:
    """What was left unread of the listing, then what is new in it, in ``pages_max`` pages.

    What was left goes first, for it slides out; a page is kept for what is new, if there are two.
    """
    reading = Reading(reach)
    walk = _Walk(client, listing, reading)
    rest = walk.down(reach.unread, max(pages_max - 1, 1)) if reach.unread else None
    pages_left = pages_max - reading.pages
    if reading.stopped or not pages_left:
        reading.reach = replace(reach, unread=rest)
        return reading
    before = reading.pages
    top = Stretch(reach.until, now.timestamp(), short=reach.short)
    top_rest = walk.down(top, pages_left)
    if reading.pages == before:
        reading.reach = replace(reach, unread=rest)
        return reading
    newest = max((thing.at.timestamp() for thing, _ in reading.things), default=reach.until)
    reading.reach = Reach(
        until=max(reach.until, min(newest, now.timestamp())),
        unread=_joined(top_rest, rest),
        short=SHORT if reading.things else min(reach.short, SHORT_IF_EMPTY),
    )
    return reading


def _joined(above: Stretch | None, below: Stretch | None) -> Stretch | None:
    """One stretch from the upper one's top to the lower one's end: one is enough to keep."""
    if above is None or below is None:
        return above or below
    return replace(above, since=below.since, short=below.short)


@dataclass
class _Walk:
    """Going down one listing, page by page."""

    client: Client
    listing: Listing
    reading: Reading

    def down(self, stretch: Stretch, pages_max: int) -> Stretch | None:
        """Read down to the stretch's end. What is left of it comes back, or None."""
        used = {""}
        things: list[Thing] = []
        for _ in range(pages_max):
            try:
                data = self._page(stretch.after)
            except (Retry, Reject) as failure:
                self.reading.stopped = failure
                return stretch
            if data is None:
                break
            if not data["children"] and stretch.after and not stretch.is_restarted:
                stretch = replace(stretch, after="", count=0, is_restarted=True)
                continue
            things = self._take(data["children"], stretch.since)
            stretch = _moved(stretch, things, len(data["children"]))
            if _is_past(things, stretch.since - OVERLAP_SECONDS) or not data.get("after"):
                self._end(stretch)
                return None
            after = fields.text(data, "after")
            if after in used or not NAME.fullmatch(after):
                self.reading.stopped = Retry("Reddit's pages lead nowhere or in circles")
                return replace(stretch, after="", count=0)
            used.add(after)
            stretch = replace(stretch, after=after)
        # Once past the end, only the overlap is left.
        return None if _is_past(things, stretch.since) else stretch

    def _page(self, after: str) -> fields.Json | None:
        """A page, or None where the whole poll must pause."""
        pause = self.client.pause()
        if pause is not None:
            self.reading.stopped, self.reading.is_pause = pause, True
            return None
        parameters = dict(self.listing.parameters) | ({"after": after} if after else {})
        data = self.client.listing(self.listing.path, limit=PAGE, **parameters)
        self.reading.pages += 1
        return data

    def _take(self, children: Sequence[object], since: float) -> list[Thing]:
        things: list[Thing] = []
        for child in children[: PAGE * 2]:
            try:
                things.append(thing_of(child))
            except ValueError as error:
                self.reading.rejects.append(Fault(_where(child, self.listing), str(error)))
        self.reading.things += [(thing, since) for thing in things]
        return things

    def _end(self, stretch: Stretch) -> None:
        """Where a long listing ended and what was known was not met, what is between is lost."""
        if stretch.count < stretch.short or stretch.until <= stretch.since:
            return
        since, until = (datetime.fromtimestamp(at, UTC) for at in (stretch.since, stretch.until))
        self.reading.gaps.append(Gap(since, until, DEPTH_GAP, self.listing.place))


def _moved(stretch: Stretch, things: Sequence[Thing], count: int) -> Stretch:
    oldest = min((thing.at.timestamp() for thing in things), default=stretch.until)
    return replace(stretch, until=min(stretch.until, oldest), count=stretch.count + count)


def _is_past(things: Sequence[Thing], since: float) -> bool:
    """Whether a page ends among things from before that time."""
    last = [thing.at.timestamp() for thing in things[-_ROW:]]
    return bool(last) and max(last) < since


def _where(child: object, listing: Listing) -> str:
    return fields.name(child, "data", "name") or listing.place

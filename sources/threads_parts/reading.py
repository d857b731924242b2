"""Reading a list, newest first, back to where it was read before.

A list that is left midway is read on from there at the next poll; what is newer then is read when
the rest is done. Each reading goes a little below what was read before, because things appear
late and may be edited for some minutes; what was seen is dropped.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from hashlib import blake2b

from listener.model import Fault, Gap, Post
from listener.ports import Reject, Retry
from sources.meta_parts.errors import NotThere
from sources.threads_parts.cursor import LaneState, State
from sources.threads_parts.graph import Graph, Page
from sources.threads_parts.lanes import WATCHED_SECONDS, Lane
from sources.threads_parts.posts import Item, item_of

OVERLAP_SECONDS = 3_600.0

_CLOCKS_APART_SECONDS = 900.0
_ROW = 5
"""So many old things on a page are its end: one that is out of order stops nothing."""

_REJECTS_MAX = 50


@dataclass(slots=True)
class Reading:
    """One poll: what it may ask, what is remembered, what came."""

    graph: Graph
    state: State
    now: float
    posts: dict[str, Post] = field(default_factory=dict)
    rejects: list[Fault] = field(default_factory=list)
    gaps: list[Gap] = field(default_factory=list)
    pages: int = 0

    def read(self, lane: Lane) -> None:
        """Read a list down to what is known. Raises Retry, Reject, NotThere and NothingLeft.

        Whatever it raises, the state says where to go on.
        """
        stretch = replace(self.known(lane), asked_at=self.now, again_at=0.0, said="")
        marks = {stretch.mark}
        while True:
            page = self._page(lane, stretch)
            items = self._items(lane, page)
            if not stretch.mark:
                newest = max((item.at for item in items), default=0.0)
                stretch = replace(stretch, top=min(newest, self.now))
            self._take(lane, items, _floor(stretch))
            mark = self._next(lane, page, items, stretch)
            if not mark:
                self.state.lanes[lane.key] = self._ended(stretch)
                return
            if mark in marks:
                self.state.lanes[lane.key] = replace(stretch, mark="", top=0.0)
                raise Retry(f"{lane.key}: Threads repeats a page, so it can't be read on")
            marks.add(mark)
            stretch = self.state.lanes[lane.key] = replace(stretch, mark=mark)

    def known(self, lane: Lane) -> LaneState:
        """How far a list was read. Of one's own threads the first look goes far: to watch them."""
        first = min(self.state.began, self.now - WATCHED_SECONDS if lane.is_own else self.now)
        return self.state.lanes.get(lane.key) or LaneState(first)

    def _ended(self, stretch: LaneState) -> LaneState:
        since = max(stretch.top, stretch.since)
        turn = self.state.turn
        return LaneState(since, read_at=self.now, asked_at=self.now, turn=turn)

    def _page(self, lane: Lane, stretch: LaneState) -> Page:
        try:
            page = self.graph.page(lane.path, **lane.parameters(stretch.mark, _floor(stretch)))
        except (NotThere, Reject) as failure:
            if not stretch.mark or (isinstance(failure, Reject) and failure.state != "setup"):
                raise
            self.state.lanes[lane.key] = replace(stretch, mark="", top=0.0)
            raise Retry(f"{lane.key}: the rest is asked for anew from the top") from failure
        self.pages += 1
        if lane.query and page.items:
            self.state.count_search(self.now)
        return page

    def _items(self, lane: Lane, page: Page) -> list[Item]:
        items: list[Item] = []
        for raw in page.items:
            try:
                if not isinstance(raw, dict):
                    raise ValueError("it is no object")
                items.append(item_of(raw, self.now + _CLOCKS_APART_SECONDS))
            except ValueError as error:
                self._reject(lane, raw, str(error))
        return items

    def _reject(self, lane: Lane, raw: object, reason: str) -> None:
        """Tell of an unreadable entry once, though it is listed again."""
        said = repr(raw)[:10_000].encode("utf-8", "replace")
        name = "?" + blake2b(said, digest_size=6).hexdigest()
        if self.state.is_new(name, "", self.now) and len(self.rejects) < _REJECTS_MAX:
            self.rejects.append(Fault(lane.key, f"an entry of the list: {reason}"))

    def _take(self, lane: Lane, items: Sequence[Item], floor: float) -> None:
        for item in items:
            if item.at < floor:
                continue
            if lane.is_own and item.post and not item.post.in_reply_to:
                self.state.own[item.id] = item.at
            is_new = self.state.is_new(item.id, item.mark, self.now)
            if is_new and item.post and item.at >= self.state.began:
                self.posts[item.id] = item.post

    def _next(self, lane: Lane, page: Page, items: Sequence[Item], stretch: LaneState) -> str:
        """Where the next page begins; empty where there is none that is wanted."""
        floor = _floor(stretch)
        old = sum(1 for item in items if item.at < floor)
        if page.is_last or (items and old >= min(_ROW, len(items))):
            return ""
        if not lane.query:
            if not page.after:
                self._gap(lane, floor, min((item.at for item in items), default=self.now))
            return page.after
        wanted = [item.at for item in items if item.at >= floor]
        if not wanted:
            raise Retry(f"{lane.key}: Threads gives no times, so it can't be read on")
        until = str(int(min(wanted)) + 1)
        if until != stretch.mark:
            return until
        second = datetime.fromtimestamp(int(until) - 1, UTC)
        cause = "more posts in one second than a page of the search has"
        self.gaps.append(Gap(second, second + timedelta(seconds=1), cause, lane.key))
        return str(int(until) - 1)

    def _gap(self, lane: Lane, since: float, until: float) -> None:
        begins, ends = (datetime.fromtimestamp(at, UTC) for at in (since, max(since, until)))
        cause = "Threads gave no way to the next page"
        self.gaps.append(Gap(begins, ends, cause, lane.key))


def _floor(stretch: LaneState) -> float:
    return stretch.since - OVERLAP_SECONDS

"""Catching up with one forum: everything since the last poll, in order, as far as it goes.

The newest posts come on a page of their own. If that page reaches down to what was read before,
it is all there is. If not, the ids between are read from below, fifty at a time, so that what
was read is always one stretch without holes: a poll that must stop leaves nothing to remember
but how far it came.

The first look is the exception. It reads from the newest post down, as far as a day goes.
"""

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

from listener.model import Fault, Gap
from listener.ports import Reject, Retry
from sources.common.purse import NothingLeft
from sources.discourse_parts.cursor import ForumState, Seen, kept
from sources.discourse_parts.forum import PAGE_IDS, Forum, NotThere, site_of
from sources.discourse_parts.posts import Item, item_of, seen_date

FIRST_IDS_MAX = 5_000
"""The first look goes no further below the newest id."""

STRETCH_IDS_MAX = 50_000
"""A longer stretch of ids (a thousand pages) is not read; what is passed over is told as a gap."""

_REJECTS_MAX = 50


@dataclass
class Reading:
    """One visit to a forum. ``state`` always covers what is in ``found``, and nothing beyond."""

    forum: Forum
    state: ForumState
    now: datetime
    first_look: timedelta
    found: dict[int, Item] = field(default_factory=dict)
    deleted: list[int] = field(default_factory=list)
    rejects: list[Fault] = field(default_factory=list)
    gap: Gap | None = None
    failure: Retry | Reject | None = None
    caught_up: bool = False

    def __post_init__(self) -> None:
        self._seen = dict(self.state.seen)
        self._site = site_of(self.forum.address)

    def run(self) -> None:
        """Read on until all is read, the purse is empty, or the forum fails."""
        try:
            latest = self._page()
            if self.state.top is None:
                self._first(latest)
            else:
                self._since(self.state.top, latest)
            self._back()
            self.caught_up = bool(latest) or not self.state.top
        except NothingLeft:
            pass
        except NotThere:
            self.failure = Reject(f"{self._site} has no list of its posts", state="gone")
        except (Retry, Reject) as failure:
            self.failure = failure
        read_at = self.now.timestamp() if self.caught_up else self.state.read_at
        self.state = replace(self.state, seen=kept(self._seen), read_at=read_at)

    def _page(self, before: int | None = None) -> list[Item]:
        items: dict[int, Item] = {}
        for raw in self.forum.newest(before):
            try:
                item = item_of(raw, self.forum.address, self._site)
            except ValueError as error:
                self._reject(str(error))
            else:
                items[item.id] = item
        if before is not None and any(number > before for number in items):
            raise Retry(f"{self._site} answered with another page than was asked for")
        return [items[number] for number in sorted(items)]

    def _reject(self, reason: str) -> None:
        if len(self.rejects) < _REJECTS_MAX:
            self.rejects.append(Fault(self.forum.address, f"a post of its list: {reason}"))

    def _first(self, latest: list[Item]) -> None:
        since = self.now - self.first_look
        for item in latest:
            self._take(item, since)
        top = latest[-1].id if latest else 0
        floor = max(top - FIRST_IDS_MAX, 0)
        self.state = replace(self.state, top=top, floor=floor, since=since.timestamp())
        self._back_from(latest)

    def _since(self, top: int, latest: list[Item]) -> None:
        """Read all that is newer than ``top``; of what is not, only what was new or changed."""
        lowest = min(self._seen, default=top + 1)
        for item in latest:
            if lowest <= item.id <= top:
                self._take(item)
        newer = [item for item in latest if item.id > top]
        if not newer:
            return
        newest, oldest = newer[-1].id, latest[0].id
        top = self._jump(top, newest)
        while top + 1 < oldest:
            before = min(top + PAGE_IDS, oldest)
            for item in self._page(before):
                if top < item.id < before:
                    self._take(item)
            top = before - 1
            self.state = replace(self.state, top=top)
        for item in newer:
            self._take(item)
        self.state = replace(self.state, top=newest)

    def _jump(self, top: int, newest: int) -> int:
        """Where to read on from: further up where the stretch is longer than anybody can read."""
        if newest - top <= STRETCH_IDS_MAX:
            return top
        read_at = self.state.read_at
        since = datetime.fromtimestamp(read_at, UTC) if read_at else self.now - self.first_look
        self.gap = Gap(since, self.now, "page limit: too many posts to read on", self.forum.address)
        self.state = replace(self.state, top=newest - STRETCH_IDS_MAX)
        return newest - STRETCH_IDS_MAX

    def _back(self) -> None:
        since = datetime.fromtimestamp(self.state.since, UTC)
        while self.state.back:
            page = [item for item in self._page(self.state.back) if item.id < self.state.back]
            for item in page:
                self._take(item, since)
            self._back_from(page)

    def _back_from(self, page: list[Item]) -> None:
        """Whether the first look goes on below this page."""
        since = datetime.fromtimestamp(self.state.since, UTC)
        oldest = page[0] if page else None
        goes_on = oldest and oldest.id > self.state.floor and seen_date(oldest, self.now) >= since
        self.state = replace(self.state, back=oldest.id if oldest and goes_on else 0)

    def _take(self, item: Item, since: datetime | None = None) -> None:
        """Count the post in, if it is new, changed or was taken down."""
        before = self._seen.get(item.id)
        digest = item.digest if item.shown else ""
        self._seen[item.id] = Seen(digest, item.topic, item.number)
        if before is not None and before.digest == digest:
            return
        if item.shown and (since is None or seen_date(item, self.now) >= since):
            self.found[item.id] = item
        elif before is not None and before.digest:
            self.deleted.append(item.id)

    def places(self) -> dict[tuple[str, int], int]:
        """The ids of the posts that were seen, by topic and number."""
        return {(seen.topic, seen.number): post_id for post_id, seen in self._seen.items()}

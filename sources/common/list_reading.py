"""Catching up with one list that shows the newest first: all that is new, edited or gone.

Each poll reads from the top down to known ground: posts that it had read before. What it brought
is remembered by id, so a post that is shown late, edited or moved is found, and none comes twice.
A poll that must stop remembers the page where it stopped; the next reads on from there first.
Once a day the list is read deeper than needed, for what changed below the first page.
"""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

from listener.model import Fault, Gap, Post
from listener.ports import Reject, Retry
from sources.common.list_missing import MISSING_SECONDS, settle
from sources.common.list_state import STRETCH_MAX, Known, ListState, kept
from sources.common.purse import NothingLeft

OVERLAP_POSTS = 10
"""So many posts in a page that were read before are known ground, and not an accident."""

DEEP_SECONDS = 86_400
_REJECTS_MAX = 50
_DAY_SECONDS = 86_400


@dataclass(frozen=True, slots=True)
class Listed:
    """A post as its list shows it: ``at`` is where it stands there, in seconds since 1970."""

    at: int
    digest: str
    post: Post


def listed(post: Post, at: int) -> Listed:
    """The post at its place, with what it says and tells, in short."""
    said = "\n".join([post.title, post.text, *(value for _, value in post.facts)])
    return Listed(at, hashlib.sha256(said.encode()).hexdigest()[:10], post)


@dataclass(frozen=True, slots=True)
class Page:
    """A page of a list; ``next`` names the one below it, empty: this is the last.

    ``short``: it holds fewer than a full page does, so nothing may be below. ``cut``: the site
    shows no more, though there may be more.
    """

    listed: tuple[Listed, ...]
    next: str = ""
    short: bool = False
    cut: bool = False
    rejects: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Nature:
    """How a list is: ``place`` names it to people, ``days`` is how far back it goes at most."""

    place: str
    deep_pages: int
    days: float | None = None


@dataclass
class ListReading:
    """One visit to a list. ``state`` always covers what is in ``found``, and nothing beyond.

    ``read_page`` gives the page of a name; an empty name is the top. It raises NothingLeft.
    """

    nature: Nature
    state: ListState
    now: datetime
    first_look: timedelta
    read_page: Callable[[str], Page]
    found: dict[str, Listed] = field(default_factory=dict)
    deleted: list[str] = field(default_factory=list)
    rejects: list[Fault] = field(default_factory=list)
    gaps: list[Gap] = field(default_factory=list)
    failure: Retry | Reject | None = None
    caught_up: bool = False
    start: str = ""
    """Where to read on from, where that is not just the page at which the last poll stopped."""

    def __post_init__(self) -> None:
        self._second = int(self.now.timestamp())
        self._seen = dict(self.state.seen)
        self._listed: set[str] = set()
        self._is_full = True  # the last page that held something; one that never came is no end
        self._is_lost = False  # the pages don't lead to where they did
        self._low: float | None = None  # from the top down to here it was read in this poll
        if not self.state.horizon:
            since = int((self.now - self.first_look).timestamp())
            self.state = replace(self.state, top=since, horizon=since, deep_at=self._second)
        self._before = dict(self._seen)

    def run(self) -> None:
        """Read on until known ground, the purse is empty, or the site fails."""
        at = self.state.next and (self.start or self.state.next)
        try:
            if at:
                self._down(at)
            at = ""
            self._down(at)
        except NothingLeft:
            pass
        except (Retry, Reject) as failure:
            self.failure = failure
            if at and (isinstance(failure, Reject) or self._is_lost):
                self.state = replace(self.state, next="", newest=0)  # that page is no more
        self._miss()
        self._give_up()
        seen, horizon = self._seen, self.state.horizon
        if not self.state.next:  # or what is not read yet would lie below the horizon
            seen, horizon = kept(seen, horizon)
        self.state = replace(self.state, seen=seen, horizon=horizon)

    def _give_up(self) -> None:
        """Leave a stretch that is longer than can be remembered."""
        if self.state.next and len(self._seen) > STRETCH_MAX:
            newly = [known.at for known in self._seen.values() if known.at > self.state.top]
            self._tell(self.state.top, min(newly, default=self._second))
            self._close(is_top=False)

    def _down(self, at: str) -> None:
        """Read from this page down to known ground; from the top, deeper once a day."""
        is_top, solid = not at, 0
        for number in range(1, 10**6):
            page = self.read_page(at)
            if number == 1 and is_top:
                self._forget()
            here = self._take(page, is_top=is_top)
            solid += here
            if self._is_ground(page, here):
                self._close(is_top=is_top)
                self._deeper(page, number, is_top=is_top)
                return
            if not page.next:
                self._end(page, solid, is_top=is_top)
                return
            at = self._next(page, at)
            self.state = replace(self.state, next=at)

    def _deeper(self, page: Page, number: int, *, is_top: bool) -> None:
        if not is_top or self._second - self.state.deep_at < self._rest():
            return
        self.state = replace(self.state, deep_at=self._second)
        at = ""
        while page.next and number < self.nature.deep_pages and not self._is_below(page):
            at = self._next(page, at)
            page = self.read_page(at)
            number += 1
            self._take(page, is_top=True)

    def _rest(self) -> int:
        """How long after a deep look the next is due: soon, where one missed something."""
        is_amiss = any(known.missing for known in self._before.values())
        return MISSING_SECONDS if is_amiss else DEEP_SECONDS

    def _next(self, page: Page, at: str) -> str:
        if page.next == at:
            self._is_lost = True
            raise Retry(f"the pages of {self.nature.place} go round in a circle")
        return page.next

    def _forget(self) -> None:
        """Of a list that goes back so many days only: what it doesn't show any longer."""
        if self.nature.days is None:
            return
        oldest = self._second - int(self.nature.days * _DAY_SECONDS)
        self._seen = {one: known for one, known in self._seen.items() if known.at >= oldest}
        self._before = dict(self._seen)
        read_at = self.state.read_at
        if 0 < read_at < oldest:
            self._tell(read_at, oldest)
            self.state = replace(self.state, read_at=oldest)

    def _tell(self, since: int, until: int) -> None:
        cause = "page limit: the site shows no older ones"
        start, end = datetime.fromtimestamp(since, UTC), datetime.fromtimestamp(until, UTC)
        self.gaps.append(Gap(start, end, cause, self.nature.place))

    def _take(self, page: Page, *, is_top: bool) -> int:
        """Count in what is new or changed; how many of it are known ground comes back."""
        self._rejected(page)
        solid = 0
        for item in page.listed:
            post_id = item.post.native_id
            solid += self._is_solid(item)
            self._listed.add(post_id)
            self._put(post_id, item)
        if page.listed:
            self._is_full = not page.short
            lowest = min(item.at for item in page.listed)
            newest = max(item.at for item in page.listed)
            self.state = replace(self.state, newest=max(self.state.newest, newest))
            if is_top:
                self._low = min(lowest, lowest if self._low is None else self._low)
        if is_top and self._is_end(page):
            self._low = float("-inf")
        return solid

    def _is_end(self, page: Page) -> bool:
        """Whether nothing is below, for sure: an empty page below a full one may be a whim."""
        is_whim = not page.listed and self._is_full and bool(self._listed)
        return not page.next and not page.cut and not is_whim

    def _is_solid(self, item: Listed) -> bool:
        known = item.post.native_id in self._before and item.at <= self.state.top
        return known or item.at < self.state.horizon

    def _put(self, post_id: str, item: Listed) -> None:
        known, post = self._seen.get(post_id), item.post
        if known is None and item.at < self.state.horizon:
            return
        if known is not None and item.at < known.at:  # an old copy of a page
            self._seen[post_id] = replace(known, missing=0)
            return
        if known is not None and known.first:
            post = replace(post, published_at=datetime.fromtimestamp(known.first, UTC))
        if known is None or known.digest != item.digest:
            self.found[post_id] = replace(item, post=post)
        first = int(post.published_at.timestamp()) if post.published_at else 0
        self._seen[post_id] = Known(item.at, item.digest, first)

    def _is_ground(self, page: Page, solid: int) -> bool:
        old = sum(known.at <= self.state.top for known in self._before.values())
        enough = min(OVERLAP_POSTS, old) or OVERLAP_POSTS
        return solid >= enough or (page.short and solid > 0)

    def _is_below(self, page: Page) -> bool:
        """Whether a page lies below the horizon: nothing further down matters."""
        return all(item.at < self.state.horizon for item in page.listed)

    def _end(self, page: Page, solid: int, *, is_top: bool) -> None:
        """The list is at its end, and known ground was not met for sure."""
        if page.cut:
            low = min((item.at for item in page.listed), default=0)
            if not solid and self.state.read_at and low > self.state.top:
                self._tell(self.state.top, low)
        elif self._breaks_off():
            self._is_lost = True
            msg = f"{self.nature.place} shows fewer reviews than it did: it is asked again"
            raise Retry(msg)
        self._close(is_top=is_top)

    def _breaks_off(self) -> bool:
        """Whether the list is at an end where nobody expects one.

        It shows nothing that was known, and ends below a page that was full, or is empty.
        """
        return bool(self._before) and self._listed.isdisjoint(self._before) and self._is_full

    def _close(self, *, is_top: bool) -> None:
        self.caught_up = is_top and not self.gaps
        top = max(self.state.top, min(self.state.newest, self._second + _DAY_SECONDS))
        self.state = replace(self.state, top=top, next="", newest=0, read_at=self._second)

    def _miss(self) -> None:
        """Note which known posts are not listed where they should be."""
        if self._low is None:
            return
        low = self._low
        if self.nature.days is not None:  # nobody knows to the hour how far back it goes
            low = max(low, self._second - (self.nature.days - 1) * _DAY_SECONDS)
        there = {one for one, known in self._before.items() if known.at > low} & self._seen.keys()
        self.deleted = settle(self._seen, there, self._listed, self._second)

    def _rejected(self, page: Page) -> None:
        left = _REJECTS_MAX - len(self.rejects)
        self.rejects += [
            Fault(self.nature.place, f"a review: {why}") for why in page.rejects[:left]
        ]

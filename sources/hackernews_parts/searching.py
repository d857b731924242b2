"""Reading what a search finds, newest first, back to where it was read before.

The search shows no more than 1,000 hits, so no page is ever turned: the next request asks for
what was created no later than the oldest hit of the one before. Posts that come or go meanwhile
shift nothing. A stretch that is not read to its end is kept in the cursor and read on from there.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from hashlib import blake2b
from time import monotonic

from listener.model import Fault, Gap, Post
from listener.ports import Retry
from sources.common import fields
from sources.common.asking import Asking
from sources.hackernews_parts.cursor import State, Stretch
from sources.hackernews_parts.posts import mark, post_of

FIRST_LOOK_SECONDS = 86_400
OVERLAP_SECONDS = 8_100
"""What is read again: posts can be edited for two hours, and some are indexed late."""

CLOCKS_APART_SECONDS = 900
POLL_SECONDS_MAX = 40.0
_ATTRIBUTES = "title,url,story_text,comment_text"


@dataclass(frozen=True, slots=True)
class Search:
    """One thing to search for: words, or what certain authors write."""

    key: str
    words: str = ""
    tags: str = "(story,comment)"


@dataclass(slots=True)
class Reading:
    """One poll: what it may still ask, where it stands, and what it brought."""

    asking: Asking
    state: State
    now: int
    page_posts: int
    requests_max: int
    requests: int = 0
    more: bool = False
    posts: dict[str, Post] = field(default_factory=dict)
    rejects: list[Fault] = field(default_factory=list)
    gaps: list[Gap] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    _ends: float = field(default_factory=lambda: monotonic() + POLL_SECONDS_MAX)

    def __post_init__(self) -> None:
        self._forget_times_to_come()

    @property
    def may_ask(self) -> bool:
        """Whether there is a request and time left."""
        return self.requests < self.requests_max and monotonic() < self._ends

    def due(self, searches: Iterable[Search]) -> list[Search]:
        """Those whose turn it is; where all had it, the next turn begins with all."""
        by_turn = {search: self._stretch(search).turn for search in searches}
        if min(by_turn.values()) >= self.state.turn:
            self.state.turn += 1
        return [search for search, turn in by_turn.items() if turn < self.state.turn]

    def read(self, search: Search) -> None:
        """Read a search back to where it was read before, as far as this poll goes."""
        stretch = self._stretch(search)
        while self.may_ask:
            hits, is_last = self._page(search, stretch)
            if not stretch.until:
                stretch = replace(stretch, top=self._newest(hits))
            self._take(hits)
            if is_last:
                since = max(stretch.top, stretch.since)
                self.state.searches[search.key] = Stretch(
                    since, turn=self.state.turn, read_at=self.now
                )
                return
            stretch = self._further_back(stretch, hits)
            self.state.searches[search.key] = stretch
        self.more = True

    def _stretch(self, search: Search) -> Stretch:
        known = self.state.searches.get(search.key)
        return known or Stretch(self.now - FIRST_LOOK_SECONDS)

    def _forget_times_to_come(self) -> None:
        """A cursor written by a wrong clock would hide everything until that time came."""
        known = [at for _, at in self.state.seen.values() if at <= self._latest]
        for key, told in self.state.searches.items():
            if told.since > self._latest:
                self.state.searches[key] = Stretch(self._first_look(known), turn=told.turn)
            elif told.until > self._latest or told.top > self._latest:
                self.state.searches[key] = replace(told, until=0, top=0)
            elif told.read_at > self.now:
                self.state.searches[key] = replace(told, read_at=self.now)
        for native_id, (its_mark, at) in self.state.seen.items():
            self.state.seen[native_id] = (its_mark, min(at, self.now))

    def _first_look(self, known: Iterable[int]) -> int:
        """From where to read anew; what lies between that and the last known time is a gap."""
        since = self.now - FIRST_LOOK_SECONDS
        cause = "the cursor stood at a time to come: a clock was wrong"
        self.faults = [Fault("the cursor", f"{cause}; reading begins anew")]
        if (last := max(known, default=since)) < since:
            told = Gap(datetime.fromtimestamp(last, UTC), datetime.fromtimestamp(since, UTC), cause)
            self.gaps.extend([told] if told not in self.gaps else [])
        return since

    @property
    def _latest(self) -> int:
        """The latest second that a clock which is right can show."""
        return self.now + CLOCKS_APART_SECONDS

    def _newest(self, hits: Iterable[fields.Json]) -> int:
        """When the newest hit was created: the site's word, as our clock may be wrong.

        Raises Retry where most are of a time to come: then it surely is.
        """
        created = [fields.count(hit, "created_at_i") for hit in hits]
        past = [second for second in created if second <= self._latest]
        if len(past) * 2 < len(created):
            raise Retry("most of what was found is of a time to come: set this machine's clock")
        return min(max(past, default=0), self.now)

    def _page(self, search: Search, stretch: Stretch) -> tuple[list[fields.Json], bool]:
        """The newest unread hits, and whether there are no others. Raises Retry and Reject."""
        bounds = f"created_at_i>={stretch.since - OVERLAP_SECONDS}"
        if stretch.until:
            bounds += f",created_at_i<={stretch.until}"
        self.requests += 1
        answer = self.asking.get(
            "/api/v1/search_by_date",
            query=search.words,
            tags=search.tags,
            numericFilters=bounds,
            hitsPerPage=self.page_posts,
            advancedSyntax="true",
            typoTolerance="false",
            restrictSearchableAttributes=_ATTRIBUTES if search.words else None,
        )
        try:
            hits = list(fields.listed(answer, "hits"))
        except ValueError as error:
            raise Retry(f"the search answered with no page of hits: {error}") from error
        found = fields.count(answer, "nbHits")
        return hits, not hits or (len(hits) < self.page_posts and found <= len(hits))

    def _further_back(self, stretch: Stretch, hits: Iterable[fields.Json]) -> Stretch:
        """What is unread after a full page. Raises Retry where the page was another's."""
        floor = stretch.since - OVERLAP_SECONDS
        created = [fields.count(hit, "created_at_i") for hit in hits]
        oldest = min((second for second in created if second >= floor), default=0)
        if not oldest or (0 < stretch.until <= oldest and max(created) > stretch.until):
            raise Retry("the search repeats a page or gives no times, so it can't be read on")
        if oldest == stretch.until:
            self.gaps.append(_one_second(oldest))
            oldest -= 1
        return replace(stretch, until=oldest)

    def _take(self, hits: Iterable[fields.Json]) -> None:
        for hit in hits:
            try:
                post = post_of(hit)
            except ValueError as error:
                if self._is_new(_unnamed(hit), ""):
                    self.rejects.append(Fault("a hit of the search", str(error)))
                continue
            if self._is_new(post.native_id, mark(post)):
                self.posts[post.native_id] = post

    def _is_new(self, native_id: str, its_mark: str) -> bool:
        known = self.state.seen.get(native_id)
        self.state.seen[native_id] = (its_mark, self.now)
        return known is None or known[0] != its_mark


def forgotten_before(state: State, now: int) -> int:
    """The second before which nothing is read again, however late."""
    read_at = min((one.read_at for one in state.searches.values()), default=now)
    return read_at - OVERLAP_SECONDS - CLOCKS_APART_SECONDS


def _unnamed(hit: fields.Json) -> str:
    return "?" + blake2b(repr(hit).encode("utf-8", "replace"), digest_size=6).hexdigest()


def _one_second(second: int) -> Gap:
    at = datetime.fromtimestamp(second, UTC)
    return Gap(at, at + timedelta(seconds=1), "more posts in one second than the search shows")

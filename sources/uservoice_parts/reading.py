"""One visit to an account: what changed of each kind, then what only an idea itself tells.

Every list can be asked for what changed after a moment. Each kind is a lane: a walk through its
list, page by page, over as many visits as that takes. Nothing rests on the order of the list: only
once a walk has come to its end does the lane move on, and no further than to when the walk began,
less an overlap. So what changes while it is read is read again; what was seen is known by its mark
and told once.

That a vote or a status update counts as a change of its idea is nowhere promised. So an idea that
one of them names is asked for by its number, unless the visit saw it anyway. Votes taken back
show nowhere but in the idea's count: where it is not the number of voters known, they are listed.
"""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import partial

from listener.model import Author, Fault, Gap, Post, Supporter
from listener.ports import Reject, Retry
from sources.common import fields
from sources.common.asking import utc
from sources.common.purse import NothingLeft
from sources.uservoice_parts.account import PER_PAGE, Account, Lapsed, NotThere, Page
from sources.uservoice_parts.cursor import KINDS, Lane, State
from sources.uservoice_parts.posts import (
    COMMENTS,
    IDEAS,
    UPDATES,
    VOTES,
    Record,
    record_of,
    supporter_of,
)

OVERLAP_SECONDS = 300.0
WALK_PAGES_MAX = 1_000
VOTERS_MAX = 1_000
"""The voters of an idea with more are not listed: who takes a vote back there is not told."""

INCLUDES = {
    IDEAS: "users,statuses",
    COMMENTS: "users",
    UPDATES: "users,statuses",
    VOTES: "users",
}
"""What is told along with the records of a kind."""

_REJECTS_MAX = 50


@dataclass
class Reading:
    """One visit. ``state`` covers what was brought, and nothing beyond."""

    account: Account
    state: State
    now: datetime
    first_look: timedelta
    supporters_wanted: bool
    site: str
    posts: list[Post] = field(default_factory=list)
    supporters: list[Supporter] = field(default_factory=list)
    look_again: list[str] = field(default_factory=list)
    rejects: list[Fault] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    gaps: list[Gap] = field(default_factory=list)
    failures: list[Retry | Reject] = field(default_factory=list)
    caught_up: set[str] = field(default_factory=set)
    progress: int = 0
    _read: set[str] = field(default_factory=set)
    _is_turn_over: bool = False
    _began_anew: bool = False

    def run(self) -> None:
        """Read on until all is read, the purse is empty, or the account fails."""
        try:
            # What an earlier visit of this turn read comes last: the purse may be small.
            for kind in sorted(self.wanted, key=lambda one: one in self.state.done):
                self._try(kind, partial(self._walk, kind))
            self._try(IDEAS, self._touched)
            while self.state.uncounted and not self.failures:
                self._try(VOTES, self._uncounted)
        except NothingLeft:
            pass
        except (Retry, Reject):
            pass  # it is among the failures, and ends the visit
        self.state.done |= self.caught_up
        self._is_turn_over = self.state.done >= set(self.wanted)
        if self._is_turn_over:
            self.state.done = set()

    @property
    def wanted(self) -> list[str]:
        """The kinds that are read, in their order."""
        return [kind for kind in KINDS if self.supporters_wanted or kind != VOTES]

    @property
    def is_complete(self) -> bool:
        """Whether everything there is was read."""
        return self.caught_up == set(self.wanted) and not self.failures and not self.gaps

    @property
    def goes_on(self) -> bool:
        """Whether there is more to read that nothing stands in the way of."""
        waiting = self.state.touched or self.state.uncounted or not self._is_turn_over
        # Who begins anew goes no faster for it: it may be so every time.
        return bool(waiting and self.progress) and not (self.failures or self._began_anew)

    def told_at(self, post: Post) -> datetime:
        """When it was published, as far as the site says: the oldest are brought first."""
        return post.published_at or self.now

    def _try(self, kind: str, step: Callable[[], None]) -> None:
        """One step; a failure costs the kind it is of, unless it would meet all of them."""
        try:
            step()
        except (Retry, Reject) as failure:
            self.failures.append(failure)
            self.faults.append(Fault(f"{self.account.address}, {kind}", failure.reason))
            if failure.state in {"rate limit", "login"}:
                raise

    # Lanes.

    def _walk(self, kind: str) -> None:
        lane = self.state.lanes[kind]
        if not lane.began:
            since = lane.since or (self.now - self.first_look).timestamp()
            lane = replace(lane, since=since, began=self.now.timestamp())
        before: set[str] = set()
        while kind not in self.caught_up:
            try:
                page = self._page(kind, lane)
            except Lapsed:
                self._began_anew = True
                lane = replace(lane, cursor="", pages=0)
                page = self._page(kind, lane)
            numbers = {fields.name(raw, "id") for raw in page.records}
            if numbers and numbers == before:
                self.state.lanes[kind] = Lane(lane.since)
                raise Retry(f"the list of {kind} shows the same page again and again")
            before = numbers
            lane = self._taken(kind, lane, page)
            self.state.lanes[kind] = lane
            self.progress += 1

    def _page(self, kind: str, lane: Lane) -> Page:
        """The page that a walk stands before."""
        since = utc(datetime.fromtimestamp(lane.since, UTC))
        stated = {"updated_after": since, "includes": INCLUDES[kind]}
        return self.account.page(kind, cursor=lane.cursor or None, **stated)

    def _taken(self, kind: str, lane: Lane, page: Page) -> Lane:
        """The lane after this page, whose records are counted in."""
        top = lane.top
        for raw in page.records:
            self._record(kind, raw, page)
            changed_at = fields.moment(raw, "updated_at")
            top = max(top, changed_at.timestamp() if changed_at else 0.0)
        pages = lane.pages + 1
        if not page.ends_the_list(pages) and page.cursor and pages < WALK_PAGES_MAX:
            return replace(lane, cursor=page.cursor, pages=pages, top=top)
        if not page.ends_the_list(pages):
            since = datetime.fromtimestamp(lane.since, UTC)
            self.gaps.append(Gap(since, self.now, "page limit: the list can't be read on", kind))
        self.caught_up.add(kind)
        end = min(top, lane.began) - OVERLAP_SECONDS if top else lane.since
        return Lane(max(lane.since, end))

    # Records.

    def _record(self, kind: str, raw: fields.Json, page: Page) -> None:
        try:
            if kind == VOTES:
                self._vote(raw, page)
                return
            record = record_of(kind, raw, page, self.account.address, self.site)
        except ValueError as error:
            if len(self.rejects) < _REJECTS_MAX:
                where = f"{self.account.address}, {kind}"
                self.rejects.append(Fault(where, f"a record of its list: {error}"))
            return
        is_new = self._take(kind, record)
        if kind == IDEAS:
            self._counted(record)
        elif kind == UPDATES and is_new:
            self._touch(record.idea)

    def _take(self, kind: str, record: Record) -> bool:
        """Bring the record if it is new or changed; whether it is."""
        marks = self.state.seen[kind]
        number = record.post.native_id.rpartition("/")[2]
        before = marks.pop(number, None)
        if not record.shown:
            if before:
                self.look_again.append(record.post.id)
            return False
        marks[number] = record.mark
        if before == record.mark:
            return False
        # A status can be given without a word: then only the idea has something to tell.
        if kind != UPDATES or record.post.text.strip():
            self.posts.append(record.post)
        return True

    def _counted(self, record: Record) -> None:
        """Note the idea where its votes are not as many as the voters that are known."""
        idea, votes = record.idea, record.votes
        self._read.add(idea)
        self.state.touched.pop(idea, None)
        self.state.uncounted.pop(idea, None)
        is_odd = votes != self.state.voters.count(idea) and votes <= VOTERS_MAX
        if self.supporters_wanted and is_odd and votes != self.state.counted.get(idea):
            self.state.uncounted[idea] = votes

    def _vote(self, raw: fields.Json, page: Page) -> None:
        idea, user, supporter = supporter_of(raw, page, self.site)
        came, _ = self.state.voters.compare(idea, [user], whole=False)
        if came:
            self.supporters.append(supporter)
            self._touch(idea)

    def _touch(self, idea: str) -> None:
        if idea not in self._read:
            self.state.touched[idea] = None

    # What only an idea itself tells.

    def _touched(self) -> None:
        """Ask for the ideas that something happened to and that no list has shown."""
        while self.state.touched:
            ids = list(self.state.touched)[:PER_PAGE]
            try:
                page = self.account.records(IDEAS, ids, INCLUDES[IDEAS])
            except NotThere:
                page = Page([], {}, {}, "", 0)
            for raw in page.records:
                self._record(IDEAS, raw, page)
            for idea in ids:
                self.state.touched.pop(idea, None)
            self.progress += 1

    def _uncounted(self) -> None:
        """List the voters of the idea that waits longest for it, and see who came and who left."""
        idea, votes = next(iter(self.state.uncounted.items()))
        shown: dict[int, Supporter] = {}
        try:
            is_whole = self._voters(idea, shown) and len(shown) >= votes
        except NothingLeft:
            if not shown:
                raise
            is_whole = False
        except Lapsed:
            is_whole = False
        self.state.uncounted.pop(idea)
        self.state.counted.pop(idea, None)
        self.state.counted[idea] = votes
        self.progress += 1
        came, left = self.state.voters.compare(idea, shown, whole=is_whole)
        self.supporters += [shown[user] for user in came]
        idea_id = f"{self.site}:{IDEAS}/{idea}"
        self.supporters += [Supporter(idea_id, Author(id=str(user)), left=True) for user in left]

    def _voters(self, idea: str, shown: dict[int, Supporter]) -> bool:
        """Collect all who vote for an idea; whether they are all there are."""
        cursor, is_whole = "", True
        for number in range(1, VOTERS_MAX // PER_PAGE + 1):
            stated = {"suggestion": idea, "includes": INCLUDES[VOTES]}
            page = self.account.page(VOTES, cursor=cursor or None, **stated)
            for raw in page.records:
                try:
                    of_idea, user, supporter = supporter_of(raw, page, self.site)
                except ValueError:
                    is_whole = False
                else:
                    is_whole = is_whole and of_idea == idea
                    shown |= {user: supporter} if of_idea == idea else {}
            if page.ends_the_list(number):
                return is_whole
            if not page.cursor:
                return False
            cursor = page.cursor
        return False

"""Reading one site: the questions where something happened, their answers, their comments.

Everything is asked for oldest first, from a second on, so that a poll which must stop leaves
nothing to remember but how far it came. No page is ever turned: what moves meanwhile, moves to the
end. A question is listed when it, or an answer to it, is written or edited; a comment
does not count as activity, so the comments of posts that were active lately are asked for.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import partial
from hashlib import blake2b

from listener.model import Fault, Gap, Post, Spent
from listener.ports import Reject, Retry
from sources.common import fields
from sources.common.fields import Json
from sources.common.places import told
from sources.common.purse import NothingLeft
from sources.stackexchange_parts.api import IDS_MAX, Api, Resting
from sources.stackexchange_parts.cursor import Progress, SiteState, Watched, newest
from sources.stackexchange_parts.posts import answer_of, comment_of, mark, question_of, written_at

ANSWERS = "/questions/{ids}/answers"
COMMENTS = "/posts/{ids}/comments"

OVERLAP_SECONDS = 3_600
"""What is read again: the search takes a while to know of a post, and clocks differ."""

WATCHED_SECONDS = 14 * 86_400
"""So long after the last word in it a thread is asked for comments."""

_AHEAD_SECONDS = 900
_REJECTS_MAX = 50
_METHODS_DOWN_MAX = 2
"""A search may be out of order and the rest well; where two methods fail, all is."""


@dataclass(frozen=True, slots=True)
class Listing:
    """One list of questions: those with a tag, or what a search finds."""

    key: str
    method: str
    wanted: Mapping[str, str]


@dataclass(slots=True)
class Reading:
    """One visit to a site. ``state`` always covers what is in ``posts``, and nothing beyond."""

    api: Api
    site: str
    state: SiteState
    turn: int
    now: int
    first_seconds: int
    posts: dict[str, Post] = field(default_factory=dict)
    rejects: list[Fault] = field(default_factory=list)
    gaps: list[Gap] = field(default_factory=list)
    failures: list[Retry | Reject] = field(default_factory=list)
    down: set[str] = field(default_factory=set)
    resting: list[Resting] = field(default_factory=list)
    is_unread: bool = False

    def run(self, listings: Sequence[Listing]) -> None:
        """Read on until all is read, the purse is empty, or the site fails."""
        state = self.state
        wanted = {one.key for one in listings}
        state.listings = {key: one for key, one in state.listings.items() if key in wanted}
        jobs: list[tuple[str, Callable[[], None]]] = [
            *((one.method, partial(self._listing, one)) for one in listings),
            (ANSWERS, self._answers),
            (COMMENTS, self._comments),
        ]
        try:
            for method, job in jobs:
                if not self._goes_on_after(method, job):
                    break
        except NothingLeft:
            self.is_unread = True
        if self.is_done:
            state.turn = self.turn

    def _goes_on_after(self, method: str, job: Callable[[], None]) -> bool:
        """Do it, and say whether others may still come to something."""
        try:
            if method not in self.down:
                job()
        except Resting as resting:
            self.resting.append(resting)
        except Reject as failure:
            self.failures.append(failure)
            return failure.state == "setup"  # one query is refused, not all
        except Retry as failure:
            self.failures.append(failure)
            self.down.add(method)
            return len(self.down) < _METHODS_DOWN_MAX
        return True

    @property
    def failure(self) -> Retry | Reject | None:
        """What it failed with, all in one, if anything failed."""
        return told(self.failures, Spent()) if self.failures else None

    @property
    def is_done(self) -> bool:
        """Whether everything was read."""
        return not (self.is_unread or self.failures or self.resting)

    # The three kinds of lists.

    def _listing(self, listing: Listing) -> None:
        known = self.state.listings.get(listing.key)
        progress = known or Progress(self.now - self.first_seconds)
        if progress.turn >= self.turn:
            return
        floor = max(progress.since - OVERLAP_SECONDS, 0)
        pages = self._upwards(
            listing.method, (), progress.at or floor, _active_at, sort="activity", **listing.wanted
        )
        for items, at, is_last in pages:
            for item in items:
                self._read(item, partial(self._question, floor=floor))
            if is_last:
                progress = Progress(max(progress.since, at), turn=self.turn)
            else:
                progress = replace(progress, at=at)
            self.state.listings[listing.key] = progress

    def _answers(self) -> None:
        owed = self.state.owed
        while owed:
            numbers = sorted(owed)[:IDS_MAX]
            since = min(owed[number] for number in numbers)
            floor = max(since - OVERLAP_SECONDS, 0)
            for items, at, is_last in self._upwards(
                ANSWERS, numbers, since, _active_at, sort="activity"
            ):
                for item in items:
                    self._read(item, partial(self._answer, floor=floor))
                for number in numbers:
                    owed[number] = at
                    if is_last:
                        del owed[number]

    def _comments(self) -> None:
        oldest, turn = self.now - WATCHED_SECONDS, self.turn
        active = {key: one for key, one in self.state.watched.items() if one.active >= oldest}
        watched = self.state.watched = newest(active)
        waiting = sorted(number for number, one in watched.items() if one.turn < turn)
        for start in range(0, len(waiting), IDS_MAX):
            numbers = waiting[start : start + IDS_MAX]
            since = min(watched[number].since for number in numbers)
            for items, at, is_last in self._upwards(
                COMMENTS, numbers, since, _created_at, sort="creation"
            ):
                for item in items:
                    self._read(item, self._comment)
                read_until = max(self.now - OVERLAP_SECONDS, 0) if is_last else at
                for number in numbers:
                    one = watched[number]
                    watched[number] = replace(
                        one,
                        since=max(one.since, read_until),
                        turn=turn if is_last else one.turn,
                    )

    def _upwards(
        self,
        method: str,
        ids: Sequence[str],
        at: int,
        second: Callable[[Json], int],
        **wanted: str,
    ) -> Iterator[tuple[list[Json], int, bool]]:
        """Pages from ``at`` on; with each how far it goes, and whether it is the last."""
        while True:
            page = self.api.page(method, self.site, ids, order="asc", min=at, **wanted)
            seconds = [second(item) for item in page.items]
            reached = max((s for s in seconds if at <= s <= self.now + _AHEAD_SECONDS), default=at)
            if not page.is_last and reached == at:
                reached = self._past(seconds, at)
            at = reached
            yield page.items, at, page.is_last
            if page.is_last:
                return

    def _past(self, seconds: Sequence[int], at: int) -> int:
        """Behind a second that is fuller than a page. Raises Retry where it isn't that."""
        if any(second != at for second in seconds):
            raise Retry(f"{self.site} repeats a page or gives no times, so it can't be read on")
        since = datetime.fromtimestamp(at, UTC)
        cause = "more happened in one second than a page shows"
        self.gaps.append(Gap(since, since + timedelta(seconds=1), cause, self.site))
        return at + 1

    # One item.

    def _read(self, item: Json, reader: Callable[[Json], None]) -> None:
        try:
            reader(item)
        except ValueError as error:
            name = blake2b(repr(item).encode("utf-8", "replace"), digest_size=6).hexdigest()
            if self._is_new(f"?{name}", "") and len(self.rejects) < _REJECTS_MAX:
                self.rejects.append(Fault(self.site, f"an item of its lists: {error}"))

    def _question(self, item: Json, floor: int) -> None:
        post = question_of(item, self.site)
        self._take(post, item, floor)
        self._watch(post, item, floor)
        answers = fields.count_or_none(item, "answer_count")
        if answers != 0 and self._is_new(f"@{post.native_id}", f"{_active_at(item)} {answers}"):
            owed = self.state.owed
            owed[post.native_id] = min(owed.get(post.native_id, floor), floor)

    def _answer(self, item: Json, floor: int) -> None:
        post = answer_of(item, self.site)
        self._take(post, item, floor)
        self._watch(post, item, floor)

    def _comment(self, item: Json) -> None:
        parent = self.state.watched.get(fields.needed(item, "post_id"))
        if parent is None:
            raise ValueError("it is under no post that was asked for")
        self._take(comment_of(item, self.site, parent.question), item, parent.since)
        active = max(parent.active, min(fields.count(item, "creation_date"), self.now))
        self.state.watched[fields.name(item, "post_id")] = replace(parent, active=active)

    def _take(self, post: Post, item: Json, floor: int) -> None:
        """Count it in if it was written since, and not seen like this before."""
        if written_at(item) >= floor and self._is_new(post.native_id, mark(post)):
            self.posts[post.native_id] = post

    def _is_new(self, native_id: str, its_mark: str) -> bool:
        known = self.state.seen.get(native_id)
        self.state.seen[native_id] = (its_mark, self.now)
        return known is None or known[0] != its_mark

    def _watch(self, post: Post, item: Json, floor: int) -> None:
        active = min(_active_at(item) or written_at(item), self.now)
        known = self.state.watched.get(post.native_id) or Watched(post.conversation, active, floor)
        self.state.watched[post.native_id] = replace(known, active=max(known.active, active))


def _active_at(item: Json) -> int:
    return fields.count(item, "last_activity_date")


def _created_at(item: Json) -> int:
    return fields.count(item, "creation_date")

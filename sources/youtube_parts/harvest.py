"""What one poll brings, and what it thereby knows: each version of a post once."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

from listener.model import Fault, Gap, Post
from sources.common import fields
from sources.common.fields import Json
from sources.youtube_parts.cursor import REPLIES_MAX, START, THREADS_MAX, Place, State, Thread
from sources.youtube_parts.posts import SITE, Item, comment_of, digest, id_in

OVERLAP_SECONDS = 900
"""What is read again before the newest thread that was read: some are listed late."""

LATE_SECONDS = 7 * 86_400
"""A thread that is unknown and no older than this is new, though it is listed so late: its owner
may have held it for review."""

RELISTED_SECONDS = 2 * 86_400
"""A thread that was listed so lately is watched, however quiet it is: its count comes for free."""

_REJECTS_MAX = 50


@dataclass
class Harvest:
    """The posts and what else is to be told, with the state that covers just these."""

    state: State
    now: int
    posts: dict[str, Post] = field(default_factory=dict)
    rejects: list[Fault] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    gaps: list[Gap] = field(default_factory=list)
    look_again: list[str] = field(default_factory=list)

    def reject(self, where: str, reason: str) -> None:
        """Something that can't be read and is passed over."""
        if len(self.rejects) < _REJECTS_MAX:
            self.rejects.append(Fault(where, reason))

    def gap(self, since: int, until: int, cause: str, place: str) -> None:
        """A stretch that was missed; times in seconds."""
        began = datetime.fromtimestamp(min(since, until), UTC)
        self.gaps.append(Gap(began, datetime.fromtimestamp(until, UTC), cause, place))

    def thread(self, raw: Json, place_key: str) -> tuple[int, bool]:
        """Take a thread with the replies that come with it.

        Returns when it was published (0: not told) and whether anything of it was new. Raises
        ValueError where it can't be read.
        """
        top = fields.table(raw, "snippet", "topLevelComment")
        thread_id = id_in(top)
        known = self.state.threads.get(thread_id)
        video = fields.name(raw, "snippet", "videoId") or fields.name(top, "snippet", "videoId")
        video = video or (known.video if known else "")
        total = fields.count(raw, "snippet", "totalReplyCount")
        item = comment_of(top, video)
        is_strange = known is None
        if known is None:
            known = Thread(place_key, floor=self._new_from(place_key))
            self.state.threads[thread_id] = known
        known.video, known.published = video, item.published or known.published
        known.active = max(known.active, min(known.published, self.now))
        is_new = self._first(known, item, total)
        is_new |= self._replies(thread_id, known, raw, total, is_strange=is_strange)
        known.looked = self.now
        return item.published, is_new

    def reply(self, thread_id: str, thread: Thread, raw: Json) -> bool:
        """Take a reply; whether it was new. Raises ValueError where it can't be read."""
        item = comment_of(raw, thread.video, thread_id)
        if item.published and item.published < thread.floor:
            return False
        key = digest(item.post.native_id)
        thread.active = max(thread.active, min(item.published, self.now))
        was = thread.seen.get(key)
        if was == item.digest:
            return False
        thread.seen[key] = item.digest
        self.posts[item.post.native_id] = item.post
        return was is None

    def prune(self, watch_seconds: int) -> None:
        """Watch no more threads than are worth it; what is let go is remembered by its date."""
        threads = self.state.threads
        replies = 0
        for number, thread_id in enumerate(sorted(threads, key=self._worth, reverse=True)):
            thread = threads[thread_id]
            replies += len(thread.seen)
            is_quiet = thread.active < self.now - watch_seconds
            is_listed = thread.looked >= self.now - RELISTED_SECONDS
            if number >= THREADS_MAX or replies > REPLIES_MAX or (is_quiet and not is_listed):
                self._let_go(thread_id)

    def _worth(self, thread_id: str) -> tuple[bool, int]:
        thread = self.state.threads[thread_id]
        return bool(thread.wants), thread.active

    def _let_go(self, thread_id: str) -> None:
        thread = self.state.threads.pop(thread_id)
        place = self.state.places.get(thread.place)
        if place is not None:
            place.floor = max(place.floor, thread.active + 1)

    def _new_from(self, place_key: str) -> int:
        """From when on a thread of the place that nobody watches must be new.

        What is not read yet always is.
        """
        place = self.state.places.get(place_key) or Place()
        return min(place.since, max(place.floor, place.since - LATE_SECONDS))

    def _first(self, thread: Thread, item: Item, total: int) -> bool:
        """Bring the comment that the thread began with, where it is new or has changed."""
        if item.published and item.published < thread.floor:
            return False
        was, thread.digest = thread.digest, item.digest
        if was == item.digest:
            return False
        engagement = replace(item.post.engagement, replies=total)
        self.posts[item.post.native_id] = replace(item.post, engagement=engagement)
        return not was

    def _replies(
        self, thread_id: str, thread: Thread, raw: Json, total: int, *, is_strange: bool
    ) -> bool:
        """Take the replies that came along; plan to read the rest, where there may be new ones."""
        came = list(fields.items(raw, "replies", "comments"))
        fresh = self.all_of(thread_id, thread, came)
        is_old = is_strange and not thread.digest
        if (fresh or total > thread.total) and total > len(came) and not is_old:
            thread.wants = thread.wants or START
        thread.total = total
        return fresh > 0

    def all_of(self, thread_id: str, thread: Thread, came: Sequence[Json]) -> int:
        """Take these replies; returns how many were new."""
        fresh = 0
        for raw in came:
            try:
                fresh += self.reply(thread_id, thread, raw)
            except ValueError as error:
                self.reject(f"{SITE}:{thread_id}", f"a reply in this thread: {error}")
        return fresh

"""A second look at known posts, fifty at once: what changed, and what is there no longer."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from listener.model import Batch, Fault, Post
from listener.ports import Reject, Retry
from sources.common import fields
from sources.common.again import put_off
from sources.common.fields import Json
from sources.common.purse import NothingLeft
from sources.youtube_parts.api import IDS_MAX, Api
from sources.youtube_parts.posts import comment_again, is_reply, is_video, video_again
from sources.youtube_parts.refusals import OfPlace

Again = Callable[[Json, Post], Post]


@dataclass
class SecondLook:
    """One look at some posts, as far as the purse goes.

    A ``failure`` ends it; what is ``closed`` to us, such as a private video, doesn't.
    """

    api: Api
    changed: list[Post] = field(default_factory=list)
    deleted: list[str] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    failure: Retry | Reject | None = None
    closed: Reject | None = None
    answered: int = 0

    def at(self, posts: Sequence[Post]) -> Batch:
        """The posts that changed or went. Raises what it failed with where none could be seen."""
        videos = [post for post in posts if is_video(post)]
        comments = [post for post in posts if not is_video(post)]
        for some, look in ((comments, self._comments), (videos, self._videos)):
            for start in range(0, len(some), IDS_MAX):
                self._look(some[start : start + IDS_MAX], look)
        failure = self.failure or self.closed
        if failure and not self.answered:
            failure.spent = self.api.purse.told()
            raise failure
        return Batch(
            posts=tuple(self.changed),
            deleted=tuple(self.deleted),
            faults=tuple(self.faults),
            spent=self.api.purse.told(),
        )

    def _look(self, posts: list[Post], look: Callable[[list[Post]], None]) -> None:
        try:
            if self.failure:
                raise self.failure
            look(posts)
            self.answered += 1
        except NothingLeft:
            self.faults += put_off(posts, "nothing is left to spend")
        except OfPlace as failure:
            self._refused(posts, look, failure)
        except (Retry, Reject) as failure:
            self.failure = failure
            self.faults += put_off(posts, failure.reason)

    def _refused(
        self, posts: list[Post], look: Callable[[list[Post]], None], failure: OfPlace
    ) -> None:
        """One that can't be had may be why nothing is told of the others: halves are asked for."""
        if not failure.is_lasting:
            self.failure = Retry(failure.reason)
            self.faults += put_off(posts, failure.reason)
        elif len(posts) > 1:
            self._look(posts[: len(posts) // 2], look)
            self._look(posts[len(posts) // 2 :], look)
        elif failure.off or failure.state == "gone":
            self.answered += 1
            self.deleted.append(posts[0].id)
        else:
            self.closed = Reject(failure.reason, state=failure.state)
            self.faults += put_off(posts, failure.reason)

    def _videos(self, posts: list[Post]) -> None:
        there = _by_id(self.api.videos([post.native_id for post in posts]).items)
        self._compare(posts, there, video_again)

    def _comments(self, posts: list[Post]) -> None:
        """Look at comments and replies.

        One that began a thread is asked for as a thread, too, before it counts as deleted: the
        site is known not to find some of them the first way.
        """
        there = _by_id(self.api.comments([post.native_id for post in posts]).items)
        doubted = [post for post in posts if post.native_id not in there and not is_reply(post)]
        self._compare([post for post in posts if post not in doubted], there, comment_again)
        if doubted:
            self._look(doubted, self._threads)

    def _threads(self, posts: list[Post]) -> None:
        items = self.api.threads_by_id([post.native_id for post in posts]).items
        there = _by_id([fields.table(raw, "snippet", "topLevelComment") for raw in items])
        self._compare(posts, there, comment_again)

    def _compare(self, posts: list[Post], there: dict[str, Json], again: Again) -> None:
        for post in posts:
            raw = there.get(post.native_id)
            if raw is None:
                self.deleted.append(post.id)
                continue
            try:
                now = again(raw, post)
            except ValueError as error:
                self.faults.append(Fault(post.id, f"can't be looked at again: {error}"))
                continue
            if now != post:
                self.changed.append(now)


def _by_id(items: Sequence[Json]) -> dict[str, Json]:
    return {fields.name(raw, "id"): raw for raw in items}

"""A second look at posts of one forum: what changed, and what is there no longer."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from listener.model import Fault, Post
from listener.ports import Reject, Retry
from sources.common import fields
from sources.common.again import put_off
from sources.common.fields import Json
from sources.common.purse import NothingLeft
from sources.discourse_parts.forum import POSTS_PER_LOOK_MAX, Forum, NotThere
from sources.discourse_parts.posts import looked_at_again, topic_in


@dataclass
class SecondLook:
    """What came of it. Posts of one topic are looked at together.

    One that its topic doesn't show is asked for by its id before it counts as deleted: it may
    have been moved to another topic.
    """

    forum: Forum
    changed: list[Post] = field(default_factory=list)
    deleted: list[str] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    failure: Retry | Reject | None = None
    looked_at: int = 0

    def at(self, posts: Sequence[Post]) -> None:
        """Look at these posts, as far as the purse goes."""
        left = {post.native_id: post for post in posts}
        try:
            for topic, together in _by_topic(posts).items():
                self._topic(topic, together, left)
        except NothingLeft:
            self.faults += put_off(left.values(), "nothing is left to spend")
        except (Retry, Reject) as failure:
            self.failure = failure
            self.faults += put_off(left.values(), failure.reason)

    def _topic(self, topic: str, posts: Sequence[Post], left: dict[str, Post]) -> None:
        listed = self._listed(topic, posts) if topic and len(posts) > 1 else {}
        for post in posts:
            try:
                raw = listed.get(post.native_id) or self.forum.post(post.native_id)
            except NotThere:
                self.deleted.append(post.id)
            else:
                self._compare(post, raw)
            left.pop(post.native_id, None)
            self.looked_at += 1

    def _listed(self, topic: str, posts: Sequence[Post]) -> dict[str, Json]:
        listed: dict[str, Json] = {}
        ids = [post.native_id for post in posts]
        try:
            for start in range(0, len(ids), POSTS_PER_LOOK_MAX):
                some = self.forum.of_topic(topic, ids[start : start + POSTS_PER_LOOK_MAX])
                listed |= {fields.name(raw, "id"): raw for raw in some}
        except NotThere:
            return {}
        return listed

    def _compare(self, post: Post, raw: Json) -> None:
        try:
            now = looked_at_again(raw, post, self.forum.address)
        except ValueError as error:
            self.faults.append(Fault(post.id, f"can't be looked at again: {error}"))
            return
        if now is None:
            self.deleted.append(post.id)
        elif now != post:
            self.changed.append(now)


def _by_topic(posts: Iterable[Post]) -> Mapping[str, list[Post]]:
    topics: dict[str, list[Post]] = {}
    for post in posts:
        topics.setdefault(topic_in(post.conversation), []).append(post)
    return topics

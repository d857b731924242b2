"""A second look at posts of a forum: what changed, and what is there no longer.

Posts of one idea are looked at together: the idea tells of itself and of its response, its
comments come whole. A forum that is gone answers about an idea as if that alone were: so the
first that seems deleted is believed only after the forum has shown its list.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from listener.model import Fault, Post
from listener.ports import Reject, Retry
from sources.common.again import put_off
from sources.common.purse import NothingLeft
from sources.common.voters import number_of
from sources.fider_parts.forum import Forum, NotThere, site_of
from sources.fider_parts.posts import comment_of, idea_of


@dataclass
class SecondLook:
    """What came of it."""

    forum: Forum
    changed: list[Post] = field(default_factory=list)
    deleted: list[str] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    failure: Retry | Reject | None = None
    looked_at: int = 0
    _is_there: bool = False

    def at(self, posts: Sequence[Post]) -> None:
        """Look at these posts, as far as the purse goes."""
        ideas: dict[int, list[Post]] = {}
        for post in posts:
            number = number_of([post.native_id.partition("/")[0]], 0)
            if number is None:
                self.faults.append(Fault(post.id, "it has no number, so it can't be looked up"))
            else:
                ideas.setdefault(number, []).append(post)
        left = dict(ideas)
        try:
            for number, of_it in ideas.items():
                self._idea(number, of_it)
                self.looked_at += len(left.pop(number))
        except NothingLeft:
            self._put_off(left, "nothing is left to spend")
        except (Retry, Reject) as failure:
            self.failure = failure
            self._put_off(left, failure.reason)

    def _idea(self, number: int, posts: Sequence[Post]) -> None:
        try:
            now = self._now(number, posts)
        except NotThere:
            if not self._is_there:
                list(self.forum.newest(1))
                self._is_there = True
            now = {}
        for post in posts:
            self._compare(post, now.get(post.native_id))

    def _now(self, number: int, posts: Sequence[Post]) -> Mapping[str, Post]:
        """All of these that there are now, by their native ids. Raises NotThere, and Retry."""
        site = site_of(self.forum.address)
        now: dict[str, Post] = {}
        comments = [post for post in posts if _is_comment(post)]
        try:
            if len(comments) < len(posts):
                idea = idea_of(self.forum.idea(number), self.forum.address, site)
                found = [idea.post, *([idea.response] if idea.response else [])]
                now |= {post.native_id: post for post in found}
            if comments:
                read = [
                    comment_of(raw, number, self.forum.address, site)
                    for raw in self.forum.comments(number)
                ]
                now |= {post.native_id: post for post in read if post}
        except ValueError as error:
            raise Retry(f"idea {number} of {site} can't be read: {error}") from error
        return now

    def _compare(self, post: Post, now: Post | None) -> None:
        if now is None:
            self.deleted.append(post.id)
            return
        seen = replace(
            post, title=now.title, text=now.text, links=now.links, facts=now.facts or post.facts,
            engagement=now.engagement,
        )  # fmt: skip
        if seen != post:
            self.changed.append(seen)

    def _put_off(self, left: Mapping[int, Sequence[Post]], reason: str) -> None:
        for posts in left.values():
            self.faults += put_off(posts, reason)


def _is_comment(post: Post) -> bool:
    return "/" in post.native_id and not post.native_id.endswith("/response")

"""A second look at reviews by their ids: what changed, and what is there no longer."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Protocol

from listener.model import Batch, Fault, Post
from listener.ports import Reject, Retry
from sources.common.again import put_off
from sources.common.list_reading import Listed
from sources.common.purse import NothingLeft, Purse

ANSWER = "/reply"
"""What the id of a developer's answer ends with, after the review's."""


class NotThere(Exception):
    """The review is no longer there."""


class Reviews(Protocol):
    """A store that can be asked for one review. Both methods raise NothingLeft."""

    def review(self, app: str, review_id: str) -> list[Listed]:
        """The review, and its answer where it has one. Raises NotThere."""
        ...

    def sees(self, app: str) -> None:
        """Raises what asking for the app's reviews fails with."""
        ...


@dataclass
class ReviewLooks:
    """What came of it. A review and its answer are looked at together.

    That a review is not found means that it is gone only where its app can be read: else the key
    has lost the app. ``app_of`` tells whose review a post is.
    """

    store: Reviews
    app_of: Callable[[Post], str]
    changed: list[Post] = field(default_factory=list)
    deleted: list[str] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    failure: Retry | Reject | None = None
    looked_at: int = 0

    def at(self, posts: Sequence[Post]) -> None:
        """Look at these posts, as far as the purse goes."""
        left = {post.native_id: post for post in posts}
        sure: set[str] = set()
        try:
            for review_id, together in _by_review(posts).items():
                self._review(review_id, together, sure)
                for post in together:
                    left.pop(post.native_id)
                    self.looked_at += 1
        except NothingLeft:
            self.faults += put_off(left.values(), "nothing is left to spend")
        except (Retry, Reject) as failure:
            self.failure = failure
            self.faults += put_off(left.values(), failure.reason)

    def batch(self, purse: Purse) -> Batch:
        """All of it. Raises Retry or Reject where nothing could be looked at."""
        if self.failure and not self.looked_at:
            self.failure.spent = purse.told()
            raise self.failure
        return Batch(
            posts=tuple(self.changed),
            deleted=tuple(self.deleted),
            faults=tuple(self.faults),
            spent=purse.told(),
        )

    def _review(self, review_id: str, posts: Sequence[Post], sure: set[str]) -> None:
        app = self.app_of(posts[0])
        try:
            there = {one.post.native_id: one.post for one in self.store.review(app, review_id)}
        except NotThere:
            if app not in sure:
                self.store.sees(app)
                sure.add(app)
            there = {}
        for known in posts:
            now = there.get(known.native_id)
            if now is None:
                self.deleted.append(known.id)
            elif (now.title, now.text, now.facts) != (known.title, known.text, known.facts):
                self.changed.append(replace(now, published_at=known.published_at))


def _by_review(posts: Sequence[Post]) -> Mapping[str, list[Post]]:
    reviews: dict[str, list[Post]] = {}
    for post in {post.native_id: post for post in posts}.values():
        reviews.setdefault(post.native_id.removesuffix(ANSWER), []).append(post)
    return reviews

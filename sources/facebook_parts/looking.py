"""A second look at posts of the page, one request each: edits, reach, and what is gone.

Meta answers alike for what is deleted and for what the token may not see. So nothing counts as
deleted before the page itself was readable in the same look, and posts outside the page, which
only its lists show, are left alone.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from listener.model import Batch, Fault, Post
from listener.ports import Reject, Retry
from sources.common.again import put_off
from sources.common.fields import Json
from sources.common.purse import NothingLeft
from sources.facebook_parts.posts import (
    COMMENT_FIELDS,
    POST_FIELDS,
    comment_in,
    is_shown,
    post_in,
)
from sources.meta_parts.errors import NotThere
from sources.meta_parts.graph import Graph


@dataclass
class SecondLook:
    """What came of it. ``is_readable``: the page itself was read in this look."""

    graph: Graph
    page: str
    changed: list[Post] = field(default_factory=list)
    deleted: list[str] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    is_readable: bool = False

    def at(self, posts: Sequence[Post]) -> Batch:
        """Look at these posts. Raises what already the first one failed with."""
        left = [post for post in posts if self._is_of_page(post)]
        try:
            while left:
                self._look(left[0])
                del left[0]
        except (NothingLeft, Retry, Reject) as failure:
            if not isinstance(failure, NothingLeft) and not self.graph.answered:
                failure.spent = self.graph.purse.told()
                raise
            self.faults += put_off(left, getattr(failure, "reason", "nothing is left to spend"))
        return Batch(
            posts=tuple(self.changed),
            deleted=tuple(self.deleted),
            faults=tuple(self.faults),
            spent=self.graph.purse.told(),
        )

    def _look(self, post: Post) -> None:
        wanted = COMMENT_FIELDS if post.in_reply_to else POST_FIELDS
        try:
            raw = self.graph.get(post.native_id, {"fields": wanted})
        except NotThere:
            self._make_sure()
            self.deleted.append(post.id)
            return
        if is_shown(raw):
            self._compare(post, raw)
        else:
            self.deleted.append(post.id)

    def _make_sure(self) -> None:
        """What is not there is deleted only if the page's feed can be read at all."""
        if self.is_readable:
            return
        try:
            self.graph.page(f"{self.page}/feed", "", {"fields": "id", "limit": 1})
        except NotThere as nothing:
            words = "Meta does not show the page to this token: check page and access_token"
            raise Reject(words, state="gone") from nothing
        self.is_readable = True

    def _compare(self, post: Post, raw: Json) -> None:
        try:
            there = self._read(post, raw)
        except ValueError as error:
            self.faults.append(Fault(post.id, f"can't be looked at again: {error}"))
            return
        now = replace(post, text=there.text, links=there.links, engagement=there.engagement)
        if now != post:
            self.changed.append(now)

    def _read(self, post: Post, raw: Json) -> Post:
        if post.in_reply_to:
            return comment_in(raw, self.page, post.conversation)
        return post_in(raw, self.page)

    def _is_of_page(self, post: Post) -> bool:
        root = post.conversation or post.native_id
        return root.startswith(f"{self.page}_")

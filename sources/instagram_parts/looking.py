"""A second look at the account's own media and at comments: what is gone, and how far it went.

Meta answers alike for what is deleted and for what the token may not see. So a comment counts as
deleted only where it is neither below the account's media nor one that mentions the account, and
the account itself was readable in the same look. Media of others can't be looked at again.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from listener.model import Batch, Fault, Post
from listener.ports import Reject, Retry
from sources.common import fields
from sources.common.again import put_off
from sources.common.fields import Json
from sources.common.purse import NothingLeft
from sources.instagram_parts.events import mentioned
from sources.instagram_parts.posts import (
    MEDIA_FIELDS,
    REPLY_FIELDS,
    comment_in,
    is_shown,
    media_in,
)
from sources.meta_parts.errors import GENERAL, NotThere
from sources.meta_parts.graph import Graph


@dataclass
class SecondLook:
    """What came of it. ``username`` is the account's own, once it was read in this look."""

    graph: Graph
    account: str
    changed: list[Post] = field(default_factory=list)
    deleted: list[str] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    username: str = ""

    def at(self, posts: Sequence[Post]) -> Batch:
        """Look at these posts. Raises what already the first one failed with."""
        left = [post for post in posts if post.in_reply_to or post.author.handle]
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
        raw = self._raw(post)
        if raw is None:
            return
        if not raw or not is_shown(raw):
            self.deleted.append(post.id)
            return
        try:
            there = comment_in(raw, post.conversation) if post.in_reply_to else media_in(raw)
        except ValueError as error:
            self.faults.append(Fault(post.id, f"can't be looked at again: {error}"))
            return
        now = replace(post, text=there.text, engagement=there.engagement)
        if post.in_reply_to:
            replies = post.engagement.replies  # a look by id doesn't show them
            now = replace(now, engagement=replace(there.engagement, replies=replies))
        if now != post:
            self.changed.append(now)

    def _raw(self, post: Post) -> Json | None:
        """The post as it is there; empty: it is gone; None: nobody can tell."""
        if not post.in_reply_to and post.author.handle != self._own_name():
            return None
        wanted = REPLY_FIELDS if post.in_reply_to else MEDIA_FIELDS
        try:
            return self.graph.get(post.native_id, {"fields": wanted})
        except NotThere:
            pass
        self._own_name()  # the account can be read
        if not post.in_reply_to:
            return {}
        try:
            return mentioned(self.graph, self.account, "comment", post.native_id)
        except (NotThere, ValueError):
            return {}
        except Reject as refused:
            if refused.state in GENERAL:
                raise
            return {}

    def _own_name(self) -> str:
        """The account's name. Raises Reject where the account can't be read."""
        if not self.username:
            try:
                account = self.graph.get(self.account, {"fields": "id,username"})
            except NotThere as nothing:
                words = "Meta does not show the account to this token: check account"
                raise Reject(words, state="gone") from nothing
            self.username = fields.text(account, "username")
        return self.username

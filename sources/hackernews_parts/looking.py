"""Looking again at known posts, at the site itself: what changed, what went."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from listener.model import Batch, Fault, Post
from listener.ports import Reject, Retry
from sources.common import fields
from sources.common.again import put_off
from sources.common.asking import Asking
from sources.common.purse import NothingLeft, Purse
from sources.hackernews_parts.posts import is_gone, looked_at_again


@dataclass(slots=True)
class Look:
    """One look at some posts, a request each as far as the purse goes, and what it found."""

    asking: Asking
    purse: Purse
    posts: list[Post] = field(default_factory=list)
    deleted: list[str] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)

    def at(self, posts: Sequence[Post]) -> Batch:
        """The posts that changed or went. Raises Retry and Reject where none could be seen.

        The first failure ends it, as all are asked of the same site.
        """
        for place, post in enumerate(posts):
            try:
                self._at(post)
            except NothingLeft:
                self.faults += put_off(posts[place:], "nothing is left to spend")
                break
            except (Retry, Reject) as failure:
                if self.purse.spent == 1:
                    failure.spent = self.purse.told()
                    raise
                self.faults += put_off(posts[place:], failure.reason)
                break
        return Batch(
            posts=tuple(self.posts),
            deleted=tuple(self.deleted),
            faults=tuple(self.faults),
            spent=self.purse.told(),
        )

    def _at(self, post: Post) -> None:
        if not post.native_id.isascii() or not post.native_id.isdigit():
            self.faults.append(Fault(post.id, "it has no number, so it can't be looked up"))
            return
        seconds = min(self.purse.pay(), self.asking.total_seconds)
        item = replace(self.asking, total_seconds=seconds).get(f"/v0/item/{post.native_id}.json")
        if is_gone(item):
            self.deleted.append(post.id)
        elif fields.name(item, "id") != post.native_id:
            self.faults.append(Fault(post.id, "the site answered with something else"))
        elif (now := looked_at_again(post, item)) != post:
            self.posts.append(now)

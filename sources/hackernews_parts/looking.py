"""Looking again at known posts, at the site itself: what changed, what went."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from listener.model import Batch, Fault, Post, Spent
from listener.ports import Reject, Retry
from sources.common import fields
from sources.common.asking import Asking
from sources.hackernews_parts.posts import is_gone, looked_at_again


@dataclass(slots=True)
class Look:
    """One look at some posts, a request each, and what it found."""

    asking: Asking
    requests: int = 0
    posts: list[Post] = field(default_factory=list)
    deleted: list[str] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)

    def at(self, posts: Sequence[Post], requests_max: int) -> Batch:
        """The posts that changed or went. Raises Retry and Reject where none could be seen."""
        left = list(posts[:requests_max])
        while left:
            try:
                self._at(left[0])
            except (Retry, Reject) as failure:
                if self.requests == 1:
                    failure.spent = Spent(requests=1)
                    raise
                self.faults.append(Fault(left[0].id, failure.reason))
                break
            left.pop(0)
        if unseen := len(left) + len(posts[requests_max:]):
            self.faults.append(Fault("hackernews", f"{unseen} posts were not looked at again"))
        return Batch(
            posts=tuple(self.posts),
            deleted=tuple(self.deleted),
            faults=tuple(self.faults),
            spent=Spent(requests=self.requests),
        )

    def _at(self, post: Post) -> None:
        if not post.native_id.isascii() or not post.native_id.isdigit():
            self.faults.append(Fault(post.id, "it has no number, so it can't be looked up"))
            return
        self.requests += 1
        item = self.asking.get(f"/v0/item/{post.native_id}.json")
        if is_gone(item):
            self.deleted.append(post.id)
        elif fields.name(item, "id") != post.native_id:
            self.faults.append(Fault(post.id, "the site answered with something else"))
        elif (now := looked_at_again(post, item)) != post:
            self.posts.append(now)

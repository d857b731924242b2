"""A second look at posts of an account: what changed, and what is there no longer.

Records of a kind are asked for together by their numbers. What is not among the answer is asked
for alone, and believed to be deleted only when the account then says so and shows its list: it is
nowhere said what it answers to numbers of which it knows some.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from listener.model import Fault, Post
from listener.ports import Reject, Retry
from sources.common.again import put_off
from sources.common.purse import NothingLeft
from sources.common.voters import number_of
from sources.uservoice_parts.account import PER_PAGE, Account, NotThere
from sources.uservoice_parts.posts import COMMENTS, IDEAS, UPDATES, Record, record_of
from sources.uservoice_parts.reading import INCLUDES


@dataclass
class SecondLook:
    """What came of it."""

    account: Account
    site: str
    changed: list[Post] = field(default_factory=list)
    deleted: list[str] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    failure: Retry | Reject | None = None
    looked_at: int = 0
    _is_there: bool = False

    def at(self, posts: Sequence[Post]) -> None:
        """Look at these posts, as far as the purse goes."""
        left = {post.native_id: post for post in posts}
        for post in posts:
            kind, _, number = post.native_id.partition("/")
            if kind not in {IDEAS, COMMENTS, UPDATES} or number_of([number], 0) is None:
                self.faults.append(Fault(post.id, "it has no number, so it can't be looked up"))
                del left[post.native_id]
        try:
            for kind in (IDEAS, COMMENTS, UPDATES):
                of_kind = [one for one in left.values() if one.native_id.startswith(f"{kind}/")]
                for start in range(0, len(of_kind), PER_PAGE):
                    self._look(kind, of_kind[start : start + PER_PAGE], left)
        except NothingLeft:
            self.faults += put_off(left.values(), "nothing is left to spend")
        except (Retry, Reject) as failure:
            self.failure = failure
            self.faults += put_off(left.values(), failure.reason)

    def _look(self, kind: str, posts: Sequence[Post], left: dict[str, Post]) -> None:
        found = self._records(kind, posts)
        for post in posts:
            if post.native_id not in found and len(posts) > 1:
                found |= self._records(kind, [post])
            if post.native_id not in found:
                self._check_that_it_is_there(kind)
                self.deleted.append(post.id)
            else:
                self._compare(post, found[post.native_id])
            del left[post.native_id]
            self.looked_at += 1

    def _records(self, kind: str, posts: Sequence[Post]) -> dict[str, Record | None]:
        """Those that there are, by their native ids; None for one that can't be read."""
        numbers = [post.native_id.partition("/")[2] for post in posts]
        found: dict[str, Record | None] = {}
        try:
            page = self.account.records(kind, numbers, INCLUDES[kind])
        except NotThere:
            return found
        for raw in page.records:
            try:
                record = record_of(kind, raw, page, self.account.address, self.site)
                found[record.post.native_id] = record
            except ValueError:
                number = numbers[0] if len(numbers) == 1 else number_of(raw, "id")
                found[f"{kind}/{number}"] = None
        return found

    def _check_that_it_is_there(self, kind: str) -> None:
        """An account that is gone answers to any number as if that alone were."""
        if not self._is_there:
            self.account.page(kind)
            self._is_there = True

    def _compare(self, post: Post, record: Record | None) -> None:
        if record is None:
            self.faults.append(Fault(post.id, "can't be read as it stands now"))
            return
        if not record.shown:
            self.deleted.append(post.id)
            return
        now = record.post
        seen = replace(
            post, title=now.title, text=now.text, links=now.links, facts=now.facts,
            engagement=now.engagement,
        )  # fmt: skip
        if seen != post:
            self.changed.append(seen)

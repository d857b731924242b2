"""A second look at known posts of one site: what changed, and what is there no longer.

Questions, answers and comments are asked for by their numbers, a hundred a request. What the
answer does not hold was deleted; Stack Exchange keeps it from everybody but moderators. What
somebody wrote whose account was deleted stays there without a name; here it goes with the account.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from listener.model import Fault, Post
from listener.ports import Reject, Retry
from sources.common import fields
from sources.common.again import put_off
from sources.common.fields import Json
from sources.common.purse import NothingLeft
from sources.stackexchange_parts.api import IDS_MAX, Api, Resting
from sources.stackexchange_parts.posts import COMMENT, answer_of, comment_of, question_of

Reader = Callable[[Json, Post], Post]

METHODS: dict[str, tuple[str, Reader]] = {
    "question_id": ("/questions/{ids}", lambda item, post: question_of(item, post.site)),
    "answer_id": ("/answers/{ids}", lambda item, post: answer_of(item, post.site)),
    "comment_id": (
        "/comments/{ids}",
        lambda item, post: comment_of(item, post.site, post.conversation),
    ),
}
"""By the name that the number has there: the method, and how what it answers is read."""


@dataclass(slots=True)
class SecondLook:
    """What came of it."""

    api: Api
    site: str
    changed: list[Post] = field(default_factory=list)
    deleted: list[str] = field(default_factory=list)
    gone: set[str] = field(default_factory=set)
    faults: list[Fault] = field(default_factory=list)
    failure: Retry | Reject | None = None
    looked_at: int = 0

    def at(self, posts: Sequence[Post]) -> None:
        """Look at these posts, as far as the purse goes."""
        for name, some in _by_kind(posts).items():
            numbers = sorted(some)
            for start in range(0, len(numbers), IDS_MAX):
                self._some(name, {one: some[one] for one in numbers[start : start + IDS_MAX]})

    def _some(self, name: str, posts: Mapping[str, Post]) -> None:
        method, reader = METHODS[name]
        try:
            page = self.api.page(method, self.site, list(posts))
        except NothingLeft:
            self.faults += put_off(posts.values(), "nothing is left to spend")
        except Resting as resting:
            reason = f"the API asks not to be asked for {resting.seconds:.0f} s"
            self.failure = Retry(reason, resting.seconds, state=resting.state)
            self.faults += put_off(posts.values(), reason)
        except (Retry, Reject) as failure:
            self.failure = failure
            self.faults += put_off(posts.values(), failure.reason)
        else:
            self.looked_at += len(posts)
            self._compare({fields.name(item, name): item for item in page.items}, posts, reader)

    def _compare(self, items: Mapping[str, Json], posts: Mapping[str, Post], read: Reader) -> None:
        """A post counts as deleted only where every item of the answer could be told."""
        is_whole = "" not in items
        for number, post in posts.items():
            item = items.get(number)
            if item is None and is_whole:
                self.deleted.append(post.id)
            elif item is None:
                self.faults += put_off([post], "the API's answer could not be read in full")
            else:
                self._one(item, post, read)

    def _one(self, item: Json, post: Post, read: Reader) -> None:
        try:
            now = read(item, post)
        except ValueError as error:
            self.faults.append(Fault(post.id, f"can't be looked at again: {error}"))
            return
        if post.author.id and not now.author.id:
            self.gone.add(f"{post.site}:{post.author.id}")
            return
        now = replace(now, language=post.language, medium=post.medium)
        if now != post:
            self.changed.append(now)


def _by_kind(posts: Sequence[Post]) -> dict[str, dict[str, Post]]:
    kinds: dict[str, dict[str, Post]] = {name: {} for name in METHODS}
    for post in posts:
        number = post.native_id.removeprefix(COMMENT)
        if post.native_id.startswith(COMMENT):
            kinds["comment_id"][number] = post
        else:
            kinds["answer_id" if post.in_reply_to else "question_id"][number] = post
    return kinds

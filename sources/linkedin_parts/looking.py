"""A second look at known posts and comments, one request each."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from listener.model import Fault, Post
from listener.ports import Reject, Retry
from sources.common.again import put_off
from sources.common.purse import NothingLeft
from sources.linkedin_parts.api import Api, NotThere, escaped
from sources.linkedin_parts.posts import Entry, comment_entry, is_number, is_post, post_entry


@dataclass(slots=True)
class SecondLook:
    """What came of it."""

    api: Api
    changed: list[Post] = field(default_factory=list)
    deleted: list[str] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)

    def at(self, posts: Sequence[Post]) -> None:
        """Look at these posts as far as the purse goes. Raises where none could be seen."""
        left = list(posts)
        try:
            while left:
                self._one(left[0])
                del left[0]
        except NothingLeft:
            self.faults += put_off(left, "nothing is left to spend")
        except (Retry, Reject) as failure:
            if len(left) == len(posts):
                raise
            self.faults += put_off(left, failure.reason)

    def _one(self, known: Post) -> None:
        try:
            entry = self._entry(known)
        except NotThere:
            self.deleted.append(known.id)
            return
        except ValueError as error:
            self.faults.append(Fault(known.id, f"can't be looked at again: {error}"))
            return
        now = entry.post
        words = replace(known, text=now.text, title=now.title, engagement=now.engagement)
        if words != known:
            self.changed.append(words)

    def _entry(self, known: Post) -> Entry:
        """How it stands. Raises ValueError where LinkedIn tells of another, or nothing of use."""
        latest = self.api.now().timestamp() + 86_400
        if is_post(known.native_id):
            entry = post_entry(self.api.one(f"/posts/{escaped(known.native_id)}"), latest)
        elif is_number(known.native_id) and is_post(known.conversation):
            subject = escaped(known.conversation)
            path = f"/socialActions/{subject}/comments/{known.native_id}"
            entry = comment_entry(self.api.one(path), known.conversation, latest)
        else:
            raise ValueError("its id is none of LinkedIn's")
        if entry.post.native_id != known.native_id:
            raise ValueError("LinkedIn answered with another")
        return entry

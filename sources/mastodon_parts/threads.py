"""Which post a status answers: an instance tells its own id of the parent, not the parent's URI.

Most parents were seen lately. Of the others only those that a brand's own account answers are
asked for; for the rest the handle of whom it answers stands in.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field, replace

from listener.match.forms import account
from listener.model import Post
from listener.ports import Reject, Retry
from sources.common import fields
from sources.common.purse import NothingLeft
from sources.mastodon_parts.cursor import Memory
from sources.mastodon_parts.instance import Instance, NotThere
from sources.mastodon_parts.statuses import Status, native_id_of, order, origin_of

ASKED_MAX = 5
"""So many parents are asked for in one poll of an instance."""


@dataclass
class Threads:
    """Tells the posts of one instance's statuses, those only that are new.

    ``hints`` are posts that were written elsewhere and of which this instance tells an edit.
    Their own instance is to be asked: any other could put words into anybody's mouth.
    """

    instance: Instance
    memory: Memory
    own: Collection[str]
    hints: list[str] = field(default_factory=list)
    _asks_left: int = ASKED_MAX

    def posts(self, statuses: Iterable[Status]) -> list[Post]:
        """The new and the edited ones, oldest first, each with its parent and its thread."""
        posts = []
        for status in sorted(statuses, key=lambda one: order(one.local_id)):
            post = self._placed(status)
            if self._is_news(post.native_id, status.edited):
                posts.append(post)
        return posts

    def is_own(self, native_id: str) -> bool:
        """Whether a post was written on this instance, which then knows what became of it."""
        return origin_of(native_id) == self.instance.host

    def _is_news(self, native_id: str, edited: int) -> bool:
        edited = min(edited, int(self.instance.now().timestamp()))
        if self.is_own(native_id) or not self.memory.has(native_id):
            return self.memory.is_new(native_id, edited)
        if self.memory.is_hint(native_id, edited):
            self.hints.append(native_id)
        return False

    def _placed(self, status: Status) -> Post:
        host, post = self.instance.host, status.post
        parent, conversation = self._parent(status)
        if not status.parent_id:
            conversation = post.native_id
        self.memory.place(host, status.local_id, post.native_id, conversation)
        return replace(
            post,
            in_reply_to=parent or (status.parent_handle if status.parent_id else ""),
            conversation=conversation,
        )

    def _parent(self, status: Status) -> tuple[str, str]:
        """The parent's native id and the thread, each empty where it isn't known."""
        if not status.parent_id:
            return "", ""
        known = self.memory.placed(self.instance.host, status.parent_id)
        if known is None and self._asks_left and account(status.post.author.handle) in self.own:
            self._asks_left -= 1
            known = self._asked(status.parent_id)
        return known or ("", "")

    def _asked(self, local_id: str) -> tuple[str, str]:
        try:
            raw = self.instance.status(local_id)
            native_id = native_id_of(fields.text(raw, "uri"), self.instance.named)
        except (NotThere, NothingLeft, Retry, Reject, ValueError):
            return "", ""
        return native_id, "" if fields.name(raw, "in_reply_to_id") else native_id

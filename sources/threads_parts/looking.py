"""A second look at known posts, one request each.

Threads answers for a deleted post as for one that the app may not see. So one that is "not there"
counts as deleted only when it is one's own, when this app is shown what others publish, or when
the conversation of one's own thread, which is always shown, lists it no longer.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from listener.model import Fault, Post
from listener.ports import Reject, Retry
from sources.common import fields
from sources.common.again import put_off
from sources.common.purse import NothingLeft
from sources.meta_parts.errors import NotThere
from sources.threads_parts.graph import FIELDS, Graph
from sources.threads_parts.lanes import PAGE
from sources.threads_parts.posts import is_id, post_of

_CONTROLS = 5
_BLIND = (
    "can't tell whether it is deleted or not shown to this app: "
    "ask Meta for advanced access to threads_basic"
)


@dataclass(slots=True)
class SecondLook:
    """What came of it."""

    graph: Graph
    changed: list[Post] = field(default_factory=list)
    deleted: list[Post] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    _missing: list[Post] = field(default_factory=list)
    _others: set[str] = field(default_factory=set)

    def at(self, posts: Sequence[Post]) -> None:
        """Look at these posts as far as the purse goes. Raises where none could be seen."""
        left = list(posts)
        try:
            while left:
                self._one(left[0])
                del left[0]
            self._believe()
        except NothingLeft:
            self.faults += put_off(left, "nothing is left to spend")
        except (Retry, Reject) as failure:
            if posts and len(left) == len(posts):
                raise
            self.faults += put_off(left, failure.reason)
        self.faults += [Fault(post.id, _BLIND) for post in self._missing]

    def _one(self, known: Post) -> None:
        if not is_id(known.native_id):
            self.faults.append(Fault(known.id, "its id is no number, so it can't be looked up"))
            return
        try:
            raw = self.graph.post(known.native_id, fields=FIELDS)
        except NotThere:
            self._missing.append(known)
            return
        if fields.name(raw, "id") != known.native_id:
            self.faults.append(Fault(known.id, "Threads answered with something else"))
            return
        now = post_of(raw, known.native_id)
        if fields.truth(raw, "is_reply") is False:
            self._others.add(now.author.handle)
        changed = replace(known, text=now.text, title=now.title, links=now.links)
        if changed != known:
            self.changed.append(changed)

    def _believe(self) -> None:
        """Which of those that are not there are deleted."""
        if not self._missing:
            return
        me = fields.text(self.graph.post("me", fields="username"), "username")
        sees_others = self._sees_others(me)
        for post in list(self._missing):
            if sees_others or post.author.handle == me or self._has_left(post, me):
                self._missing.remove(post)
                self.deleted.append(post)

    def _sees_others(self, me: str) -> bool:
        """Whether this app is shown what others publish, told by something that is surely there.

        Replies don't count: those in one's own threads may be shown to every app.
        """
        if me and self._others - {me, ""}:
            return True
        try:
            mentions = self.graph.page("/me/mentions", fields="id,is_reply", limit=_CONTROLS)
        except (Reject, NotThere):
            return False
        ids = (fields.name(raw, "id") for raw in mentions.items if not _is_reply(raw))
        return any(self._is_shown(native_id) for native_id in ids if is_id(native_id))

    def _has_left(self, post: Post, me: str) -> bool:
        """Whether the conversation of a thread of one's own lists this reply no longer."""
        root, at = post.conversation, post.published_at
        if not is_id(root) or root == post.native_id or at is None:
            return False
        try:
            if not me or fields.text(self.graph.post(root, fields="username"), "username") != me:
                return False
            page = self.graph.page(f"/{root}/conversation", fields="id,timestamp", limit=PAGE)
        except NotThere:
            return False
        listed = {fields.name(raw, "id") for raw in page.items}
        dates = [date for raw in page.items if (date := fields.moment(raw, "timestamp"))]
        return post.native_id not in listed and (page.is_last or min(dates, default=at) < at)

    def _is_shown(self, native_id: str) -> bool:
        try:
            return fields.name(self.graph.post(native_id, fields="id"), "id") == native_id
        except NotThere:
            return False


def _is_reply(raw: object) -> bool:
    return fields.truth(raw, "is_reply") is not False

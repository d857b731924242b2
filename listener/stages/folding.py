"""Which story a post belongs to, across restarts and processes: memory kept by the store's record.

Stories are found in memory (:mod:`listener.stories`) and recorded with the tags. Before it names
one, this reads what was recorded since it last looked: after a restart all of the window, later
what other processes found. Two processes that meet copies of one text in the same second may
still begin two stories.
"""

from collections import OrderedDict
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from listener.model import Post
from listener.store.port import Store
from listener.stories import Stories

WINDOW_HOURS = 72
NAMED_MAX = 50_000
READ_AT_ONCE = 2_000


@dataclass
class Folding:
    """Names the story of each post, the same at every call."""

    store: Store
    stories: Stories = field(default_factory=lambda: Stories(WINDOW_HOURS))
    _named: OrderedDict[str, str] = field(default_factory=OrderedDict)
    _read_to: int = 0

    def catch_up(self, now: datetime) -> None:
        """Learn what was recorded since the last call."""
        since = now - timedelta(hours=WINDOW_HOURS)
        while found := self.store.storied(since, self._read_to, READ_AT_ONCE):
            for one in found:
                if one.post.id not in self._named:
                    self._add(one.post, one.seen_at)
                    self._remember(one.post.id, one.story)
            self._read_to = found[-1].n

    def story(self, post: Post, now: datetime) -> str:
        """The id of the post that this one's story began with; its own where it is new."""
        known = self._named.get(post.id)
        if known is None:
            known = self._add(post, now)
            self._remember(post.id, known)
        return known

    def _add(self, post: Post, at: datetime) -> str:
        return self.stories.add(post.id, post.text, post.title, at)

    def _remember(self, post_id: str, story: str) -> None:
        self._named[post_id] = story
        if len(self._named) > NAMED_MAX:
            self._named.popitem(last=False)

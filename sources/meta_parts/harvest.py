"""What a poll found: each version of a post once, whichever way it came.

The same post may be pushed by a webhook, listed by its page, and listed again as tagged.
"""

import hashlib
from dataclasses import dataclass, field
from datetime import datetime

from listener.model import Fault, Gap, Post
from sources.meta_parts.cursor import POSTS_MAX, Known, State

_REJECTS_MAX = 50
_AHEAD_SECONDS_MAX = 3_600.0


@dataclass
class Harvest:
    """What is new since the cursor. Whatever it takes in, ``state`` knows from then on."""

    site: str
    state: State
    now: datetime
    found: dict[str, Post] = field(default_factory=dict)
    deleted: dict[str, None] = field(default_factory=dict)
    rejects: list[Fault] = field(default_factory=list)
    gaps: list[Gap] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._forgets = len(self.state.posts) >= POSTS_MAX

    def post(self, post: Post, since: float | None, *, shown: bool = True) -> None:
        """A post: news if it changed, or was published after ``since`` (None: whenever).

        One that its list shows late is news too, as long as nothing had to be forgotten.
        """
        begins = since if since is None or self._forgets else min(since, self.state.since)
        self._take(self.state.posts, post, begins, shown=shown)

    def comment(self, post: Post, since: float | None, *, shown: bool = True) -> None:
        """As :meth:`post`, for a comment or an answer to one, but those are never late."""
        self._take(self.state.comments, post, since, shown=shown)

    def gone(self, native_id: str) -> None:
        """Its site says that this is there no longer."""
        for known in (self.state.posts, self.state.comments):
            if native_id in known:
                known[native_id] = Known(known[native_id].created, "")
        self.found.pop(native_id, None)
        self.deleted[native_id] = None

    def reject(self, where: str, reason: str) -> None:
        """An item that can't be read; of very many only some are told."""
        if len(self.rejects) < _REJECTS_MAX:
            self.rejects.append(Fault(where, reason))

    def created(self, post: Post) -> float:
        """When it was published, in seconds since 1970; a time to come counts as now."""
        now = self.now.timestamp()
        at = post.published_at.timestamp() if post.published_at else now
        return at if at <= now + _AHEAD_SECONDS_MAX else now

    def in_order(self) -> tuple[Post, ...]:
        """What was found, oldest first."""
        return tuple(sorted(self.found.values(), key=self.created))

    def _take(
        self, known: dict[str, Known], post: Post, since: float | None, *, shown: bool
    ) -> None:
        before, digest = known.get(post.native_id), _digest(post) if shown else ""
        created = self.created(post)
        known[post.native_id] = Known(created, digest)
        if before is not None and before.digest == digest:
            return
        is_news = before is not None or since is None or created >= since
        if shown and is_news:
            self.deleted.pop(post.native_id, None)
            self.found[post.native_id] = post
        elif before is not None and before.digest:
            self.gone(post.native_id)


def _digest(post: Post) -> str:
    said = f"{post.title}\n{post.text}\n{post.facts}"
    return hashlib.sha256(said.encode("utf-8", "replace")).hexdigest()[:12]

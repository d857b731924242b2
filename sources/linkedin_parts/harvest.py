"""What one poll brings together, whichever list it came from."""

from dataclasses import dataclass, field, replace
from hashlib import blake2b

from listener.model import Fault, Gap, Post
from sources.linkedin_parts.api import Api
from sources.linkedin_parts.cursor import Known, State
from sources.linkedin_parts.posts import SITE, Entry, is_number

CLOCKS_APART_SECONDS = 900.0
_REJECTS_MAX = 50


@dataclass(slots=True)
class Harvest:
    """One poll: what it may ask, what is remembered, what came.

    ``keeps`` is for how many seconds what members wrote is kept; 0: without end. ``organization``
    is the page's URN.
    """

    api: Api
    state: State
    now: float
    organization: str
    keeps: float = 0.0
    posts: dict[str, Post] = field(default_factory=dict)
    deleted: dict[str, None] = field(default_factory=dict)
    look_again: dict[str, None] = field(default_factory=dict)
    rejects: list[Fault] = field(default_factory=list)
    gaps: list[Gap] = field(default_factory=list)
    pages: int = 0

    @property
    def latest(self) -> float:
        """The latest moment that a clock which is right can show."""
        return self.now + CLOCKS_APART_SECONDS

    def take(self, entry: Entry, known: Known | None, floor: float) -> Known:
        """Bring it, if it is new or says something else than before; what is known of it now."""
        if known is not None and known.mark == entry.mark:
            return known
        answered = entry.post.in_reply_to
        parent = answered if is_number(answered) else ""
        kept_since = 0.0
        if entry.at >= max(floor, self.state.began):
            self.posts[entry.post.native_id] = entry.post
            self.deleted.pop(f"{SITE}:{entry.post.native_id}", None)
            is_members = self.keeps and entry.post.author.id != self.organization
            kept_since = self.now if is_members else 0.0
        return Known(entry.mark, parent, known.replies if known else 0, kept_since)

    def expire(self) -> None:
        """Have deleted what members wrote and was kept for as long as it may be."""
        for shelf in (self.state.shares, *(one.comments for one in self.state.threads.values())):
            for native_id, known in shelf.items():
                if known.kept_since and self.now - known.kept_since >= self.keeps:
                    shelf[native_id] = replace(known, kept_since=0.0)
                    self.deleted[f"{SITE}:{native_id}"] = None

    def reject(self, where: str, raw: object, reason: str) -> None:
        """Tell of something unreadable once, though it is listed again."""
        said = repr(raw)[:10_000].encode("utf-8", "replace")
        name = "?" + blake2b(said, digest_size=6).hexdigest()
        if name not in self.state.heard and len(self.rejects) < _REJECTS_MAX:
            self.rejects.append(Fault(where, f"an entry of the list: {reason}"))
        self.state.heard[name] = self.now

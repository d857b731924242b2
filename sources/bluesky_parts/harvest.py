"""What one poll gathers from the stream, in the order in which it happened."""

from dataclasses import dataclass, field, replace
from hashlib import blake2b

from listener.model import Fault, Gap, Post
from sources.bluesky_parts.cursor import SEEN_SECONDS, State, gap
from sources.bluesky_parts.events import SITE, Event, Reading, believed, post_of
from sources.bluesky_parts.sieve import Sieve

FRESH_SECONDS = 30.0
"""Whose newest message is younger than this has caught up."""

MESSAGES_MAX = 20_000
POSTS_MAX = 250
_DELETED_MAX = 5_000
_REJECTS_MAX = 50


@dataclass(slots=True)
class Harvest:
    """Posts worth keeping, deletions and stretches missed, and the state they lead to.

    ``silence_seconds_max`` is how long the stream may go without a message; a longer hole
    between two of them was not sent. 0: as long as it likes. ``kept_from`` is from when on a
    stream just opened surely brings everything; 0 once it has shown where it begins.
    """

    state: State
    sieve: Sieve
    silence_seconds_max: float
    kept_from: float
    posts: dict[str, Post] = field(default_factory=dict)
    deleted: dict[str, None] = field(default_factory=dict)
    gone: dict[str, None] = field(default_factory=dict)
    rejects: list[Fault] = field(default_factory=list)
    gaps: list[Gap] = field(default_factory=list)
    filled: list[Gap] = field(default_factory=list)
    count: int = 0
    caught_up: bool = False
    _since: float = field(init=False)
    _unbroken_since: float = 0.0

    def __post_init__(self) -> None:
        self._since = self.state.at - SEEN_SECONDS  # a firehose may begin long before

    @property
    def is_full(self) -> bool:
        """Whether it is time to hand over what was gathered."""
        return (
            self.count >= MESSAGES_MAX
            or len(self.posts) >= POSTS_MAX
            or len(self.deleted) >= _DELETED_MAX
        )

    def add(self, read: Reading, now: float) -> None:
        """Take up what a chunk held, read at ``now``."""
        read = believed(read, now)
        self.count += read.count
        self.rejects += read.rejects[: _REJECTS_MAX - len(self.rejects)]
        if read.lost:
            self._missed(read.times[0] if read.times else now)
            self.state = replace(self.state, position=read.position)
        for at in read.times:
            self._passed(at)
        self.state = self.state.moved(read.position, 0.0)
        for event in read.events:
            self._happened(event)
        if read.times:
            heard_at = max(self.state.heard_at, *read.times)
            self.state = replace(self.state, heard_at=heard_at)
            self.caught_up = read.times[-1] >= now - FRESH_SECONDS

    def quiet(self, now: float, position: int) -> None:
        """The stream had nothing more to say up to ``now``; it may be wound back to there."""
        if self.state.at < self.kept_from:
            self._missed(self.kept_from)
        self.kept_from = 0.0
        self.state = self.state.moved(position, now)
        self.caught_up = True

    def close(self, now: float, began_at: float) -> None:
        """The end of a poll that began at this place: what it is behind, or no longer is."""
        behind = self.state.behind
        if not self.caught_up:
            began_at = max(began_at, self._unbroken_since)  # what was missed is not to be read
            self.state = replace(self.state, behind=began_at if behind is None else behind)
            return
        if behind is not None and behind < now:
            self.filled.append(gap(behind, now, "read again from the stream"))
        self.state = replace(self.state, behind=None)

    def _passed(self, at: float) -> None:
        hole = at - self.state.at
        is_unsent = 0 < self.silence_seconds_max < hole
        may_be_cut = self.state.at < self.kept_from and (
            at > self.kept_from or hole > FRESH_SECONDS
        )
        if is_unsent or may_be_cut:
            self._missed(at)
        self.kept_from = 0.0
        self.state = self.state.moved(0, at)

    def _missed(self, until: float) -> None:
        """Nothing came from where the state stands until then."""
        since, behind = self.state.at, self.state.behind
        if until <= since:
            return
        self.gaps.append(gap(since, until, "the stream no longer had it"))
        if behind is not None:
            if behind < since:
                self.filled.append(gap(behind, since, "read again from the stream"))
            self.state = replace(self.state, behind=until)
        self._unbroken_since = until
        self.state = self.state.moved(0, until)

    def _happened(self, event: Event) -> None:
        if event.kind == "gone":
            self.gone[f"{SITE}:{event.did}"] = None
            self.posts = {
                key: post for key, post in self.posts.items() if post.author.id != event.did
            }
            return
        post_id = f"{SITE}:{event.native_id}"
        if event.kind == "delete":
            self.deleted[post_id] = None
            self.posts.pop(post_id, None)
        else:
            self._written(event, post_id)

    def _written(self, event: Event, post_id: str) -> None:
        """A post; an edit comes whatever it says now, for the store may hold what it said."""
        version = _version(event)
        if event.at < self._since:
            return
        if version in self.state.seen:
            self.deleted.pop(post_id, None)  # it was written again after that
            return
        post = post_of(event, self.sieve.handles)
        if event.kind == "update" or self.sieve.keeps(post):
            self.state.seen[version] = event.at
            self.posts[post_id] = post
            self.deleted.pop(post_id, None)


def _version(event: Event) -> str:
    named = f"{event.native_id}#{event.rev}".encode("utf-8", "replace")
    return blake2b(named, digest_size=8).hexdigest()

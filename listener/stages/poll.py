"""Poll: ask the sources that are due, find the mentions, store posts, mentions and cursor."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import partial

import structlog

from listener.answers import answers_in
from listener.due import next_poll, next_poll_after_failure, unseen
from listener.match import THREAD, Matcher
from listener.match.around import NOWHERE
from listener.model import Batch, Engagement, Fault, Gap, Mention, Post
from listener.ports import Reject, Retry, Source
from listener.store.port import LostLease, Polled, SourceTurn, Store, StoreUnavailable
from listener.text import clean_text
from listener.workers import Workers

log = structlog.get_logger("poll")

LEASE_SECONDS = 120
POLLS_AT_ONCE = 8
FUTURE_TOLERATED = timedelta(minutes=5)
REJECTED_WAIT_SECONDS = 900
REASON_CHARS_MAX = 1000
COUNT_MAX = 10**15


@dataclass(frozen=True, slots=True)
class Listened:
    """A source as wired: its plugin, its interval, and the brands it is listened to for."""

    source: Source
    poll_seconds: float
    brands: Collection[str] | None = None


@dataclass(frozen=True, slots=True)
class _Failed:
    """A poll that brought nothing: why, and when to ask again."""

    reason: str
    due_at: datetime


@dataclass
class PollStage:
    """Polls what is due, several sources at a time; only the stepping thread writes."""

    store: Store
    sources: Mapping[str, Listened]
    matcher: Matcher
    workers: Workers = field(default_factory=lambda: Workers("poll", POLLS_AT_ONCE))
    _polling: dict[str, tuple[SourceTurn, Future[Batch], datetime]] = field(default_factory=dict)
    _unsaved: list[tuple[SourceTurn, Polled | _Failed]] = field(default_factory=list)

    @property
    def busy(self) -> bool:
        """Whether a poll is under way or its outcome is not stored yet."""
        return bool(self._polling or self._unsaved)

    def step(self, now: datetime) -> int:
        """Store what came, then start what is due. Returns how much was done."""
        finished = self._finish(now)
        self._give_up_hung(now)
        self._save(now)
        return finished + self._start(now)

    def drain(self, now: datetime) -> None:
        """Store what came; start nothing new."""
        self._finish(now)
        self._save(now)

    def _start(self, now: datetime) -> int:
        free = POLLS_AT_ONCE - len(self._polling)
        turns = self.store.claim_sources(now, LEASE_SECONDS, free)
        for turn in turns:
            listened = self.sources.get(turn.name)
            if listened is None or turn.name in self._polling:
                continue  # another process' config has it, or its poll hangs: the lease runs out
            future = self.workers.submit(partial(listened.source.poll, turn.cursor))
            self._polling[turn.name] = (turn, future, now)
        return len(turns)

    def _finish(self, now: datetime) -> int:
        done = [(turn, future) for turn, future, _ in self._polling.values() if future.done()]
        for turn, future in done:
            del self._polling[turn.name]
            self._take(turn, future, now)
        return len(done)

    def _take(self, turn: SourceTurn, future: "Future[Batch]", now: datetime) -> None:
        try:
            batch = future.result()
            polled = self._polled(turn, batch, now)
        except Retry as failure:
            self._failed(turn, failure.reason, now, failure.after_seconds)
        except Reject as failure:
            self._failed(turn, failure.reason, now, REJECTED_WAIT_SECONDS)
        except BaseException as error:
            log.exception("source broke", source=turn.name)
            self._failed(turn, f"{type(error).__name__}: {error}", now, None)
        else:
            self._unsaved.append((turn, polled))

    def _polled(self, turn: SourceTurn, batch: Batch, now: datetime) -> Polled:
        listened = self.sources[turn.name]
        posts, unusable = _usable(batch.posts, now)
        missed = unseen(turn.seen_until, listened.poll_seconds, now, turn.last_error)
        return Polled(
            posts=posts,
            mentions=self._mentions(turn.name, listened, posts),
            cursor=batch.cursor,
            seen_at=now,
            due_at=next_poll(listened.poll_seconds, now, more=batch.more),
            deleted=[clean_text(post_id) for post_id in batch.deleted],
            faults=[_cleaned(fault) for fault in batch.faults],
            rejects=[_cleaned(reject) for reject in (*batch.rejects, *unusable)],
            gap=_joined(batch.gap, missed),
            answers=answers_in(posts, self.matcher.own),
            gone=[clean_text(author) for author in batch.gone],
        )

    def _mentions(self, name: str, listened: Listened, posts: list[Post]) -> list[Mention]:
        """The mentions in the posts; those they answer may be stored, or have come with them.

        What came counts: the store still holds the words that an edit has changed.
        """
        known = self.store.around(posts)
        matched = {
            post.id: self.matcher.match(post, listened.brands, known.get(post.id, NOWHERE))
            for post in posts
        }
        threads = [(post, _thread_in(matched, post)) for post in posts]
        for post, thread in threads:
            around = known.get(post.id, NOWHERE)
            if thread is not None and thread != around.thread:
                around = replace(around, thread=thread)
                matched[post.id] = self.matcher.match(post, listened.brands, around)
        return [replace(mention, source=name) for found in matched.values() for mention in found]

    def _save(self, now: datetime) -> None:
        """Store outcomes; while the store can't, they are kept and not asked for again."""
        while self._unsaved:
            turn, outcome = self._unsaved[0]
            try:
                self._save_one(turn, outcome, now)
            except LostLease:
                log.warning("poll came too late, its source is polled again", source=turn.name)
            del self._unsaved[0]

    def _save_one(self, turn: SourceTurn, outcome: Polled | _Failed, now: datetime) -> None:
        if isinstance(outcome, _Failed):
            self.store.fail_poll(turn, outcome.reason, outcome.due_at)
            return
        try:
            saved = self.store.save_poll(turn, outcome)
        except (LostLease, StoreUnavailable):
            raise
        except Exception as error:
            log.exception("what a source brought can't be stored", source=turn.name)
            self._failed(turn, f"{type(error).__name__}: {error}", now, None)
            return
        came = saved.posts_new or saved.posts_edited or saved.posts_deleted
        tell = log.info if came or outcome.faults or outcome.rejects else log.debug
        tell(
            "polled",
            source=turn.name,
            posts_new=saved.posts_new,
            mentions_new=saved.mentions_new,
            faults=len(outcome.faults),
            rejects=len(outcome.rejects),
        )

    def _failed(self, turn: SourceTurn, reason: str, now: datetime, after: float | None) -> None:
        poll_seconds = self.sources[turn.name].poll_seconds
        due_at = next_poll_after_failure(turn.name, poll_seconds, turn.failures + 1, now, after)
        reason = clean_text(str(reason), REASON_CHARS_MAX)
        log.warning("poll failed", source=turn.name, reason=reason, again_at=due_at.isoformat())
        self._unsaved.append((turn, _Failed(reason, due_at)))

    def _give_up_hung(self, now: datetime) -> None:
        hung = [
            (turn, future)
            for turn, future, since in self._polling.values()
            if not future.done() and (now - since).total_seconds() >= LEASE_SECONDS
        ]
        for turn, future in hung:
            del self._polling[turn.name]
            self.workers.give_up(future)
            self._failed(turn, f"did not come back within {LEASE_SECONDS} seconds", now, None)


def as_seen(post: Post, now: datetime) -> Post:
    """The post as it may be stored: clean, counted in numbers, dated not after it was seen.

    Raises TypeError, ValueError, OverflowError or AttributeError for what is no post.
    """
    published_at = post.published_at or now
    if published_at.tzinfo is None:
        published_at = published_at.replace(tzinfo=UTC)
    published_at = published_at.astimezone(UTC)
    if published_at > now + FUTURE_TOLERATED:
        published_at = now
    followers, counts = post.author.followers, post.engagement
    return replace(
        post,
        site=clean_text(post.site),
        native_id=clean_text(post.native_id),
        text=clean_text(post.text),
        title=clean_text(post.title),
        url=clean_text(post.url),
        author=replace(
            post.author,
            handle=clean_text(post.author.handle),
            name=clean_text(post.author.name),
            followers=None if followers is None else _count(followers),
        ),
        engagement=Engagement(
            _count(counts.likes),
            _count(counts.shares),
            _count(counts.replies),
            _count(counts.views),
        ),
        published_at=published_at,
        language=clean_text(post.language),
        in_reply_to=clean_text(post.in_reply_to),
        links=tuple(clean_text(link) for link in post.links),
    )


def _thread_in(matched: Mapping[str, Sequence[Mention]], post: Post) -> frozenset[str] | None:
    """The brands that the post it answers is about by its own words; None if it didn't come."""
    ids = (f"{post.site}:{post.in_reply_to}", post.in_reply_to) if post.in_reply_to else ()
    parent = next((matched[one] for one in ids if one in matched), None)
    if parent is None:
        return None
    return frozenset(one.brand for one in parent if one.evidence[0].kind != THREAD)


def _usable(posts: Iterable[Post], now: datetime) -> tuple[list[Post], list[Fault]]:
    """The posts that can be stored; each that can't costs itself and is told."""
    usable: list[Post] = []
    unusable: list[Fault] = []
    for post in posts:
        try:
            usable.append(as_seen(post, now))
        except (TypeError, ValueError, OverflowError, AttributeError) as error:
            where = str(getattr(post, "native_id", "a post"))
            unusable.append(Fault(where, f"{type(error).__name__}: {error}"))
    return usable, unusable


def _count(value: int) -> int:
    return max(0, min(int(value), COUNT_MAX))


def _joined(told: Gap | None, missed: Gap | None) -> Gap | None:
    """The source's own gap and the time nobody was looking, as one."""
    if told is None or missed is None:
        return told or missed
    since, until = min(told.since, missed.since), max(told.until, missed.until)
    return Gap(since, until, f"{missed.cause}; {told.cause}")


def _cleaned(fault: Fault) -> Fault:
    return Fault(clean_text(fault.where), clean_text(fault.reason, REASON_CHARS_MAX))

"""Threads by its official API: replies to one's own threads, mentions, and what a search finds.

The token speaks for one account. Its lists are read in turn, under one deadline and one
allowance; one that fails costs only itself. How, stands in ``threads_parts``: ``graph``,
``lanes``, ``reading``, ``posts``, ``looking``, ``cursor``.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Annotated

from listener.clock import utc_now
from listener.model import UNLIMITED, Batch, Brand, Fault, Post, Spent
from listener.ports import Reject, Retry, Secret
from sources.common.expiry import day_of, expiry
from sources.common.places import again, told
from sources.common.purse import NothingLeft, Purse
from sources.common.settings import site_addresses, within
from sources.meta_parts.errors import NotThere
from sources.threads_parts.cursor import LaneState, dump, load
from sources.threads_parts.graph import RENEW, Graph
from sources.threads_parts.lanes import Lane, is_due, lanes_of, queries_of
from sources.threads_parts.looking import SecondLook
from sources.threads_parts.posts import SITE
from sources.threads_parts.reading import Reading

SEARCHES_PER_DAY_MAX = 2_200
"""What Threads lets one account ask in 24 hours, through all apps together."""

QUERIES_MAX = 50

_DAY_SECONDS = 86_400.0
_OUTAGES_MAX = 2
_OF_ONE_LIST = frozenset({"blocked", "gone", "setup", "outage", "quota"})
_USED_UP = "the searches of these 24 hours are used up; it goes on when some are free again"


@dataclass
class _Poll:
    """One poll on its way: what failed, and whether something was left."""

    reading: Reading
    purse: Purse
    queries: list[str]
    failures: dict[str, Retry | Reject] = field(default_factory=dict)
    look_again: list[str] = field(default_factory=list)
    unread: bool = False
    outages: int = 0
    stopped: bool = False


@dataclass
class ThreadsSource:
    """Posts around one account, each once, and again when its words were edited.

    Raises Retry and Reject where nothing could be read at all.
    """

    access_token: Annotated[Secret, "Long-lived access token of the account."]
    token_expires: Annotated[
        str, "Day on which the token ends, such as 2026-12-31: you are told a week before."
    ] = ""
    mentions: Annotated[bool, "Whether who mentions the account is read."] = True
    search: Annotated[bool, "Whether Threads is searched for the brands' names."] = True
    queries: Annotated[list[str], "What to search for instead of what the brands say."] = field(
        default_factory=list
    )
    searches_per_day: Annotated[int, "How many searches are asked in 24 hours at most."] = 2_000
    requests_max: Annotated[int, "How many requests one poll may send."] = 30
    first_hours: Annotated[float, "How far back the first poll looks."] = 24.0
    timeout_seconds: Annotated[float, "How long one answer may take in full."] = 20.0
    base_url: Annotated[str, "Where Threads' API is."] = "https://graph.threads.net"
    allow_private: Annotated[bool, "Whether it may lie in a private network."] = False
    brands: tuple[Brand, ...] = ()
    now: Callable[[], datetime] = utc_now
    poll_seconds_max: float = 45.0
    recheck_posts_max: int = 20

    def __post_init__(self) -> None:
        (self.base_url,) = site_addresses("base_url", [self.base_url])
        if not self.access_token.reveal().strip():
            raise ValueError("access_token is empty: make a long-lived access token of the account")
        self._ends_on = day_of("token_expires", self.token_expires)
        within("requests_max", self.requests_max, 1_000)
        within("first_hours", self.first_hours, 720)
        within("timeout_seconds", self.timeout_seconds, 60)
        within("searches_per_day", self.searches_per_day, SEARCHES_PER_DAY_MAX)

    def poll(self, cursor: str | None) -> Batch:
        """What is new in all lists, within about 45 seconds."""
        return self.poll_within(cursor, UNLIMITED)

    def dearest(self) -> Spent:
        """All the requests that one poll may send."""
        return Spent(requests=self.requests_max)

    def poll_within(self, cursor: str | None, allowance: Spent) -> Batch:
        """As ``poll``, at no more than so many requests; what was left comes first."""
        if allowance.requests <= 0:
            raise Retry("its budget has no request left", state="budget", spent=Spent())
        now = self.now()
        purse = Purse(min(allowance.requests, self.requests_max), self.poll_seconds_max)
        state = load(cursor, now - timedelta(hours=self.first_hours), now)
        queries = queries_of(self.brands, self.queries) if self.search else []
        poll = _Poll(Reading(self._graph(purse), state, now.timestamp()), purse, queries)
        if not self._due(poll):
            state.turn += 1
        # Own threads that are found by the first pass are watched at once.
        for lane in (lane for _ in range(2) for lane in self._due(poll)):
            self._visit(lane, poll)
        if not poll.reading.pages:
            self._refuse(poll)
        return self._batch(poll, now)

    def recheck(self, posts: Sequence[Post], allowance: Spent) -> Batch:
        """Those of these posts that changed or are gone, a request each."""
        purse = Purse(allowance.requests, self.poll_seconds_max)
        look = SecondLook(self._graph(purse))
        try:
            look.at([post for post in posts if post.site == SITE][: self.recheck_posts_max])
        except (Retry, Reject) as failure:
            failure.spent = purse.told()
            raise
        return Batch(
            posts=tuple(look.changed),
            deleted=tuple(post.id for post in look.deleted),
            faults=tuple(look.faults),
            spent=purse.told(),
        )

    def _graph(self, purse: Purse) -> Graph:
        return Graph(
            self.base_url,
            self.access_token,
            self.now,
            purse,
            self.timeout_seconds,
            self.allow_private,
        )

    def _lanes(self, poll: _Poll) -> list[Lane]:
        reading, queries = poll.reading, poll.queries[:QUERIES_MAX]
        pause = _DAY_SECONDS * len(queries) / self.searches_per_day
        return list(
            lanes_of(
                reading.state, queries, reading.now, mentions=self.mentions, search_seconds=pause
            )
        )

    def _due(self, poll: _Poll) -> list[Lane]:
        """The lists that had no turn in this round, the one asked longest ago first.

        Searches come last: a limit that only they meet must not keep the others waiting.
        """
        reading, known = poll.reading, poll.reading.state.lanes
        due = [
            lane
            for lane in self._lanes(poll)
            if reading.known(lane).turn < reading.state.turn
            and is_due(lane, known.get(lane.key), reading.now)
        ]
        return sorted(due, key=lambda lane: (bool(lane.query), reading.known(lane).asked_at))

    def _visit(self, lane: Lane, poll: _Poll) -> None:
        reading = poll.reading
        if poll.stopped:
            return
        if lane.query and reading.state.searches(reading.now) >= self.searches_per_day:
            self._fail(lane, poll, Retry(_USED_UP, state="quota"))
            return
        try:
            reading.read(lane)
        except NothingLeft:
            poll.unread = True
        except NotThere:
            if lane.root:
                reading.state.own.pop(lane.root, None)
                poll.look_again.append(f"{SITE}:{lane.root}")
            else:
                words = f"Threads has no list of {lane.key} for this account"
                self._fail(lane, poll, Reject(words, state="gone"))
        except (Retry, Reject) as failure:
            self._fail(lane, poll, failure)

    def _fail(self, lane: Lane, poll: _Poll, failure: Retry | Reject) -> None:
        """One list's refusal is its own; what is said of the account or the site ends the poll."""
        poll.failures[lane.key] = failure
        reading = poll.reading
        again_at, said = again(failure, self.now()) if isinstance(failure, Reject) else (0.0, "")
        reading.state.lanes[lane.key] = replace(
            reading.known(lane),
            asked_at=reading.now,
            again_at=again_at,
            said=said,
            turn=reading.state.turn,
        )
        poll.outages += failure.state == "outage"
        poll.stopped = failure.state not in _OF_ONE_LIST or poll.outages >= _OUTAGES_MAX

    def _refuse(self, poll: _Poll) -> None:
        """Raise what it means that no page was read, where that means anything."""
        if poll.failures:
            raise told(list(poll.failures.values()), poll.purse.told())
        resting = [lane for lane in poll.reading.state.lanes.values() if self._rests(lane)]
        if resting and len(resting) == len(poll.reading.state.lanes):
            wait = min(lane.again_at for lane in resting) - poll.reading.now
            raise Retry(resting[0].said, wait, spent=poll.purse.told())

    def _rests(self, lane: LaneState) -> bool:
        return lane.again_at > self.now().timestamp()

    def _batch(self, poll: _Poll, now: datetime) -> Batch:
        reading = poll.reading
        faults = tuple(self._faults(poll))
        waits = [one.after_seconds for one in poll.failures.values() if isinstance(one, Retry)]
        return Batch(
            posts=tuple(sorted(reading.posts.values(), key=_published)),
            cursor=dump(reading.state, {lane.key for lane in self._lanes(poll)}, now),
            faults=(*faults, *expiry(self._ends_on, now, RENEW)),
            rejects=tuple(reading.rejects),
            gaps=tuple(reading.gaps),
            look_again=tuple(poll.look_again),
            complete=not (faults or poll.unread or poll.stopped or reading.gaps),
            more=poll.unread and bool(reading.pages) and not poll.stopped,
            wait_seconds=max((wait for wait in waits if wait is not None), default=None),
            spent=poll.purse.told(),
        )

    def _faults(self, poll: _Poll) -> Iterator[Fault]:
        left_out = len(poll.queries) - QUERIES_MAX
        if left_out > 0:
            words = f"{left_out} of them are not asked: no more than {QUERIES_MAX} can be"
            yield Fault("queries", words)
        lanes = ((lane.key, poll.reading.known(lane)) for lane in self._lanes(poll))
        reasons = {key: known.said for key, known in lanes if known.said}
        reasons |= {key: failure.reason for key, failure in poll.failures.items()}
        yield from (Fault(key, reason) for key, reason in reasons.items())


def _published(post: Post) -> float:
    return post.published_at.timestamp() if post.published_at else 0.0

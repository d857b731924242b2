"""X: what the brands' queries find in recent search, as it comes, and the own accounts' replies.

X is paid per post, so each stretch of time is asked for once. What is asked, when, how pages are
read and posts understood is told in the modules beside this one: ``questions``, ``window``,
``search``, ``posts``, ``turn``, ``cursor``, ``asking``, ``lookup`` and ``stream``, all in
``x_parts``.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from typing import Annotated

from listener.clock import utc_now
from listener.model import UNLIMITED, Batch, Brand, Post, Spent
from listener.ports import Reject, Retry, Secret
from sources.common.fields import Json
from sources.common.settings import within
from sources.common.stream import Held
from sources.x_parts import window
from sources.x_parts.asking import Asker
from sources.x_parts.cursor import load
from sources.x_parts.lookup import LOOKUP_MAX, looked_up
from sources.x_parts.questions import Questions, questions_for
from sources.x_parts.search import PAGE_POSTS_MIN, Found, Purse, price_micros
from sources.x_parts.stream import Line, Meter, set_rules
from sources.x_parts.turn import Turn

TIMEOUT_SECONDS_MAX = 60

_REQUESTS_BEYOND = 10  # further pages, and three for the rules of the stream


@dataclass
class XSource:
    """Posts on X about the brands, each once, and again when it was edited.

    A poll reads on where the last one ended, within ``posts_per_poll_max``; what it has to leave
    is read by the polls after it. ``base_url``, ``now`` and ``allow_private`` are for tests,
    as are ``stream_url``, in place of ``base_url``, and ``stream_wait_seconds``, how long a poll
    waits for the stream to say something.
    """

    token: Annotated[Secret, "The app's bearer token."]
    queries: Annotated[list[str], "Queries to ask in place of those made from the brands."] = field(
        default_factory=list
    )
    own_replies: Annotated[bool, "Whether replies by the brands' own accounts come too."] = True
    query_chars_max: Annotated[int, "The longest query the plan allows: 512, or 1,024."] = 512
    posts_per_poll_max: Annotated[int, "How many posts one poll may bring, and be billed for."] = (
        500
    )
    price_per_post: Annotated[float, "What one post costs, in the money of the budget."] = 0.005
    stream: Annotated[bool, "Whether to hold the filtered stream open besides searching."] = False
    timeout_seconds: Annotated[float, "How long X may be silent."] = 10.0
    brands: tuple[Brand, ...] = ()
    now: Callable[[], datetime] = utc_now
    base_url: str = "https://api.x.com"
    allow_private: bool = False
    stream_url: str = ""
    stream_wait_seconds: float = 20.0
    recheck_posts_max: int = LOOKUP_MAX
    _held: Held[Json] = field(default_factory=Held, init=False, repr=False, compare=False)
    _meter: Meter = field(default_factory=Meter, init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        if not 64 <= self.query_chars_max <= 4_096:
            raise ValueError(f"query_chars_max is {self.query_chars_max}: it must be 64 to 4,096")
        if self.posts_per_poll_max < PAGE_POSTS_MIN:
            msg = f"posts_per_poll_max is {self.posts_per_poll_max}: X's smallest page has 10 posts"
            raise ValueError(msg)
        if not 0 <= self.price_per_post < 1_000:
            raise ValueError(f"price_per_post is {self.price_per_post}: it must be 0 to 1,000")
        if not all(query.strip() for query in self.queries):
            raise ValueError("queries has an empty one: take it out, or leave queries out")
        within("timeout_seconds", self.timeout_seconds, TIMEOUT_SECONDS_MAX)
        too_long = [query for query in self.queries if len(query) > self.query_chars_max]
        if too_long:
            msg = f"queries has one of {len(too_long[0])} characters: query_chars_max forbids it"
            raise ValueError(msg)

    def dearest(self) -> Spent:
        """The most that one poll costs."""
        requests = len(self._questions().queries) + _REQUESTS_BEYOND
        posts = self.posts_per_poll_max
        return Spent(requests, posts, posts * price_micros(self.price_per_post))

    def poll(self, cursor: str | None) -> Batch:
        """What is new since the cursor. Raises Retry and Reject."""
        return self.poll_within(cursor, UNLIMITED)

    def poll_within(self, cursor: str | None, allowance: Spent) -> Batch:
        """As ``poll``, at no more than ``allowance``. Raises Retry and Reject."""
        turn = self._turn(cursor, allowance)
        try:
            return self._streamed(cursor, turn) if self.stream else self._searched(cursor, turn)
        except (Retry, Reject) as failure:
            self._held.drop()
            failure.spent = turn.purse.spent
            raise

    def _searched(self, cursor: str | None, turn: Turn) -> Batch:
        if wait := window.midnight_wait(turn.found.now):
            return Batch(cursor=cursor, wait_seconds=wait)
        turn.refuse_too_little()
        turn.search()
        return turn.batch()

    def _streamed(self, cursor: str | None, turn: Turn) -> Batch:
        """Take from the stream; where it was opened only now, search for what was before."""
        turn.refuse_too_little()
        self._meter.allow(turn.purse.posts_left)
        if not self._held.holds(cursor):
            set_rules(turn.purse.asker, turn.questions.queries)
            turn.opened()
        stream, _ = self._held.at(cursor, partial(self._line().posts, self._meter))
        if turn.state.connected and not window.midnight_wait(turn.found.now):
            turn.search()
        turn.take(stream.take(self.stream_wait_seconds, turn.purse.posts_left))
        batch = turn.batch()
        if turn.alive:
            self._held.stands_at(batch.cursor)
            self._meter.allow(turn.purse.posts_left)
        else:
            self._held.drop()
        return batch

    def recheck(self, posts: Sequence[Post], allowance: Spent) -> Batch:
        """Look the posts up by their ids: what changed, and what is gone."""
        return looked_up(posts, self._purse(allowance, set()))

    def _questions(self) -> Questions:
        return questions_for(
            self.brands, tuple(self.queries), self.query_chars_max, own_replies=self.own_replies
        )

    def _turn(self, cursor: str | None, allowance: Spent) -> Turn:
        now, questions = self.now(), self._questions()
        if not questions.queries:
            raise Reject("there is nothing to ask X for: give brands names, or set queries")
        state, todo, gaps = window.due(load(cursor, now), questions.queries, now)
        paid = set(state.seen) if state.day == window.day_of(now) else set()
        purse = self._purse(_lesser(allowance, self.dearest()), paid)
        return Turn(questions, state, todo, gaps, purse, Found(now, seen=dict(state.seen)))

    def _purse(self, allowance: Spent, paid: set[str]) -> Purse:
        asker = Asker(
            self.token,
            self.base_url,
            self.now,
            timeout_seconds=self.timeout_seconds,
            allow_private=self.allow_private,
        )
        return Purse(asker, allowance, price_micros(self.price_per_post), paid)

    def _line(self) -> Line:
        return Line(
            self.stream_url or self.base_url,
            self.token,
            self.now,
            self.timeout_seconds,
            self.allow_private,
        )


def _lesser(one: Spent, other: Spent) -> Spent:
    return Spent(
        min(one.requests, other.requests),
        min(one.posts, other.posts),
        min(one.money_micros, other.money_micros),
    )

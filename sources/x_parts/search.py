"""Reading stretches of recent search, newest first, page by page, within an allowance.

A stretch that can't be read to its end comes back as what is left of it. Its next page has a
token, and X gives the same page for a token however late it is asked for; so what was paid for
is not asked for again.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from math import ceil
from time import monotonic
from typing import Any

from listener.model import Fault, Post, Spent
from listener.ports import Reject, Retry
from sources.common import fields
from sources.common.asking import utc
from sources.common.fields import Json
from sources.x_parts.asking import Asker, NotUnderstood
from sources.x_parts.cursor import Stretch, key
from sources.x_parts.posts import (
    EXPANSIONS,
    POST_FIELDS,
    USER_FIELDS,
    is_withheld,
    post_of,
    users_in,
    written_at,
)
from sources.x_parts.window import without_token

PAGE_POSTS_MIN, PAGE_POSTS_MAX = 10, 100
PAGES_PER_STRETCH_MAX = 2_000
_POLL_SECONDS_MAX = 40.0
_REJECTS_MAX = 50
_REACH_FROM = datetime(2015, 1, 1, tzinfo=UTC)

FIELDS: dict[str, Any] = {
    "expansions": EXPANSIONS,
    "tweet_fields": POST_FIELDS,
    "user_fields": USER_FIELDS,
}


@dataclass
class Purse:
    """What may be spent, and what was.

    ``ends`` is when, by the monotonic clock, nothing more is begun. ``paid`` are the ids that X
    has billed already on this UTC day: it bills none of them again.
    """

    asker: Asker
    allowance: Spent
    price_micros: int
    paid: set[str] = field(default_factory=set)
    posts: int = 0
    ends: float = field(default_factory=lambda: monotonic() + _POLL_SECONDS_MAX)

    @property
    def spent(self) -> Spent:
        """What was sent, and billed, so far."""
        return Spent(self.asker.requests, self.posts, self.posts * self.price_micros)

    def pay(self, ids: Iterable[str]) -> None:
        """These came: those that are new today are billed."""
        new = set(ids) - self.paid
        self.paid |= new
        self.posts += len(new)

    def affordable(self, posts_max: int) -> int:
        """How many posts of so many one request may bring."""
        if self.asker.requests >= self.allowance.requests or monotonic() >= self.ends:
            return 0
        return max(min(self.posts_left, posts_max), 0)

    @property
    def posts_left(self) -> int:
        """How many more posts may be billed."""
        left = self.allowance.posts - self.posts
        if self.price_micros:
            left = min(left, self.allowance.money_micros // self.price_micros - self.posts)
        return max(left, 0)

    def page_posts(self) -> int:
        """The largest page that can be paid for; 0 where the smallest X gives is too large."""
        posts = self.affordable(PAGE_POSTS_MAX)
        return posts if posts >= PAGE_POSTS_MIN else 0


@dataclass
class Found:
    """What came of reading: posts, rejects, faults, the newest id of each query.

    ``seen`` are versions that came, here or lately, with the second each was written in.
    ``answered`` are the queries of which a page came. ``failure`` is what X or the way to it
    refused, ``stopped`` why not everything was read, ``wait_seconds`` how long X wants to be
    left alone.
    """

    now: datetime
    posts: list[Post] = field(default_factory=list)
    seen: dict[str, int] = field(default_factory=dict)
    rejects: list[Fault] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    newest: dict[str, str] = field(default_factory=dict)
    tokens: set[str] = field(default_factory=set)
    answered: set[str] = field(default_factory=set)
    failure: Retry | Reject | None = None
    stopped: str = ""
    wait_seconds: float | None = None

    def take(self, tweets: list[Any], users: Mapping[str, Json]) -> list[str]:
        """Take the posts that are new; the ids of all come back, new or not."""
        ids: list[str] = []
        for tweet in tweets:
            try:
                ids.append(fields.needed(tweet, "id"))
                self._take(ids[-1], tweet, users)
            except ValueError as error:
                self._reject(Fault(fields.name(tweet, "id") or "a post", str(error)))
        return ids

    def dated(self, ids: list[str]) -> list[str]:
        """Those ids that X can have given out, oldest first."""
        ends = self.now + timedelta(days=1)
        timed = [(moment, one) for one in ids if (moment := written_at(one))]
        return [one for moment, one in sorted(timed) if _REACH_FROM < moment <= ends]

    def _take(self, version: str, tweet: Json, users: Mapping[str, Json]) -> None:
        if version in self.seen or is_withheld(tweet):
            return
        post = post_of(tweet, users)
        moment = fields.moment(tweet, "created_at") or written_at(version)
        self.seen[version] = int(moment.timestamp()) if moment else 0
        self.posts.append(post)

    def _reject(self, reject: Fault) -> None:
        if len(self.rejects) < _REJECTS_MAX:
            self.rejects.append(reject)


def read(
    stretches: list[Stretch], queries: Mapping[str, str], purse: Purse, found: Found
) -> list[Stretch]:
    """Read the stretches in their order into ``found``; what was begun and has a rest comes back.

    A stretch of which no page came is not among them: its query's bound has not moved.
    """
    left: list[Stretch] = []
    for stretch in stretches:
        rest: Stretch | None = stretch
        while rest and not found.stopped and rest.query not in _refused(found):
            rest = _read_page(rest, queries[rest.query], purse, found)
        if rest and rest.pages:
            left.append(rest)
    return left


def _refused(found: Found) -> set[str]:
    """The queries that X could not read this time."""
    return {key(fault.where) for fault in found.faults}


def _read_page(stretch: Stretch, query: str, purse: Purse, found: Found) -> Stretch | None:
    """What is left of the stretch after one page; None when nothing is."""
    size = purse.page_posts()
    if not size:
        found.stopped = "the allowance of this poll is used up"
        return stretch
    try:
        body = _page(stretch, query, size, purse.asker)
    except (Retry, Reject) as failure:
        return _after_failure(stretch, query, failure, found)
    data = fields.at(body, "data")
    ids = found.take(data if isinstance(data, list) else [], users_in(body))
    purse.pay(ids)
    found.answered.add(stretch.query)
    pause = purse.asker.pause_seconds()
    if pause is not None:
        found.stopped, found.wait_seconds = "X's limit of requests is reached", pause
    return _rest(stretch, fields.text(body, "meta", "next_token"), found.dated(ids), found)


def _page(stretch: Stretch, query: str, size: int, asker: Asker) -> Any:
    body = asker.search(
        query,
        start_time=None if stretch.since_id else utc(datetime.fromtimestamp(stretch.since, UTC)),
        since_id=stretch.since_id,
        until_id=stretch.until_id,
        max_results=size,
        sort_order="recency",
        next_token=stretch.token,
        **FIELDS,
    )
    data, token = fields.at(body, "data"), fields.at(body, "meta", "next_token")
    is_page = isinstance(fields.at(body, "meta"), dict) and isinstance(data, list | None)
    if not is_page or not isinstance(token, str | None):
        raise Retry("X answered with something that is no page of posts")
    if not data and fields.count(body, "meta", "result_count"):
        raise Retry("X answered with a page that lacks its posts")
    return body


def _after_failure(
    stretch: Stretch, query: str, failure: Retry | Reject, found: Found
) -> Stretch | None:
    """What is left after a refusal.

    A page that X takes back is asked for anew from where its posts ended. A query that X can't
    read costs itself; anything else ends the reading.
    """
    if isinstance(failure, NotUnderstood) and stretch.token:
        return without_token(stretch)
    if isinstance(failure, NotUnderstood):
        found.faults.append(Fault(query, failure.reason))
    else:
        found.stopped = failure.reason
    found.failure = failure
    return stretch


def _rest(stretch: Stretch, token: str, ids: list[str], found: Found) -> Stretch | None:
    """What is left below a page that held these ids."""
    if ids:
        newest = max(int(ids[-1]), int(found.newest.get(stretch.query) or 0))
        found.newest[stretch.query] = str(newest)
    if not token:
        return None
    oldest = min([*ids, stretch.oldest] if stretch.oldest else ids, key=int, default="")
    rest = replace(stretch, token=token, oldest=oldest, pages=stretch.pages + 1)
    if (stretch.query + token) in found.tokens or rest.pages >= PAGES_PER_STRETCH_MAX:
        found.failure = Retry("X's pages go round in circles")
        found.stopped = found.failure.reason
    found.tokens.add(stretch.query + token)
    return rest


def price_micros(price: float) -> int:
    """A price in millionths, rounded up."""
    return ceil(round(price * 1_000_000, 6))

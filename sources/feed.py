"""Feeds: RSS, RDF, Atom and JSON Feed, or a page that names one.

A source has many addresses and one budget of requests: each is visited as often as it posts
(``turns``), those due together side by side under one deadline (``visiting``), and one that fails
costs only itself. What is fetched, read and named is told in the other modules beside this one,
in this order: ``visit``, ``apart``, ``parse``, ``posts``, ``reading``, ``cursor``.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Annotated

from listener.clock import utc_now
from listener.model import NOTHING_SPENT, UNLIMITED, Batch, Brand, Fault, Post, Spent
from listener.ports import Retry, Secret
from listener.websub import Subscriber
from sources.common.plain_text import web_address
from sources.common.politeness import EVERYBODY, Politeness
from sources.feed_parts.apart import parser
from sources.feed_parts.cursor import UrlState, dump, load, on_time, with_comments
from sources.feed_parts.hosts import hosts_of
from sources.feed_parts.places import NEWS_URL, YOUTUBE_URL, news_addresses, youtube_addresses
from sources.feed_parts.recheck import POSTS_MAX, Recheck
from sources.feed_parts.shown import holds_login, shown
from sources.feed_parts.turns import Turns
from sources.feed_parts.visit import COMMENT_FEEDS_MAX, REQUESTS_MAX, Limits, Outcome, Parse, Visit
from sources.feed_parts.visiting import Round
from sources.feed_parts.websub import Subscribing

REASONS_MAX = 5


@dataclass
class FeedSource:
    """Posts from feeds, each once, and again when its text was edited.

    Only feeds that changed since the last visit are read. ``poll_seconds`` is the mean time
    between two visits to an address: what posts more is asked more often. Where every address
    fails, ``poll`` raises Retry with the reasons. That holds for lasting ones too (a private
    address, a 404), with an hour to wait: addresses come back to life, and nobody has to restart
    anything.
    """

    urls: Annotated[list[str], "Addresses of feeds, or of pages that name one."] = field(
        default_factory=list
    )
    site: Annotated[str, "The site its posts belong to; empty: the host of each address."] = ""
    comments: Annotated[bool, "Whether the feeds of comments that they name are read too."] = False
    news_search: Annotated[bool, "Whether Google News is searched for the brands."] = False
    youtube_channels: Annotated[list[str], "Ids of YouTube channels whose videos are posts."] = (
        field(default_factory=list)
    )
    obey_hints: Annotated[
        bool, "Whether feeds may ask to be left alone for a while; false for sites of your own."
    ] = True
    websub_secret: Annotated[
        Secret | None, "Any secret; with public_url in [web], feeds with a hub are told at once."
    ] = None
    timeout_seconds: Annotated[float, "How long one address may take to answer in full."] = 20.0
    size_bytes_max: Annotated[int, "Larger answers are refused."] = 10_000_000
    entries_max: Annotated[int, "How many entries are read of one feed."] = 5_000
    allow_private: Annotated[bool, "Whether the hosts in urls may lie in private networks."] = False
    brands: tuple[Brand, ...] = ()
    poll_seconds: float = 300.0
    source_name: str = ""
    public_url: str = ""
    now: Callable[[], datetime] = utc_now
    parse: Parse | None = None
    poll_seconds_max: float = 45.0
    politeness: Politeness = EVERYBODY
    news_url: str = NEWS_URL
    youtube_url: str = YOUTUBE_URL
    recheck_posts_max: int = POSTS_MAX
    recheck_is_dear: bool = True

    def __post_init__(self) -> None:
        if not (self.urls or self.news_search or self.youtube_channels):
            raise ValueError("urls is empty: give the address of a feed")
        for number, url in enumerate(self.urls, 1):
            if holds_login(url):
                msg = f"address {number} in urls holds a user name or a password: take it out, as "
                raise ValueError(msg + "feeds that ask for a login can't be read")
            if not web_address(url):
                raise ValueError(f"urls names {shown(url)!r}, which is no http or https address")
        for name in ("timeout_seconds", "size_bytes_max", "entries_max", "poll_seconds"):
            if not getattr(self, name) > 0:
                raise ValueError(f"{name} is {getattr(self, name)}: it must be more than 0")
        self.addresses()

    def addresses(self) -> list[str]:
        """Every address that the settings name or stand for, once each."""
        searches = news_addresses(self.brands, self.news_url) if self.news_search else ()
        channels = youtube_addresses(self.youtube_channels, self.youtube_url)
        return list(dict.fromkeys((*self.urls, *channels, *searches)))

    @property
    def subscriber(self) -> Subscriber | None:
        """Where hubs reach it; None where it is not set up for that."""
        if not (self.websub_secret and self.public_url and self.source_name):
            return None
        return Subscriber(self.public_url, self.source_name, self.websub_secret)

    def dearest(self) -> Spent:
        """Every address visited, each by as many requests as a visit can take."""
        addresses = len(self.addresses())
        return Spent(addresses * (1 + COMMENT_FEEDS_MAX * self.comments) * REQUESTS_MAX)

    def poll(self, cursor: str | None) -> Batch:
        """The new and the changed entries of what is due, within about 45 seconds."""
        return self.poll_within(cursor, UNLIMITED)

    def poll_within(self, cursor: str | None, allowance: Spent) -> Batch:
        """As ``poll``; what there are no requests for stays due."""
        addresses = self.addresses()
        now = self.now().timestamp()
        before = on_time(load(cursor, addresses, comments=self.comments), now)
        turns = Turns(before, self.poll_seconds, now)
        chosen = turns.visited()
        if chosen and allowance.requests < REQUESTS_MAX:
            reason = f"its budget has fewer than the {REQUESTS_MAX} requests that a visit can take"
            raise Retry(reason, state="budget", spent=NOTHING_SPENT)
        del chosen[allowance.requests // REQUESTS_MAX :]
        with self._parser() as parse:
            visits = Round(
                lambda url, seconds: self._visit(
                    url, before[url], parse, seconds, url in addresses
                ),
                self.politeness,
                self.poll_seconds_max,
            )
            outcomes = visits.outcomes(chosen)
        unfinished = len(visits.begun - outcomes.keys())
        spent = sum(outcome.requests for outcome in outcomes.values()) + unfinished * REQUESTS_MAX
        left = {url: _left(before[url]) for url in chosen if url not in outcomes}
        return _batch(turns, outcomes | left, Spent(spent))

    def recheck(self, posts: Sequence[Post], allowance: Spent) -> Batch:
        """Which of these posts their sites have taken down."""
        return Recheck(
            requests_max=allowance.requests,
            timeout_seconds=self.timeout_seconds,
            size_bytes_max=self.size_bytes_max,
            private_hosts=self._private_hosts(),
            politeness=self.politeness,
        ).batch(posts)

    @contextmanager
    def _parser(self) -> Iterator[Parse]:
        if self.parse:
            yield self.parse
        else:
            with parser() as apart:
                yield apart

    def _visit(
        self, url: str, state: UrlState, parse: Parse, seconds: float, named: bool
    ) -> Outcome:
        limits = Limits(
            total_seconds=min(self.timeout_seconds, seconds),
            size_bytes_max=self.size_bytes_max,
            entries_max=self.entries_max,
            private_hosts=self._private_hosts(),
            obey_hints=self.obey_hints,
            comments=self.comments and named,
        )
        try:
            now, subscribing = self.now(), self._subscribing(limits.total_seconds)
            return Visit(url, self.site, limits, parse, now, subscribing).outcome(state)
        except Exception as error:  # noqa: BLE001 one address is not to cost the others
            reason = f"could not be visited: {type(error).__name__}: {error}"
            return Outcome(state, faults=(reason,), failed=True, requests=REQUESTS_MAX)

    def _subscribing(self, total_seconds: float) -> Subscribing | None:
        subscriber = self.subscriber
        if subscriber is None:
            return None
        return Subscribing(subscriber, total_seconds, self._private_hosts())

    def _private_hosts(self) -> frozenset[str]:
        """Those that the settings name, where they may be."""
        named = (*self.urls, self.news_url, self.youtube_url)
        return hosts_of(named) if self.allow_private else frozenset()


_LEFT = "was not reached in the time of one poll: it comes first at the next"


def _left(state: UrlState) -> Outcome:
    return Outcome(replace(state, waiting=True), faults=(_LEFT,), failed=True)


def _batch(turns: Turns, outcomes: dict[str, Outcome], spent: Spent) -> Batch:
    """What the visits brought, with the faults that others still have."""
    faults = [
        Fault(shown(url), reason)
        for url, state in turns.states.items()
        for reason in (outcomes[url].faults if url in outcomes else filter(None, [state.trouble]))
    ]
    if outcomes and all(
        outcomes[url].failed if url in outcomes else state.trouble
        for url, state in turns.states.items()
    ):
        raise Retry(_told(faults), _wait_seconds(list(outcomes.values())), spent=spent)
    after = {
        url: _after(turns, url, outcomes[url]) if url in outcomes else state
        for url, state in turns.states.items()
    }
    after |= with_comments(after)
    return Batch(
        posts=_posts(outcomes.values()),
        cursor=dump(after),
        faults=tuple(faults),
        more=after.keys() > turns.states.keys(),  # feeds of comments that were named just now
        gaps=tuple(outcome.gap for outcome in outcomes.values() if outcome.gap),
        complete=_is_complete(turns, outcomes),
        look_again=tuple(post_id for outcome in outcomes.values() for post_id in outcome.gone),
        wait_seconds=replace(turns, states=after).wait_seconds(),
        spent=spent,
    )


def _after(turns: Turns, url: str, outcome: Outcome) -> UrlState:
    """What was not reached keeps its turn."""
    return outcome.state if outcome.state.waiting else turns.after(url, outcome)


def _is_complete(turns: Turns, outcomes: dict[str, Outcome]) -> bool:
    """Whether nothing that was published since the cursor can have passed unseen.

    Each address that was due was read, and listed something that was known, or was not due and
    not in trouble. What was never read before has no past to be seen.
    """
    return any(state.read_at for state in turns.states.values()) and all(
        not (outcomes[url].failed or outcomes[url].gap)
        if url in outcomes
        else not state.trouble and turns.due[url] > turns.now
        for url, state in turns.states.items()
    )


def _posts(outcomes: Iterable[Outcome]) -> tuple[Post, ...]:
    """All posts; of one that several feeds carry the fullest."""
    posts: dict[str, Post] = {}
    for outcome in outcomes:
        for post in outcome.posts:
            known = posts.get(post.id)
            if known is None or len(post.text) > len(known.text):
                posts[post.id] = post
    return tuple(posts.values())


def _wait_seconds(outcomes: Sequence[Outcome]) -> float | None:
    """The shortest wait that helps, or None where it may help to try at once.

    A Retry stores no cursor, so this is how a server's Retry-After survives a poll that failed.
    """
    waits = [outcome.wait_seconds for outcome in outcomes]
    known = [seconds for seconds in waits if seconds is not None]
    return min(known) if len(known) == len(waits) else None


def _told(faults: Sequence[Fault]) -> str:
    told = "; ".join(f"{fault.where} {fault.reason}" for fault in faults[:REASONS_MAX])
    more = len(faults) - REASONS_MAX
    return f"{told}; and {more} more" if more > 0 else told

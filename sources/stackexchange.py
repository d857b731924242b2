"""Stack Exchange (Stack Overflow, Super User and the others): questions, answers and comments.

Questions are found by tag and by text; the answers and comments of what was found come with them.
The sites are read in turn, under one allowance: they share the API and its daily quota. How a
site is read, and its posts looked at again, stands in ``stackexchange_parts``.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Annotated

from listener.clock import utc_now
from listener.match.queries import queries_for
from listener.model import UNLIMITED, Batch, Brand, Fault, Post, Spent
from listener.ports import Reject, Retry, Secret
from sources.common.asking import Asking
from sources.common.places import told
from sources.common.purse import Purse
from sources.common.settings import site_addresses, within
from sources.stackexchange_parts.api import Api
from sources.stackexchange_parts.cursor import State, dump, load
from sources.stackexchange_parts.looking import SecondLook
from sources.stackexchange_parts.posts import short_name
from sources.stackexchange_parts.reading import Listing, Reading

QUERY_CHARS_MAX = 200
_TURN_SECONDS = 600
"""What was read in a turn is taken for read now; so an old one is not gone on with."""

_TAG = re.compile(r"[^\s;,\[\]]{1,50}")


@dataclass
class StackExchangeSource:
    """Questions by tag and text, with their answers and comments, and the edits of all of them."""

    sites: Annotated[list[str], "The sites to read, such as stackoverflow, superuser or dba."] = (
        field(default_factory=lambda: ["stackoverflow"])
    )
    tags: Annotated[list[str], "Tags of which every question is read, one request each."] = field(
        default_factory=list
    )
    queries: Annotated[
        list[str], "What to search for, a word or a quoted phrase each; none: the brands' terms."
    ] = field(default_factory=list)
    key: Annotated[Secret | None, "Key for 10,000 requests a day in place of 300."] = None
    requests_max: Annotated[int, "How many requests one poll may send."] = 30
    first_hours: Annotated[float, "How far back the first poll looks."] = 24.0
    timeout_seconds: Annotated[float, "How long one answer may take."] = 10.0
    api_url: Annotated[str, "Where the API is."] = "https://api.stackexchange.com/2.3"
    allow_private: Annotated[bool, "Whether that may be in a private network."] = False
    brands: tuple[Brand, ...] = ()
    now: Callable[[], datetime] = utc_now
    page_posts: int = 100
    recheck_posts_max: int = 100
    _rests: dict[str, float] = field(default_factory=dict, init=False, repr=False)

    def __post_init__(self) -> None:
        if not self.sites:
            raise ValueError("sites is empty: name a site, such as stackoverflow")
        self.sites = list(dict.fromkeys(map(short_name, self.sites)))
        for number, tag in enumerate(self.tags, 1):
            if not _TAG.fullmatch(tag):
                raise ValueError(f"tags: no. {number} is no tag: give one each, without brackets")
        within("requests_max", self.requests_max, 1_000)
        within("first_hours", self.first_hours, 720)
        within("timeout_seconds", self.timeout_seconds, 60)
        within("page_posts", self.page_posts, 100)
        (self.api_url,) = site_addresses("api_url", [self.api_url])

    def dearest(self) -> Spent:
        """All the requests that one poll may send."""
        return Spent(requests=self.requests_max)

    def poll(self, cursor: str | None) -> Batch:
        """What was written or edited since the cursor, as far as ``requests_max`` goes."""
        return self.poll_within(cursor, UNLIMITED)

    def poll_within(self, cursor: str | None, allowance: Spent) -> Batch:
        """As ``poll``, at no more requests than allowed; what was left comes first."""
        listings = list(self._listings())
        if not listings:
            raise Reject(
                "there is nothing to look for: give tags, queries, or brands with names",
                spent=Spent(),
            )
        if allowance.requests <= 0:
            raise Retry("its budget has no request left", state="budget", spent=Spent())
        state = load(cursor, self.sites, self.now())
        purse = Purse(min(self.requests_max, allowance.requests))
        api = self._api(purse, state.rests)
        readings = []
        for site in self._in_turn(state):
            readings.append(self._reading(api, site, state))
            readings[-1].run(listings)
            if isinstance(readings[-1].failure, Retry):
                break  # all of them are the same API
        self._rests |= state.rests
        _raise_if_nothing_came(readings, api)
        return self._batch(state, readings, purse)

    def recheck(self, posts: Sequence[Post], allowance: Spent) -> Batch:
        """Those of these posts that changed or went. Raises what every site failed with.

        There is no cursor here; what the API asked to wait for lately is remembered as it can be.
        """
        purse = Purse(allowance.requests)
        api = self._api(purse, self._rests)
        looks = []
        for site in self.sites:
            mine = [post for post in posts if post.site == site][: self.recheck_posts_max]
            if mine:
                looks.append(SecondLook(api, site))
                looks[-1].at(mine)
        failures = [look.failure for look in looks if look.failure and not look.looked_at]
        if looks and len(failures) == len(looks):
            raise told(failures, purse.told())
        return Batch(
            posts=tuple(post for look in looks for post in look.changed),
            deleted=tuple(post_id for look in looks for post_id in look.deleted),
            gone=tuple(author for look in looks for author in sorted(look.gone)),
            faults=tuple(fault for look in looks for fault in look.faults),
            spent=purse.told(),
        )

    def _api(self, purse: Purse, rests: dict[str, float]) -> Api:
        asking = Asking(
            self.api_url,
            self.now,
            timeout_seconds=self.timeout_seconds,
            allow_private=self.allow_private,
        )
        return Api(asking, self.key, purse, rests, self.page_posts)

    def _in_turn(self, state: State) -> list[str]:
        """The sites that are still to be read in this turn; where there is none, in the next."""
        second = int(self.now().timestamp())
        if not 0 <= second - state.began < _TURN_SECONDS:
            state.turn, state.began = state.turn + 1, second
        left = [site for site in self.sites if state.sites[site].turn < state.turn]
        return sorted(left, key=lambda site: state.sites[site].turn)

    def _reading(self, api: Api, site: str, state: State) -> Reading:
        return Reading(
            api,
            site,
            state.sites[site],
            state.turn,
            int(self.now().timestamp()),
            int(self.first_hours * 3600),
        )

    def _listings(self) -> Iterator[Listing]:
        for tag in dict.fromkeys(tag.lower() for tag in self.tags):
            yield Listing(f"[{tag}]", "/questions", {"tagged": tag})
        for query in self.queries or _queries(self.brands):
            yield Listing(query, "/search/advanced", {"q": query})

    def _batch(self, state: State, readings: Sequence[Reading], purse: Purse) -> Batch:
        now = self.now()
        failures = {one.site: one.failure for one in readings if one.failure}
        resting = [one.seconds for reading in readings for one in reading.resting]
        waits = [*resting, *map(_wish, failures.values())]
        has_more = any(one.is_unread for one in readings) and purse.spent > 0
        more = has_more and not failures and not resting
        if not more:
            state.began = 0
        posts = [post for one in readings for post in one.posts.values()]
        return Batch(
            posts=tuple(sorted(posts, key=lambda post: post.published_at or now)),
            cursor=dump(state, now),
            faults=tuple(Fault(site, failure.reason) for site, failure in failures.items()),
            rejects=tuple(reject for one in readings for reject in one.rejects),
            gaps=tuple(gap for one in readings for gap in one.gaps),
            more=more,
            complete=all(site.turn == state.turn for site in state.sites.values()),
            wait_seconds=min(filter(None, waits), default=None) if not more else None,
            spent=purse.told(),
        )


def _wish(failure: Retry | Reject) -> float | None:
    return failure.after_seconds if isinstance(failure, Retry) else None


def _raise_if_nothing_came(readings: Sequence[Reading], api: Api) -> None:
    """Where nothing could be asked, or nothing was answered, that is no empty batch."""
    if api.answered:
        return
    failures = [one.failure for one in readings if one.failure]
    if failures:
        raise told(failures, api.purse.told())
    resting = [one for reading in readings for one in reading.resting]
    if resting:
        soonest = min(resting, key=lambda one: one.seconds)
        reason = f"the API asks not to be asked for {soonest.seconds:.0f} s"
        raise Retry(reason, soonest.seconds, state=soonest.state, spent=Spent())


def _queries(brands: Sequence[Brand]) -> list[str]:
    """The brands' terms, without forms, which the search knows of itself.

    A phrase is left out where a word of it is searched for alone: each costs a request.
    """
    found = [
        query
        for brand in brands
        for query in queries_for(brand, "hackernews", QUERY_CHARS_MAX).queries
    ]
    terms = {query.casefold(): query for query in found}
    words = {term for term in terms if '"' not in term}
    return [
        query
        for term, query in terms.items()
        if term in words or words.isdisjoint(term.strip('"').split())
    ]

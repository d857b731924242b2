"""Reviews in Apple's App Store: by the public feed of each country, or with a key by the API.

The public feed shows the newest 500 reviews of any app in one country. With a key of App Store
Connect one's own apps are read for all countries, with the answers their developer gave. How the
lists are followed stands in ``common/list_reading``; how they are asked and read in
``appstore_parts``: ``feed``, ``connect``, ``reviews``.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Annotated

from listener.clock import utc_now
from listener.model import UNLIMITED, Batch, Brand, Post, Spent
from listener.ports import Retry, Secret
from sources.appstore_parts import connect, feed
from sources.appstore_parts.reviews import SITE, app_in
from sources.common.list_reading import ListReading, Nature
from sources.common.list_round import ListRound
from sources.common.list_state import ListState, load
from sources.common.purse import Purse
from sources.common.review_looks import ReviewLooks
from sources.common.settings import within

FIRST_HOURS_MAX = 720
TIMEOUT_SECONDS_MAX = 60
LISTS_MAX = 40

_APP = re.compile(r"(?:^|/id)(\d{3,20})(?:$|[/?#])")
_COUNTRY = re.compile(r"[a-z]{2}")
_CONNECT_DEEP_PAGES = 3


@dataclass
class AppStoreSource:
    """Reviews of some apps, each once, and again when its text, stars or version changed.

    Each app (and country) is a list of its own: one that fails costs only itself. Where every
    list fails, ``poll`` raises what the first one failed with.
    """

    apps: Annotated[list[str], "Apps: the number after id in their App Store address."]
    countries: Annotated[
        list[str], "Countries whose reviews are read, in two letters; not with a key."
    ] = field(default_factory=list)
    key_id: Annotated[str, "Id of a key of App Store Connect; empty: the public feed."] = ""
    issuer_id: Annotated[str, "The key's issuer; empty for a person's own key."] = ""
    private_key: Annotated[Secret | None, "The key itself: what is in its .p8 file."] = None
    pages_max: Annotated[int, "How many pages of one list are read in one poll."] = 10
    first_hours: Annotated[float, "How far back the first poll looks."] = 24.0
    timeout_seconds: Annotated[float, "How long one answer may take in full."] = 20.0
    allow_private: Annotated[bool, "Whether the sites may lie in private networks."] = False
    brands: tuple[Brand, ...] = ()
    now: Callable[[], datetime] = utc_now
    feed_url: str = "https://itunes.apple.com"
    connect_url: str = "https://api.appstoreconnect.apple.com"
    poll_seconds_max: float = 45.0
    recheck_posts_max: int = 50

    def __post_init__(self) -> None:
        self.apps = list(dict.fromkeys(_app(stated) for stated in self.apps))
        self.countries = _countries(self.countries, keyed=bool(self.key_id))
        if not self.apps:
            raise ValueError("apps is empty: give the number of an app")
        if bool(self.key_id) != (self.private_key is not None):
            raise ValueError("key_id and private_key belong together: give both, or neither")
        if len(self._places()) > LISTS_MAX:
            msg = f"apps × countries are {len(self._places())} lists: {LISTS_MAX} at most"
            raise ValueError(msg)
        if self.pages_max < 2:
            raise ValueError(f"pages_max is {self.pages_max}: to read on takes 2 pages")
        within("first_hours", self.first_hours, FIRST_HOURS_MAX)
        within("timeout_seconds", self.timeout_seconds, TIMEOUT_SECONDS_MAX)

    def poll(self, cursor: str | None) -> Batch:
        """What is new in all lists, within about 45 seconds."""
        return self.poll_within(cursor, UNLIMITED)

    def dearest(self) -> Spent:
        """Every page of every list that one poll may read."""
        return Spent(requests=len(self._places()) * self.pages_max)

    def poll_within(self, cursor: str | None, allowance: Spent) -> Batch:
        """As ``poll``, at no more than so many requests. Raises Retry and Reject."""
        if allowance.requests <= 0:
            raise Retry("its budget has no request left", state="budget", spent=Spent())
        purse = Purse(min(allowance.requests, self.dearest().requests), self.poll_seconds_max)
        states = load(cursor, self._places(), self.now())
        return ListRound(SITE, states, self.now(), purse, self.pages_max, self._reading).batch()

    def recheck(self, posts: Sequence[Post], allowance: Spent) -> Batch:
        """With a key: those of these posts that changed or are gone. Raises Retry and Reject.

        The public feed can't be asked for one review. What it lists, polls look at once a day
        themselves, so that here nothing is asked.
        """
        access = self._connect()
        if access is None:
            return Batch()
        purse = Purse(allowance.requests, self.poll_seconds_max)
        looks = ReviewLooks(connect.Connect(access, purse), lambda post: app_in(post.url))
        looks.at(posts[: self.recheck_posts_max])
        return looks.batch(purse)

    def _places(self) -> list[str]:
        if self.key_id:
            return self.apps
        return [f"{app}/{country}" for app in self.apps for country in self.countries]

    def _reading(self, place: str, state: ListState, purse: Purse) -> ListReading:
        first_look = timedelta(hours=self.first_hours)
        access = self._connect()
        if access is not None:
            api, nature = connect.Connect(access, purse), Nature(place, _CONNECT_DEEP_PAGES)
            return ListReading(
                nature, state, self.now(), first_look, lambda name: api.page(place, name)
            )
        public, nature = self._feed(place, purse), Nature(place, feed.PAGES_MAX)
        start = public.start(state.next)
        return ListReading(nature, state, self.now(), first_look, public.page, start=start)

    def _feed(self, place: str, purse: Purse) -> feed.Feed:
        app, _, country = place.partition("/")
        access = feed.Access(self.feed_url, self.now, self.timeout_seconds, self.allow_private)
        return feed.Feed(app, country, access, purse)

    def _connect(self) -> connect.Access | None:
        if self.private_key is None:
            return None
        return connect.Access(
            self.connect_url,
            self.now,
            self.key_id,
            self.issuer_id,
            self.private_key,
            self.timeout_seconds,
            self.allow_private,
        )


def _app(stated: str) -> str:
    found = _APP.search(stated.strip())
    if not found:
        raise ValueError(f"apps: {stated!r} is no app: give the number after id in its address")
    return found.group(1)


def _countries(stated: Sequence[str], *, keyed: bool) -> list[str]:
    countries = list(dict.fromkeys(one.strip().lower() for one in stated))
    for one in countries:
        if not _COUNTRY.fullmatch(one):
            raise ValueError(f"countries: {one!r} is no country: give two letters, such as fi")
    if keyed and countries:
        raise ValueError("countries: with a key the reviews of all countries come: take it out")
    if not keyed and not countries:
        raise ValueError("countries is empty: give those whose reviews to read, such as fi")
    return countries

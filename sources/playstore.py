"""Reviews in Google Play: those of one's own apps, by the Android Publisher API.

The API shows what was written or changed in the last week, and with it the developer's answers.
How the lists are followed stands in ``common/list_reading``; how they are asked and read in
``playstore_parts``: ``publisher``, ``account``, ``reviews``.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Annotated

from listener.clock import utc_now
from listener.model import UNLIMITED, Batch, Brand, Post, Spent
from listener.ports import Retry, Secret
from sources.common.list_reading import ListReading, Nature
from sources.common.list_round import ListRound
from sources.common.list_state import ListState, load
from sources.common.purse import Purse
from sources.common.review_looks import ReviewLooks
from sources.common.settings import within
from sources.playstore_parts.account import Account, Pass, account_in
from sources.playstore_parts.publisher import DAYS, Access, Publisher
from sources.playstore_parts.reviews import SITE, app_in

FIRST_HOURS_MAX = DAYS * 24
TIMEOUT_SECONDS_MAX = 60
APPS_MAX = 40

_PACKAGE = re.compile(r"[A-Za-z]\w*(?:\.[A-Za-z]\w*)+", re.ASCII)
_TOKEN_REQUESTS = 2  # one, and another where the first is refused; its question is asked again


@dataclass
class PlayStoreSource:
    """Reviews of one's own apps, each once, and again when its text, stars or version changed.

    Each app is a list of its own: one that fails costs only itself. Where every list fails,
    ``poll`` raises what the first one failed with.
    """

    apps: Annotated[list[str], "Package names of apps, such as com.example.app."]
    service_account: Annotated[Secret, "The JSON file of a service account's key."]
    pages_max: Annotated[int, "How many pages of one app are read in one poll."] = 20
    first_hours: Annotated[float, "How far back the first poll looks."] = 24.0
    timeout_seconds: Annotated[float, "How long one answer may take in full."] = 20.0
    allow_private: Annotated[bool, "Whether the API may lie in a private network."] = False
    brands: tuple[Brand, ...] = ()
    now: Callable[[], datetime] = utc_now
    api_url: str = "https://androidpublisher.googleapis.com"
    poll_seconds_max: float = 45.0
    recheck_posts_max: int = 50
    _account: Account = field(init=False, repr=False)
    _held: Pass = field(default_factory=Pass, init=False, repr=False)

    def __post_init__(self) -> None:
        self.apps = list(dict.fromkeys(app.strip() for app in self.apps))
        if not 0 < len(self.apps) <= APPS_MAX:
            raise ValueError(f"apps has {len(self.apps)} entries: give 1 to {APPS_MAX}")
        for app in self.apps:
            if not _PACKAGE.fullmatch(app):
                msg = f"apps: {app!r} is no package name: it looks like com.example.app"
                raise ValueError(msg)
        if self.pages_max < 2:
            raise ValueError(f"pages_max is {self.pages_max}: to read on takes 2 pages")
        within("first_hours", self.first_hours, FIRST_HOURS_MAX)
        within("timeout_seconds", self.timeout_seconds, TIMEOUT_SECONDS_MAX)
        self._account = account_in(self.service_account)

    def poll(self, cursor: str | None) -> Batch:
        """What is new in all apps, within about 45 seconds."""
        return self.poll_within(cursor, UNLIMITED)

    def dearest(self) -> Spent:
        """Every page of every app that one poll may read, and the tokens for it."""
        return Spent(requests=len(self.apps) * self._list_requests())

    def poll_within(self, cursor: str | None, allowance: Spent) -> Batch:
        """As ``poll``, at no more than so many requests. Raises Retry and Reject."""
        if allowance.requests <= 0:
            raise Retry("its budget has no request left", state="budget", spent=Spent())
        purse = Purse(min(allowance.requests, self.dearest().requests), self.poll_seconds_max)
        states = load(cursor, self.apps, self.now())
        most = self._list_requests()
        return ListRound(SITE, states, self.now(), purse, most, self._reading).batch()

    def recheck(self, posts: Sequence[Post], allowance: Spent) -> Batch:
        """Those of these posts that changed or are gone, by a request each. May raise as poll."""
        purse = Purse(allowance.requests, self.poll_seconds_max)
        looks = ReviewLooks(self._publisher(purse), lambda post: app_in(post.url))
        looks.at(posts[: self.recheck_posts_max])
        return looks.batch(purse)

    def _list_requests(self) -> int:
        return self.pages_max + _TOKEN_REQUESTS

    def _reading(self, app: str, state: ListState, purse: Purse) -> ListReading:
        publisher = self._publisher(purse)
        return ListReading(
            Nature(app, self.pages_max, DAYS),
            state,
            self.now(),
            timedelta(hours=self.first_hours),
            lambda name: publisher.page(app, name),
        )

    def _publisher(self, purse: Purse) -> Publisher:
        access = Access(
            self.api_url,
            self.now,
            self._account,
            self._held,
            self.timeout_seconds,
            self.allow_private,
        )
        return Publisher(access, purse)

"""A Facebook page of one's own: what visitors write on it, tag it in, and say in reviews of it.

Webhooks bring what happens at once, and polling brings what they missed: Meta gives up on an
event after a day and a half. How events and lists are read stands in ``facebook_parts``, what
Instagram shares (the Graph API, signatures, tokens, rounds) in ``meta_parts``.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Annotated, Literal

from listener.clock import utc_now
from listener.model import UNLIMITED, Batch, Brand, Post, Spent
from listener.ports import Arrival, Call, Received, Retry, Secret
from sources.common.purse import Purse
from sources.common.settings import site_addresses, within
from sources.facebook_parts.events import WANTED, Events
from sources.facebook_parts.looking import SecondLook
from sources.facebook_parts.posts import SITE
from sources.facebook_parts.reading import Reading
from sources.meta_parts.cursor import State, load
from sources.meta_parts.graph import PAGE_MAX, Access, Graph, version
from sources.meta_parts.harvest import Harvest
from sources.meta_parts.lists import Lists
from sources.meta_parts.rounds import Job, polled
from sources.meta_parts.token import TokenWatch, day
from sources.meta_parts.webhook import BODY_BYTES_MAX, Webhook, taken

Edge = Literal["feed", "tagged", "ratings"]

FIRST_HOURS_MAX = 720
TIMEOUT_SECONDS_MAX = 60
REQUESTS_MAX = 50


@dataclass
class FacebookSource:
    """Posts, comments, tags and reviews of one page, each once, and again when it was edited."""

    page: Annotated[str, "The page's id, a number."]
    access_token: Annotated[Secret, "An access token of the page."]
    app_secret: Annotated[Secret | None, "The app's secret: for webhooks and signed calls."] = None
    verify_token: Annotated[Secret | None, "The word that the app's webhooks page holds."] = None
    app_id: Annotated[str, "The app's id: Meta is then asked when the token expires."] = ""
    token_expires: Annotated[str, "The day the token expires, where Meta is not asked."] = ""
    reads: Annotated[list[Edge], "Which lists of the page are read."] = field(
        default_factory=lambda: ["feed", "tagged", "ratings"]
    )
    follow_posts: Annotated[int, "In how many of the newest posts comments are looked for."] = 100
    first_hours: Annotated[float, "How far back the first poll looks."] = 24.0
    requests_max: Annotated[int, "How many requests one poll sends at most."] = 20
    api_version: Annotated[str, "The version of Meta's Graph API."] = "v25.0"
    api_url: Annotated[str, "Where the Graph API is."] = "https://graph.facebook.com"
    timeout_seconds: Annotated[float, "How long one answer may take in full."] = 20.0
    allow_private: Annotated[bool, "Whether it may lie in a private network."] = False
    brands: tuple[Brand, ...] = ()
    now: Callable[[], datetime] = utc_now
    poll_seconds_max: float = 45.0
    recheck_posts_max: int = 18
    body_bytes_max: int = BODY_BYTES_MAX

    def __post_init__(self) -> None:
        if not (self.page.isascii() and self.page.isdigit()):
            raise ValueError("page is no number: give the page's id, not its name")
        if not self.reads:
            raise ValueError("reads is empty: name at least one list")
        if not 1 <= self.follow_posts <= 3 * PAGE_MAX:
            raise ValueError(f"follow_posts is {self.follow_posts}: give 1 to {3 * PAGE_MAX}")
        if self.app_id and self.app_secret is None:
            raise ValueError("app_id is of no use without app_secret")
        if self.verify_token and self.app_secret is None:
            raise ValueError("verify_token is of no use without app_secret: webhooks need both")
        version("api_version", self.api_version)
        within("requests_max", self.requests_max, REQUESTS_MAX)
        within("first_hours", self.first_hours, FIRST_HOURS_MAX)
        within("timeout_seconds", self.timeout_seconds, TIMEOUT_SECONDS_MAX)
        (self.api_url,) = site_addresses("api_url", [self.api_url])
        self._watch = TokenWatch(self.app_id, day("token_expires", self.token_expires))

    def poll(self, cursor: str | None) -> Batch:
        """What is new on the page, within about 45 seconds."""
        return self.poll_within(cursor, UNLIMITED)

    def dearest(self) -> Spent:
        """As many requests as are allowed."""
        return Spent(requests=self.requests_max)

    def poll_within(self, cursor: str | None, allowance: Spent) -> Batch:
        """As ``poll``, at no more than so many requests. Raises Retry and Reject."""
        now = self.now()
        state = load(cursor, now)
        state.since = state.since or now.timestamp() - self.first_hours * 3_600
        graph, harvest = self._graph(allowance), Harvest(SITE, state, now)
        reading = Reading(Lists(graph, harvest), self.page, self.follow_posts)
        return polled(graph, harvest, self._jobs(reading, graph, harvest), self._watch)

    def receive(self, call: Call) -> Received:
        """What Meta's webhooks push: the handshake, or signed events to keep. Never raises."""
        return Webhook(self.app_secret, self.verify_token, "page", self.page, WANTED).receive(call)

    def take(self, arrivals: Sequence[Arrival], allowance: Spent) -> Batch:
        """What was pushed. Raises Retry where a mention can't be looked up now."""
        graph, harvest = self._graph(allowance), Harvest(SITE, State(), self.now())
        events = Events(graph, harvest, self.page)
        return taken(arrivals, graph, harvest, events.take)

    def recheck(self, posts: Sequence[Post], allowance: Spent) -> Batch:
        """Those of these posts that changed or are gone; one request each, and one more."""
        if allowance.requests <= 0:
            raise Retry("its budget has no request left", state="budget", spent=Spent())
        look = SecondLook(self._graph(allowance), self.page)
        return look.at(posts[: self.recheck_posts_max])

    def _jobs(self, reading: Reading, graph: Graph, harvest: Harvest) -> dict[str, Job]:
        lists: dict[str, Job] = {
            "feed": reading.feed,
            "tagged": reading.tagged,
            "ratings": reading.ratings,
        }
        jobs: dict[str, Job] = {name: lists[name] for name in lists if name in self.reads}
        jobs["comments"] = reading.comments
        jobs["token"] = lambda: self._watch.check(graph, harvest.state, harvest.now)
        return jobs

    def _graph(self, allowance: Spent) -> Graph:
        access = Access(
            self.api_url,
            self.api_version,
            self.access_token,
            self.app_secret,
            self.now,
            self.timeout_seconds,
            self.allow_private,
        )
        requests = min(allowance.requests, self.requests_max)
        return Graph(access, Purse(requests, self.poll_seconds_max))

"""An Instagram account of one's own: comments, tags, mentions, and what is posted by hashtag.

It must be a professional account. Webhooks bring comments and mentions at once, polling brings
what they missed. How events and lists are read stands in ``instagram_parts``, what Facebook shares
in ``meta_parts``.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from typing import Annotated, Literal

from listener.clock import utc_now
from listener.model import UNLIMITED, Batch, Brand, Fault, Post, Spent
from listener.ports import Arrival, Call, Received, Retry, Secret
from sources.common.purse import Purse
from sources.common.settings import site_addresses, within
from sources.instagram_parts.events import WANTED, Events
from sources.instagram_parts.hashtags import AT_ONCE_MAX, Plan, is_hashtag, planned, wanted
from sources.instagram_parts.looking import SecondLook
from sources.instagram_parts.posts import SITE
from sources.instagram_parts.reading import Reading
from sources.meta_parts.cursor import HASHTAGS_MAX, State, load
from sources.meta_parts.graph import Access, Graph, version
from sources.meta_parts.harvest import Harvest
from sources.meta_parts.lists import Lists
from sources.meta_parts.rounds import Job, polled
from sources.meta_parts.token import TokenWatch, day
from sources.meta_parts.webhook import BODY_BYTES_MAX, Webhook, taken

Edge = Literal["media", "tags", "hashtags"]

FIRST_HOURS_MAX = 720
TIMEOUT_SECONDS_MAX = 60
REQUESTS_MAX = 50
FOLLOW_MAX = 200


@dataclass
class InstagramSource:
    """Comments, tags, mentions and hashtags of one account, each post once."""

    account: Annotated[str, "The professional account's id, a number."]
    access_token: Annotated[Secret, "An access token that may read the account."]
    app_secret: Annotated[Secret | None, "The app's secret: for webhooks and signed calls."] = None
    verify_token: Annotated[Secret | None, "The word that the app's webhooks page holds."] = None
    app_id: Annotated[str, "The app's id: Meta is then asked when the token expires."] = ""
    token_expires: Annotated[str, "The day the token expires, where Meta is not asked."] = ""
    reads: Annotated[list[Edge], "What is read: own media's comments, tags, hashtags."] = field(
        default_factory=lambda: ["media", "tags", "hashtags"]
    )
    hashtags: Annotated[list[str], "Hashtags to ask for; empty: those of the brands."] = field(
        default_factory=list
    )
    follow_posts: Annotated[int, "In how many of the newest media comments are looked for."] = 50
    first_hours: Annotated[float, "How far back the first poll looks."] = 24.0
    requests_max: Annotated[int, "How many requests one poll sends at most."] = 20
    api_version: Annotated[str, "The version of Meta's Graph API."] = "v25.0"
    api_url: Annotated[str, "Where the Graph API is."] = "https://graph.facebook.com"
    timeout_seconds: Annotated[float, "How long one answer may take in full."] = 20.0
    allow_private: Annotated[bool, "Whether it may lie in a private network."] = False
    brands: tuple[Brand, ...] = ()
    now: Callable[[], datetime] = utc_now
    poll_seconds_max: float = 45.0
    recheck_posts_max: int = 8
    body_bytes_max: int = BODY_BYTES_MAX

    def __post_init__(self) -> None:
        if not (self.account.isascii() and self.account.isdigit()):
            raise ValueError("account is no number: give the account's id, not its name")
        if not self.reads:
            raise ValueError("reads is empty: name at least one list")
        if not 1 <= self.follow_posts <= FOLLOW_MAX:
            raise ValueError(f"follow_posts is {self.follow_posts}: give 1 to {FOLLOW_MAX}")
        if self.app_id and self.app_secret is None:
            raise ValueError("app_id is of no use without app_secret")
        if self.verify_token and self.app_secret is None:
            raise ValueError("verify_token is of no use without app_secret: webhooks need both")
        self._check_hashtags()
        version("api_version", self.api_version)
        within("requests_max", self.requests_max, REQUESTS_MAX)
        within("first_hours", self.first_hours, FIRST_HOURS_MAX)
        within("timeout_seconds", self.timeout_seconds, TIMEOUT_SECONDS_MAX)
        (self.api_url,) = site_addresses("api_url", [self.api_url])
        self._watch = TokenWatch(self.app_id, day("token_expires", self.token_expires))

    def poll(self, cursor: str | None) -> Batch:
        """What is new, within about 45 seconds."""
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
        reading = Reading(Lists(graph, harvest), self.account, self.follow_posts)
        return polled(graph, harvest, self._jobs(reading, graph, harvest), self._watch)

    def receive(self, call: Call) -> Received:
        """What Meta's webhooks push: the handshake, or signed events to keep. Never raises."""
        hook = Webhook(self.app_secret, self.verify_token, "instagram", self.account, WANTED)
        return hook.receive(call)

    def take(self, arrivals: Sequence[Arrival], allowance: Spent) -> Batch:
        """What was pushed. Raises Retry where a mention can't be looked up now."""
        graph, harvest = self._graph(allowance), Harvest(SITE, State(), self.now())
        events = Events(graph, harvest, self.account)
        return taken(arrivals, graph, harvest, events.take)

    def recheck(self, posts: Sequence[Post], allowance: Spent) -> Batch:
        """Those of these posts that changed or are gone; media of others are left alone."""
        if allowance.requests <= 0:
            raise Retry("its budget has no request left", state="budget", spent=Spent())
        return SecondLook(self._graph(allowance), self.account).at(posts[: self.recheck_posts_max])

    def _jobs(self, reading: Reading, graph: Graph, harvest: Harvest) -> dict[str, Job]:
        jobs: dict[str, Job] = {}
        if "media" in self.reads:
            jobs |= {"media": reading.media, "comments": reading.comments}
        if "tags" in self.reads:
            jobs["tags"] = reading.tags
        if "hashtags" in self.reads:
            plan = planned(wanted(self.hashtags, self.brands), harvest.state, harvest.now)
            jobs |= {f"#{name}": partial(reading.hashtag, name) for name in plan.asked}
            harvest.faults += _waiting(plan)
        jobs["token"] = lambda: self._watch.check(graph, harvest.state, harvest.now)
        return jobs

    def _check_hashtags(self) -> None:
        for number, name in enumerate(self.hashtags, 1):
            if not is_hashtag(name.strip().lstrip("#")):
                words = "holds more than letters, digits and _, which Instagram does not look for"
                raise ValueError(f"hashtags: number {number} {words}")
        if len(self.hashtags) > HASHTAGS_MAX:
            raise ValueError(f"hashtags: these are more than {HASHTAGS_MAX}")

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


def _waiting(plan: Plan) -> list[Fault]:
    """A fault for each hashtag that can't be asked for now, with the day its turn may come."""
    when = f" on {plan.free_at:%Y-%m-%d}" if plan.free_at else ""
    reason = (
        f"is not asked for: Instagram allows {AT_ONCE_MAX} hashtags in seven days, and they take "
        f"turns; the next may come{when}"
    )
    return [Fault(f"#{name}", reason) for name in plan.waiting]

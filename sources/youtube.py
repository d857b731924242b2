"""YouTube: comments and replies of chosen channels and videos, and the channels' new uploads.

Nothing is searched for, because a search is dear there: channels and videos are followed. Comments
come through the Data API with an API key, uploads by each channel's public feed. How one is asked
and read stands in ``youtube_parts``: ``poll`` leads, ``api`` and ``refusals`` ask, ``channels``,
``listing``, ``replies`` and ``uploads`` read, ``harvest`` keeps each version of a post once,
``looking`` is the second look, ``cursor`` what is remembered.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Annotated

from listener.clock import utc_now
from listener.model import UNLIMITED, Batch, Post, Spent
from listener.ports import Retry, Secret
from sources.common.purse import Purse
from sources.common.settings import site_addresses, within
from sources.youtube_parts.api import IDS_MAX, Access, Api
from sources.youtube_parts.channels import channel_named, is_channel, video_named
from sources.youtube_parts.cursor import load
from sources.youtube_parts.looking import SecondLook
from sources.youtube_parts.poll import Poll

PLACES_MAX = 500
FIRST_HOURS_MAX = 720
WATCH_DAYS_MAX = 365


@dataclass
class YoutubeSource:
    """Comments, replies and uploads, each once, and again when its words were edited.

    A channel or video that can't be read costs only itself. A poll raises Retry or Reject where
    nothing could be read at all.
    """

    api_key: Annotated[Secret, "API key of a Google Cloud project with YouTube Data API v3 on."]
    channels: Annotated[
        list[str], "Channels to follow, by id (UC…) or handle (@name): uploads and all comments."
    ] = field(default_factory=list)
    videos: Annotated[list[str], "Further videos whose comments to follow, by id or address."] = (
        field(default_factory=list)
    )
    watch_days: Annotated[
        float, "How long a thread in which nobody writes is looked at for new replies."
    ] = 30.0
    requests_max: Annotated[int, "How many requests one poll may send."] = 30
    first_hours: Annotated[float, "How far back the first poll looks."] = 24.0
    timeout_seconds: Annotated[float, "How long one answer may take in full."] = 10.0
    now: Callable[[], datetime] = utc_now
    api_url: str = "https://www.googleapis.com"
    feeds_url: str = "https://www.youtube.com"
    allow_private: bool = False
    poll_seconds_max: float = 45.0
    recheck_posts_max: int = IDS_MAX

    def __post_init__(self) -> None:
        self.channels = list(dict.fromkeys(map(channel_named, self.channels)))
        self.videos = list(dict.fromkeys(map(video_named, self.videos)))
        places = len(self.channels) + len(self.videos)
        if not places:
            raise ValueError("there is nothing to follow: give channels or videos")
        if places > PLACES_MAX:
            raise ValueError(f"channels and videos are {places}: at most {PLACES_MAX} in one table")
        (self.api_url,) = site_addresses("api_url", [self.api_url])
        (self.feeds_url,) = site_addresses("feeds_url", [self.feeds_url])
        within("watch_days", self.watch_days, WATCH_DAYS_MAX)
        within("requests_max", self.requests_max, 1_000)
        within("first_hours", self.first_hours, FIRST_HOURS_MAX)
        within("timeout_seconds", self.timeout_seconds, 60)

    def poll(self, cursor: str | None) -> Batch:
        """What is new, within about 45 seconds."""
        return self.poll_within(cursor, UNLIMITED)

    def dearest(self) -> Spent:
        """All the requests that one poll may send."""
        return Spent(requests=self.requests_max)

    def poll_within(self, cursor: str | None, allowance: Spent) -> Batch:
        """As ``poll``, at no more requests than allowed; what was left comes first."""
        if allowance.requests <= 0:
            raise Retry("its budget has no request left", state="budget", spent=Spent())
        now = self.now()
        state = load(cursor, self.channels, now)
        for name, channel in state.channels.items():
            channel.id = channel.id if is_channel(channel.id) else ""
            channel.id = name if is_channel(name) else channel.id
        api = self._api(min(allowance.requests, self.requests_max))
        first, watch = int(self.first_hours * 3_600), int(self.watch_days * 86_400)
        return Poll(api, state, self.videos, now, first, watch).read()

    def recheck(self, posts: Sequence[Post], allowance: Spent) -> Batch:
        """Those of these posts that changed or went, at a request or two for fifty."""
        api = self._api(min(allowance.requests, self.requests_max))
        return SecondLook(api).at(posts[: self.recheck_posts_max])

    def _api(self, requests: int) -> Api:
        access = Access(
            self.now,
            self.api_key,
            self.api_url,
            self.feeds_url,
            self.timeout_seconds,
            self.allow_private,
        )
        return Api(access, Purse(requests, self.poll_seconds_max))

"""New uploads of a channel: from its feed, which costs no quota, with their counts from the API.

The feed is at times not there for hours, and holds fifteen videos only. Where it fails, or doesn't
reach back to what is known, the API's list of uploads stands in, at a unit for fifty.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from listener.model import Author, Post
from listener.ports import Reject, Retry
from sources.common import fields
from sources.common.fields import Json
from sources.common.purse import NothingLeft
from sources.youtube_parts.api import IDS_MAX, Api
from sources.youtube_parts.atom import FEED_ENTRIES, videos_in
from sources.youtube_parts.cursor import UPLOADS_MAX, Channel
from sources.youtube_parts.harvest import Harvest
from sources.youtube_parts.posts import (
    SITE,
    TEXT_CHARS_MAX,
    VIDEO_ID_CHARS,
    counted,
    item_of,
    video_url,
)
from sources.youtube_parts.refusals import OfPlace, PageRefused

LIST_PAGES_MAX = 3
REQUESTS = 2 + LIST_PAGES_MAX
"""So many are kept ready, though mostly one is sent: half a list can't be read on later."""

_TOO_MANY = "page limit: more uploads than can be read back"


@dataclass
class Uploads:
    """The uploads of one channel."""

    api: Api
    harvest: Harvest
    channel: Channel

    def read(self) -> None:
        """Bring what is new or was reworded.

        Raises NothingLeft before anything was asked, and OfPlace, Retry and Reject.
        """
        purse = self.api.purse
        if purse.left < min(REQUESTS, purse.requests):
            raise NothingLeft
        videos, reaches = self._found()
        fresh = [one for one in self._owned(videos) if self._is_new(one)]
        for post in self._with_counts(fresh):
            self.harvest.posts[post.native_id] = post
        if not reaches:
            since = self.channel.read_at or self.channel.floor
            self.harvest.gap(since, self.harvest.now, _TOO_MANY, f"uploads {self.channel.id}")
        self.channel.read_at = self.harvest.now
        seen = list(self.channel.seen.items())
        self.channel.seen = dict(seen[-UPLOADS_MAX:])

    def _found(self) -> tuple[list[Post], bool]:
        """The newest uploads, and whether they reach back to what is known."""
        try:
            videos = videos_in(self.api.feed(self.channel.id))
        except (Retry, Reject, ValueError) as error:
            if self.api.purse.left <= 0:
                raise OfPlace(
                    "its feed can't be read, and nothing is left to ask the API"
                ) from error
            return self._listed()
        if self._reach(videos) or len(videos) < FEED_ENTRIES or self.api.purse.left <= 0:
            return videos, self._reach(videos) or len(videos) < FEED_ENTRIES
        return self._listed()

    def _listed(self) -> tuple[list[Post], bool]:
        videos: list[Post] = []
        token = ""
        for _ in range(min(LIST_PAGES_MAX, self.api.purse.left)):
            try:
                page = self.api.uploads(self._playlist(), token)
            except PageRefused:
                break
            videos += [one for one in map(_upload, page.items) if one]
            token = page.next_token
            if not token or self._reach(videos):
                return self._unknown(videos), True
        return self._unknown(videos), False

    def _unknown(self, videos: list[Post]) -> list[Post]:
        """The list may word a video otherwise than the feed does, and that is no edit."""
        return [one for one in videos if one.native_id not in self.channel.seen]

    def _playlist(self) -> str:
        return self.channel.uploads or f"UU{self.channel.id[2:]}"

    def _reach(self, videos: Iterable[Post]) -> bool:
        """Whether one of them is known, or too old to be ours."""
        return any(one.native_id in self.channel.seen or self._is_old(one) for one in videos)

    def _is_old(self, video: Post) -> bool:
        at = video.published_at
        return at is not None and at.timestamp() < self.channel.floor

    def _owned(self, videos: Iterable[Post]) -> list[Post]:
        """Each once, oldest first, under the channel's name and handle as they are known."""
        channel = self.channel
        author = Author(
            handle=channel.handle or channel.id,
            id=channel.id,
            followers=channel.followers or None,
        )
        once = {one.native_id: one for one in videos}
        named = (
            replace(one, author=replace(author, name=channel.name or one.author.name))
            for one in once.values()
        )
        return sorted(named, key=lambda one: item_of(one).published)

    def _is_new(self, video: Post) -> bool:
        """Whether its words are new to us; they are known from now on."""
        seen = self.channel.seen
        digest = "" if self._is_old(video) else item_of(video).digest
        was = seen.pop(video.native_id, "")
        seen[video.native_id] = digest or was
        return bool(digest) and was != digest

    def _with_counts(self, videos: list[Post]) -> list[Post]:
        """The videos with what the API knows of them; without, where it can't be asked."""
        known: dict[str, Json] = {}
        for start in range(0, len(videos), IDS_MAX):
            ids = [one.native_id for one in videos[start : start + IDS_MAX]]
            try:
                page = self.api.videos(ids)
            except (NothingLeft, OfPlace, PageRefused, Retry, Reject):
                break
            known |= {fields.name(raw, "id"): raw for raw in page.items}
        return [
            counted(one, known[one.native_id]) if one.native_id in known else one for one in videos
        ]


def _upload(raw: Json) -> Post | None:
    """An upload as the API lists it; None for what can't be read."""
    details, snippet = fields.table(raw, "contentDetails"), fields.table(raw, "snippet")
    video = fields.name(details, "videoId") or fields.name(snippet, "resourceId", "videoId")
    if len(video) != VIDEO_ID_CHARS:
        return None
    published = fields.moment(details, "videoPublishedAt") or fields.moment(snippet, "publishedAt")
    return Post(
        site=SITE,
        native_id=video,
        title=fields.text(snippet, "title", chars_max=TEXT_CHARS_MAX),
        text=fields.text(snippet, "description", chars_max=TEXT_CHARS_MAX),
        url=video_url(video),
        author=Author(name=fields.text(snippet, "channelTitle", chars_max=300)),
        published_at=published,
        conversation=video,
    )

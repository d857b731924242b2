"""YouTube's Data API and its channels' feeds: each method is one request, and one unit of quota.

The feeds cost no quota. The key goes in a header, so that it stands in no address and no log.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from listener.ports import Secret
from sources.common import fields
from sources.common.asking import Asking
from sources.common.fields import Json
from sources.common.purse import Purse
from sources.youtube_parts.refusals import OfPlace, meaning

IDS_MAX = 50
"""So many ids are asked for at once."""

PAGE = 100
"""The most threads, or replies, on a page."""

PLAYLIST_PAGE = 50

_FEED_BYTES_MAX = 2_000_000


@dataclass(frozen=True, slots=True)
class Access:
    """How YouTube is asked: where, with which key, within which bounds."""

    now: Callable[[], datetime]
    api_key: Secret
    api_url: str
    feeds_url: str
    timeout_seconds: float
    allow_private: bool

    def asking(self, url: str, headers: dict[str, str]) -> Asking:
        """How one of the two hosts is asked."""
        return Asking(
            url,
            self.now,
            headers=headers,
            timeout_seconds=self.timeout_seconds,
            total_seconds=self.timeout_seconds,
            allow_private=self.allow_private,
            redirects_max=0,
            refusal=lambda reply: meaning(reply, self.now()),
        )


@dataclass(frozen=True, slots=True)
class Page:
    """The objects of an answer, and the site's word for the page after it, empty at the end."""

    items: tuple[Json, ...]
    next_token: str = ""


@dataclass(frozen=True, slots=True)
class Api:
    """The API, and what may be spent on it.

    Methods raise NothingLeft, OfPlace, PageRefused, Retry and Reject.
    """

    access: Access
    purse: Purse

    def threads(self, kind: str, native_id: str, token: str) -> Page:
        """A page of the threads of a video, or of a channel with all its videos, newest first."""
        filters = {"videoId" if kind == "video" else "allThreadsRelatedToChannelId": native_id}
        return self._page(
            "commentThreads",
            part="snippet,replies",
            order="time",
            maxResults=PAGE,
            textFormat="plainText",
            pageToken=token or None,
            **filters,
        )

    def threads_by_id(self, ids: Sequence[str]) -> Page:
        """These threads, as far as they are there."""
        return self._page(
            "commentThreads", part="snippet,replies", id=",".join(ids), textFormat="plainText"
        )

    def replies(self, thread_id: str, token: str) -> Page:
        """A page of the replies in a thread."""
        return self._page(
            "comments",
            part="snippet",
            parentId=thread_id,
            maxResults=PAGE,
            textFormat="plainText",
            pageToken=token or None,
        )

    def comments(self, ids: Sequence[str]) -> Page:
        """These comments and replies, as far as they are there."""
        return self._page("comments", part="snippet", id=",".join(ids), textFormat="plainText")

    def videos(self, ids: Sequence[str]) -> Page:
        """These videos, as far as they are public."""
        return self._page("videos", part="snippet,statistics", id=",".join(ids))

    def uploads(self, playlist_id: str, token: str) -> Page:
        """A page of a channel's uploads, newest first."""
        return self._page(
            "playlistItems",
            part="snippet,contentDetails",
            playlistId=playlist_id,
            maxResults=PLAYLIST_PAGE,
            pageToken=token or None,
        )

    def channels(self, ids: Sequence[str]) -> Page:
        """These channels, as far as they are there."""
        return self._page("channels", part=_CHANNEL_PARTS, id=",".join(ids), maxResults=IDS_MAX)

    def channel_of(self, handle: str) -> Page:
        """The channel with this handle, if there is one."""
        return self._page("channels", part=_CHANNEL_PARTS, forHandle=f"@{handle}")

    def feed(self, channel_id: str) -> bytes:
        """The Atom document of a channel's newest uploads. Costs no quota."""
        asking = self.access.asking(self.access.feeds_url, {"Accept": "application/atom+xml"})
        asking = replace(asking, size_bytes_max=_FEED_BYTES_MAX, refusal=None)
        paid = self._paid(asking)
        return paid.reply("GET", "/feeds/videos.xml", {"channel_id": channel_id}).body

    def _page(self, resource: str, **parameters: Any) -> Page:
        key = {"X-Goog-Api-Key": self.access.api_key.reveal()}
        paid = self._paid(self.access.asking(self.access.api_url, key))
        answer = paid.get(f"/youtube/v3/{resource}", **parameters)
        return Page(tuple(_items(answer)), fields.text(answer, "nextPageToken", chars_max=2_000))

    def _paid(self, asking: Asking) -> Asking:
        seconds = min(self.purse.pay(), asking.total_seconds)
        return replace(asking, total_seconds=seconds)


_CHANNEL_PARTS = "snippet,statistics,contentDetails"


def _items(answer: object) -> Iterator[Json]:
    """What is listed. Where nothing was found the list may be left out, but its kind is told."""
    if "items" not in fields.table(answer) and fields.text(answer, "kind").endswith("ListResponse"):
        return iter(())
    try:
        return fields.listed(answer, "items")
    except ValueError as error:
        raise OfPlace(f"YouTube answered with something else: {error}") from error

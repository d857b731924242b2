"""YouTube's Data API v3 and its channels' feeds, as Google's reference shows them.

Pages followed, of developers.google.com/youtube/v3/docs: "CommentThreads", "CommentThreads: list",
"Comments", "Comments: list" (fields, filters, page sizes, ``textFormat``, that a thread may come
without all its replies), "Videos: list", "Channels: list" (``forHandle``), "PlaylistItems: list",
"YouTube Data API - Errors", "Quota calculator" (a unit for each of these), "Overview" (10,000
units, renewed at midnight Pacific time); for the form of a refusal what stands in bug reports.

Known by heart only: the feed's form and its fifteen entries; that five replies come along, and that
nobody says which; that page tokens name a position in time; fifty ids at once; that ids which are
not there are left out; that a display name is a handle nowadays; the shapes of ids; that the key
may stand in the header ``X-Goog-Api-Key``. Limits by the minute are not kept here.
"""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from bisect import bisect_left, insort
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, ClassVar
from zoneinfo import ZoneInfo

from listener.model import Brand
from listener.ports import Secret
from sources.youtube import YoutubeSource
from tests.sources.standins import youtube_shapes as shapes
from tests.sources.standins.serving import NOON, Answer, Asked, Entry, StandIn
from tests.sources.standins.youtube_shapes import channel_of, listing, refusal

KEY = "sesame"
OWNER = "norvia"
HOME = "home0000000"
INLINED = 5
FEED_ENTRIES = 15
IDS_MAX = 50
QUOTA = 10_000
UPLOAD_EVERY = 20
PACIFIC = ZoneInfo("America/Los_Angeles")

Place = tuple[datetime, str]


CHANNEL = channel_of(OWNER)


class YoutubeSite(StandIn):
    """One channel, ``CHANNEL``, with the video ``HOME`` from long ago.

    What is published is a comment under ``HOME``, or a reply, or under the upload that it replies
    to; every twentieth that is no reply is an upload of the channel's. With a video or a comment
    goes all that stands beneath it.

    ``off`` are videos and channels without comments, ``closed`` those that are not there,
    ``private`` those that only their owner sees; ``feed_down`` lets the feeds answer 404;
    ``strict`` refuses the whole list where one of the ids is not there. ``newest_inlined`` says
    which replies come along with a thread.
    """

    name: ClassVar[str] = "youtube"

    def __init__(self, now: datetime = NOON) -> None:
        super().__init__(now)
        self.off: set[str] = set()
        self.closed: set[str] = set()
        self.private: set[str] = set()
        self.feed_down = False
        self.strict = False
        self.newest_inlined = False
        self.quota = QUOTA
        self.page_threads = 100
        self.page_replies = 100
        self.used: Counter[str] = Counter()
        self.titles: dict[str, str] = {HOME: "Home"}
        self.stale_tokens = False
        self._parent = ""
        self._as_upload = False
        self._lists: dict[str, list[Place]] = {CHANNEL: [], HOME: []}
        self._replies: dict[str, list[str]] = {}
        self._uploads: list[Place] = []

    def source(self, *brands: Brand, **settings: Any) -> YoutubeSource:
        stated = {
            "api_key": Secret(KEY),
            "channels": [CHANNEL],
            "api_url": self.url,
            "feeds_url": self.url,
            "allow_private": True,
        } | settings
        return YoutubeSource(**stated, now=lambda: self.now)

    # The world.

    def publish(
        self, text: str, *, author: str = "ada", at: datetime | None = None, reply_to: str = ""
    ) -> str:
        with self._lock:
            self._parent = reply_to
            is_turn = (len(self.entries) + 1) % UPLOAD_EVERY == 0
            if is_turn and not reply_to:
                return self.upload(f"Norvia film {len(self.entries) + 1}", text, at=at)
            return super().publish(text, author=author, at=at, reply_to=reply_to)

    def upload(self, title: str, description: str, *, at: datetime | None = None) -> str:
        """A new video of the channel's; its id comes back."""
        with self._lock:
            self._parent, self._as_upload = "", True
            try:
                video = super().publish(description, author=OWNER, at=at)
            finally:
                self._as_upload = False
            self.titles[video] = title
            return video

    def next_id(self, at: datetime) -> str:
        number = len(self.entries) + 1
        if self._as_upload:
            return f"vid{number:08}"
        if self._parent and not self._is_video(self._parent):
            return f"{self.thread_of(self._parent)}.9{number:021}"
        return f"Ugz{number:016}4AaABAg"

    def published(self, entry: Entry) -> None:
        if self._is_video(entry.id):
            insort(self._uploads, (entry.at, entry.id))
            self._lists[entry.id] = []
        elif "." in entry.id:
            self._replies.setdefault(self.thread_of(entry.id), []).append(entry.id)
        else:
            insort(self._lists[CHANNEL], (entry.at, entry.id))
            insort(self._lists[self.video_of(entry.id)], (entry.at, entry.id))

    def changed(self, entry: Entry) -> None:
        if entry.deleted_at is not None:
            self._take_down(self._beneath(entry.id))

    def remove_author(self, author: str) -> None:
        """All but the owner's, whose end would be that of everything."""
        if author != OWNER:
            with self._lock:
                super().remove_author(author)
                mine = [one.id for one in self.entries.values() if one.author == author]
                self._take_down([below for one in mine for below in self._beneath(one)])

    def thread_of(self, comment: str) -> str:
        return comment.partition(".")[0]

    def video_of(self, comment: str) -> str:
        above = self.entries[self.thread_of(comment)].reply_to
        return above or HOME

    def _is_video(self, native_id: str) -> bool:
        return len(native_id) == len(HOME)

    def _beneath(self, native_id: str) -> list[str]:
        if self._is_video(native_id):
            threads = [one for _, one in self._lists[native_id]]
            return [*threads, *(below for one in threads for below in self._beneath(one))]
        return list(self._replies.get(native_id, []))

    def _take_down(self, ids: Sequence[str]) -> None:
        for one in ids:
            if self.entries[one].deleted_at is None:
                self.entries[one] = replace(self.entries[one], deleted_at=self.now)

    def _is_there(self, native_id: str) -> bool:
        entry = self.entries.get(native_id)
        return (
            entry is not None
            and entry.at <= self.now
            and entry.deleted_at is None
            and entry.author not in self.gone_authors
            and native_id not in self.private
        )

    # The answers.

    def answer(self, asked: Asked) -> Answer:
        if asked.path == "/feeds/videos.xml":
            return self._feed(asked.one("channel_id"))
        refused = self._refused(asked)
        if refused:
            return refused
        self.used[f"{self.now.astimezone(PACIFIC):%Y-%m-%d}"] += 1
        match asked.path.removeprefix("/youtube/v3/"):
            case "commentThreads":
                return self._comment_threads(asked)
            case "comments":
                return self._comments(asked)
            case "videos":
                ids = [one for one in ids_in(asked) if one == HOME or self._is_there(one)]
                return listing("video", [self.video(one) for one in ids])
            case "channels":
                return self._channels(asked)
            case "playlistItems":
                return self._playlist(asked)
        return Answer(404, b"<html>not found</html>", {"Content-Type": "text/html"})

    def _refused(self, asked: Asked) -> Answer | None:
        key = asked.headers.get("x-goog-api-key", "") or asked.one("key")
        if not key:
            return refusal(403, "forbidden", "The request is missing a valid API key.")
        if key != KEY:
            words = "API key not valid. Please pass a valid API key."
            return refusal(400, "badRequest", words, detail="API_KEY_INVALID")
        if self.used[f"{self.now.astimezone(PACIFIC):%Y-%m-%d}"] >= self.quota:
            words = "The request cannot be completed because you have exceeded your quota."
            return refusal(403, "quotaExceeded", words, domain="youtube.quota")
        if "snippet" not in asked.one("part"):
            return refusal(400, "missingRequiredParameter", "No filter selected.")
        return None

    def _comment_threads(self, asked: Asked) -> Answer:
        if "id" in asked.query:
            ids = ids_in(asked)
            there = [one for one in ids if self._is_there(one)]
            if self.strict and there != ids:
                return self._not_all(ids, "commentThreadNotFound")
            return listing("commentThread", [self.thread(one) for one in there])
        place = asked.one("videoId") or asked.one("allThreadsRelatedToChannelId")
        kind = "video" if "videoId" in asked.query else "channel"
        known = place in self._lists and place not in self.closed
        if not known or (kind == "video" and place != HOME and not self._is_there(place)):
            return refusal(404, f"{kind}NotFound", f"The {kind} could not be found.")
        if place in self.off:
            words = "The video identified by the videoId parameter has disabled comments."
            return refusal(403, "commentsDisabled", words)
        if place in self.private:
            return refusal(403, "forbidden", "Insufficient permissions.")
        return self._threads(place, asked)

    def _not_all(self, ids: list[str], reason: str) -> Answer:
        if self.private & set(ids):
            return refusal(403, "forbidden", "One or more can't be shown.")
        return refusal(404, reason, "One or more can't be found.")

    def _threads(self, place: str, asked: Asked) -> Answer:
        """Newest first, from where the token says."""
        places = self._lists[place]
        token = asked.one("pageToken")
        try:
            upto = bisect_left(places, position(token)) if token else len(places)
        except ValueError:
            return refusal(400, "invalidPageToken", "The page token is invalid.")
        if token and self.stale_tokens:
            return refusal(400, "invalidPageToken", "The page token is invalid.")
        count = min(int(asked.one("maxResults", "20")), self.page_threads)
        page: list[Place] = []
        at = upto
        while at and len(page) < count:
            at -= 1
            if self._is_there(places[at][1]):
                page.append(places[at])
        next_token = token_of(page[-1]) if at and page else ""
        return listing("commentThread", [self.thread(one) for _, one in page], next_token)

    def _comments(self, asked: Asked) -> Answer:
        if "id" in asked.query:
            ids = ids_in(asked)
            there = [one for one in ids if self._is_there(one)]
            if self.strict and there != ids:
                return self._not_all(ids, "commentNotFound")
            return listing("comment", [self.comment(one) for one in there])
        parent = asked.one("parentId")
        if not self._is_there(parent):
            return refusal(404, "commentNotFound", "The comment could not be found.")
        replies = list(reversed(self._replies_there(parent)))
        count = min(int(asked.one("maxResults", "20")), self.page_replies)
        start = int(asked.one("pageToken", "0"))
        next_token = str(start + count) if start + count < len(replies) else ""
        page = replies[start : start + count]
        return listing("comment", [self.comment(one) for one in page], next_token)

    def _replies_there(self, thread: str) -> list[str]:
        return [one for one in self._replies.get(thread, []) if self._is_there(one)]

    def _channels(self, asked: Asked) -> Answer:
        wanted = ids_in(asked) if "id" in asked.query else []
        is_found = CHANNEL in wanted or asked.one("forHandle").casefold() == f"@{OWNER}"
        if not is_found or CHANNEL in self.closed:
            return Answer(body={"kind": "youtube#channelListResponse", "pageInfo": {}})
        return listing("channel", [shapes.channel(CHANNEL, OWNER)])

    def _playlist(self, asked: Asked) -> Answer:
        if asked.one("playlistId") != f"UU{CHANNEL[2:]}" or CHANNEL in self.closed:
            return refusal(404, "playlistNotFound", "The playlist could not be found.")
        there = [one for _, one in reversed(self._uploads) if self._is_there(one)]
        start, count = int(asked.one("pageToken", "0")), int(asked.one("maxResults", "5"))
        next_token = str(start + count) if start + count < len(there) else ""
        page = there[start : start + count]
        items = [shapes.playlist_item(self.video(one)) for one in page]
        return listing("playlistItem", items, next_token)

    def _feed(self, channel: str) -> Answer:
        xml = {"Content-Type": "text/xml; charset=UTF-8"}
        if self.feed_down or channel != CHANNEL or channel in self.closed:
            return Answer(404, b"<!DOCTYPE html><title>Error 404 (Not Found)!!1</title>")
        there = [one for _, one in reversed(self._uploads) if self._is_there(one)]
        entries = "".join(
            shapes.feed_entry(self.entries[one], CHANNEL, self.titles[one])
            for one in there[:FEED_ENTRIES]
        )
        return Answer(200, shapes.feed(channel, entries), xml)

    def thread(self, thread: str) -> dict[str, Any]:
        replies = self._replies_there(thread)
        inlined = replies[-INLINED:][::-1] if self.newest_inlined else replies[:INLINED]
        return shapes.thread(self.comment(thread), len(replies), list(map(self.comment, inlined)))

    def comment(self, comment: str) -> dict[str, Any]:
        parent = self.thread_of(comment) if "." in comment else ""
        entry = self.entries[comment]
        return shapes.comment(entry, CHANNEL, self.video_of(comment), parent)

    def video(self, video: str) -> dict[str, Any]:
        entry = self.entries.get(video) or Entry(HOME, "Our first film", OWNER, NOON)
        threads = [one for _, one in self._lists[video] if self._is_there(one)]
        return shapes.video(entry, CHANNEL, self.titles[video], len(threads))


def ids_in(asked: Asked) -> list[str]:
    return asked.one("id").split(",")[:IDS_MAX]


def token_of(place: Place) -> str:
    return urlsafe_b64encode(f"{place[0].isoformat()}|{place[1]}".encode()).decode()


def position(token: str) -> Place:
    at, _, native_id = urlsafe_b64decode(token).decode().partition("|")
    return datetime.fromisoformat(at), native_id

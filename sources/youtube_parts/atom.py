"""A channel's feed: an Atom document of its fifteen newest uploads, always in the same form.

Read straight by expat, in one pass over bounded bytes. A document type is refused, because only
there can entities be declared, and a feed of YouTube's has none.
"""

from datetime import datetime
from typing import Any
from xml.parsers import expat

from listener.model import Author, Engagement, Post
from listener.text import clean_text
from sources.common import fields
from sources.youtube_parts.posts import SITE, TEXT_CHARS_MAX, VIDEO_ID_CHARS, video_url

FEED_ENTRIES = 15
"""A feed holds no more."""

_ENTRIES_MAX = 100
_ATOM = "http://www.w3.org/2005/Atom "
_YT = "http://www.youtube.com/xml/schemas/2015 "
_MEDIA = "http://search.yahoo.com/mrss/ "
_TEXTS = {
    f"{_YT}videoId": "id",
    f"{_YT}channelId": "channel",
    f"{_ATOM}title": "title",
    f"{_ATOM}published": "published",
    f"{_MEDIA}description": "description",
    f"{_ATOM}name": "author",
}


def videos_in(body: bytes) -> list[Post]:
    """The uploads a feed lists. Raises ValueError where it is no such feed."""
    reader = _Reader()
    try:
        reader.read(body)
    except expat.ExpatError as error:
        raise ValueError("it is no well-formed feed") from error
    if not reader.is_feed:
        raise ValueError("it is no Atom feed")
    posts = (_post(entry) for entry in reader.entries)
    return [post for post in posts if post]


class _Reader:
    """Collects, entry by entry, the texts that matter."""

    def __init__(self) -> None:
        self.is_feed = False
        self.entries: list[dict[str, str]] = []
        self._entry: dict[str, str] | None = None
        self._field = ""
        self._chars: list[str] = []

    def read(self, body: bytes) -> None:
        # Whatever encoding a damaged one declares: YouTube's are UTF-8.
        parser = expat.ParserCreate("utf-8", namespace_separator=" ")
        parser.buffer_text = True
        parser.StartDoctypeDeclHandler = _refuse
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._chars.append
        parser.Parse(body, True)

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        self._chars.clear()
        if name == f"{_ATOM}feed":
            self.is_feed = True
        elif name == f"{_ATOM}entry" and len(self.entries) < _ENTRIES_MAX:
            self._entry = {}
        elif self._entry is not None and name == f"{_MEDIA}statistics":
            self._entry["views"] = attributes.get("views", "")
        elif self._entry is not None and name == f"{_MEDIA}starRating":
            self._entry["likes"] = attributes.get("count", "")

    def _end(self, name: str) -> None:
        if self._entry is not None and name in _TEXTS:
            self._entry.setdefault(_TEXTS[name], "".join(self._chars))
        elif self._entry is not None and name == f"{_ATOM}entry":
            self.entries.append(self._entry)
            self._entry = None
        self._chars.clear()


def _refuse(*_: Any) -> None:
    raise ValueError("it declares a document type, which no feed of YouTube's does")


def _post(entry: dict[str, str]) -> Post | None:
    video = entry.get("id", "").strip()
    if len(video) != VIDEO_ID_CHARS:
        return None
    channel = entry.get("channel", "").strip()
    return Post(
        site=SITE,
        native_id=video,
        title=clean_text(entry.get("title", ""), TEXT_CHARS_MAX),
        text=clean_text(entry.get("description", ""), TEXT_CHARS_MAX),
        url=video_url(video),
        author=Author(handle=channel, name=clean_text(entry.get("author", ""), 300), id=channel),
        published_at=_moment(entry.get("published", "")),
        engagement=Engagement(likes=_count(entry, "likes"), views=_count(entry, "views")),
        conversation=video,
    )


def _moment(value: str) -> datetime | None:
    return fields.moment([value.strip()], 0)


def _count(entry: dict[str, str], name: str) -> int:
    digits = entry.get(name, "")
    return int(digits) if digits.isascii() and digits.isdigit() and len(digits) < 16 else 0

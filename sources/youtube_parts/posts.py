"""YouTube's JSON to posts: comments, replies and videos; whose they are and how far they went."""

import re
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from hashlib import blake2b

from listener.model import Author, Engagement, Post
from sources.common import fields
from sources.common.fields import Json

SITE = "youtube"
VIDEO_ID_CHARS = 11
TEXT_CHARS_MAX = 100_000

_ID = re.compile(r"[A-Za-z0-9_.=-]{1,150}")
_FIRST_VIDEO = datetime(2005, 4, 23, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Item:
    """A comment, a reply or a video as it stands; ``published`` in seconds since 1970, 0: unknown.

    ``digest`` is the same for the same words.
    """

    post: Post
    published: int
    digest: str


def item_of(post: Post) -> Item:
    """The post with what is remembered of it."""
    published = int(post.published_at.timestamp()) if post.published_at else 0
    return Item(post, published, digest(f"{post.title}\0{post.text}"))


def digest(words: str) -> str:
    """A short mark of these words, or of this id."""
    return blake2b(words.encode("utf-8", "replace"), digest_size=6).hexdigest()


def id_in(raw: Json) -> str:
    """The id of an object. Raises ValueError where it has none that YouTube could have given."""
    found = fields.needed(raw, "id")
    if not _ID.fullmatch(found):
        raise ValueError("its id is none of YouTube's")
    return found


def comment_of(raw: Json, video: str, thread: str = "") -> Item:
    """A comment, or a reply in ``thread``. Raises ValueError where it has no id or no content."""
    native_id = id_in(raw)
    snippet = fields.table(raw, "snippet")
    if not snippet:
        raise ValueError("it has no snippet")
    post = Post(
        site=SITE,
        native_id=native_id,
        text=_words(snippet, "textDisplay"),
        url=_url(native_id, video, fields.name(snippet, "channelId")),
        author=_commenter(snippet),
        published_at=_moment(snippet, "publishedAt"),
        in_reply_to=thread or video,
        conversation=thread or native_id,
        engagement=Engagement(likes=fields.count(snippet, "likeCount")),
    )
    return item_of(post)


def comment_again(raw: Json, known: Post) -> Post:
    """A known comment as it stands now. Raises ValueError where there is nothing to compare."""
    now = comment_of(raw, "").post
    engagement = replace(known.engagement, likes=now.engagement.likes)
    return replace(known, text=now.text, author=now.author, engagement=engagement)


def video_again(raw: Json, known: Post) -> Post:
    """A known video as it stands now. Raises ValueError where there is nothing to compare."""
    if not fields.table(raw, "snippet"):
        raise ValueError("it has no snippet")
    post = replace(
        known,
        title=_words(raw, "snippet", "title"),
        text=_words(raw, "snippet", "description"),
    )
    return counted(post, raw)


def counted(video: Post, raw: Json) -> Post:
    """The video with its statistics and its language. A count that the owner hides is 0."""
    return replace(
        video,
        engagement=Engagement(
            likes=_number(raw, "statistics", "likeCount"),
            replies=_number(raw, "statistics", "commentCount"),
            views=_number(raw, "statistics", "viewCount"),
        ),
        language=fields.text(raw, "snippet", "defaultAudioLanguage", chars_max=35)
        or fields.text(raw, "snippet", "defaultLanguage", chars_max=35),
    )


def video_url(video: str) -> str:
    """Where a video is watched."""
    return f"https://www.youtube.com/watch?v={video}"


def is_video(post: Post) -> bool:
    """Whether a known post is a video: their ids are shorter than any comment's."""
    return len(post.native_id) == VIDEO_ID_CHARS


def is_reply(post: Post) -> bool:
    """Whether a known post is a reply: its thread began with another."""
    return post.conversation != post.native_id


def _url(native_id: str, video: str, channel: str) -> str:
    if video:
        return f"{video_url(video)}&lc={native_id}"
    return f"https://www.youtube.com/channel/{channel}" if channel else "https://www.youtube.com/"


def _commenter(snippet: Json) -> Author:
    """Nowadays the display name is the handle; where it isn't, the channel's id stands for it."""
    name = fields.text(snippet, "authorDisplayName", chars_max=300)
    channel = fields.name(snippet, "authorChannelId", "value")
    handle = name.removeprefix("@") if name.startswith("@") else channel
    return Author(handle=handle, name=name, id=channel)


def _words(raw: Json, *path: str) -> str:
    return fields.text(raw, *path, chars_max=TEXT_CHARS_MAX)


def _number(raw: Json, *path: str) -> int:
    """A count, which YouTube writes as a string of digits."""
    found = fields.at(raw, *path)
    if isinstance(found, str) and found.isascii() and found.isdigit() and len(found) < 17:
        return int(found)
    return fields.count(raw, *path)


def _moment(raw: Json, *path: str) -> datetime | None:
    """The time there, unless YouTube is younger than that."""
    found = fields.moment(raw, *path)
    return found if found and found >= _FIRST_VIDEO else None

"""LinkedIn's posts, comments and notices as posts.

A post is named by its URN, a comment by its number, because LinkedIn writes a comment's URN in
several ways. Members have no names here: LinkedIn shows those to few apps, and nobody may keep
them.
"""

import re
from dataclasses import dataclass
from datetime import datetime
from hashlib import blake2b

from listener.model import Author, Engagement, Post
from sources.common import fields
from sources.common.fields import Json
from sources.common.plain_text import web_address
from sources.linkedin_parts.api import escaped

SITE = "linkedin"

_POST_URN = re.compile(r"urn:li:(?:share|ugcPost|activity):\d{1,30}")
_COMMENT_URN = re.compile(r"urn:li:comment:\((?:urn:li:)?\w{1,20}:\d{1,30},(\d{1,30})\)")
_ORGANIZATION = "urn:li:organization:"
_TEXT_CHARS_MAX = 200_000
_MENTION = re.compile(r"@\[((?:\\.|[^\\\]]){0,300})\]\(urn:li:[\w:%-]{1,100}\)")
_HASHTAG = re.compile(r"\{hashtag\|(?:\\?#|＃)\|((?:\\.|[^\\}]){0,300})\}")
_ESCAPED = re.compile(r"\\([|{}@\[\]()<>#\\*_~])")


@dataclass(frozen=True, slots=True)
class Entry:
    """Something that was read. ``at`` is when it was published, ``changed`` when edited last."""

    post: Post
    mark: str
    at: float
    changed: float
    replies: int = 0


def post_entry(raw: Json, latest: float) -> Entry:
    """A post of the page's or of somebody else's. Raises ValueError for what is none."""
    urn = fields.needed(raw, "id")
    if not is_post(urn):
        raise ValueError("its id is no post's")
    at = _time(raw, latest, "publishedAt") or _time(raw, latest, "createdAt")
    if not at:
        raise ValueError("it has no time, or one that has not come yet")
    link = web_address(fields.text(raw, "content", "article", "source"))
    text = plain(fields.text(raw, "commentary", chars_max=_TEXT_CHARS_MAX))
    return _entry(
        Post(
            site=SITE,
            native_id=urn,
            text=text,
            title=fields.text(raw, "content", "article", "title"),
            url=_address(urn),
            author=author_of(fields.text(raw, "author")),
            published_at=_moment(at),
            conversation=urn,
            links=(link,) if link else (),
        ),
        at,
        _time(raw, latest, "lastModifiedAt") or at,
    )


def comment_entry(raw: Json, post_urn: str, latest: float) -> Entry:
    """A comment on this post. Raises ValueError for what is none."""
    number = comment_number(fields.text(raw, "commentUrn")) or comment_number(
        fields.text(raw, "$URN")
    )
    number = number or fields.name(raw, "id")
    if not is_number(number):
        raise ValueError("its id is no number")
    at = _time(raw, latest, "created", "time")
    if not at:
        raise ValueError("it has no time, or one that has not come yet")
    parent = comment_number(fields.text(raw, "parentComment"))
    replies = fields.count(raw, "commentsSummary", "totalFirstLevelComments")
    likes = ("likesSummary", "totalLikes")
    urn = fields.text(raw, "commentUrn")
    post = Post(
        site=SITE,
        native_id=number,
        text=fields.text(raw, "message", "text", chars_max=_TEXT_CHARS_MAX),
        url=_address(post_urn) + (f"?commentUrn={escaped(urn)}" if urn else ""),
        author=author_of(fields.text(raw, "actor")),
        published_at=_moment(at),
        in_reply_to=parent or post_urn,
        conversation=post_urn,
        engagement=Engagement(likes=fields.count(raw, *likes), replies=replies),
    )
    return _entry(post, at, _time(raw, latest, "lastModified", "time") or at, replies)


def shared_entry(notice: Json, at: float) -> Entry | None:
    """The post that a notice shows, by which somebody mentioned the page; None: it shows none."""
    share = fields.table(notice, "decoratedGeneratedActivity", "share")
    urn = fields.text(share, "entity") or fields.text(notice, "generatedActivity")
    text = fields.text(share, "text", chars_max=_TEXT_CHARS_MAX)
    owner = fields.text(share, "owner")
    if not (is_post(urn) and text and owner):
        return None
    post = Post(
        site=SITE,
        native_id=urn,
        text=plain(text),
        url=_address(urn),
        author=author_of(owner),
        published_at=_moment(at),
        conversation=urn,
    )
    return _entry(post, at, at)


def author_of(urn: str) -> Author:
    """Who it is: a page has its number as its handle, a member only an id."""
    number = urn.removeprefix(_ORGANIZATION)
    return Author(handle=number if number != urn else "", id=urn if urn.startswith("urn:") else "")


def plain(text: str) -> str:
    """LinkedIn's "little text" without its marks: mentions and hashtags as they are shown."""
    text = _MENTION.sub(r"\1", text)
    text = _HASHTAG.sub(r"#\1", text)
    return _ESCAPED.sub(r"\1", text)


def is_post(urn: str) -> bool:
    """Whether it may be a post's URN; it goes into an address."""
    return bool(_POST_URN.fullmatch(urn))


def is_number(value: str) -> bool:
    """Whether it may be a comment's number."""
    return value.isascii() and value.isdigit() and len(value) <= 30


def comment_number(urn: str) -> str:
    """The number in a comment's URN, however it is written; empty where it is none."""
    found = _COMMENT_URN.fullmatch(urn)
    return found[1] if found else ""


def seconds(raw: Json, latest: float, *path: str) -> float:
    """The time in milliseconds at this path, in seconds; 0 for none, or one that is to come."""
    return _time(raw, latest, *path)


def _time(raw: Json, latest: float, *path: str) -> float:
    at = fields.count(raw, *path) / 1_000
    return at if 0 < at <= latest else 0.0


def _moment(at: float) -> datetime | None:
    return fields.moment([at], 0)


def _address(urn: str) -> str:
    return f"https://www.linkedin.com/feed/update/{urn}/"


def _entry(post: Post, at: float, changed: float, replies: int = 0) -> Entry:
    digest = blake2b(f"{post.title}\0{post.text}".encode(), digest_size=6).hexdigest()
    return Entry(post, digest, at, changed, replies)

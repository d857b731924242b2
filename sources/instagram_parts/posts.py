"""What Instagram's JSON says: media, comments and the answers to them."""

from listener.model import Author, Engagement, Post
from sources.common import fields
from sources.common.fields import Json
from sources.common.plain_text import web_address

SITE = "instagram"

_SHORT = "id,text,timestamp,username,from{id,username},like_count,hidden,parent_id"
REPLY_FIELDS = f"{_SHORT},media{{id,permalink}}"
COMMENT_FIELDS = f"{REPLY_FIELDS},replies.limit(50){{{_SHORT}}}"
MEDIA_FIELDS = "id,caption,timestamp,username,permalink,like_count,comments_count"
OWN_FIELDS = f"{MEDIA_FIELDS},comments.limit(1){{id,replies.limit(1){{id}}}}"
HASHTAG_FIELDS = "id,caption,timestamp,permalink,like_count,comments_count"
"""Instagram never tells who published what was found by its hashtag."""
MENTIONED_FIELDS = "id,text,timestamp,like_count,media{id,permalink}"
"""Nor who wrote a comment that it shows because the account was mentioned in it."""

_TEXT_CHARS_MAX = 1_000_000


def media_in(raw: Json) -> Post:
    """A photo, a video or an album. Raises ValueError without an id."""
    native_id = fields.needed(raw, "id")
    return Post(
        site=SITE,
        native_id=native_id,
        text=fields.text(raw, "caption", chars_max=_TEXT_CHARS_MAX),
        url=web_address(fields.text(raw, "permalink")),
        author=_author(raw),
        published_at=fields.moment(raw, "timestamp"),
        engagement=Engagement(
            likes=fields.count(raw, "like_count"), replies=fields.count(raw, "comments_count")
        ),
        conversation=native_id,
    )


def comment_in(raw: Json, media: str, *, above: str = "", url: str = "") -> Post:
    """A comment on a medium, or an answer to the one ``above``. Raises ValueError without an id."""
    thread = media or fields.name(raw, "media", "id")
    replies = fields.at(raw, "replies", "data")
    return Post(
        site=SITE,
        native_id=fields.needed(raw, "id"),
        text=fields.text(raw, "text", chars_max=_TEXT_CHARS_MAX),
        url=web_address(fields.text(raw, "media", "permalink")) or url,
        author=_author(raw),
        published_at=fields.moment(raw, "timestamp"),
        in_reply_to=fields.name(raw, "parent_id") or above or thread,
        engagement=Engagement(
            likes=fields.count(raw, "like_count"),
            replies=len(replies) if isinstance(replies, list) else 0,
        ),
        conversation=thread,
    )


def mark_of(raw: Json) -> str:
    """What changes when somebody comments; empty where there is no comment.

    The count alone would hide one that came as another was deleted.
    """
    count = fields.count(raw, "comments_count")
    latest = fields.name(raw, "comments", "data", 0, "id")
    answer = fields.name(raw, "comments", "data", 0, "replies", "data", 0, "id")
    return f"{count} {latest} {answer}".strip() if count or latest else ""


def is_shown(raw: Json) -> bool:
    """Whether everybody can see it."""
    return not fields.truth(raw, "hidden")


def _author(raw: Json) -> Author:
    sender = fields.table(raw, "from")
    handle = fields.text(sender, "username") or fields.text(raw, "username")
    return Author(handle=handle, id=fields.name(sender, "id"))

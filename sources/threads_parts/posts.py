"""Threads' media objects as posts."""

from dataclasses import dataclass
from hashlib import blake2b

from listener.model import Author, Post
from sources.common import fields
from sources.common.fields import Json
from sources.common.plain_text import web_address

SITE = "threads"
_REPOST = "REPOST_FACADE"
_TEXT_CHARS_MAX = 100_000


@dataclass(frozen=True, slots=True)
class Item:
    """An entry of a list. ``post`` is None for a plain repost, which says nothing of its own."""

    id: str
    at: float
    mark: str
    post: Post | None


def item_of(raw: Json, latest: float) -> Item:
    """The entry. Raises ValueError without an id, or with a time that has not come yet."""
    native_id = fields.needed(raw, "id")
    if not is_id(native_id):
        raise ValueError("its id is no number")
    published = fields.moment(raw, "timestamp")
    if published is None:
        raise ValueError("it has no timestamp")
    if not 0 < published.timestamp() <= latest:
        raise ValueError("its timestamp is of a time to come")
    post = post_of(raw, native_id)
    kind = fields.text(raw, "media_type")
    return Item(native_id, published.timestamp(), mark(post), None if kind == _REPOST else post)


def post_of(raw: Json, native_id: str) -> Post:
    """The post with this id, as far as Threads tells; who may not be named has no handle."""
    handle = fields.text(raw, "username")
    link = web_address(fields.text(raw, "link_attachment_url"))
    return Post(
        site=SITE,
        native_id=native_id,
        text=fields.text(raw, "text", chars_max=_TEXT_CHARS_MAX),
        title=fields.text(raw, "topic_tag"),
        url=web_address(fields.text(raw, "permalink")),
        author=Author(handle=handle, name=handle),
        published_at=fields.moment(raw, "timestamp"),
        in_reply_to=_id(raw, "replied_to"),
        conversation=_id(raw, "root_post") or native_id,
        links=(link,) if link else (),
    )


def is_id(native_id: str) -> bool:
    """Whether it may be a post's id; it goes into an address."""
    return native_id.isascii() and native_id.isdigit() and len(native_id) <= 40


def mark(post: Post) -> str:
    """The same for the same words, another for others; of the topic not every list tells."""
    return blake2b(post.text.encode(), digest_size=6).hexdigest()


def _id(raw: Json, key: str) -> str:
    """The id in an edge, which is an object or the id itself."""
    return fields.name(raw, key, "id") or fields.name(raw, key)

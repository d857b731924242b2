"""Hits of the search and items of the site as posts."""

from dataclasses import replace
from hashlib import blake2b

from listener.model import Author, Engagement, Post
from sources.common import fields
from sources.common.plain_text import plain_text, web_address

SITE = "hackernews"


def post_of(hit: fields.Json) -> Post:
    """The story or comment that the search found. Raises ValueError where it has no id."""
    native_id = fields.needed(hit, "objectID")
    body, links = plain_text(_body(hit, "comment_text") or _body(hit, "story_text"))
    author = fields.name(hit, "author")
    link = web_address(fields.text(hit, "url"))
    return Post(
        site=SITE,
        native_id=native_id,
        text=body,
        title=fields.text(hit, "title"),
        url=f"https://news.ycombinator.com/item?id={native_id}",
        author=Author(handle=author, name=author, id=author),
        published_at=fields.moment(hit, "created_at_i") or fields.moment(hit, "created_at"),
        in_reply_to=fields.name(hit, "parent_id"),
        conversation=fields.name(hit, "story_id") or native_id,
        engagement=Engagement(
            likes=fields.count(hit, "points"), replies=fields.count(hit, "num_comments")
        ),
        links=tuple(dict.fromkeys((link, *links) if link else links)),
    )


def is_gone(item: object) -> bool:
    """Whether the site took it down: its author deleted it, or its readers or editors did."""
    return (
        item is None or fields.truth(item, "deleted") is True or fields.truth(item, "dead") is True
    )


def looked_at_again(post: Post, item: fields.Json) -> Post:
    """The post with the text and the counts that its item has now."""
    body, links = plain_text(_body(item, "text"))
    link = web_address(fields.text(item, "url"))
    return replace(
        post,
        text=body,
        title=fields.text(item, "title"),
        links=tuple(dict.fromkeys((link, *links) if link else links)),
        engagement=replace(
            post.engagement,
            likes=fields.count(item, "score"),
            replies=_replies(item),
        ),
    )


def _replies(item: fields.Json) -> int:
    """All beneath a story; the site counts only the direct ones of a comment, as ids."""
    if "descendants" in item:
        return fields.count(item, "descendants")
    kids = fields.at(item, "kids")
    return len(kids) if isinstance(kids, list) else 0


def mark(post: Post) -> str:
    """The same for the same words, another for others."""
    words = f"{post.title}\0{post.text}".encode()
    return blake2b(words, digest_size=6).hexdigest()


def _body(item: fields.Json, name: str) -> str:
    return fields.text(item, name, chars_max=None)

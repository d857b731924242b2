"""A forum's JSON to posts: what names a post, what it says, whose it is."""

import hashlib
from dataclasses import dataclass, replace
from datetime import datetime

from listener.model import Author, Engagement, Post
from sources.common import fields
from sources.common.fields import Json
from sources.common.plain_text import plain_text

_REGULAR, _MODERATORS = 1, 2
_LIKE = 2
_ID_MAX = 10**15
_COOKED_CHARS_MAX = 1_000_000
_QUOTE_START, _QUOTE_END = '<aside class="quote', "</aside>"


@dataclass(frozen=True, slots=True)
class Item:
    """A post as a forum lists it, and its place there.

    ``shown`` is False for what is hidden, taken back by its author or no post of a person's.
    ``parent_number`` is the number in the topic of the post it answers; 0: it opens the topic.
    """

    id: int
    topic: str
    number: int
    parent_number: int
    parent_handle: str
    shown: bool
    digest: str
    post: Post


def item_of(raw: Json, address: str, site: str) -> Item:
    """The post in an entry of a list. Raises ValueError for one without an id or a topic."""
    native_id, topic = fields.needed(raw, "id"), fields.needed(raw, "topic_id")
    if not (_is_id(native_id) and _is_id(topic)):
        raise ValueError("its id or that of its topic is no number")
    number = fields.count(raw, "post_number")
    parent_number = fields.count(raw, "reply_to_post_number") or int(number > 1)
    post = _post(raw, native_id, topic, address, site)
    return Item(
        id=int(native_id),
        topic=topic,
        number=number,
        parent_number=parent_number,
        parent_handle=fields.text(raw, "reply_to_user", "username"),
        shown=_is_shown(raw),
        digest=_digest(post),
        post=post,
    )


def looked_at_again(raw: Json, known: Post, address: str) -> Post | None:
    """A known post as it stands now; None where it is shown no longer. Raises ValueError.

    A single post comes without its topic's title, so title and place stay as known.
    """
    item = item_of(raw, address, known.site)
    if not item.shown:
        return None
    now = item.post
    return replace(known, text=now.text, links=now.links, engagement=now.engagement)


def conversation_of(topic: str) -> str:
    """The name of a topic's thread: its posts don't say which of them opened it."""
    return f"topic/{topic}"


def topic_in(conversation: str) -> str:
    """The topic that a thread's name stands for, or an empty string."""
    topic = conversation.removeprefix("topic/")
    return topic if topic != conversation and _is_id(topic) else ""


def _is_id(value: str) -> bool:
    return value.isascii() and value.isdigit() and 0 < int(value[:20]) <= _ID_MAX


def _is_shown(raw: Json) -> bool:
    taken = fields.truth(raw, "hidden") or fields.truth(raw, "user_deleted")
    kind = fields.count(raw, "post_type") or _REGULAR
    return not taken and not fields.at(raw, "deleted_at") and kind in {_REGULAR, _MODERATORS}


def _post(raw: Json, native_id: str, topic: str, address: str, site: str) -> Post:
    url = _url(raw, topic, address)
    cooked = fields.text(raw, "cooked", chars_max=_COOKED_CHARS_MAX)
    text, links = plain_text(without_quotes(cooked), url)
    return Post(
        site=site,
        native_id=native_id,
        text=text,
        title=fields.text(raw, "topic_title"),
        url=url,
        author=_author(raw),
        published_at=fields.moment(raw, "created_at"),
        engagement=_engagement(raw),
        links=links,
        conversation=conversation_of(topic),
    )


def _author(raw: Json) -> Author:
    return Author(
        handle=fields.text(raw, "username"),
        name=fields.text(raw, "name") or fields.text(raw, "display_username"),
        id=fields.name(raw, "user_id"),
    )


def _engagement(raw: Json) -> Engagement:
    actions = fields.items(raw, "actions_summary")
    likes = (fields.count(one, "count") for one in actions if fields.count(one, "id") == _LIKE)
    return Engagement(
        likes=next(likes, fields.count(raw, "like_count")),
        replies=fields.count(raw, "reply_count"),
        views=fields.count(raw, "reads"),
    )


def _url(raw: Json, topic: str, address: str) -> str:
    slug = fields.text(raw, "topic_slug", chars_max=300) or "-"
    return f"{address}/t/{slug}/{topic}/{fields.count(raw, 'post_number') or 1}"


def without_quotes(cooked: str) -> str:
    """The HTML of a post without what it quotes of others: those are not its author's words."""
    kept: list[str] = []
    at = 0
    while (start := cooked.find(_QUOTE_START, at)) >= 0:
        end = cooked.find(_QUOTE_END, start)
        if end < 0:
            break
        kept.append(cooked[at:start])
        at = end + len(_QUOTE_END)
    return "<br>".join([*kept, cooked[at:]])


def seen_date(item: Item, otherwise: datetime) -> datetime:
    """When it was published, as far as it says."""
    return item.post.published_at or otherwise


def _digest(post: Post) -> str:
    return hashlib.sha256(f"{post.title}\n{post.text}".encode()).hexdigest()[:12]

"""Which posts answer a mention: replies by a brand's own accounts. Pure."""

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from listener.model import Mention, Post

Own = Callable[[str], Collection[str]]
"""The ids of the brands whose own account a handle is."""


@dataclass(frozen=True, slots=True)
class Answer:
    """``post_id``, by an account of ``brand``'s own, replied to the post ``parent`` at ``at``."""

    parent: str
    brand: str
    post_id: str
    at: datetime


def answers_in(posts: Sequence[Post], own: Own, mentions: Iterable[Mention] = ()) -> list[Answer]:
    """The answers among these posts and their mentions.

    ``in_reply_to`` may hold the parent's native id, or its whole id; a handle is no parent. What
    its own place says was answered, such as a call that was taken, answers itself.
    """
    return [*_replies(posts, own), *_in_place(mentions)]


def _replies(posts: Iterable[Post], own: Own) -> list[Answer]:
    return [
        Answer(parent, brand, post.id, post.published_at)
        for post in posts
        if post.in_reply_to and post.published_at
        for brand in sorted(own(post.author.handle))
        for parent in [parent_id(post)]
    ]


def _in_place(mentions: Iterable[Mention]) -> list[Answer]:
    return [
        Answer(one.post.id, one.brand, one.post.id, one.post.answered_at)
        for one in mentions
        if one.post.answered_at
    ]


def parent_id(post: Post) -> str:
    """The whole id of what the post replies to, if that is a post; empty where it is no reply."""
    prefix = f"{post.site}:"
    parent = post.in_reply_to
    return parent if not parent or parent.startswith(prefix) else prefix + parent

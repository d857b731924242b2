"""What is known around a post: its thread, its author, and what people said of other posts."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from listener.model import Post


@dataclass(frozen=True, slots=True)
class Around:
    """The surroundings of one post.

    ``thread`` holds the brands that the post it answers is about; None where that post is not
    known. ``marked`` is brand → how many posts of this author people marked as about it, and as
    not about it. ``place`` is the brand whose own place it stands in: its page, its mailbox.
    """

    thread: frozenset[str] | None = None
    marked: Mapping[str, tuple[int, int]] = field(default_factory=dict)
    place: str = ""


@dataclass(frozen=True, slots=True)
class Marked:
    """A person's answer: this post is, or is not, about the brand."""

    post: Post
    brand: str
    about: bool


NOWHERE = Around()
"""Nothing is known."""

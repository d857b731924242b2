"""What an expression's fields ask of a post, folded once per post."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal
from urllib.parse import urlsplit

from listener.match.fold import fold
from listener.match.forms import account
from listener.model import Post

_LINKS_MAX = 1_000


@dataclass(frozen=True, slots=True)
class Facts:
    """The facts of one post, all folded. ``links`` are hosts, ``author`` an account's name.

    ``language`` is the code without its region, or empty where it isn't known.
    """

    site: str = ""
    author: str = ""
    language: str = ""
    type: Literal["post", "reply"] = "post"
    links: tuple[str, ...] = ()


def facts_of(post: Post) -> Facts:
    """The facts of a post as its source gave them."""
    return Facts(
        fold(post.site),
        account(post.author.handle),
        fold(post.language).replace("_", "-").split("-")[0],
        "reply" if post.in_reply_to else "post",
        tuple(dict.fromkeys(_hosts(post.links[:_LINKS_MAX]))),
    )


def is_under(host: str, parent: str) -> bool:
    """Whether a host is the parent or one of its subdomains."""
    return host == parent or host.endswith(f".{parent}")


def _hosts(links: tuple[str, ...]) -> Iterator[str]:
    for link in links:
        try:
            host = urlsplit(link if "//" in link else f"//{link}").hostname
        except ValueError:
            continue
        if host:
            yield fold(host).rstrip(".")

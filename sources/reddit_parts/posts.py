"""Reddit's things to posts: submissions (``t3``) and comments (``t1``), or that one was taken down.

A thing's text is Markdown. Reddit gives it as HTML too, which is read where it is there.
"""

import html
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from hashlib import blake2b
from typing import Any

from listener.model import Author, Engagement, Post
from listener.text import clean_text
from sources.common import fields
from sources.common.fields import Json
from sources.common.plain_text import plain_text, tidy, web_address

SITE = "reddit"
WEB = "https://www.reddit.com"
LINKS_MAX = 50
NAME = re.compile(r"t[13]_[0-9a-z]{1,20}")
"""A fullname: the native id of a submission or a comment."""

_TAKEN_DOWN = re.compile(r"\[\s*(?:deleted|removed)(?: by [^\]]{1,40})?\s*\]", re.IGNORECASE)
_MARKDOWN_LINK = re.compile(r"\[([^\[\]\n]{0,500})\]\(([^\s()]{1,2000})(?: +\"[^\"\n]{0,200}\")?\)")
_KEPT_CHARS_MAX = 2_000
_DELETED_AUTHOR = "[deleted]"


@dataclass(frozen=True, slots=True)
class Thing:
    """What a listing holds: its fullname, when it was published, and the post.

    ``post`` is None where it was taken down; ``is_author_gone`` says that its author's account
    was deleted, which takes the post down as well.
    """

    id: str
    at: datetime
    post: Post | None
    is_author_gone: bool = False

    @property
    def mark(self) -> str:
        """The same as long as its words are the same."""
        if self.post is None:
            return "-"
        words = "\0".join((self.post.title, self.post.text, *self.post.links))
        return blake2b(words.encode("utf-8", "replace"), digest_size=5).hexdigest()


def thing_of(child: object) -> Thing:
    """One of a listing's children. Raises ValueError where it is none that can be read."""
    kind, data = fields.text(child, "kind"), fields.table(child, "data")
    name = fields.needed(data, "name")
    if kind not in {"t1", "t3"} or not NAME.fullmatch(name) or not name.startswith(kind):
        msg = f"it is called {name[:60]!r}, which is no submission and no comment"
        raise ValueError(msg)
    at = fields.moment(data, "created_utc")
    if at is None:
        raise ValueError("it has no created_utc")
    is_author_gone = _is_author_gone(data)
    if is_author_gone or _is_taken_down(data, kind):
        return Thing(name, at, None, is_author_gone and not _is_taken_down(data, kind))
    return Thing(name, at, _comment(data, name, at) if kind == "t1" else _link(data, name, at))


def _is_author_gone(data: Json) -> bool:
    author = data.get("author", "")
    if author is not None and not isinstance(author, str):
        raise ValueError("it has an author that is no name")
    return author is None or author == _DELETED_AUTHOR


def _is_taken_down(data: Json, kind: str) -> bool:
    said = [fields.text(data, "body")] if kind == "t1" else _said(data)
    removed = fields.text(data, "removed_by_category") or fields.text(data, "removed_by")
    return bool(removed) or any(_TAKEN_DOWN.fullmatch(text.strip()) for text in said)


def _said(data: Json) -> list[str]:
    return [fields.text(data, "title"), fields.text(data, "selftext")]


def _comment(data: Json, name: str, at: datetime) -> Post:
    text, links = _words(data, "body")
    return Post(
        site=SITE,
        native_id=name,
        text=text,
        url=_permalink(data),
        author=_author(data),
        published_at=at,
        in_reply_to=_name_in(data, "parent_id"),
        engagement=Engagement(likes=fields.count(data, "score")),
        links=links,
        conversation=_name_in(data, "link_id"),
    )


def _link(data: Json, name: str, at: datetime) -> Post:
    """A submission: its own text, or a link, pictures with captions, a poll, a crosspost."""
    text, links = _words(data, "selftext")
    return Post(
        site=SITE,
        native_id=name,
        text=clean_text("\n".join(filter(None, (text, *_captions(data))))),
        title=fields.text(data, "title"),
        url=_permalink(data),
        author=_author(data),
        published_at=at,
        engagement=Engagement(
            likes=fields.count(data, "score"),
            shares=fields.count(data, "num_crossposts"),
            replies=fields.count(data, "num_comments"),
        ),
        links=tuple(dict.fromkeys([*filter(None, _pointed_at(data)), *links]))[:LINKS_MAX],
        conversation=name,
    )


def _pointed_at(data: Json) -> Iterator[str]:
    """The addresses a submission leads to: its link, those of pictures, what it crossposts."""
    if not fields.truth(data, "is_self"):
        url = fields.text(data, "url_overridden_by_dest") or fields.text(data, "url")
        yield web_address(url, WEB)
    for item in fields.items(data, "gallery_data", "items"):
        yield web_address(fields.text(item, "outbound_url"))
    for original in fields.items(data, "crosspost_parent_list"):
        yield _permalink(original)


def _captions(data: Json) -> Iterator[str]:
    for item in fields.items(data, "gallery_data", "items"):
        yield tidy(fields.text(item, "caption"))
    for option in fields.items(data, "poll_data", "options"):
        yield tidy(fields.text(option, "text"))


def _author(data: Json) -> Author:
    return Author(handle=fields.text(data, "author"), id=fields.text(data, "author_fullname"))


def _permalink(data: Json) -> str:
    path = fields.text(data, "permalink")
    return f"{WEB}{path}" if path.startswith("/") else ""


def _name_in(data: Json, key: str) -> str:
    name = fields.text(data, key)
    return name if NAME.fullmatch(name) else ""


def _words(data: Json, key: str) -> tuple[str, tuple[str, ...]]:
    """A text as plain text, and the addresses it links to."""
    markup = fields.text(data, f"{key}_html", chars_max=None)
    if markup:
        is_short = len(markup) <= _KEPT_CHARS_MAX
        text, links = _plain_text_kept(markup) if is_short else plain_text(markup, WEB)
    else:
        text, links = from_markdown(fields.text(data, key, chars_max=None))
    return clean_text(text), tuple(map(clean_text, links))


@lru_cache(maxsize=4_096)
def _plain_text_kept(markup: str) -> tuple[str, tuple[str, ...]]:
    """As ``plain_text``, kept for a while: each poll sees the newest hundred again."""
    return plain_text(markup, WEB)


def from_markdown(markdown: str) -> tuple[str, tuple[str, ...]]:
    """The words of some Markdown and the addresses it links to; for where there is no HTML."""
    addresses: list[Any] = []

    def said(found: re.Match[str]) -> str:
        addresses.append(web_address(found[2], WEB))
        return found[1]

    text = _MARKDOWN_LINK.sub(said, html.unescape(markdown))
    return tidy(text), tuple(dict.fromkeys(filter(None, addresses)))[:LINKS_MAX]

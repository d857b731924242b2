"""Fider's JSON to posts: ideas, the team's responses to them, comments.

An idea is called by its number, ``12``; its response ``12/response``, a comment on it ``12/345``.
A forum has names and no handles, and anybody may call himself as he likes. Only of the team's
members, whose role Fider tells, the name is given as a handle as well: so nobody else can be
taken for an account of the brand's own.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import blake2b

from listener.model import Author, Engagement, Post, Supporter
from sources.common import fields
from sources.common.fields import Json
from sources.common.plain_text import LINKS_MAX, web_address
from sources.common.voters import number_of

TEXT_CHARS_MAX = 1_000_000

_TEAM = {"collaborator", "administrator"}
_PICTURE = re.compile(r"!\[([^\[\]\n]{0,500})\]\([^\s()]{1,2000}\)")
_LINK = re.compile(r"\[([^\[\]\n]{0,500})\]\(([^\s()]{1,2000})(?: +\"[^\"\n]{0,200}\")?\)")
_MENTION = re.compile(r"@\[([^\[\]\n]{1,200})\]")


@dataclass(frozen=True, slots=True)
class Idea:
    """An idea as the forum tells it, with how many comments and votes it has.

    ``response`` is what the team said to it; None where it said nothing.
    """

    number: int
    post: Post
    response: Post | None
    comments: int
    votes: int


def idea_of(raw: Json, address: str, site: str) -> Idea:
    """The idea in an entry of a list. Raises ValueError for one without a number."""
    number = number_of(raw, "number")
    if number is None:
        raise ValueError("it has no number")
    comments, votes = fields.count(raw, "commentsCount"), fields.count(raw, "votesCount")
    text, links = plain(fields.text(raw, "description", chars_max=TEXT_CHARS_MAX))
    original = number_of(raw, "response", "original", "number")
    if original is not None:
        links = tuple(dict.fromkeys((f"{address}/posts/{original}", *links)))
    status = fields.text(raw, "status", chars_max=50)
    facts = (("votes", str(votes)), *((("status", status),) if status else ()))
    post = Post(
        site=site,
        native_id=str(number),
        text=text,
        title=fields.text(raw, "title"),
        url=f"{address}/posts/{number}",
        author=_author(fields.table(raw, "user")),
        published_at=fields.moment(raw, "createdAt"),
        engagement=Engagement(likes=votes, replies=comments),
        links=links,
        conversation=str(number),
        facts=facts,
    )
    return Idea(number, post, _response(raw, post), comments, votes)


def comment_of(raw: Json, number: int, address: str, site: str) -> Post | None:
    """A comment on the idea of this number; None where it waits for approval.

    Raises ValueError for one without an id.
    """
    comment = number_of(raw, "id")
    if comment is None:
        raise ValueError("it has no id that is a number")
    if fields.truth(raw, "isApproved") is False:
        return None
    text, links = plain(fields.text(raw, "content", chars_max=TEXT_CHARS_MAX))
    reactions = (fields.count(one, "count") for one in fields.items(raw, "reactionCounts"))
    return Post(
        site=site,
        native_id=f"{number}/{comment}",
        text=text,
        url=f"{address}/posts/{number}#comment-{comment}",
        author=_author(fields.table(raw, "user")),
        published_at=fields.moment(raw, "createdAt"),
        in_reply_to=str(number),
        engagement=Engagement(likes=min(sum(reactions), fields.COUNT_MAX)),
        links=links,
        conversation=str(number),
    )


def supporter_of(raw: Json, idea_id: str) -> tuple[int, Supporter]:
    """Who cast a vote: the number of the account, and the supporter. Raises ValueError."""
    user = number_of(raw, "user", "id")
    if user is None:
        raise ValueError("its voter has no id that is a number")
    author = Author(name=fields.text(raw, "user", "name", chars_max=200), id=str(user))
    return user, Supporter(idea_id, author, fields.moment(raw, "createdAt"))


def mark(post: Post | None) -> str:
    """The same as long as its words and facts are; empty for none."""
    if post is None:
        return ""
    facts = (f"{name}={value}" for name, value in post.facts)
    told = "\0".join((post.title, post.text, *facts, *post.links))
    return blake2b(told.encode("utf-8", "replace"), digest_size=5).hexdigest()


def plain(markdown: str) -> tuple[str, tuple[str, ...]]:
    """The words of a text in Markdown, without pictures, and the addresses it links to."""
    text = _MENTION.sub(r"@\1", _PICTURE.sub(r"\1", markdown))
    links = dict.fromkeys(web_address(target) for _, target in _links(text))
    return _LINK.sub(r"\1", text), tuple(link for link in links if link)


def _links(text: str) -> Iterator[tuple[str, str]]:
    for found, match in enumerate(_LINK.finditer(text)):
        if found == LINKS_MAX:
            return
        yield match[1], match[2]


def _response(raw: Json, idea: Post) -> Post | None:
    """The team's word on an idea; one that is a duplicate, or was only given a status, has none."""
    text, links = plain(fields.text(raw, "response", "text", chars_max=TEXT_CHARS_MAX))
    if not text.strip():
        return None
    return Post(
        site=idea.site,
        native_id=f"{idea.native_id}/response",
        text=text,
        url=idea.url,
        author=_author(fields.table(raw, "response", "user")),
        published_at=fields.moment(raw, "response", "respondedAt"),
        in_reply_to=idea.native_id,
        links=links,
        conversation=idea.native_id,
    )


def _author(user: Json) -> Author:
    name = fields.text(user, "name", chars_max=200)
    is_of_the_team = fields.text(user, "role") in _TEAM
    return Author(handle=name if is_of_the_team else "", name=name, id=fields.name(user, "id"))

"""What Facebook's JSON says: a page's posts, their comments, and its reviews."""

from collections.abc import Iterator
from datetime import datetime

from listener.model import Author, Engagement, Post
from sources.common import fields
from sources.common.fields import Json
from sources.common.plain_text import web_address

SITE = "facebook"

COMMENT_FIELDS = (
    "id,message,created_time,from,parent{id},permalink_url,like_count,comment_count,is_hidden,"
    "attachment{url}"
)
POST_FIELDS = (
    "id,message,story,created_time,updated_time,from,permalink_url,is_hidden,is_published,"
    "attachments{unshimmed_url},shares,reactions.limit(0).summary(total_count),"
    "comments.filter(stream).limit(0).summary(total_count)"
)
REVIEW_FIELDS = (
    "created_time,rating,recommendation_type,review_text,has_review,reviewer{id,name},"
    "open_graph_story{id}"
)

_TITLES = {"positive": "Recommends", "negative": "Does not recommend"}
_TEXT_CHARS_MAX = 1_000_000
_LINKS_MAX = 20


def post_in(raw: Json, page: str) -> Post:
    """A post of the page, of a visitor, or one that tags it. Raises ValueError without an id."""
    native_id = fields.needed(raw, "id")
    return Post(
        site=SITE,
        native_id=native_id,
        text=_text(raw, "message") or _text(raw, "story"),
        url=_url(raw, native_id),
        author=author_in(fields.table(raw, "from"), page),
        published_at=moment(raw, "created_time"),
        engagement=Engagement(
            likes=fields.count(raw, "reactions", "summary", "total_count"),
            shares=fields.count(raw, "shares", "count"),
            replies=fields.count(raw, "comments", "summary", "total_count"),
        ),
        links=tuple(_links(raw)),
        conversation=native_id,
    )


def comment_in(raw: Json, page: str, thread: str) -> Post:
    """A comment in a post's thread, or an answer to one. Raises ValueError without an id."""
    native_id = fields.needed(raw, "id")
    link = web_address(fields.text(raw, "attachment", "url"))
    return Post(
        site=SITE,
        native_id=native_id,
        text=_text(raw, "message"),
        url=_url(raw, native_id),
        author=author_in(fields.table(raw, "from"), page),
        published_at=moment(raw, "created_time"),
        in_reply_to=fields.name(raw, "parent", "id") or thread,
        engagement=Engagement(
            likes=fields.count(raw, "like_count"), replies=fields.count(raw, "comment_count")
        ),
        links=(link,) if link else (),
        conversation=thread,
    )


def review_in(raw: Json, page: str) -> Post:
    """A review of the page. Raises ValueError where nothing names it."""
    native_id = fields.name(raw, "open_graph_story", "id") or _by_reviewer(raw)
    return review(
        native_id,
        fields.table(raw, "reviewer"),
        page,
        kind=fields.text(raw, "recommendation_type"),
        text=_text(raw, "review_text"),
        stars=fields.count(raw, "rating"),
        at=moment(raw, "created_time"),
    )


def review(
    native_id: str,
    reviewer: Json,
    page: str,
    *,
    kind: str,
    text: str,
    stars: int,
    at: datetime | None,
) -> Post:
    """A review; whether it recommends the page is its title, stars are from before 2018."""
    return Post(
        site=SITE,
        native_id=native_id,
        text=text,
        title=_TITLES.get(kind.lower(), ""),
        url=f"https://www.facebook.com/{native_id}",
        author=author_in(reviewer, page),
        published_at=at,
        conversation=native_id,
        facts=(("stars", str(stars)),) if 1 <= stars <= 5 else (),
    )


def author_in(person: Json, page: str) -> Author:
    """Who wrote it. People have no handle; the page's own is its id, to list as own account."""
    native_id = fields.name(person, "id")
    handle = native_id if native_id == page else ""
    return Author(handle=handle, name=fields.text(person, "name"), id=native_id)


def is_shown(raw: Json) -> bool:
    """Whether everybody can see it."""
    return not fields.truth(raw, "is_hidden") and fields.truth(raw, "is_published") is not False


def mark_of(raw: Json) -> str:
    """What changes when somebody comments; empty where there never was a comment."""
    count = fields.count(raw, "comments", "summary", "total_count")
    changed = fields.text(raw, "updated_time", chars_max=40)
    is_bare = not count and changed == fields.text(raw, "created_time", chars_max=40)
    return "" if is_bare else f"{count} {changed}"


def moment(raw: Json, key: str) -> datetime | None:
    """A time as Meta writes it: ``2026-11-22T01:30:00+0000``, or in seconds."""
    return fields.moment(raw, key)


def _text(raw: Json, key: str) -> str:
    return fields.text(raw, key, chars_max=_TEXT_CHARS_MAX)


def _url(raw: Json, native_id: str) -> str:
    stated = web_address(fields.text(raw, "permalink_url"))
    return stated or f"https://www.facebook.com/{native_id}"


def _links(raw: Json) -> Iterator[str]:
    attached = list(fields.items(raw, "attachments", "data"))[:_LINKS_MAX]
    links = (web_address(fields.text(one, "unshimmed_url")) for one in attached)
    return (link for link in dict.fromkeys(links) if link)


def _by_reviewer(raw: Json) -> str:
    """A name for a review without one: nobody reviews the same page twice."""
    reviewer = fields.name(raw, "reviewer", "id")
    if not reviewer:
        raise ValueError("a review has neither a story nor a reviewer")
    return f"review-{reviewer}"

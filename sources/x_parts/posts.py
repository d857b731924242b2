"""A post as X writes it becomes a post of ours.

X gives an edited post a new id and lists the ids of all its versions, the first of them first.
The first is the post's identity here, so that an edit changes the post that is known.
"""

import html
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta

from listener.model import Author, Engagement, Post
from listener.text import clean_text
from sources.common import fields
from sources.common.fields import Json

SITE = "x"

POST_FIELDS = [
    "id",
    "text",
    "author_id",
    "conversation_id",
    "created_at",
    "edit_history_tweet_ids",
    "entities",
    "lang",
    "note_tweet",
    "public_metrics",
    "referenced_tweets",
    "withheld",
]
USER_FIELDS = ["id", "name", "public_metrics", "username", "verified"]
EXPANSIONS = ["author_id"]
"""Authors only: a post that is expanded (a parent, a quoted one) is billed as a post of its own."""

EPOCH = datetime(2010, 11, 4, 1, 42, 54, 657000, tzinfo=UTC)
"""When X began to write times into ids, in milliseconds above the lowest 22 bits."""
_LINKS_MAX = 50
_VERSIONS_MAX = 50
_TEXT_CHARS_MAX = 100_000
_CODES = {"iw": "he", "in": "id"}
_NO_LANGUAGE = {"und", "art", "zxx"}


def users_in(body: object) -> dict[str, Json]:
    """The authors that came with a page, by id."""
    return {fields.name(user, "id"): user for user in fields.items(body, "includes", "users")}


def post_of(tweet: Json, users: Mapping[str, Json]) -> Post:
    """The post. Raises ValueError where it has no id or no text to speak of."""
    post_id = versions(tweet)[0]
    author = _author(tweet, users)
    return Post(
        site=SITE,
        native_id=post_id,
        text=_text(tweet),
        url=f"https://x.com/{author.handle or 'i'}/status/{post_id}",
        author=author,
        published_at=_published_at(tweet, post_id),
        language=_language(tweet),
        in_reply_to=_parent(tweet),
        engagement=_engagement(tweet),
        links=tuple(dict.fromkeys(_links(tweet)))[:_LINKS_MAX],
        conversation=fields.name(tweet, "conversation_id"),
    )


def versions(tweet: Json) -> list[str]:
    """The ids of a post's versions, oldest first. Raises ValueError where it has none."""
    own = fields.needed(tweet, "id")
    listed = fields.at(tweet, "edit_history_tweet_ids")
    ids = [one for one in listed[:_VERSIONS_MAX] if _is_id(one)] if isinstance(listed, list) else []
    return ids if own in ids else [own]


def is_withheld(tweet: Json) -> bool:
    """Whether X withholds the post everywhere, for a claim of copyright."""
    return fields.truth(tweet, "withheld", "copyright") is True


def written_at(post_id: str) -> datetime | None:
    """When an id was given out: X writes the time into it."""
    if not _is_id(post_id):
        return None
    milliseconds = int(post_id) >> 22
    return EPOCH + timedelta(milliseconds=milliseconds) if milliseconds else None


def _is_id(value: object) -> bool:
    return isinstance(value, str) and value.isascii() and value.isdigit() and len(value) <= 19


def _text(tweet: Json) -> str:
    """The words of a long post where it is one; X writes ``&``, ``<`` and ``>`` as entities."""
    long = fields.at(tweet, "note_tweet", "text")
    text = long if isinstance(long, str) and long else fields.at(tweet, "text")
    if not isinstance(text, str):
        msg = "it has no text"
        raise ValueError(msg)
    return clean_text(html.unescape(text[:_TEXT_CHARS_MAX]))


def _author(tweet: Json, users: Mapping[str, Json]) -> Author:
    author_id = fields.name(tweet, "author_id")
    user = users.get(author_id, {})
    return Author(
        handle=fields.text(user, "username").lstrip("@"),
        name=fields.text(user, "name"),
        followers=fields.count_or_none(user, "public_metrics", "followers_count"),
        id=author_id,
        verified=fields.truth(user, "verified"),
    )


def _published_at(tweet: Json, post_id: str) -> datetime | None:
    """When its first version was published; ``created_at`` is this version's own time."""
    if post_id != fields.name(tweet, "id") and (first := written_at(post_id)):
        return first
    return fields.moment(tweet, "created_at")


def _language(tweet: Json) -> str:
    code = fields.text(tweet, "lang", chars_max=20)
    return "" if code in _NO_LANGUAGE or code.startswith("q") else _CODES.get(code, code)


def _parent(tweet: Json) -> str:
    replied = (
        fields.name(one, "id")
        for one in fields.items(tweet, "referenced_tweets")
        if fields.at(one, "type") == "replied_to"
    )
    return next(replied, "")


def _engagement(tweet: Json) -> Engagement:
    def counted(name: str) -> int:
        return fields.count(tweet, "public_metrics", name)

    return Engagement(
        likes=counted("like_count"),
        shares=counted("retweet_count") + counted("quote_count"),
        replies=counted("reply_count"),
        views=counted("impression_count"),
    )


def _links(tweet: Json) -> Iterator[str]:
    """Where the short addresses in the text lead; pictures of the post itself are no links."""
    for entities in (("note_tweet", "entities"), ("entities",)):
        for url in fields.items(tweet, *entities, "urls"):
            address = fields.text(url, "unwound_url") or fields.text(url, "expanded_url")
            if address.startswith(("http://", "https://")) and "media_key" not in url:
                yield address

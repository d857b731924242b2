"""What an item means: a post, a call, a chat, a mail, or that one is gone. Pure.

The form is that of ``docs/inbound.schema.json``: what ``listener tag`` reads, and beside it what
only the sender knows, such as when a call was taken.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, get_args

from listener.model import FACTS, Medium, Post
from listener.text import clean_text, shown
from listener.wire import post_from

ID_CHARS_MAX = 300
SITE_CHARS_MAX = 60
ACCOUNTS_MAX = 20
FACT_CHARS_MAX = 500
SECONDS_MAX = 10_000_000
AHEAD_MAX = timedelta(minutes=5)

Json = Mapping[str, Any]

_MEDIA = get_args(Medium)
_FACTS = ("outcome", "team")

FIELDS = frozenset(
    {
        "id", "site", "medium", "deleted", "text", "title", "url", "author", "published_at",
        "answered_at", "outcome", "seconds", "team", "facts", "conversation", "in_reply_to",
        "language", "links", "engagement",
    }
)  # fmt: skip
"""What an item may say; anything else is passed over, and its sender told so."""


@dataclass(frozen=True, slots=True)
class Item:
    """One item as it was understood: a post, or the id of one that is ``gone``."""

    post: Post
    gone: bool = False
    accounts: tuple[str, ...] = ()


def item_of(value: object, site: str) -> Item:
    """The item; ``site`` is where it happened unless it says so itself.

    Raises ValueError with what is wrong, in words for the sender.
    """
    if not isinstance(value, dict):
        raise ValueError("an item must be a JSON object")
    fields = dict(value)
    native_id = _id(fields.get("id"))
    medium = _medium(fields.get("medium"))
    place = (_short(fields, "site", SITE_CHARS_MAX) or site).lower()
    if ":" in place or any(sign.isspace() for sign in place):
        raise ValueError("'site' must be a short name without spaces and colons")
    if _truth(fields, "deleted"):
        return Item(Post(place, native_id, ""), gone=True)
    if medium != "post":  # a call may have been without a word
        fields.setdefault("text", "")
    post = post_from(fields | {"id": native_id, "site": place}, site=place)
    if not (post.text or post.title or medium != "post"):
        raise ValueError("'text' and 'title' are empty: a post says something")
    return Item(_completed(post, fields, medium), accounts=_accounts(fields.get("author"), post))


def refuse_ahead(post: Post, now: datetime) -> None:
    """Raises ValueError for a time to come: mostly it is local time that says no zone.

    What is later than now is stored as now, and a call that was said and answered in the same
    moment would make the figures look good.
    """
    for name, at in (("published_at", post.published_at), ("answered_at", post.answered_at)):
        if at is not None and at > now + AHEAD_MAX:
            msg = f"{name!r} lies in the future; a time that says no zone is UTC"
            raise ValueError(msg)


def _completed(post: Post, fields: Json, medium: Medium) -> Post:
    author, told = post.author, fields.get("author")
    account_id = _short(told, "id", ID_CHARS_MAX) if isinstance(told, dict) else ""
    return replace(
        post,
        author=replace(author, id=clean_text(account_id)),
        medium=medium,
        conversation=_short(fields, "conversation", ID_CHARS_MAX),
        answered_at=_answered_at(fields, post.published_at),
        facts=tuple(_facts(fields)),
    )


def _answered_at(fields: Json, published_at: datetime | None) -> datetime | None:
    stated = {"text": "", "published_at": fields.get("answered_at")}
    try:
        answered_at = post_from(stated, site="x").published_at
    except ValueError as error:
        raise ValueError(str(error).replace("published_at", "answered_at")) from None
    if answered_at and not published_at:
        raise ValueError("'answered_at' needs 'published_at': how long it took counts from then")
    if answered_at and published_at and answered_at < published_at:
        raise ValueError("'answered_at' lies before 'published_at'")
    return answered_at


def _facts(fields: Json) -> Iterator[tuple[str, str]]:
    for name in _FACTS:
        if told := _short(fields, name, FACT_CHARS_MAX):
            yield name, told
    if (seconds := fields.get("seconds")) is not None:
        yield "seconds", f"{_length(seconds):.0f}"
    more = fields.get("facts") or {}
    if not isinstance(more, dict) or not all(isinstance(one, str) for one in more.values()):
        raise ValueError("'facts' must be an object whose values are strings")
    for name in more:
        if name not in FACTS:
            msg = f"'facts' has no {shown(str(name), 40)!r}: there are {', '.join(FACTS)}"
            raise ValueError(msg)
        yield name, clean_text(more[name], FACT_CHARS_MAX)


def _length(seconds: object) -> float:
    if isinstance(seconds, bool) or not isinstance(seconds, int | float):
        raise ValueError("'seconds' must be a number")
    if not 0 <= seconds <= SECONDS_MAX:
        msg = f"'seconds' must be between 0 and {SECONDS_MAX:,}"
        raise ValueError(msg)
    return seconds


def _accounts(author: object, post: Post) -> tuple[str, ...]:
    """Further accounts of who wrote it, after the one it was written by; empty without any."""
    stated = author.get("accounts") if isinstance(author, dict) else None
    if stated is None:
        return ()
    if not isinstance(stated, list) or not all(isinstance(one, str) for one in stated):
        raise ValueError("'author.accounts' must be a list such as [\"x:@ada\"]")
    if len(stated) > ACCOUNTS_MAX:
        msg = f"'author.accounts' names {len(stated)}; at most {ACCOUNTS_MAX} are taken"
        raise ValueError(msg)
    for one in stated:
        site, colon, name = one.partition(":")
        if not (site.strip() and colon and name.strip()):
            msg = f"'author.accounts' has {shown(one, 60)!r}: write its site in front, as in x:@ada"
            raise ValueError(msg)
    own = post.author.id or post.author.handle
    if not own:
        raise ValueError("'author.accounts' needs 'author.id' or 'author.handle' beside it")
    return (f"{post.site}:{own}", *(clean_text(one, ID_CHARS_MAX) for one in stated))


def _id(value: object) -> str:
    if isinstance(value, int) and not isinstance(value, bool):
        value = str(value)
    if not isinstance(value, str) or not clean_text(value).strip():
        raise ValueError("'id' is missing: your own name for it, so that it is taken once")
    if len(value) > ID_CHARS_MAX:
        msg = f"'id' has {len(value)} characters; at most {ID_CHARS_MAX} are taken"
        raise ValueError(msg)
    return clean_text(value).strip()


def _medium(value: object) -> Medium:
    if value is None:
        return "post"
    for medium in _MEDIA:
        if value == medium:
            return medium  # type: ignore[no-any-return]
    msg = f"'medium' must be one of {', '.join(_MEDIA)}"
    raise ValueError(msg)


def _short(fields: Json, key: str, chars_max: int) -> str:
    value = fields.get(key)
    if value is None:
        return ""
    if not isinstance(value, str):
        msg = f"'{key}' must be a string"
        raise ValueError(msg)
    return clean_text(value, chars_max)


def _truth(fields: Json, key: str) -> bool:
    value = fields.get(key, False)
    if not isinstance(value, bool):
        msg = f"'{key}' must be true or false"
        raise ValueError(msg)
    return value

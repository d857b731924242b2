"""Statuses to posts: one post however many instances show it.

A status is named by its ``uri``, which is the same everywhere; its ``id`` is each instance's own.
"""

import re
from collections import Counter
from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from listener.model import Author, Engagement, Post
from sources.common import fields
from sources.common.fields import Json
from sources.common.plain_text import plain_text, web_address

SITE = "mastodon"

_PUBLIC = {"public", "unlisted"}
_CONTENT_CHARS_MAX = 1_000_000
_SCHEME = re.compile(r"^https?://", re.IGNORECASE)
_HOST = re.compile(r"[\w.-]{1,253}")
_LOCAL_ID = re.compile(r"[0-9A-Za-z_-]{1,30}")
_NO_LINK = re.compile(r"/(?:tags?|hashtag)/", re.IGNORECASE)
_SNOWFLAKE_MIN = 10**15
_SOON_MS = 86_400_000


@dataclass(frozen=True, slots=True)
class Status:
    """A status as an instance lists it.

    ``local_id`` and ``parent_id`` are that instance's. ``edited`` is when it was last edited, in
    seconds since 1970; 0: never. ``parent_handle`` is whom it answers, where it says so.
    """

    local_id: str
    post: Post
    edited: int
    parent_id: str
    parent_handle: str


def status_of(raw: Json, host: str, named: Collection[str] = ()) -> Status | None:
    """The status, or None for a boost or what is not public. Raises ValueError for what is none.

    ``host`` is the instance that tells it, ``named`` are as in :func:`native_id_of`.
    """
    local_id = fields.needed(raw, "id")
    if not _LOCAL_ID.fullmatch(local_id):
        raise ValueError("its id is none")
    if fields.table(raw, "reblog") or fields.text(raw, "visibility") not in _PUBLIC:
        return None
    return Status(
        local_id=local_id,
        post=_post(raw, host, named),
        edited=seconds(fields.moment(raw, "edited_at")),
        parent_id=fields.name(raw, "in_reply_to_id"),
        parent_handle=_parent_handle(raw, host),
    )


def looked_at_again(raw: Json, known: Post, host: str, named: Collection[str] = ()) -> Post | None:
    """A known post as it stands now; None where it is no longer public. Raises ValueError."""
    status = status_of(raw, host, named)
    if status is None or status.post.native_id != known.native_id:
        return None
    now = status.post
    return replace(
        known, text=now.text, title=now.title, links=now.links, engagement=now.engagement
    )


def from_activity(raw: Json, known: Post, named: Collection[str] = ()) -> Post | None:
    """A known post by its ActivityPub object; None for the gravestone of a deleted one."""
    if fields.text(raw, "type") == "Tombstone":
        return None
    if native_id_of(fields.text(raw, "id"), named) != known.native_id:
        raise ValueError("the answer is another post")
    text, links = _content(fields.text(raw, "content", chars_max=_CONTENT_CHARS_MAX))
    title = fields.text(raw, "summary")
    return replace(known, text=text, title=title, links=links or known.links)


def native_id_of(uri: str, named: Collection[str] = ()) -> str:
    """A status's name everywhere: its URI without its scheme. Raises ValueError for none.

    The second look goes where it leads, so it holds a plain host; only one of ``named``, the
    hosts that a person has listed, may have a port.
    """
    bare = _SCHEME.sub("", uri.strip())
    if not bare or len(bare) > 500 or any(not mark.isprintable() or mark in " \\" for mark in bare):
        raise ValueError("it has no uri")
    host = origin_of(bare).lower()
    if host not in named and not _HOST.fullmatch(host):
        raise ValueError("its uri has no plain host")
    return host + bare[len(host) :]


def origin_of(native_id: str) -> str:
    """The host of the instance that a status was written on."""
    return native_id.partition("/")[0]


def is_sane(local_id: str, now: datetime) -> bool:
    """Whether an id can be one that was given by now: those of Mastodon hold their time."""
    if not local_id.isdigit():
        return True
    return int(local_id) >> 16 <= int(now.timestamp() * 1000) + _SOON_MS


def snowflake(at: datetime) -> str:
    """An id just below all that Mastodon gives to what is published from this time on."""
    return str((max(int(at.timestamp() * 1000), 1) << 16) - 1)


def of_one_kind(local_ids: Iterable[str], known: Iterable[str] = ()) -> set[str]:
    """Those of these ids that are made as most of ``known``, or else of themselves, are.

    Software numbers its posts in one way; an id of another way was never given there, and would
    lead astray where it is read on from.
    """
    ids = set(local_ids)
    kinds = Counter(map(_kind, known)) or Counter(map(_kind, ids))
    usual = kinds.most_common(1)[0][0] if kinds else None
    return {one for one in ids if _kind(one) == usual}


def _kind(local_id: str) -> tuple[bool, bool]:
    return local_id.isdigit(), is_snowflake(local_id)


def is_snowflake(local_id: str) -> bool:
    """Whether an id is made of its time, as Mastodon's are."""
    return local_id.isdigit() and int(local_id) >= _SNOWFLAKE_MIN


def order(local_id: str) -> tuple[int, str]:
    """Ids in the order in which they were given."""
    return len(local_id), local_id


def seconds(moment: datetime | None) -> int:
    """A time in whole seconds since 1970; 0 for none."""
    return int(moment.astimezone(UTC).timestamp()) if moment else 0


def _post(raw: Json, host: str, named: Collection[str]) -> Post:
    text, links = _content(fields.text(raw, "content", chars_max=_CONTENT_CHARS_MAX))
    uri = fields.needed(raw, "uri")
    card = web_address(fields.text(raw, "card", "url"))
    people = {fields.text(one, "url") for one in fields.items(raw, "mentions")}
    return Post(
        site=SITE,
        native_id=native_id_of(uri, named),
        text=text,
        title=fields.text(raw, "spoiler_text"),
        url=web_address(fields.text(raw, "url")) or web_address(uri),
        author=_author(raw, host),
        published_at=fields.moment(raw, "created_at"),
        language=fields.text(raw, "language", chars_max=20),
        engagement=Engagement(
            likes=fields.count(raw, "favourites_count"),
            shares=fields.count(raw, "reblogs_count"),
            replies=fields.count(raw, "replies_count"),
        ),
        links=tuple(dict.fromkeys(one for one in (*links, card) if one and one not in people)),
    )


def _content(markup: str) -> tuple[str, tuple[str, ...]]:
    """The words, and what they link to besides hashtags."""
    text, links = plain_text(markup)
    return text, tuple(link for link in links if not _NO_LINK.search(link))


def _author(raw: Json, host: str) -> Author:
    account = fields.table(raw, "account")
    return Author(
        handle=_handle(fields.text(account, "acct"), host),
        name=fields.text(account, "display_name"),
        followers=fields.count_or_none(account, "followers_count"),
        id=_SCHEME.sub("", fields.text(account, "uri") or fields.text(account, "url")),
    )


def _parent_handle(raw: Json, host: str) -> str:
    parent = fields.name(raw, "in_reply_to_account_id")
    people = (one for one in fields.items(raw, "mentions") if fields.name(one, "id") == parent)
    author = fields.table(raw, "account")
    if parent and parent == fields.name(author, "id"):
        return _handle(fields.text(author, "acct"), host)
    return next((_handle(fields.text(one, "acct"), host) for one in people if parent), "")


def _handle(acct: str, host: str) -> str:
    """An account with its host, also where it is the instance's own."""
    return acct if not acct or "@" in acct else f"{acct}@{host}"

"""The JSON that other programs rely on: a post coming in, a mention and an alert going out."""

import hashlib
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from listener.model import Alert, Author, Engagement, Evidence, Mention, Post, Tag, Verdict
from listener.text import clean_text, shown

__all__ = [
    "alert_json",
    "clean_text",
    "mention_json",
    "parent_text_from",
    "post_from",
    "post_json",
    "shown",
]

_ID_CHARS_MAX = 500
_FIELD_CHARS_MAX = 4_000
_COUNT_MAX = 10**15

Json = dict[str, Any]


def post_from(value: object, *, site: str) -> Post:
    """Read a post from its JSON object, in which only ``text`` is required.

    ``site`` is used where the object names none. A post without ``id`` gets one from its
    content, so that the same line read twice is the same post. Raises ValueError with what is
    wrong and where.
    """
    fields = _object(value, "a post")
    text = clean_text(_string(fields, "text", required=True))
    post_site = _short(fields, "site") or site
    title = _short(fields, "title")
    url = _short(fields, "url")
    author = _author(fields.get("author"))
    return Post(
        site=post_site,
        native_id=_native_id(fields, post_site, f"{author.handle}\n{url}\n{title}\n{text}"),
        text=text,
        title=title,
        url=url,
        author=author,
        published_at=_time(fields, "published_at"),
        language=_short(fields, "language"),
        in_reply_to=_short(fields, "in_reply_to"),
        engagement=_engagement(fields.get("engagement")),
        links=_links(fields.get("links")),
    )


def parent_text_from(value: object) -> str:
    """What a post's JSON object says that the post replies to: ``in_reply_to_text``, or nothing.

    Raises ValueError where that is no string.
    """
    return clean_text(_string(_object(value, "a post"), "in_reply_to_text"))


def post_json(post: Post) -> Json:
    """A post as others see it in an alert."""
    return {
        "id": post.id,
        "site": post.site,
        "url": post.url or None,
        "author": _author_json(post.author),
        "title": post.title or None,
        "text": post.text,
        "published_at": _time_json(post.published_at),
    }


def mention_json(mention: Mention, *, post_id: str | None = None) -> Json:
    """A mention as ``listener tag`` writes it; ``post_id`` where the reader knows another id."""
    return {
        "id": post_id or mention.post.id,
        "brand": mention.brand or None,
        "directness": mention.directness if mention.brand else None,
        "evidence": [_evidence_json(evidence) for evidence in mention.evidence],
        "tags": {tag.kind: _tag_json(tag) for tag in mention.tags},
        "priority": {"score": mention.priority.score, "reasons": list(mention.priority.reasons)},
        **_verdict_json(mention.verdict),
    }


def alert_json(alert: Alert) -> Json:
    """An alert as a webhook carries it. Mentions told earlier in the thread are only counted.

    A retraction names the ids of the posts that may not be shown any longer in ``retracted``.
    """
    return {
        "key": alert.key,
        "thread": alert.thread,
        "rule": alert.rule,
        "channel": alert.channel,
        "kind": alert.kind,
        "created_at": _time_json(alert.created_at),
        "title": alert.title,
        "body": alert.body or None,
        "priority": alert.priority,
        "earlier_count": alert.earlier_count,
        "mentions": [
            {"post": post_json(mention.post)} | mention_json(mention) for mention in alert.mentions
        ],
        **({"retracted": list(alert.retracted)} if alert.kind == "retraction" else {}),
    }


def _object(value: object, what: str) -> Mapping[str, Any]:
    if not isinstance(value, dict):
        msg = f"{what} must be a JSON object, not {_kind(value)}"
        raise ValueError(msg)
    return value


def _string(fields: Mapping[str, Any], key: str, *, required: bool = False) -> str:
    value = fields.get(key)
    if value is None and not required:
        return ""
    if not isinstance(value, str):
        what = "is missing" if value is None else f"must be a string, not {_kind(value)}"
        msg = f"'{key}' {what}"
        raise ValueError(msg)
    return value


def _short(fields: Mapping[str, Any], key: str) -> str:
    return clean_text(_string(fields, key), _FIELD_CHARS_MAX)


def _native_id(fields: Mapping[str, Any], site: str, content: str) -> str:
    value = fields.get("id")
    if isinstance(value, int) and not isinstance(value, bool):
        value = str(value)
    if value is not None and not isinstance(value, str):
        msg = f"'id' must be a string, not {_kind(value)}"
        raise ValueError(msg)
    stated = clean_text(value or "").removeprefix(f"{site}:")
    if not stated:
        return hashlib.sha256(content.encode()).hexdigest()[:24]
    return stated if len(stated) <= _ID_CHARS_MAX else hashlib.sha256(stated.encode()).hexdigest()


def _author(value: object) -> Author:
    if value is None:
        return Author()
    if isinstance(value, str):
        return Author(handle=clean_text(value, _FIELD_CHARS_MAX))
    fields = _object(value, "'author'")
    followers = fields.get("followers")
    return Author(
        handle=_short(fields, "handle"),
        name=_short(fields, "name"),
        followers=None if followers is None else _count(fields, "followers"),
    )


def _engagement(value: object) -> Engagement:
    if value is None:
        return Engagement()
    fields = _object(value, "'engagement'")
    return Engagement(*(_count(fields, key) for key in ("likes", "shares", "replies", "views")))


def _count(fields: Mapping[str, Any], key: str) -> int:
    value = fields.get(key)
    if value is None:
        return 0
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value < _COUNT_MAX:
        msg = f"'{key}' must be a count, not {shown(repr(value), 40)}"
        raise ValueError(msg)
    return int(value)


def _links(value: object) -> tuple[str, ...]:
    if value is None:
        return ()
    if not isinstance(value, list) or not all(isinstance(link, str) for link in value):
        msg = "'links' must be a list of addresses"
        raise ValueError(msg)
    return tuple(clean_text(link, _FIELD_CHARS_MAX) for link in value[:50])


def _time(fields: Mapping[str, Any], key: str) -> datetime | None:
    stated = _string(fields, key)
    if not stated:
        return None
    try:
        moment = datetime.fromisoformat(stated)
        return moment.replace(tzinfo=moment.tzinfo or UTC).astimezone(UTC)
    except (ValueError, OverflowError):
        msg = f"'{key}' must be an ISO 8601 time, not {shown(stated, 40)!r}"
        raise ValueError(msg) from None


def _kind(value: object) -> str:
    names: dict[type, str] = {
        type(None): "null",
        bool: "true or false",
        int: "a number",
        float: "a number",
        str: "a string",
        list: "a list",
        dict: "an object",
    }
    return names.get(type(value), type(value).__name__)


def _time_json(moment: datetime | None) -> str | None:
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z") if moment else None


def _author_json(author: Author) -> Json:
    return {"handle": author.handle, "name": author.name, "followers": author.followers}


def _evidence_json(evidence: Evidence) -> Json:
    told: Json = {
        "kind": evidence.kind,
        "text": evidence.text,
        "start": evidence.start,
        "end": evidence.end,
    }
    further = {"base": evidence.base, "how": evidence.how}
    if evidence.field != "text":
        further["field"] = evidence.field
    return told | {key: value for key, value in further.items() if value}


def _verdict_json(verdict: Verdict) -> Json:
    """Nothing for a name that is nobody else's: there it says yes to everything."""
    if not verdict.reasons and verdict == Verdict():
        return {}
    told = {"label": verdict.label, "score": round(verdict.score, 4)}
    return {"verdict": told | {"reasons": list(verdict.reasons)}}


def _tag_json(tag: Tag) -> Json:
    told: Json = {"label": tag.label, "score": round(tag.score, 4)}
    return told | ({"reasons": list(tag.reasons)} if tag.reasons else {})

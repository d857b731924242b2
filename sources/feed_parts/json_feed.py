"""JSON Feed, versions 1.0 and 1.1 (jsonfeed.org)."""

import json
from datetime import UTC, datetime
from typing import Any

from sources.common.plain_text import LINKS_MAX, plain_text, tidy, web_address
from sources.feed_parts.document import YEARS, Document, Entry, Unreadable


def read_json_feed(text: str, url: str, entries_max: int) -> Document:
    """The entries of a JSON Feed that came from ``url``; raises Unreadable where it is none."""
    try:
        feed = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise Unreadable(f"begins like JSON but is none: {str(error)[:100]}") from error
    items = feed.get("items") if isinstance(feed, dict) else None
    if not isinstance(items, list) or "jsonfeed.org/version" not in str(feed.get("version")):
        raise Unreadable("is JSON but no JSON Feed: give the address of a feed")
    read = tuple(_entry(item, feed, url) for item in items[:entries_max] if isinstance(item, dict))
    return Document(read, len(items))


def _entry(item: dict[str, Any], feed: dict[str, Any], url: str) -> Entry:
    link = web_address(_string(item, "url"), url) or web_address(_string(item, "external_url"), url)
    text, links = _content(item, link or url)
    about = web_address(_string(item, "external_url"), url)
    return Entry(
        id=_identity(item.get("id")),
        link=link,
        title=tidy(_string(item, "title")),
        text=text,
        author=_author(item) or _author(feed),
        language=_string(item, "language") or _string(feed, "language"),
        published=_seconds(_string(item, "date_published") or _string(item, "date_modified")),
        links=tuple(dict.fromkeys(filter(None, (about, *links))))[:LINKS_MAX],
    )


def _content(item: dict[str, Any], base_url: str) -> tuple[str, tuple[str, ...]]:
    markup = _string(item, "content_html")
    if markup:
        return plain_text(markup, base_url)
    return tidy(_string(item, "content_text") or _string(item, "summary")), ()


def _identity(value: object) -> str:
    """An id is a string; numbers are met in the wild and are to be read as their digits."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        return str(value)
    return value if isinstance(value, str) else ""


def _author(holder: dict[str, Any]) -> str:
    """The name of the first author: a list since version 1.1, one object before."""
    authors = holder.get("authors")
    candidates = [*authors[:1], holder.get("author")] if isinstance(authors, list) else []
    candidates = candidates or [holder.get("author")]
    names = (_string(author, "name") for author in candidates if isinstance(author, dict))
    return next(filter(None, names), "")


def _seconds(stated: str) -> float | None:
    try:
        moment = datetime.fromisoformat(stated)
    except ValueError:
        return None
    return moment.replace(tzinfo=moment.tzinfo or UTC).timestamp() if moment.year in YEARS else None


def _string(holder: dict[str, Any], key: str) -> str:
    value = holder.get(key)
    return value if isinstance(value, str) else ""

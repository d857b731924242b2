"""Entries to posts: what names an entry, so that it is the same post at every sight of it."""

import hashlib
import re
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from typing import NamedTuple
from urllib.parse import urlsplit

from listener.model import Author, Post
from listener.wire import clean_text
from sources.feed_parts.document import Entry

ID_CHARS_MAX = 500
FIELD_CHARS_MAX = 4_000

_LANGUAGE = re.compile(r"([a-z]{2,3})(?:[-_]|$)")


def site_of(url: str) -> str:
    """The site a feed belongs to: its host, without ``www.``."""
    return (urlsplit(url).hostname or "feed").removeprefix("www.")


class Listed(NamedTuple):
    """What a feed lists: ``fresh`` is new or changed, oldest first; ``seen`` is all there is.

    ``seen`` maps a hash of an entry's name to a hash of its content, ``names`` to the name.
    """

    fresh: list[Post]
    seen: dict[str, str]
    names: dict[str, str]


def posts_of(entries: Sequence[Entry], site: str, seen: dict[str, str]) -> Listed:
    """What the entries are, held against what was ``seen`` before."""
    listed = Listed([], {}, {})
    for name, entry in _named(_distinct(entries), seen).items():
        key, content = _hash(name), _content_hash(entry)
        listed.seen[key] = content
        listed.names[key] = name
        if seen.get(key) != content:
            listed.fresh.append(_post(name, entry, site))
    return listed


def _distinct(entries: Sequence[Entry]) -> list[Entry]:
    """The entries without exact repeats, the last of the feed first: that is the oldest."""
    wholes = {_whole_hash(entry): entry for entry in entries}
    return list(wholes.values())[::-1]


def _named(entries: Sequence[Entry], seen: dict[str, str]) -> dict[str, Entry]:
    """Each entry under a name of its own, the same at every poll.

    Some feeds give one id to many entries. There the oldest keeps it as it is, and the others
    get a hash of their link, or of all of them, behind it. What was seen before keeps its name,
    whatever came or went since.
    """
    named: dict[str, Entry] = {}

    def give(entry: Entry, candidates: Iterable[str]) -> bool:
        name = next((name for name in candidates if name not in named), None)
        if name is not None:
            named[name] = entry
        return name is not None

    new = [entry for entry in entries if not give(entry, _names_seen(entry, seen))]
    for entry in new:  # an entry whose id was forged to look like another's names finds none
        give(entry, _names_new(entry, seen))
    return named


def _names_seen(entry: Entry, seen: dict[str, str]) -> list[str]:
    """The names under which exactly this was seen before."""
    content = _content_hash(entry)
    return [name for name in reversed(_names(entry)) if seen.get(_hash(name)) == content]


def _names_new(entry: Entry, seen: dict[str, str]) -> list[str]:
    """The names for what is new, or known only by its name because it was edited."""
    plain, *longer = _names(entry)
    return [*(name for name in longer if _hash(name) in seen), plain, *longer]


def _names(entry: Entry) -> list[str]:
    """What an entry may be called, the plainest first."""
    plain = _name(entry)
    return [plain, f"{plain}#{_hash(entry.id, entry.link)}", f"{plain}#{_whole_hash(entry)}"]


def _name(entry: Entry) -> str:
    """What an entry is called where nothing contradicts: its id, its link, or its content.

    An id that is a bare number counts within one feed, and a site can have many: there the link
    says more.
    """
    stated = " ".join(clean_text(entry.id).split())
    name = entry.link if entry.link and (not stated or stated.isdecimal()) else stated
    name = name or f"content-{_hash(entry.title, entry.text)}"
    return name if len(name) <= ID_CHARS_MAX else f"long-{_hash(name)}"


def _post(name: str, entry: Entry, site: str) -> Post:
    return Post(
        site=site,
        native_id=name,
        text=clean_text(entry.text),
        title=clean_text(entry.title, FIELD_CHARS_MAX),
        url=clean_text(entry.link),
        author=Author(name=clean_text(entry.author, FIELD_CHARS_MAX)),
        published_at=_moment(entry.published),
        language=_language(entry.language),
        links=tuple(clean_text(link) for link in entry.links),
    )


def _language(stated: str) -> str:
    """The first part of a language tag such as ``en-US``, or nothing where it is no tag."""
    match = _LANGUAGE.match(stated.strip().lower())
    return match[1] if match else ""


def _moment(seconds: float | None) -> datetime | None:
    if seconds is None:
        return None
    try:
        return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=seconds)
    except (OverflowError, ValueError):
        return None


def _content_hash(entry: Entry) -> str:
    return _hash(entry.title, entry.text, *entry.links)


def _whole_hash(entry: Entry) -> str:
    return _hash(entry.id, entry.link, entry.title, entry.text)


def _hash(*parts: str) -> str:
    """64 bits of what was said, which tells the entries of one feed apart."""
    whole = "\0".join(parts).encode("utf-8", "surrogatepass")
    return hashlib.sha256(whole).hexdigest()[:16]

"""What a fetched document turned out to hold, free of the format it came in."""

from dataclasses import dataclass

YEARS = range(1900, 2200)
"""The years that an entry can be of; any other is a mistake and no date."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of a feed, all of it plain text.

    ``published`` is in seconds since 1970, UTC, or None. ``link`` and ``links`` are absolute
    http or https addresses.
    """

    id: str = ""
    link: str = ""
    title: str = ""
    text: str = ""
    author: str = ""
    language: str = ""
    published: float | None = None
    links: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Document:
    """Either the entries of a feed, in its order, or the address of the feed a page names.

    ``total`` counts the entries of the feed, more than were read where it has too many.
    """

    entries: tuple[Entry, ...] = ()
    total: int = 0
    feed_url: str = ""


class Unreadable(Exception):
    """The document is no feed and names none; the message says what it is instead."""


class TooCostly(Exception):
    """Reading the document took more time or memory than one may."""

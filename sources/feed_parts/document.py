"""What a fetched document turned out to hold, free of the format it came in."""

from dataclasses import dataclass

YEARS = range(1900, 2200)
"""The years that an entry can be of; any other is a mistake and no date."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of a feed, all of it plain text.

    ``published`` is in seconds since 1970, UTC, or None. ``link``, ``links`` and ``comments``
    (the feed of its comments) are absolute http or https addresses.
    """

    id: str = ""
    link: str = ""
    title: str = ""
    text: str = ""
    author: str = ""
    language: str = ""
    published: float | None = None
    links: tuple[str, ...] = ()
    comments: str = ""


@dataclass(frozen=True, slots=True)
class Wishes:
    """What a feed says of itself.

    ``ttl`` is for how many seconds it may be taken as fresh; in ``skip_hours`` (0 to 23, UTC) and
    on ``skip_days`` (0 is Monday) it need not be asked for. ``hub`` tells of news in ``topic``
    (WebSub). ``comments`` is the feed of the comments on all its entries.
    """

    ttl: float = 0.0
    skip_hours: tuple[int, ...] = ()
    skip_days: tuple[int, ...] = ()
    hub: str = ""
    topic: str = ""
    comments: str = ""


@dataclass(frozen=True, slots=True)
class Document:
    """Either the entries of a feed, in its order, or the address of the feed a page names.

    ``total`` counts the entries of the feed, more than were read where it has too many. A page
    may name the feed of its comments in ``wishes`` too.
    """

    entries: tuple[Entry, ...] = ()
    total: int = 0
    feed_url: str = ""
    wishes: Wishes = Wishes()


class Unreadable(Exception):
    """The document is no feed and names none; the message says what it is instead."""


class TooCostly(Exception):
    """Reading the document took more time or memory than one may."""

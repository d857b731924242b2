"""The public feed of an app's reviews in one country: fifty a page, ten pages, no key.

It answers from many machines that are not of one mind: a page may come back empty now and then,
and a moment later full.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from listener.ports import Retry
from sources.appstore_parts.reviews import in_feed, is_app_itself
from sources.common import fields
from sources.common.asking import Asking, Meaning
from sources.common.list_reading import Listed, Page
from sources.common.purse import Purse

PAGE = 50
PAGES_MAX = 10

_SILENCE_SECONDS_MAX = 10.0

_MEANINGS: dict[int, Meaning] = {
    400: ("setup", "knows no such country or app (400): check apps and countries"),
    403: ("blocked", "refuses this address (403): ask less often"),
    404: ("gone", "has no reviews of this app in this country (404): check apps and countries"),
}


@dataclass(frozen=True, slots=True)
class Access:
    """How the feeds of a source are asked."""

    base_url: str
    now: Callable[[], datetime]
    timeout_seconds: float
    allow_private: bool


@dataclass(frozen=True, slots=True)
class Feed:
    """The reviews of an app in a country, and what may be spent on them."""

    app: str
    country: str
    access: Access
    purse: Purse

    def page(self, name: str) -> Page:
        """The page of this number (empty: 1), newest first. Raises NothingLeft."""
        number = int(name) if name.isascii() and name.isdigit() and len(name) < 3 else 1
        entries = self._entries(number)
        listed, rejects = self._read(entries)
        is_last = not entries or number >= PAGES_MAX
        return Page(
            listed=tuple(listed),
            next="" if is_last else str(number + 1),
            short=len(entries) < PAGE,
            cut=number >= PAGES_MAX and len(entries) >= PAGE,
            rejects=tuple(rejects),
        )

    def start(self, name: str) -> str:
        """Where to read on from: a page back, should reviews above have gone meanwhile."""
        is_number = name.isascii() and name.isdigit() and len(name) < 3
        back = int(name) - 1 if is_number and self.purse.left > 1 else 0
        return str(back) if back > 1 else name

    def _read(self, entries: list[Any]) -> tuple[list[Listed], list[str]]:
        now = self.access.now()
        listed: list[Listed] = []
        rejects: list[str] = []
        for entry in entries:
            if not isinstance(entry, Mapping):
                rejects.append("it is no object")
            elif not is_app_itself(entry):
                above = listed[-1].at if listed else int(now.timestamp())
                try:
                    listed.append(in_feed(entry, self.app, self.country, above, now))
                except ValueError as error:
                    rejects.append(str(error))
        return listed, rejects

    def _entries(self, number: int) -> list[Any]:
        asking = Asking(
            self.access.base_url,
            self.access.now,
            timeout_seconds=min(self.access.timeout_seconds, _SILENCE_SECONDS_MAX),
            total_seconds=min(self.access.timeout_seconds, self.purse.pay()),
            allow_private=self.access.allow_private,
            meanings=_MEANINGS,
        )
        answer = asking.get(
            f"/{self.country}/rss/customerreviews/page={number}/id={self.app}/sortby=mostrecent/json"
        )
        feed = fields.at(answer, "feed")
        if not isinstance(feed, Mapping):
            raise Retry("the App Store answered with no feed")
        entries = feed.get("entry", [])
        if isinstance(entries, Mapping):  # a feed of one holds no list
            return [entries]
        if not isinstance(entries, list):
            raise Retry("the App Store answered with a feed that has no list of reviews")
        return entries

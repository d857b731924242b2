"""A stand-in for Hacker News: Algolia's search of it, and its own items.

After the search's page https://hn.algolia.com/api (``/api/v1/search_by_date``: newest first,
``tags`` with commas for and, brackets for or, ``numericFilters`` on ``created_at_i``, at most
1,000 hits a query, 10,000 requests an hour and address) and the official reference
https://github.com/HackerNews/API (``/v0/item/ID.json``: ``deleted``, ``dead``, null). What the
search says to the 10,001st request is not written there; here it is a 429.
"""

import html
import re
from bisect import bisect_left, bisect_right, insort
from collections import deque
from dataclasses import replace
from datetime import datetime
from typing import Any

from listener.model import Brand
from sources.hackernews import HackerNewsSource
from tests.sources.standins.serving import HOUR, NOON, Answer, Asked, Entry, StandIn

HITS_MAX = 1_000
REQUESTS_PER_HOUR = 10_000
_FIRST_ID = 42_000_000
_FILTER = re.compile(r"created_at_i(<=|>=|<|>)(\d+)")


class HackerNewsSite(StandIn):
    """Comments are entries that reply to one, stories the others."""

    name = "hackernews"

    def __init__(self, now: datetime = NOON, *, indexed_after_seconds: int = 0) -> None:
        super().__init__(now)
        self._by_time: list[tuple[int, str]] = []
        self._recent: deque[datetime] = deque()
        self._answers: dict[str, list[str]] = {}
        self._indexed_after_seconds = indexed_after_seconds

    def next_id(self, at: datetime) -> str:
        return str(_FIRST_ID + len(self.entries))

    def published(self, entry: Entry) -> None:
        insort(self._by_time, (int(entry.at.timestamp()), entry.id))
        if entry.reply_to:
            self._answers.setdefault(entry.reply_to, []).append(entry.id)

    def answer(self, asked: Asked) -> Answer:
        if asked.path == "/api/v1/search_by_date":
            return self._search(asked)
        if found := re.fullmatch(r"/v0/item/(\d+)\.json", asked.path):
            return Answer(200, self._item(found[1]))
        return Answer(404, {"message": "not found"})

    def source(self, *brands: Brand, **settings: Any) -> HackerNewsSource:
        return HackerNewsSource(
            brands=brands,
            search_url=self.url,
            items_url=self.url,
            allow_private=True,
            now=lambda: self.now,
            **settings,
        )

    # The search.

    def _search(self, asked: Asked) -> Answer:
        if not self._within_the_hour():
            return Answer(429, {"message": "Too many requests", "status": 429})
        page, size = int(asked.one("page", "0")), min(int(asked.one("hitsPerPage", "20")), HITS_MAX)
        found = self._found(asked)
        within = found[:HITS_MAX]
        hits = within[page * size : (page + 1) * size]
        return Answer(
            200,
            {
                "exhaustive": {"nbHits": True, "typo": True},
                "exhaustiveNbHits": True,
                "exhaustiveTypo": True,
                "hits": [self._hit(entry) for entry in hits],
                "hitsPerPage": size,
                "nbHits": len(found),
                "nbPages": -(-len(within) // size),
                "page": page,
                "params": f"query={asked.one('query')}&advancedSyntax=true",
                "processingTimeMS": 4,
                "query": asked.one("query"),
                "serverTimeMS": 6,
            },
        )

    def _within_the_hour(self) -> bool:
        while self._recent and self._recent[0] <= self.now - HOUR:
            self._recent.popleft()
        self._recent.append(self.now)
        return len(self._recent) <= REQUESTS_PER_HOUR

    def _found(self, asked: Asked) -> list[Entry]:
        """The entries that match, newest first."""
        words, tags = asked.one("query").replace('"', "").casefold(), asked.one("tags")
        authors = set(re.findall(r"author_([\w-]+)", tags))
        since, until = self._bounds(asked.one("numericFilters"))
        start = bisect_left(self._by_time, (since, ""))
        stretch = self._by_time[start : bisect_right(self._by_time, (until, "~"))]
        entries = (self.entries[native_id] for _, native_id in reversed(stretch))
        return [
            entry
            for entry in entries
            if self._is_there(entry)
            and words in entry.text.casefold()
            and (not authors or entry.author in authors)
        ]

    def _bounds(self, filters: str) -> tuple[int, int]:
        since, until = 0, int(self.now.timestamp()) - self._indexed_after_seconds
        for sign, number in _FILTER.findall(filters):
            second = int(number) + {">": 1, "<": -1}.get(sign, 0)
            since, until = (
                (max(since, second), until) if ">" in sign else (since, min(until, second))
            )
        return since, until

    def _is_there(self, entry: Entry) -> bool:
        return entry.deleted_at is None and entry.author not in self.gone_authors

    def _hit(self, entry: Entry) -> dict[str, Any]:
        is_story = not entry.reply_to
        kind, root = ("story", entry) if is_story else ("comment", self._root(entry))
        common = {
            "_highlightResult": {},
            "_tags": [kind, f"author_{entry.author}", f"story_{root.id}"],
            "author": entry.author,
            "created_at": entry.at.strftime("%Y-%m-%dT%H:%M:%SZ"),
            "created_at_i": int(entry.at.timestamp()),
            "objectID": entry.id,
            "story_id": int(root.id),
            "updated_at": (entry.edited_at or entry.at).strftime("%Y-%m-%dT%H:%M:%SZ"),
        }
        if not is_story:
            return common | {
                "comment_text": _markup(entry.text),
                "parent_id": int(entry.reply_to),
                "points": None,
                "story_title": "Ask HN: what do you make of it?",
                "story_url": None,
            }
        replies = [int(one.id) for one in self._replies(entry)]
        return common | {
            "children": replies,
            "num_comments": len(replies),
            "points": 1 + entry.likes,
            "story_text": _markup(entry.text),
            "title": "Ask HN: what do you make of it?",
            "url": "https://example.org/story",
        }

    # The items.

    def _item(self, native_id: str) -> dict[str, Any] | None:
        entry = self.entries.get(native_id)
        if entry is None or entry.at > self.now:
            return None
        kind: dict[str, Any] = {
            "id": int(entry.id),
            "time": int(entry.at.timestamp()),
            "type": "comment" if entry.reply_to else "story",
        }
        if entry.reply_to:
            kind["parent"] = int(entry.reply_to)
        if entry.deleted_at is not None:
            return kind | {"deleted": True}
        if entry.author in self.gone_authors:
            kind["dead"] = True
        replies = [int(one.id) for one in self._replies(entry)]
        kind |= {"by": entry.author, "kids": replies, "text": _markup(entry.text)}
        if not entry.reply_to:
            kind |= {
                "descendants": len(replies),
                "score": 1 + entry.likes,
                "title": "Ask HN: what do you make of it?",
                "url": "https://example.org/story",
            }
        return kind

    def _root(self, entry: Entry) -> Entry:
        while entry.reply_to in self.entries:
            entry = self.entries[entry.reply_to]
        return entry

    def _replies(self, entry: Entry) -> list[Entry]:
        return [self.entries[one] for one in self._answers.get(entry.id, ())]


def like(site: HackerNewsSite, native_id: str, likes: int) -> None:
    """So many people gave the story a point."""
    site.entries[native_id] = replace(site.entries[native_id], likes=likes)


def _markup(text: str) -> str:
    """The text as the site writes it: entities, and a ``<p>`` between paragraphs."""
    return "<p>".join(html.escape(line) for line in text.split("\n\n"))

"""A Mastodon instance, as docs.joinmastodon.org describes its API.

Pages followed: "timelines API methods" (public, tag), "statuses API methods" (view one, view
many), "notifications API methods", "search API methods", "accounts API methods" (lookup, get
statuses), the entities Status, Account, Notification and Error, "Rate limits", and "Guidelines
and best practices" for paging by min_id and max_id. Ids are made as ``lib/mastodon/snowflake.rb``
does, also for what comes late from another instance.
"""

import re
from bisect import bisect_left, bisect_right, insort
from collections import deque
from datetime import datetime, timedelta
from html import escape
from typing import Any, ClassVar
from urllib.parse import unquote

from listener.model import Brand
from sources.mastodon import MastodonSource
from tests.sources.standins.serving import NOON, NORVIA, Answer, Asked, Entry, StandIn

LIMIT, PERIOD = 300, timedelta(minutes=5)
TOKEN = "sesame"
_TAG = re.compile(r"#(\w+)")


def milliseconds(at: datetime) -> int:
    return int(at.timestamp() * 1000)


def iso(at: datetime) -> str:
    return f"{at:%Y-%m-%dT%H:%M:%S}.{at.microsecond // 1000:03d}Z"


class MastodonSite(StandIn):
    """``closed``: lists need a login; ``boosts`` are ids that show up again as boosts.

    A post's id is its URI without scheme; ``local`` gives this instance's own number for it.
    """

    name: ClassVar[str] = "mastodon"

    def __init__(self, now: datetime = NOON) -> None:
        super().__init__(now)
        self.closed = False
        self.can_batch = True
        self.visibility: dict[str, str] = {}
        self.local: dict[str, int] = {}
        self._by_local: dict[int, str] = {}
        self._lists: dict[str, list[int]] = {}
        self._recent: deque[datetime] = deque()
        self._author = ""

    @property
    def host(self) -> str:
        return self.url.removeprefix("http://")

    def source(self, *brands: Brand, **settings: Any) -> MastodonSource:
        stated = {"instances": [self.url], "allow_private": True, "public": "local"} | settings
        return MastodonSource(**stated, brands=brands or (NORVIA,), now=lambda: self.now)

    def publish(
        self, text: str, *, author: str = "ada", at: datetime | None = None, reply_to: str = ""
    ) -> str:
        with self._lock:
            self._author = author
            return super().publish(text, author=author, at=at, reply_to=reply_to)

    def next_id(self, at: datetime) -> str:
        number = self._new_local(at)
        native_id = f"{self.host}/users/{self._author}/statuses/{number}"
        self._place(native_id, number)
        return native_id

    def published(self, entry: Entry) -> None:
        number = self.local[entry.id]
        keys = {f"#{tag.casefold()}" for tag in _TAG.findall(entry.text)} | {f"@{entry.author}"}
        keys |= {"all", "local"} if entry.id.startswith(f"{self.host}/") else {"all"}
        keys |= {"mentions"} if "@norvia" in entry.text else set()
        for key in keys:
            insort(self._lists.setdefault(key, []), number)

    def show(self, other: "MastodonSite", post_id: str) -> None:
        """What another instance published arrives here; its id is that of its own time."""
        with self._lock:
            entry = other.entries[post_id]
            self._place(entry.id, self._new_local(entry.at))
            self.entries[entry.id] = entry
            self.published(entry)

    def _new_local(self, at: datetime) -> int:
        number = milliseconds(at) << 16
        while number in self._by_local:
            number += 1
        return number

    def _place(self, native_id: str, number: int) -> None:
        self.local[native_id] = number
        self._by_local[number] = native_id

    def answer(self, asked: Asked) -> Answer:
        headers = self._limits()
        if headers["X-RateLimit-Remaining"] == "-1":
            headers |= {"X-RateLimit-Remaining": "0"}
            return Answer(429, {"error": "Too many requests"}, headers)
        answer = self._answer(asked)
        return Answer(answer.status, answer.body, headers | dict(answer.headers))

    def _answer(self, asked: Asked) -> Answer:
        login = asked.headers.get("authorization", "").removeprefix("Bearer ")
        if login and login != TOKEN:
            return error(401, "The access token is invalid")
        match asked.path.strip("/").split("/")[1:]:
            case ["v1", "timelines" | "accounts", *_] as path if path[-1] != "lookup":
                if self.closed and not login:
                    return error(422, "This method requires an authenticated user")
                return self._listed(asked, self._key(asked, path[2:]))
            case ["v1", "accounts", "lookup"]:
                return Answer(body=self._account(asked.one("acct"), self.host))
            case ["v1", "statuses", *number]:
                return self._looked_up(asked, number)
            case ["v1", "notifications"]:
                return self._notified(asked, login)
            case ["v2", "search"]:
                return self._searched(asked, login)
        return NOT_FOUND

    def _key(self, asked: Asked, path: list[str]) -> str:
        """The name of the list that is asked for."""
        if path[0] == "tag":
            return f"#{unquote(path[1]).casefold()}"
        if path[0] == "public":
            return "local" if asked.one("local") == "true" else "all"
        return f"@{path[0].removeprefix('id-')}"

    def _looked_up(self, asked: Asked, number: list[str]) -> Answer:
        if number:
            native_id = self._by_local.get(int(number[0]), "") if number[0].isdigit() else ""
            return Answer(body=self.shape(native_id)) if self._is_there(native_id) else NOT_FOUND
        if not self.can_batch:
            return NOT_FOUND
        found = [self._by_local.get(int(one), "") for one in asked.query.get("id[]", [])]
        return Answer(body=[self.shape(one) for one in found if self._is_there(one)])

    def _limits(self) -> dict[str, str]:
        """300 requests in each stretch of five minutes, as Rack::Attack counts them."""
        since = self.now - timedelta(seconds=self.now.timestamp() % PERIOD.total_seconds())
        while self._recent and self._recent[0] < since:
            self._recent.popleft()
        self._recent.append(self.now)
        return {
            "X-RateLimit-Limit": str(LIMIT),
            "X-RateLimit-Remaining": str(max(LIMIT - len(self._recent), -1)),
            "X-RateLimit-Reset": (since + PERIOD).isoformat(timespec="microseconds"),
        }

    def _is_there(self, native_id: str) -> bool:
        entry = self.entries.get(native_id)
        return (
            entry is not None
            and entry.at <= self.now
            and entry.deleted_at is None
            and entry.author not in self.gone_authors
            and self.visibility.get(native_id, "public") in {"public", "unlisted"}
        )

    def _page(self, asked: Asked, key: str) -> list[str]:
        """By min_id what came next, else the newest; the newest of the page always first."""
        numbers = self._lists.get(key, [])
        there = bisect_right(numbers, (milliseconds(self.now) << 16) + 65_535)
        if asked.one("max_id"):
            there = min(there, bisect_left(numbers, int(asked.one("max_id"))))
        limit = min(int(asked.one("limit", "20")), 40)
        lowest = asked.one("min_id")
        start = bisect_right(numbers, int(lowest)) if lowest else 0
        positions = range(start, there) if lowest else range(there - 1, -1, -1)
        page: list[str] = []
        for position in positions:
            native_id = self._by_local[numbers[position]]
            if self._is_there(native_id):
                page.append(native_id)
                if len(page) == limit:
                    break
        return page[::-1] if lowest else page

    def _listed(self, asked: Asked, key: str) -> Answer:
        page = self._page(asked, key)
        return Answer(body=[self.shape(one) for one in page], headers=self._links(asked, page))

    def _links(self, asked: Asked, page: list[str]) -> dict[str, str]:
        if not page:
            return {}
        at = f"{self.url}{asked.path}"
        older, newer = self.local[page[-1]], self.local[page[0]]
        return {"Link": f'<{at}?max_id={older}>; rel="next", <{at}?min_id={newer}>; rel="prev"'}

    def _notified(self, asked: Asked, login: str) -> Answer:
        if not login:
            return error(401, "The access token is invalid")
        numbers = self._lists.get("mentions", [])
        after = int(asked.one("min_id", "0"))
        told = [
            {
                "id": str(position),
                "type": "mention",
                "created_at": iso(self.entries[native_id].at),
                "account": self._account(self.entries[native_id].author, self.host),
                "status": self.shape(native_id),
            }
            for position, number in enumerate(numbers, 1)
            for native_id in [self._by_local[number]]
            if position > after and self._is_there(native_id)
        ]
        page = told[: int(asked.one("limit", "40"))] if after else told[-40:]
        return Answer(body=page[::-1])

    def _searched(self, asked: Asked, login: str) -> Answer:
        """Newest first, whether or not a lower bound is given: Elasticsearch has no way back."""
        words = asked.one("q").strip('"').casefold()
        found = []
        for number in reversed(self._lists.get("all", [])):
            native_id = self._by_local[number]
            if asked.one("min_id") and number <= int(asked.one("min_id")):
                break
            if asked.one("max_id") and number >= int(asked.one("max_id")):
                continue
            if (
                login
                and words in self.entries[native_id].text.casefold()
                and self._is_there(native_id)
            ):
                found.append(self.shape(native_id))
        return Answer(body={"accounts": [], "statuses": found[:40], "hashtags": []})

    def _account(self, name: str, host: str) -> dict[str, Any]:
        return {
            "id": f"id-{name}",
            "username": name,
            "acct": name if host == self.host else f"{name}@{host}",
            "display_name": name.title(),
            "locked": False,
            "bot": False,
            "discoverable": True,
            "group": False,
            "created_at": "2020-03-16T00:00:00.000Z",
            "note": "<p>Hello</p>",
            "url": f"http://{host}/@{name}",
            "uri": f"http://{host}/users/{name}",
            "avatar": f"http://{host}/avatar.png",
            "avatar_static": f"http://{host}/avatar.png",
            "header": f"http://{host}/header.png",
            "header_static": f"http://{host}/header.png",
            "followers_count": 42,
            "following_count": 7,
            "statuses_count": 9,
            "last_status_at": "2026-11-20",
            "emojis": [],
            "fields": [],
        }

    def shape(self, native_id: str) -> dict[str, Any]:
        entry = self.entries[native_id]
        host = native_id.partition("/")[0]
        parent = self.entries.get(entry.reply_to)
        lines = "</p><p>".join(escape(entry.text).splitlines())
        return {
            "id": str(self.local[native_id]),
            "created_at": iso(entry.at),
            "in_reply_to_id": str(self.local[parent.id]) if parent else None,
            "in_reply_to_account_id": f"id-{parent.author}" if parent else None,
            "sensitive": False,
            "spoiler_text": "",
            "visibility": self.visibility.get(native_id, "public"),
            "language": "en",
            "uri": f"http://{native_id}",
            "url": f"http://{host}/@{entry.author}/{native_id.rpartition('/')[2]}",
            "replies_count": 1,
            "reblogs_count": 2,
            "favourites_count": entry.likes,
            "edited_at": iso(entry.edited_at) if entry.edited_at else None,
            "content": f"<p>{lines}</p>",
            "reblog": None,
            "application": None,
            "account": self._account(entry.author, host),
            "media_attachments": [],
            "mentions": self._people(parent),
            "tags": [
                {"name": tag.casefold(), "url": f"{self.url}/tags/{tag.casefold()}"}
                for tag in _TAG.findall(entry.text)
            ],
            "emojis": [],
            "card": None,
            "poll": None,
        }

    def _people(self, parent: Entry | None) -> list[dict[str, str]]:
        if parent is None:
            return []
        host = parent.id.partition("/")[0]
        account = self._account(parent.author, host)
        return [{key: account[key] for key in ("id", "username", "url", "acct")}]


def error(status: int, words: str) -> Answer:
    return Answer(status, {"error": words})


NOT_FOUND = error(404, "Record not found")

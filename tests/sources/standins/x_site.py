"""X, the API's version 2, as its reference describes it.

Followed: docs.x.com/x-api/posts/search-recent-posts (parameters, page sizes, the seven days),
/x-api/posts/get-posts-by-ids (lookup and its partial errors), /x-api/fundamentals/post-cap and
/x-api/getting-started/pricing (billing by UTC day), /x-api/fundamentals/rate-limits (headers),
/x-api/fundamentals/edit-posts, /x-api/fundamentals/response-codes-and-errors.
"""

from bisect import bisect_left, insort
from collections import Counter, defaultdict
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any, ClassVar

import tweepy  # noqa: F401  loaded here, so that no poll is timed with it

from listener.model import Brand
from listener.ports import Secret
from sources.x import XSource
from sources.x_parts.posts import EPOCH, written_at
from tests.sources.standins.serving import DAY, NORVIA, Answer, Asked, Entry, StandIn
from tests.sources.standins.x_query import Facts, compiled

TOKEN = "AAAA-bearer-token"
PROBLEMS = "https://api.twitter.com/2/problems"

_WINDOW = timedelta(minutes=15)
_DEFAULT_FIELDS = {"id", "text", "edit_history_tweet_ids"}

Version = tuple[datetime, str, str]
"""When it was written, its id, the id of the first version."""


class XSite(StandIn):
    """``credits`` are the posts still paid for; None: no end. ``late`` holds, by id, when the
    search comes to know a post; ``read`` on how many UTC days search or stream billed each.
    """

    name: ClassVar[str] = "x"
    query_chars_max = 512
    requests_max: ClassVar[dict[str, int]] = {"/2/tweets/search/recent": 450, "/2/tweets": 3_500}

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        self.credits: int | None = None
        self.late: dict[str, datetime] = {}
        self.read: Counter[str] = Counter()
        self.withheld: set[str] = set()
        self.shape: Callable[[dict[str, Any]], dict[str, Any]] = lambda post: post
        self._index: list[Version] = []
        self._versions: dict[str, list[tuple[str, datetime, str]]] = {}
        self._of: dict[str, str] = {}
        self._ids = 0
        self._asked_at: dict[tuple[str, int], int] = defaultdict(int)

    # The world.

    def next_id(self, at: datetime) -> str:
        self._ids += 1
        return str((int((at - EPOCH).total_seconds() * 1000) << 22) | self._ids)

    def published(self, entry: Entry) -> None:
        self._add(entry.id, entry.id, entry.at, entry.text)

    def changed(self, entry: Entry) -> None:
        """An edit is a new post with a new id. X allows it within the hour; here it is allowed
        at any time, so that a campaign may edit when it likes."""
        if entry.deleted_at is None and entry.edited_at is not None:
            self._add(self.next_id(entry.edited_at), entry.id, entry.edited_at, entry.text)

    def _add(self, version: str, first: str, at: datetime, text: str) -> None:
        insort(self._index, (at, version, first))
        self._versions.setdefault(first, []).append((version, at, text))
        self._of[version] = first

    def source(self, *brands: Brand, **settings: Any) -> XSource:
        return XSource(
            **{"token": Secret(TOKEN)} | settings,
            brands=brands or (NORVIA,),
            now=lambda: self.now,
            base_url=self.url,
            allow_private=True,
        )

    # The server.

    def answer(self, asked: Asked) -> Answer:
        if asked.headers.get("authorization") != f"Bearer {TOKEN}":
            return problem(401, "Unauthorized")
        if asked.path not in self.requests_max:
            return problem(404, "Not Found")
        headers, over = self._count(asked.path)
        if over:
            return problem(429, "Too Many Requests", headers=headers)
        if self.credits is not None and self.credits <= 0:
            detail = "Your enrolled account [1] does not have any credits to fulfill this request."
            return problem(402, "CreditsDepleted", detail, f"{PROBLEMS}/credits", headers)
        method = self._search if asked.path.endswith("recent") else self._lookup
        try:
            return Answer(200, method(asked), headers)
        except ValueError as error:
            return _invalid(str(error), headers)

    def _count(self, path: str) -> tuple[dict[str, str], bool]:
        """The headers about the limit, and whether this request is over it."""
        window = int(self.now.timestamp() // _WINDOW.total_seconds())
        self._asked_at[path, window] += 1
        left = self.requests_max[path] - self._asked_at[path, window]
        headers = {
            "x-rate-limit-limit": str(self.requests_max[path]),
            "x-rate-limit-remaining": str(max(left, 0)),
            "x-rate-limit-reset": str(int((window + 1) * _WINDOW.total_seconds())),
        }
        return headers, left < 0

    def _search(self, asked: Asked) -> dict[str, Any]:
        query = asked.one("query")
        if not 0 < len(query) <= self.query_chars_max:
            raise ValueError(f"'query' must have 1 to {self.query_chars_max} characters")
        size = int(asked.one("max_results", "10"))
        if not 10 <= size <= 100:
            raise ValueError(f"The `max_results` query parameter value [{size}] is not between 10")
        found = self._found(asked, query, size + 1)
        page, more = found[:size], len(found) > size
        self._bill([version for _, version, _ in page], read=True)
        meta: dict[str, Any] = {"result_count": len(page)}
        if page:
            meta |= {"newest_id": page[0][1], "oldest_id": page[-1][1]}
        if more:
            meta["next_token"] = f"{_sum(asked)}-{page[-1][1]}"
        return self._body(asked, [version for _, version, _ in page]) | {"meta": meta}

    def _found(self, asked: Asked, query: str, most: int) -> list[Version]:
        """Newest first, below what the token names."""
        test = compiled(query)
        since, until = self._times(asked)
        above, below = int(asked.one("since_id", "0")), int(asked.one("until_id", "9" * 19))
        if token := asked.one("next_token"):
            params, _, last = token.partition("-")
            if params != _sum(asked) or last not in self._of:
                raise ValueError("Invalid 'next_token'")
            below = int(last)
        at = bisect_left(self._index, (until, "", ""))
        found: list[Version] = []
        while at > 0 and len(found) < most:
            at -= 1
            version = self._index[at]
            if version[0] < since:
                break
            if above < int(version[1]) < below and self._has(version, test):
                found.append(version)
        return found

    def _times(self, asked: Asked) -> tuple[datetime, datetime]:
        """From when until when a search goes; where it says no end, that is 30 seconds ago."""
        start, end, since_id = asked.one("start_time"), asked.one("end_time"), asked.one("since_id")
        if (since_id or asked.one("until_id")) and (start or end):
            raise ValueError("Invalid use of 'since_id' or 'until_id' with 'start_time'")
        oldest, newest = self.now - 7 * DAY, self.now - timedelta(seconds=10)
        since = datetime.fromisoformat(start) if start else oldest
        if since_id:
            since = written_at(since_id) or EPOCH
        until = datetime.fromisoformat(end) if end else self.now - timedelta(seconds=30)
        if since < oldest:
            name = "since_id" if since_id else "start_time"
            raise ValueError(f"'{name}' must be on or after {oldest:%Y-%m-%dT%H:%MZ}")
        if until > newest:
            raise ValueError("'end_time' must be a minimum of 10 seconds prior to the request time")
        if since >= until and not since_id:
            raise ValueError("'end_time' must be after 'start_time'")
        return since, until

    def _has(self, version: Version, test: Callable[[Facts], bool]) -> bool:
        at, version_id, first = version
        if not self._is_there(first) or self._versions[first][-1][0] != version_id:
            return False
        if self.late.get(first, at) > self.now:
            return False
        entry = self.entries[first]
        return test(Facts(self._text(version_id), entry.author, reply=bool(entry.reply_to)))

    def _lookup(self, asked: Asked) -> dict[str, Any]:
        ids = asked.one("ids").split(",")
        if not 1 <= len(ids) <= 100 or not all(one.isdigit() for one in ids):
            raise ValueError(f"The number of values in `ids` [{len(ids)}] is not between 1 and 100")
        there = [one for one in ids if one in self._of and self._is_there(self._of[one])]
        self._bill(there)
        errors = [_not_found(one) for one in ids if one not in there]
        return self._body(asked, there) | ({"errors": errors} if errors else {})

    def _is_there(self, first: str) -> bool:
        entry = self.entries[first]
        gone = entry.deleted_at is not None or entry.author in self.gone_authors
        return entry.at <= self.now and not gone

    def _bill(self, ids: list[str], *, read: bool = False) -> None:
        """X bills a post once a UTC day, however often it is handed out."""
        for one in ids:
            if not self.billed[f"{self.now:%Y-%m-%d}", one]:
                self.bill(one)
                self.read[one] += read
                if self.credits is not None:
                    self.credits -= 1

    def _body(self, asked: Asked, versions: list[str]) -> dict[str, Any]:
        names = set(asked.one("tweet.fields").split(",")) | _DEFAULT_FIELDS
        body: dict[str, Any] = {}
        if versions:
            body["data"] = [self.shape(self._post(one, names)) for one in versions]
        if versions and "author_id" in asked.one("expansions").split(","):
            authors = dict.fromkeys(self.entries[self._of[one]].author for one in versions)
            body["includes"] = {"users": [user(author) for author in authors]}
        return body

    def _post(self, version: str, names: set[str]) -> dict[str, Any]:
        first = self._of[version]
        entry = self.entries[first]
        root = first
        while (parent := self.entries[root].reply_to) in self.entries:
            root = parent
        post: dict[str, Any] = {
            "id": version,
            "text": self._text(version).replace("&", "&amp;").replace("<", "&lt;"),
            "edit_history_tweet_ids": [one for one, _, _ in self._versions[first]],
            "author_id": user_id(entry.author),
            "conversation_id": root,
            "created_at": f"{self._time(version):%Y-%m-%dT%H:%M:%S}.000Z",
            "lang": "en",
            "public_metrics": {
                "retweet_count": 0,
                "reply_count": 0,
                "like_count": entry.likes,
                "quote_count": 0,
                "bookmark_count": 0,
                "impression_count": entry.likes * 10,
            },
        }
        if entry.reply_to:
            post["referenced_tweets"] = [{"type": "replied_to", "id": entry.reply_to}]
        if first in self.withheld:
            post["withheld"] = {"copyright": True, "country_codes": ["XX"]}
        return {name: value for name, value in post.items() if name in names}

    def _text(self, version: str) -> str:
        return next(text for one, _, text in self._versions[self._of[version]] if one == version)

    def _time(self, version: str) -> datetime:
        return next(at for one, at, _ in self._versions[self._of[version]] if one == version)


def user_id(author: str) -> str:
    """The lasting id of an account."""
    return str(1_000 + sum(ord(letter) * 31**at for at, letter in enumerate(author)) % 10**12)


def user(author: str) -> dict[str, Any]:
    """A user object with the fields the source asks for."""
    return {
        "id": user_id(author),
        "name": author.title(),
        "username": author,
        "verified": False,
        "public_metrics": {
            "followers_count": 120,
            "following_count": 80,
            "tweet_count": 999,
            "listed_count": 1,
            "like_count": 3,
        },
    }


def problem(
    status: int,
    title: str,
    detail: str = "",
    kind: str = "about:blank",
    headers: dict[str, str] | None = None,
    **more: Any,
) -> Answer:
    """An error as X writes it."""
    body = {"title": title, "type": kind, "status": status, "detail": detail or title} | more
    return Answer(status, body, headers or {})


def _invalid(message: str, headers: dict[str, str]) -> Answer:
    body = {
        "errors": [{"parameters": {}, "message": message}],
        "title": "Invalid Request",
        "detail": "One or more parameters to your request was invalid.",
        "type": f"{PROBLEMS}/invalid-request",
    }
    return Answer(400, body, headers)


def _not_found(post_id: str) -> dict[str, str]:
    return {
        "value": post_id,
        "detail": f"Could not find tweet with ids: [{post_id}].",
        "title": "Not Found Error",
        "resource_type": "tweet",
        "parameter": "ids",
        "resource_id": post_id,
        "type": f"{PROBLEMS}/resource-not-found",
    }


def _sum(asked: Asked) -> str:
    """What a token is good for: the same request."""
    names = ("query", "start_time", "end_time", "since_id", "until_id")
    return f"{hash(tuple(asked.one(name) for name in names)) & 0xFFFFFFFF:08x}"

"""Reddit, as its API reference shows it.

Pages followed: www.reddit.com/dev/api ("listings", ``GET [/r/subreddit]/new``,
``GET [/r/subreddit]/comments``, ``GET [/r/subreddit]/search``, ``GET [/r/subreddit]/api/info``,
``GET /user/username/comments``), the wiki pages "OAuth2" ("Application Only OAuth"), "JSON" and
"API" (rate-limit headers) of github.com/reddit-archive/reddit.

What it keeps to: pages of 100 by ``after``, listings of the newest 1,000, an empty page where
``after`` is there no more, 1,000 requests in ten minutes, tokens good for a day. A listing of
several subreddits leaves out those that are private, banned or unknown; one alone refuses.
A deleted submission leaves the listings and stays under its name as ``[deleted]``; where the
account was deleted, its texts stay and their author is ``[deleted]``.
"""

import html
import re
from base64 import b64encode
from bisect import insort
from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import datetime, timedelta
from heapq import merge
from itertools import islice
from typing import Any
from urllib.parse import parse_qs

from listener.model import Brand
from listener.ports import Secret
from sources.reddit import RedditSource
from tests.sources.standins.serving import NOON, Answer, Asked, Entry, StandIn

CLIENT_ID, CLIENT_SECRET = "an-app", "its-secret"
HOME = "norviafans"
DEPTH = 1_000
TOKEN_LIFE = timedelta(days=1)
WINDOW_SECONDS = 600
REQUESTS_PER_WINDOW = 1_000
_DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"
_FIRST_NUMBER = 36**5

Key = tuple[datetime, int, str]
"""When, the number, the fullname: what listings are sorted by."""


class RedditSite(StandIn):
    """``closed`` says of a subreddit why it is ("private", "quarantined", "banned").

    ``extra`` holds, by fullname, fields that override a thing's own; ``late`` holds things that
    listings don't show yet.
    """

    name = "reddit"

    def __init__(self, now: datetime = NOON) -> None:
        super().__init__(now)
        self.closed: dict[str, str] = {}
        self.extra: dict[str, dict[str, Any]] = {}
        self.removed: set[str] = set()
        self.late: set[str] = set()
        self.subreddits: set[str] = {HOME}
        self.used: Counter[int] = Counter()
        self.used_elsewhere = 0
        self._place: dict[str, str] = {}
        self._keys: dict[str, Key] = {}
        self._lists: defaultdict[str, list[Key]] = defaultdict(list)
        self._replies: Counter[str] = Counter()
        self._tokens: dict[str, datetime] = {}

    # The world.

    def publish(
        self,
        text: str,
        *,
        author: str = "ada",
        at: datetime | None = None,
        reply_to: str = "",
        subreddit: str = "",
    ) -> str:
        """A submission, or with ``reply_to`` a comment on a submission or comment."""
        with self._lock:
            number, moment = _FIRST_NUMBER + len(self.entries), at or self.now
            name = f"{'t1' if reply_to else 't3'}_{_base36(number)}"
            place = subreddit or self._place.get(reply_to, HOME)
            self.subreddits.add(place)
            self.entries[name] = Entry(name, text, author, moment, reply_to)
            self._place[name], self._keys[name] = place, (moment, number, name)
            kind = "comments" if reply_to else "new"
            for listed in (f"{place} {kind}", f"all {kind}", f"u/{author.lower()} {kind}"):
                insort(self._lists[listed], self._keys[name])
            self._replies[self.root(name)] += bool(reply_to)
            return name

    def remove(self, name: str) -> None:
        """A moderator removes it."""
        self.removed.add(name)

    def expire_tokens(self) -> None:
        self._tokens.clear()

    def root(self, name: str) -> str:
        """The submission that a thread began with."""
        for _ in range(len(self.entries)):
            entry = self.entries.get(name)
            if entry is None or not entry.reply_to:
                break
            name = entry.reply_to
        return name

    # The source.

    def source(self, *brands: Brand, **settings: Any) -> RedditSource:
        wiring = {
            "client_id": CLIENT_ID,
            "client_secret": Secret(CLIENT_SECRET),
            "subreddits": [HOME],
            "brands": brands,
            "now": lambda: self.now,
            "site_url": self.url,
            "api_url": self.url,
            "allow_private": True,
        }
        return RedditSource(**wiring | settings)

    # The answers.

    def answer(self, asked: Asked) -> Answer:
        if asked.path == "/api/v1/access_token":
            return self._token(asked)
        given = asked.headers.get("authorization", "").removeprefix("bearer ")
        if self._tokens.get(given, self.now) <= self.now:
            return Answer(401, {"message": "Unauthorized", "error": 401})
        window, past = divmod(int(self.now.timestamp()), WINDOW_SECONDS)
        self.used[window] += 1
        used = self.used[window] + self.used_elsewhere
        limits = {
            "x-ratelimit-used": str(used),
            "x-ratelimit-remaining": f"{max(REQUESTS_PER_WINDOW - used, 0):.1f}",
            "x-ratelimit-reset": str(WINDOW_SECONDS - past),
        }
        if used > REQUESTS_PER_WINDOW:
            return Answer(429, {"message": "Too Many Requests", "error": 429}, limits)
        answer = self._routed(asked)
        if asked.one("raw_json") != "1":
            answer = Answer(answer.status, _escaped(answer.body))
        return Answer(answer.status, answer.body, limits)

    def _token(self, asked: Asked) -> Answer:
        login = b64encode(f"{CLIENT_ID}:{CLIENT_SECRET}".encode()).decode()
        if asked.headers.get("authorization") != f"Basic {login}":
            return Answer(401, {"message": "Unauthorized", "error": 401})
        grant = parse_qs(asked.body.decode()).get("grant_type")
        if asked.method != "POST" or grant != ["client_credentials"]:
            return Answer(200, {"error": "unsupported_grant_type"})
        token = f"token-{len(self.asked)}"
        self._tokens[token] = self.now + TOKEN_LIFE
        seconds = int(TOKEN_LIFE.total_seconds())
        return Answer(
            200,
            {"access_token": token, "token_type": "bearer", "expires_in": seconds, "scope": "*"},
        )

    def _routed(self, asked: Asked) -> Answer:
        if found := re.fullmatch(r"/r/([^/]+)/(new|comments)", asked.path):
            return self._of_subreddits(asked, found[1].lower().split("+"), found[2])
        if asked.path == "/search":
            return self._page(asked, self._searched(asked.one("q")))
        if found := re.fullmatch(r"/user/([^/]+)/comments", asked.path):
            return self._page(asked, self._shown([f"u/{found[1].lower()} comments"]))
        if asked.path == "/api/info":
            return self._info(asked)
        return Answer(404, {"message": "Not Found", "error": 404})

    def _of_subreddits(self, asked: Asked, names: list[str], kind: str) -> Answer:
        open_ones = [one for one in names if one in self.subreddits and one not in self.closed]
        if not open_ones:
            return self._refusal(names[0])
        return self._page(asked, self._shown([f"{one} {kind}" for one in open_ones]))

    def _refusal(self, name: str) -> Answer:
        why = self.closed.get(name)
        if why is None:
            return Answer(302, b"", {"Location": f"/subreddits/search?q={name}"})
        if why == "banned":
            return Answer(404, {"reason": "banned", "message": "Not Found", "error": 404})
        return Answer(403, {"reason": why, "message": "Forbidden", "error": 403})

    def _shown(self, lists: list[str]) -> Iterator[Key]:
        """What these lists show, the newest first."""
        kept = (filter(self._is_listed, reversed(self._lists[name])) for name in lists)
        return merge(*(islice(keys, DEPTH) for keys in kept), reverse=True)

    def _is_listed(self, key: Key) -> bool:
        at, _, name = key
        is_there = self.entries[name].deleted_at is None and name not in self.removed
        return is_there and at <= self.now and name not in self.late

    def _searched(self, query: str) -> Iterator[Key]:
        terms = _terms(query)
        for key in reversed(self._lists["all new"]):
            entry = self.entries[key[2]]
            if self.closed.get(self._place[entry.id]) or entry.author in self.gone_authors:
                continue
            if self._is_listed(key) and any(term in entry.text.lower() for term in terms):
                yield key

    def _page(self, asked: Asked, keys: Iterator[Key]) -> Answer:
        limit, after = min(int(asked.one("limit", "25")), 100), asked.one("after")
        listed = (name for _, _, name in islice(keys, DEPTH))
        if after:
            any(name == after for name in listed)  # what comes before the page is used up
        page = list(islice(listed, limit))
        is_more = next(listed, None) is not None
        return _listing([self.thing(name) for name in page], page[-1] if is_more else None)

    def _info(self, asked: Asked) -> Answer:
        names = [name for name in asked.one("id").split(",") if name in self.entries][:100]
        here = [self.thing(name) for name in names if not self.closed.get(self._place[name])]
        asked_for = [one for one in asked.one("sr_name").lower().split(",") if one]
        known = [one for one in asked_for if one in self.subreddits]
        return _listing(
            here + [self._subreddit(one) for one in known if self.closed.get(one) != "banned"]
        )

    def _subreddit(self, name: str) -> dict[str, Any]:
        why = self.closed.get(name, "public")
        data = {
            "display_name": name.title(),
            "name": f"t5_{name}",
            "subreddit_type": "private" if why == "private" else "public",
            "quarantine": why == "quarantined",
        }
        return {"kind": "t5", "data": data}

    def thing(self, name: str) -> dict[str, Any]:
        """A submission or comment as it is shown now."""
        entry = self.entries[name]
        data = self._comment(entry) if entry.reply_to else self._link(entry)
        text = "body" if entry.reply_to else "selftext"
        if entry.deleted_at or entry.author in self.gone_authors:
            data |= {"author": "[deleted]", "author_fullname": None}
        if entry.deleted_at:
            data |= {text: "[deleted]", f"{text}_html": _rendered("[deleted]")}
        elif name in self.removed:
            data |= {text: "[removed]", f"{text}_html": _rendered("[removed]")}
            data |= {} if entry.reply_to else {"removed_by_category": "moderator"}
        return {"kind": name[:2], "data": data | self.extra.get(name, {})}

    def _common(self, entry: Entry) -> dict[str, Any]:
        place = self._place[entry.id]
        return {
            "subreddit": place,
            "author_fullname": f"t2_{entry.author.lower()}",
            "name": entry.id,
            "id": entry.id[3:],
            "author": entry.author,
            "score": 1 + entry.likes,
            "created_utc": entry.at.timestamp(),
            "edited": entry.edited_at.timestamp() if entry.edited_at else False,
            "permalink": f"/r/{place}/comments/{self.root(entry.id)[3:]}/_/{entry.id[3:]}/",
        }

    def _link(self, entry: Entry) -> dict[str, Any]:
        place = self._place[entry.id]
        return self._common(entry) | {
            "title": f"A word from {entry.author}",
            "selftext": entry.text,
            "selftext_html": _rendered(entry.text),
            "is_self": True,
            "domain": f"self.{place}",
            "url": f"https://www.reddit.com/r/{place}/comments/{entry.id[3:]}/_/",
            "num_comments": self._replies[entry.id],
            "num_crossposts": 0,
            "removed_by_category": None,
        }

    def _comment(self, entry: Entry) -> dict[str, Any]:
        return self._common(entry) | {
            "body": entry.text,
            "body_html": _rendered(entry.text),
            "parent_id": entry.reply_to,
            "link_id": self.root(entry.id),
            "replies": "",
            "is_submitter": False,
        }


def _listing(children: list[dict[str, Any]], after: str | None = None) -> Answer:
    data = {"after": after, "dist": len(children), "modhash": None, "children": children}
    return Answer(200, {"kind": "Listing", "data": data | {"before": None}})


def _terms(query: str) -> list[str]:
    """What is searched for; what is to be left out is not looked at."""
    wanted = re.sub(r"NOT \S+|[()]", "", query)
    return [term.strip().strip('"').lower() for term in wanted.split(" OR ") if term.strip()]


def _rendered(text: str) -> str:
    paragraphs = "\n".join(f"<p>{part}</p>" for part in html.escape(text).split("\n\n"))
    return f'<!-- SC_OFF --><div class="md">{paragraphs}\n</div><!-- SC_ON -->'


def _escaped(value: Any) -> Any:
    """Texts as they come without ``raw_json``."""
    if isinstance(value, str):
        return html.escape(value, quote=False)
    if isinstance(value, dict):
        return {key: _escaped(inner) for key, inner in value.items()}
    return [_escaped(inner) for inner in value] if isinstance(value, list) else value


def _base36(number: int) -> str:
    digits = ""
    while number:
        number, rest = divmod(number, 36)
        digits = _DIGITS[rest] + digits
    return digits or "0"

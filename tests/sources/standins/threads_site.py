"""Threads, as the reference of its API shows it.

Pages followed, at developers.facebook.com/docs/threads: "Retrieve User Posts", "Mentions",
"Keyword and Topic Tag Search", "Retrieve Media Replies and Conversations", "Reference: User" and
"Media Retrieval" (parameters, fields, page sizes), "Long-Lived Access Tokens"; for refusals "Handle
Errors" of the Graph API. Known by heart only: that a search beyond the 2,200 is refused with code
4, that a deleted post is refused with code 100 and subcode 33, and how a cursor looks inside.
"""

from bisect import bisect_left, bisect_right, insort
from collections import deque
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar

from listener.model import Brand
from listener.ports import Secret
from sources.threads import ThreadsSource
from tests.sources.standins.serving import NOON, NORVIA, Answer, Asked, Entry, StandIn

ME = "norvia"
TOKEN = "sesame-of-sixty-days"
PAGE, PAGE_MAX = 25, 100
SEARCHES_PER_DAY = 2_200
EARLIEST = 1_688_540_400
OF_REPLIES = {"is_reply", "root_post", "replied_to", "is_reply_owned_by_me"}
REFUSED_FIELDS = {
    "threads": OF_REPLIES,
    "replies": {"topic_tag", "link_attachment_url", "owner"},
    "conversation": {"link_attachment_url", "owner"},
    "keyword_search": {"is_reply_owned_by_me", "owner"},
}
"""By the last word of the address: what the reference doesn't list for it."""

Key = tuple[datetime, str]


class ThreadsSite(StandIn):
    """``tagging``: whoever names Norvia tags its profile. ``gathered``: who answers nothing else
    answers the account's own thread.

    ``permissions`` are what the app was given; without ``search`` only the account's own posts are
    found, without ``others`` (advanced access) a post of somebody else is not shown alone.
    """

    name: ClassVar[str] = "threads"

    def __init__(self, now: datetime = NOON) -> None:
        super().__init__(now)
        self.tagging = False
        self.gathered = False
        self.permissions = {"mentions", "search", "others"}
        self.expired = False
        self.roots: dict[str, str] = {}
        self._all: list[Key] = []
        self._lists: dict[str, list[Key]] = {"threads": [], "replies": [], "mentions": []}
        self._searches: deque[datetime] = deque()

    def source(self, *brands: Brand, **settings: Any) -> ThreadsSource:
        stated = {
            "access_token": Secret(TOKEN),
            "base_url": self.url,
            "allow_private": True,
        } | settings
        return ThreadsSource(**stated, brands=brands or (NORVIA,), now=lambda: self.now)

    def publish(
        self, text: str, *, author: str = "ada", at: datetime | None = None, reply_to: str = ""
    ) -> str:
        if self.gathered and author != ME and not reply_to:
            reply_to = self._own_thread()
        return super().publish(text, author=author, at=at, reply_to=reply_to)

    def _own_thread(self) -> str:
        """The newest thread of the account's own, or after some days a new one."""
        own = (self.entries[post_id] for _, post_id in reversed(self._lists["threads"]))
        young = (entry for entry in own if entry.at > self.now - timedelta(days=5))
        there = (entry.id for entry in young if self._is_there(entry))
        return next(there, "") or self.publish("What shall Norvia fly next?", author=ME)

    def next_id(self, at: datetime) -> str:
        return f"18{len(self.entries) + 1:015d}"

    def published(self, entry: Entry) -> None:
        self.roots[entry.id] = self.roots[entry.reply_to] if entry.reply_to else entry.id
        key = (entry.at, entry.id)
        insort(self._all, key)
        for name in self._lists_of(entry):
            insort(self._lists.setdefault(name, []), key)

    def _lists_of(self, entry: Entry) -> Iterator[str]:
        if entry.author == ME:
            yield "replies" if entry.reply_to else "threads"
        elif f"@{ME}" in entry.text or (self.tagging and "Norvia" in entry.text):
            yield "mentions"
        if entry.reply_to:
            yield f"in {self.roots[entry.id]}"

    def answer(self, asked: Asked) -> Answer:
        if asked.one("access_token") != TOKEN:
            return refusal(190, 0, "Invalid OAuth access token - Cannot parse access token")
        if self.expired:
            return refusal(190, 463, "Error validating access token: Session has expired")
        refused = REFUSED_FIELDS.get(asked.path.rsplit("/", 1)[-1], set())
        if refused & set(asked.one("fields").split(",")):
            return refusal(100, 0, "Tried accessing nonexisting field")
        return self._answer(asked)

    def _answer(self, asked: Asked) -> Answer:
        match asked.path.strip("/").split("/"):
            case ["v1.0", "me"]:
                return Answer(body={"username": ME, "id": "1001"})
            case ["v1.0", "me", "mentions"] if "mentions" not in self.permissions:
                return refusal(10, 0, "Application does not have permission for this action")
            case ["v1.0", "me", ("threads" | "replies" | "mentions") as name]:
                return self._listed(asked, self._lists[name])
            case ["v1.0", "keyword_search"]:
                return self._search(asked)
            case ["v1.0", root, "conversation"] if self._is_shown(root):
                return self._listed(asked, self._lists.get(f"in {root}", []))
            case ["v1.0", post_id] if self._is_shown(post_id):
                return Answer(body=self.shape(self.entries[post_id], asked))
        return refusal(100, 33, "Unsupported get request. Object does not exist")

    def _is_shown(self, post_id: str) -> bool:
        entry = self.entries.get(post_id)
        is_seen = entry is not None and (entry.author == ME or "others" in self.permissions)
        return is_seen and entry is not None and self._is_there(entry)

    def _is_there(self, entry: Entry) -> bool:
        return (
            entry.at <= self.now
            and entry.deleted_at is None
            and entry.author not in self.gone_authors
        )

    def _listed(self, asked: Asked, keys: list[Key]) -> Answer:
        """A page, newest first, below the cursor."""
        limit = min(int(asked.one("limit", str(PAGE))), PAGE_MAX)
        top = len(keys)
        if after := asked.one("after"):
            if not after.startswith("QVF"):
                return refusal(100, 0, "Invalid cursor")
            at, _, post_id = after.removeprefix("QVF").partition("_")
            top = bisect_left(keys, (datetime.fromtimestamp(int(at) / 1e6, UTC), post_id))
        page = list(self._there(keys[position] for position in range(top - 1, -1, -1)))[: limit + 1]
        shown = page[:limit]
        body: dict[str, Any] = {"data": [self.shape(entry, asked) for entry in shown]}
        if shown:
            body["paging"] = {"cursors": {"before": cursor(shown[0]), "after": cursor(shown[-1])}}
            if len(page) > limit:
                body["paging"]["next"] = f"https://graph.threads.net{asked.path}?after=…"
        return Answer(body=body)

    def _there(self, keys: Iterable[Key]) -> Iterator[Entry]:
        found = 0
        for _, post_id in keys:
            entry = self.entries[post_id]
            if self._is_there(entry):
                yield entry
                found += 1
            if found > PAGE_MAX:
                return

    def _search(self, asked: Asked) -> Answer:
        while self._searches and self._searches[0] <= self.now - timedelta(hours=24):
            self._searches.popleft()
        if len(self._searches) >= SEARCHES_PER_DAY:
            return refusal(4, 0, "Application request limit reached")
        now = int(self.now.timestamp()) + 1
        since, until = int(asked.one("since", str(EARLIEST))), int(asked.one("until", str(now)))
        if not EARLIEST <= since < until:
            return refusal(100, 0, "Param since must be earlier than until")
        limit = min(int(asked.one("limit", str(PAGE))), PAGE_MAX)
        low = bisect_left(self._all, (datetime.fromtimestamp(since, UTC), ""))
        top = bisect_right(self._all, (datetime.fromtimestamp(until, UTC), "~"))
        words = asked.one("q").casefold()
        below = (self._all[position] for position in range(top - 1, low - 1, -1))
        found = [
            entry
            for entry in self._there(key for key in below if self._says(key, words))
            if "search" in self.permissions or entry.author == ME
        ][:limit]
        if found:
            self._searches.append(self.now)
        return Answer(body={"data": [self.shape(entry, asked) for entry in found]})

    def _says(self, key: Key, words: str) -> bool:
        return words in self.entries[key[1]].text.casefold()

    def shape(self, entry: Entry, asked: Asked | None = None) -> dict[str, Any]:
        is_reply = bool(entry.reply_to)
        shaped: dict[str, Any] = {
            "id": entry.id,
            "text": entry.text,
            "username": entry.author,
            "permalink": f"https://www.threads.net/@{entry.author}/post/C{entry.id[-9:]}",
            "timestamp": f"{entry.at.astimezone(UTC):%Y-%m-%dT%H:%M:%S}+0000",
            "media_type": "TEXT_POST",
            "is_reply": is_reply,
            "has_replies": bool(self._lists.get(f"in {entry.id}")),
        }
        if is_reply:
            shaped |= {
                "root_post": {"id": self.roots[entry.id]},
                "replied_to": {"id": entry.reply_to},
                "is_reply_owned_by_me": entry.author == ME,
            }
        wanted = asked.one("fields", "id").split(",") if asked else list(shaped)
        return {key: value for key, value in shaped.items() if key in {*wanted, "id"}}


def cursor(entry: Entry) -> str:
    return f"QVF{int(entry.at.timestamp() * 1e6)}_{entry.id}"


def refusal(code: int, subcode: int, words: str, status: int = 400) -> Answer:
    """An error as the Graph API words it."""
    error = {"message": words, "type": "OAuthException", "code": code, "fbtrace_id": "AbCdEf"}
    return Answer(status, {"error": error | ({"error_subcode": subcode} if subcode else {})})

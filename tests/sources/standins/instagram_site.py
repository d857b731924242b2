"""An Instagram professional account, as the Graph API's reference shows it.

Pages followed, on developers.facebook.com: "IG User Media", "IG Media" (``comments_count``
includes answers), "IG Media Comments" (newest first, fifty at most), "IG Comment" and its
"Replies", "IG User Tags", "Mentioned Comment" (its fields: no author), "Mentioned Media", "IG
Hashtag Search" and "IG Hashtag Recent Media" (24 hours, fifty a page, no username, an ``after``
that may stay the same, thirty hashtags in seven days), "Webhooks for Instagram" and its reference.
By heart only: the code and subcode of the thirty-first hashtag, the order of answers (newest
first here), how many come with their comment, and that a comment by id which is gone answers 100
with subcode 33.
"""

from datetime import datetime, timedelta
from typing import Any, ClassVar

from listener.model import Brand
from listener.ports import Call
from sources.instagram import InstagramSource
from tests.sources.standins.graph import GraphSite, Shelf, error, no_such, stamp
from tests.sources.standins.serving import DAY, NOON, NORVIA, Answer, Asked, Entry

ACCOUNT = "17841400000000000"
OWN = "norvia"
HASHTAGS_MAX = 30
REPLIES_SHOWN = 50


class InstagramSite(GraphSite):
    """What is published is a comment below the newest of the account's media, or an answer to one.

    What the account itself publishes without ``reply_to`` is a medium of its own. One medium is
    there from the beginning, three days old. ``queried`` says when each hashtag was first asked
    for in its seven days; ``mentions`` are comments elsewhere, ``foreign`` media of others.
    """

    name: ClassVar[str] = "instagram"
    business = ACCOUNT

    def __init__(self, now: datetime = NOON) -> None:
        super().__init__(now)
        self.queried: dict[str, datetime] = {}
        self.most_queried = 0
        self.foreign: set[str] = set()
        self.mentions: dict[str, str] = {}
        self.hidden: set[str] = set()
        self.media_of: dict[str, str] = {}
        self.parents: dict[str, str] = {}
        self._below: dict[str, list[str]] = {}
        self._media, self._tags = Shelf(), Shelf()
        self._comments: dict[str, Shelf] = {}
        self._replies: dict[str, Shelf] = {}
        self._hashtags: dict[str, Shelf] = {}
        self._names: dict[str, str] = {}
        self._first = Entry("17900000000000000", "our shop", OWN, now - 3 * DAY)
        self._newest = self._first.id
        self._own(self._first)

    def source(self, *brands: Brand, **settings: Any) -> InstagramSource:
        stated = self.settings(account=ACCOUNT, **settings)
        return InstagramSource(**stated, brands=brands or (NORVIA,), now=lambda: self.now)

    # The world.

    def next_id(self, at: datetime) -> str:
        return str(17900000000000001 + len(self.entries))

    def published(self, entry: Entry) -> None:
        if entry.author == OWN and not entry.reply_to:
            self._own(entry)
            self._newest = entry.id
            return
        above = entry.reply_to if entry.reply_to not in self._comments else ""
        media = entry.reply_to if entry.reply_to in self._comments else self._newest
        self.media_of[entry.id] = self.media_of[above] if above else media
        self._below.setdefault(self.media_of[entry.id], []).append(entry.id)
        if above:
            self.parents[entry.id] = self.parents.get(above, above)
            self._replies.setdefault(self.parents[entry.id], Shelf()).put(entry)
        else:
            self._comments[media].put(entry)

    def elsewhere(self, text: str, *hashtags: str, author: str = "ada", tags: bool = False) -> str:
        """A medium of somebody else's, under hashtags, or one that tags the account."""
        entry = Entry(self.next_id(self.now), text, author, self.now)
        self.entries[entry.id] = entry
        self.foreign.add(entry.id)
        for name in hashtags:
            self._hashtags.setdefault(name, Shelf()).put(entry)
        if tags:
            self._tags.put(entry)
        return entry.id

    def mention(self, text: str, media: str) -> str:
        """A comment on somebody else's medium that mentions the account."""
        entry = Entry(self.next_id(self.now), text, "ada", self.now)
        self.entries[entry.id] = entry
        self.mentions[entry.id] = media
        return entry.id

    def delete(self, post_id: str) -> None:
        super().delete(post_id)
        self._take_along(post_id)

    def remove_author(self, author: str) -> None:
        super().remove_author(author)
        for entry in list(self.entries.values()):
            if entry.author == author:
                self._take_along(entry.id)

    def _take_along(self, post_id: str) -> None:
        for one in self._below.get(self.media_of.get(post_id, post_id), []):
            is_below = post_id in (self.media_of[one], self.parents.get(one))
            if is_below and self.entries[one].deleted_at is None:
                super().delete(one)

    def is_there(self, native_id: str) -> bool:
        entry = self._entry(native_id)
        if entry is None or entry.at > self.now or entry.deleted_at is not None:
            return False
        return entry.author not in self.gone_authors

    def _entry(self, native_id: str) -> Entry | None:
        return self._first if native_id == self._first.id else self.entries.get(native_id)

    def _own(self, entry: Entry) -> None:
        self._media.put(entry)
        self._comments[entry.id] = Shelf()
        self._below[entry.id] = []

    # Webhooks.

    def pushed(self, native_id: str, **value: Any) -> Call:
        """The event that Meta sends about a comment."""
        entry = self.entries[native_id]
        said: dict[str, Any] = {
            "from": {"id": self._number(entry.author), "username": entry.author},
            "media": {"id": self.media_of[native_id], "media_product_type": "FEED"},
            "id": native_id,
            "text": entry.text,
        }
        if native_id in self.parents:
            said["parent_id"] = self.parents[native_id]
        return self.event("instagram", {"field": "comments", "value": said | value})

    # The API.

    def ask(self, parts: list[str], asked: Asked) -> Answer:
        match parts:
            case ["ig_hashtag_search"]:
                return self._search(asked.one("q"))
            case [account] if account == ACCOUNT:
                return self._account(asked.one("fields"))
            case [native_id] if self._is_ours(native_id) and self.is_there(native_id):
                return Answer(body=self._shape(native_id))
            case [hashtag, "recent_media"] if hashtag in self._names:
                return self._under(self._names[hashtag], asked)
            case [above, edge] if above == ACCOUNT or self.is_there(above):
                return self._edge(above, edge, asked)
        return no_such(parts[0])

    def _edge(self, above: str, edge: str, asked: Asked) -> Answer:
        if above == ACCOUNT and edge in {"media", "tags"}:
            return self._list(self._media if edge == "media" else self._tags, asked, self.medium)
        if above in self._comments and edge == "comments":
            return self._list(self._comments[above], asked, self.comment)
        if edge == "replies":
            return self._list(self._replies.get(above, Shelf()), asked, self.reply)
        return no_such(above)

    def _is_ours(self, native_id: str) -> bool:
        return native_id in self.media_of or native_id in self._comments

    def _shape(self, native_id: str) -> dict[str, Any]:
        entry = self._entry(native_id)
        assert entry is not None
        return self.medium(entry) if native_id in self._comments else self.reply(entry)

    def _account(self, wanted: str) -> Answer:
        if not wanted.startswith("mentioned_"):
            return Answer(body={"id": ACCOUNT, "username": OWN})
        kind = wanted.partition("(")[0]
        native_id = wanted.partition("(")[2].partition(")")[0]
        entry = self.entries.get(native_id)
        if entry is None or not self.is_there(native_id):
            return no_such(native_id)
        if kind == "mentioned_comment.comment_id" and native_id in self.mentions:
            shown = self.reply(entry)
            said = {key: shown[key] for key in ("id", "text", "timestamp", "like_count", "media")}
            return Answer(body={"mentioned_comment": said, "id": ACCOUNT})
        if kind == "mentioned_media.media_id" and native_id in self.foreign:
            return Answer(body={"mentioned_media": self.medium(entry), "id": ACCOUNT})
        return no_such(native_id)

    def _search(self, name: str) -> Answer:
        refused = self._count(name)
        native_id = f"178{len(self._names):014}"
        known = next((one for one, what in self._names.items() if what == name), native_id)
        self._names[known] = name
        return refused or Answer(body={"data": [{"id": known}]})

    def _under(self, name: str, asked: Asked) -> Answer:
        refused = self._count(name)
        if refused is not None:
            return refused
        recent = self.now - DAY
        shelf = self._hashtags.get(name, Shelf())
        return self._list(shelf, asked, self.nameless, lambda one: self.entries[one].at > recent)

    def _count(self, name: str) -> Answer | None:
        self.queried = {
            one: at for one, at in self.queried.items() if self.now - at < timedelta(days=7)
        }
        if name not in self.queried:
            if len(self.queried) >= HASHTAGS_MAX:
                words = "Maximum 30 unique hashtags can be queried in a 7 day window."
                return error(18, words, subcode=2207034)
            self.queried[name] = self.now
        self.most_queried = max(self.most_queried, len(self.queried))
        return None

    def _list(self, shelf: Shelf, asked: Asked, shape: Any, also: Any = lambda _: True) -> Answer:
        ids, paging = shelf.page(
            asked, self.now, lambda one: self.is_there(one) and also(one), limit_max=50
        )
        answer: dict[str, Any] = {"data": [shape(self._entry(one)) for one in ids]}
        return Answer(body=answer | ({"paging": paging} if paging else {}))

    def medium(self, entry: Entry) -> dict[str, Any]:
        count = sum(self.is_there(one) for one in self._below.get(entry.id, ()))
        shaped = self.nameless(entry) | {"username": entry.author, "comments_count": count}
        one = Asked(self.now, "GET", "", {"limit": ["1"]}, {}, b"")
        ids, _ = self._comments.get(entry.id, Shelf()).page(one, self.now, self.is_there)
        if not ids:
            return shaped
        answers, _ = self._replies.get(ids[0], Shelf()).page(one, self.now, self.is_there)
        first: dict[str, Any] = {"id": ids[0]}
        if answers:
            first["replies"] = {"data": [{"id": answers[0]}]}
        return shaped | {"comments": {"data": [first]}}

    def nameless(self, entry: Entry) -> dict[str, Any]:
        return {
            "id": entry.id,
            "caption": entry.text,
            "timestamp": stamp(entry.at),
            "permalink": f"https://www.instagram.com/p/{entry.id}/",
            "like_count": entry.likes,
            "comments_count": 0,
        }

    def reply(self, entry: Entry) -> dict[str, Any]:
        media = self.media_of.get(entry.id) or self.mentions[entry.id]
        shaped: dict[str, Any] = {
            "id": entry.id,
            "text": entry.text,
            "timestamp": stamp(entry.at),
            "username": entry.author,
            "from": {"id": self._number(entry.author), "username": entry.author},
            "like_count": entry.likes,
            "hidden": entry.id in self.hidden,
            "media": {"id": media, "permalink": f"https://www.instagram.com/p/{media}/"},
        }
        parent = self.parents.get(entry.id)
        return shaped | ({"parent_id": parent} if parent else {})

    def comment(self, entry: Entry) -> dict[str, Any]:
        shelf = self._replies.get(entry.id)
        if shelf is None:
            return self.reply(entry)
        asked = Asked(self.now, "GET", "", {"limit": [str(REPLIES_SHOWN)]}, {}, b"")
        ids, paging = shelf.page(asked, self.now, self.is_there)
        if not ids:
            return self.reply(entry)
        replies: dict[str, Any] = {"data": [self.reply(self.entries[one]) for one in ids]}
        return self.reply(entry) | {"replies": replies | {"paging": paging}}

    def _number(self, author: str) -> str:
        return ACCOUNT if author == OWN else f"9{sum(author.encode())}"

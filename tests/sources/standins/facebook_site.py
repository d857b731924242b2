"""A Facebook page, as the Graph API's reference shows it.

Pages followed, on developers.facebook.com: "Page Feed", "Page Tagged", "Page Ratings" and
"Recommendation" (that v22 and later may answer 12), "Post", "Object Comments" (``filter``,
``order``, ``summary``), "Comment", "Webhooks for Pages" and the Page webhooks' reference. By heart
only: that ``updated_time`` moves with each comment (the Post reference says so of the last
comment), and that answers to answers hang on the first one.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, ClassVar

from listener.model import Brand
from listener.ports import Call
from sources.facebook import FacebookSource
from tests.sources.standins.graph import GraphSite, Shelf, error, no_such, stamp
from tests.sources.standins.serving import NOON, NORVIA, Answer, Asked, Entry

PAGE = "1100"
PEOPLE = {"norvia": PAGE}
SECOND = timedelta(seconds=1)


class FacebookSite(GraphSite):
    """What is published with ``reply_to`` is a comment, the rest are posts on the page.

    ``elsewhere`` are the ids of posts outside the page that tag it, ``hidden`` what the page hid,
    ``withheld`` the lists that the token has no permission for.
    """

    name: ClassVar[str] = "facebook"
    business = PAGE

    def __init__(self, now: datetime = NOON) -> None:
        super().__init__(now)
        self.elsewhere: set[str] = set()
        self.hidden: set[str] = set()
        self.withheld: dict[str, Answer] = {}
        self.reviews: list[dict[str, Any]] = []
        self.parents: dict[str, str] = {}
        self.threads: dict[str, str] = {}
        self._posts = Shelf()
        self._tagged = Shelf()
        self._comments: dict[str, Shelf] = {}
        self._of_thread: dict[str, list[str]] = {}

    def source(self, *brands: Brand, **settings: Any) -> FacebookSource:
        stated = self.settings(page=PAGE, **settings)
        return FacebookSource(**stated, brands=brands or (NORVIA,), now=lambda: self.now)

    # The world.

    def tag(self, text: str, *, author: str = "ada", at: datetime | None = None) -> str:
        """Somebody tags the page in a post of their own."""
        moment = at or self.now
        entry = Entry(f"77_{len(self.entries) + 1}", text, author, moment)
        self.entries[entry.id] = entry
        self.elsewhere.add(entry.id)
        self._tagged.put(entry)
        return entry.id

    def review(self, text: str, kind: str = "positive", **fields: Any) -> str:
        """Somebody reviews the page."""
        native_id = f"88{len(self.reviews) + 1}"
        self.reviews.append(
            {
                "created_time": stamp(self.now),
                "has_rating": "rating" in fields,
                "has_review": bool(text),
                "recommendation_type": kind,
                "review_text": text,
                "reviewer": {"id": "501", "name": "Ada"},
                "open_graph_story": {"id": native_id},
                **fields,
            }
        )
        return native_id

    def next_id(self, at: datetime) -> str:
        return f"{PAGE}_{1000 + len(self.entries)}"

    def published(self, entry: Entry) -> None:
        if not entry.reply_to:
            self._posts.put(entry)
            self._comments[entry.id] = Shelf()
            self._of_thread[entry.id] = []
            self.threads[entry.id] = entry.id
            return
        thread = self.threads[entry.reply_to]
        parent = self.parents.get(entry.reply_to, thread)
        self.parents[entry.id] = entry.reply_to if parent == thread else parent
        self.threads[entry.id] = thread
        self._comments[thread].put(entry)
        self._of_thread[thread].append(entry.id)

    def delete(self, post_id: str) -> None:
        super().delete(post_id)
        self._take_along(post_id)

    def remove_author(self, author: str) -> None:
        super().remove_author(author)
        for entry in list(self.entries.values()):
            if entry.author == author:
                self._take_along(entry.id)

    def _take_along(self, post_id: str) -> None:
        """What was said under a post, or in answer to a comment, goes with it."""
        below = self._of_thread.get(post_id, self._of_thread.get(self.threads.get(post_id, ""), []))
        for one in below:
            is_below = post_id in (self.threads[one], self.parents[one])
            if is_below and self.entries[one].deleted_at is None:
                super().delete(one)

    def is_there(self, native_id: str) -> bool:
        entry = self.entries.get(native_id)
        if entry is None or entry.at > self.now or entry.deleted_at is not None:
            return False
        return entry.author not in self.gone_authors

    # Webhooks.

    def pushed(self, native_id: str, verb: str = "add", **value: Any) -> Call:
        """The event that Meta sends about a post or a comment."""
        return self.event("page", {"field": "feed", "value": self.value(native_id, verb) | value})

    def value(self, native_id: str, verb: str = "add") -> dict[str, Any]:
        entry = self.entries[native_id]
        said: dict[str, Any] = {
            "from": self._person(entry),
            "item": "status",
            "post_id": self.threads[native_id],
            "verb": verb,
            "created_time": int(entry.at.timestamp()),
        }
        if entry.reply_to:
            said |= {
                "item": "comment",
                "comment_id": native_id,
                "parent_id": self.parents[native_id],
                "post": {"id": self.threads[native_id], "status_type": "wall_post"},
            }
        else:
            said |= {"published": 1}
        return said if verb == "remove" else said | {"message": entry.text}

    # The API.

    def ask(self, parts: list[str], asked: Asked) -> Answer:
        match parts:
            case [page, edge] if page == PAGE and edge in self.withheld:
                return self.withheld[edge]
            case [page, "feed"] if page == PAGE:
                return self._list(self._posts, asked, self.post)
            case [page, "tagged"] if page == PAGE:
                return self._list(self._tagged, asked, self.post)
            case [page, "ratings"] if page == PAGE:
                return Answer(body={"data": self.reviews[::-1]})
            case [thread, "comments"] if thread in self._comments and self.is_there(thread):
                return self._list(self._comments[thread], asked, self.comment)
            case [native_id] if native_id in self.threads and self.is_there(native_id):
                entry = self.entries[native_id]
                return Answer(body=self.comment(entry) if entry.reply_to else self.post(entry))
        return no_such(parts[0])

    def _list(self, shelf: Shelf, asked: Asked, shape: Any) -> Answer:
        if int(asked.one("limit") or 25) > 100:
            return error(1, "Please reduce the amount of data you're asking for, then retry.")
        ids, paging = shelf.page(asked, self.now, self.is_there)
        answer: dict[str, Any] = {"data": [shape(self.entries[one]) for one in ids]}
        return Answer(body=answer | ({"paging": paging} if paging else {}))

    def post(self, entry: Entry) -> dict[str, Any]:
        comments = [one for one in self._of_thread.get(entry.id, ()) if self.is_there(one)]
        last = max((self.entries[one].at for one in comments[-50:]), default=entry.at)
        return {
            "id": entry.id,
            "message": entry.text,
            "created_time": stamp(entry.at),
            "updated_time": stamp(max(entry.edited_at or entry.at, last)),
            "from": self._person(entry),
            "permalink_url": f"https://www.facebook.com/norvia/posts/{entry.id}",
            "is_hidden": entry.id in self.hidden,
            "is_published": True,
            "attachments": {"data": [{"unshimmed_url": "https://example.org/parcel"}]},
            "shares": {"count": 2},
            "reactions": {"data": [], "summary": {"total_count": entry.likes}},
            "comments": {"data": [], "summary": {"total_count": len(comments)}},
        }

    def comment(self, entry: Entry) -> dict[str, Any]:
        thread, parent = self.threads[entry.id], self.parents[entry.id]
        shaped: dict[str, Any] = {
            "id": entry.id,
            "message": entry.text,
            "created_time": stamp(entry.at),
            "from": self._person(entry),
            "permalink_url": f"https://www.facebook.com/norvia/posts/{thread}?comment_id={entry.id}",
            "like_count": entry.likes,
            "comment_count": 0,
            "is_hidden": entry.id in self.hidden,
        }
        return shaped | ({"parent": {"id": parent}} if parent != thread else {})

    def _person(self, entry: Entry) -> Mapping[str, Any]:
        native_id = PEOPLE.get(entry.author, f"9{sum(entry.author.encode())}")
        return {"id": native_id, "name": entry.author.title()}

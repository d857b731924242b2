"""Reading a page on: its lists, and the threads in which something was said.

Each method without an underscore is a job of a round.
"""

from dataclasses import dataclass

from listener.model import Post
from sources.common.fields import Json
from sources.facebook_parts.posts import (
    COMMENT_FIELDS,
    POST_FIELDS,
    REVIEW_FIELDS,
    comment_in,
    is_shown,
    mark_of,
    post_in,
    review_in,
)
from sources.meta_parts.graph import PAGE_MAX
from sources.meta_parts.harvest import Harvest
from sources.meta_parts.lists import Lists, Question
from sources.meta_parts.scan import Seen


@dataclass(frozen=True, slots=True)
class Reading:
    """One poll of one page."""

    lists: Lists
    page: str
    follow_posts: int

    @property
    def harvest(self) -> Harvest:
        """What is found."""
        return self.lists.harvest

    def feed(self) -> None:
        """The page's own posts and its visitors', and which of their threads have news."""
        asked = Question(f"{self.page}/feed", _fields(POST_FIELDS), self.follow_posts)
        self.lists.read("feed", asked, self._feed_item)

    def tagged(self) -> None:
        """Posts of others that tag the page."""
        asked = Question(f"{self.page}/tagged", _fields(POST_FIELDS))
        self.lists.read("tagged", asked, lambda raw, since: self._post_item(raw, "tagged", since))

    def ratings(self) -> None:
        """Reviews of the page."""
        asked = Question(f"{self.page}/ratings", _fields(REVIEW_FIELDS))
        self.lists.read("ratings", asked, self._review_item)

    def comments(self) -> None:
        """The threads that have news."""
        self.lists.threads(self._thread)

    def _thread(self, name: str) -> None:
        parameters = _fields(COMMENT_FIELDS) | {
            "filter": "stream",
            "order": "reverse_chronological",
        }
        asked = Question(f"{name}/comments", parameters)
        self.lists.thread(name, asked, lambda raw, since: self._comment_item(raw, name, since))

    def _feed_item(self, raw: Json, since: float) -> Seen | None:
        seen = self._post_item(raw, "feed", since)
        if seen is not None and is_shown(raw):
            self.lists.follow(*seen, mark_of(raw), is_alive=self._was_alive(raw))
        return seen

    def _post_item(self, raw: Json, where: str, since: float) -> Seen | None:
        try:
            post = post_in(raw, self.page)
        except ValueError as error:
            self.harvest.reject(where, str(error))
            return None
        self.harvest.post(post, since, shown=is_shown(raw))
        return self._seen(post)

    def _review_item(self, raw: Json, since: float) -> Seen | None:
        try:
            post = review_in(raw, self.page)
        except ValueError as error:
            self.harvest.reject("ratings", str(error))
            return None
        self.harvest.post(post, since)
        return self._seen(post)

    def _comment_item(self, raw: Json, thread: str, since: float) -> Seen | None:
        try:
            post = comment_in(raw, self.page, thread)
        except ValueError as error:
            self.harvest.reject(thread, str(error))
            return None
        self.harvest.comment(post, since, shown=is_shown(raw))
        return self._seen(post)

    def _seen(self, post: Post) -> Seen:
        return post.native_id, self.harvest.created(post)

    def _was_alive(self, raw: Json) -> bool:
        """Whether the thread may hold something from after the first look's beginning."""
        changed = post_in({**raw, "created_time": raw.get("updated_time")}, self.page)
        return self.harvest.created(changed) >= self.harvest.state.since


def _fields(wanted: str) -> dict[str, object]:
    return {"fields": wanted, "limit": PAGE_MAX}

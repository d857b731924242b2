"""A Discourse forum, as its API reference and its source show it.

Pages followed: docs.discourse.org "List latest posts across topics" (``/posts.json``), "Retrieve
a single post" (``/posts/{id}.json``), "Get specific posts from a topic"
(``/t/{id}/posts.json``); for paging, visibility and refusals ``posts_controller.rb``,
``latest_posts_query.rb``, ``post_serializer.rb`` and ``application_controller.rb`` of the
project; for limits "Available settings for global rate limits and throttling" on its own forum.
"""

from bisect import bisect_right
from collections import deque
from datetime import datetime, timedelta
from html import escape
from typing import Any, ClassVar

from listener.model import Brand
from sources.discourse import DiscourseSource
from tests.sources.standins.serving import NOON, NORVIA, Answer, Asked, Entry, StandIn

PAGE = 50
LIMITS = (
    (50, timedelta(seconds=10), "ip_10_secs_limit"),
    (200, timedelta(minutes=1), "ip_60_secs_limit"),
)
USER_IDS = {"ada": 11, "norvia": 12}


class DiscourseSite(StandIn):
    """``by_window``: pages cover 50 ids, as in all versions up to 2025, not 50 posts.

    ``members_only`` forbids to read without the key ``"sesame"``; ``private`` are ids of posts
    in private messages; ``hidden`` those that the community flagged.
    """

    name: ClassVar[str] = "discourse"

    def __init__(self, now: datetime = NOON) -> None:
        super().__init__(now)
        self.by_window = False
        self.members_only = False
        self.private: set[str] = set()
        self.hidden: set[str] = set()
        self.places: dict[str, tuple[int, int]] = {}
        self._posts_of: dict[int, list[str]] = {}
        self._by_id: list[str] = []
        self._times: list[datetime] = []
        self._recent: deque[datetime] = deque()

    def source(self, *brands: Brand, **settings: Any) -> DiscourseSource:
        stated = {"forums": [self.url], "allow_private": True} | settings
        return DiscourseSource(**stated, brands=brands or (NORVIA,), now=lambda: self.now)

    def published(self, entry: Entry) -> None:
        topic = self.places[entry.reply_to][0] if entry.reply_to else len(self._posts_of) + 1
        self._posts_of.setdefault(topic, []).append(entry.id)
        self.places[entry.id] = (topic, len(self._posts_of[topic]))
        self._by_id.append(entry.id)
        self._times.append(max(entry.at, self._times[-1]) if self._times else entry.at)

    def answer(self, asked: Asked) -> Answer:
        limited = self._limited()
        if limited:
            return limited
        if self.members_only and asked.headers.get("api-key") != "sesame":
            return refusal(403, "not_logged_in", "You need to be logged in to do that.")
        parts = asked.path.removesuffix(".json").strip("/").split("/")
        match parts:
            case ["posts"]:
                posts = self._latest(asked.one("before"))
                return Answer(body={"latest_posts": [self.shape(one, title=True) for one in posts]})
            case ["posts", "by_number", topic, number]:
                return self._single(self._numbered(topic, number))
            case ["posts", post_id]:
                return self._single(post_id)
            case ["t", topic, "posts"]:
                return self._of_topic(topic, asked.query.get("post_ids[]", []))
        return refusal(404, "not_found", "The requested URL or resource could not be found.")

    def _limited(self) -> Answer | None:
        self._recent.append(self.now)
        while self._recent and self._recent[0] <= self.now - LIMITS[-1][1]:
            self._recent.popleft()
        for count, span, code in LIMITS:
            if sum(1 for at in self._recent if at > self.now - span) > count:
                seconds = str(int(span.total_seconds()))
                headers = {
                    "Retry-After": seconds,
                    "Discourse-Rate-Limit-Error-Code": code,
                    "Content-Type": "text/plain",
                }
                return Answer(
                    429, f"Slow down, too many requests.\nError code: {code}.".encode(), headers
                )
        return None

    def _is_public(self, post_id: str) -> bool:
        entry = self.entries.get(post_id)
        return (
            entry is not None
            and entry.at <= self.now
            and entry.deleted_at is None
            and entry.author not in self.gone_authors
            and post_id not in self.private
        )

    def _latest(self, before: str) -> list[Entry]:
        """Newest first: ids below ``before``, or in windows of 50 up to it."""
        there = bisect_right(self._times, self.now)
        upto = min(int(before) - (0 if self.by_window else 1), there) if before else there
        lowest = max((int(before) if before else there) - PAGE, 0) if self.by_window else 0
        page: list[Entry] = []
        for position in range(upto - 1, lowest - 1, -1):
            post_id = self._by_id[position]
            if self._is_public(post_id) and post_id not in self.hidden:
                page.append(self.entries[post_id])
                if len(page) == PAGE:
                    break
        return page

    def _numbered(self, topic: str, number: str) -> str:
        posts = self._posts_of.get(int(topic), [])
        return posts[int(number) - 1] if 0 < int(number) <= len(posts) else ""

    def _single(self, post_id: str) -> Answer:
        if post_id in self.private:
            return refusal(
                403, "invalid_access", "You are not permitted to view the requested resource."
            )
        if not self._is_public(post_id):
            return refusal(404, "not_found", "The requested URL or resource could not be found.")
        return Answer(body=self.shape(self.entries[post_id]))

    def _of_topic(self, topic: str, post_ids: list[str]) -> Answer:
        of_it = set(self._posts_of.get(int(topic), []))
        if not any(self._is_public(one) for one in of_it):
            return refusal(404, "not_found", "The requested URL or resource could not be found.")
        shown = [one for one in post_ids if one in of_it and self._is_public(one)]
        posts = [self.shape(self.entries[one]) for one in shown]
        return Answer(body={"post_stream": {"posts": posts}, "id": int(topic)})

    def shape(self, entry: Entry, *, title: bool = False) -> dict[str, Any]:
        topic, number = self.places[entry.id]
        parent = self.entries.get(entry.reply_to)
        stamp = f"{entry.at:%Y-%m-%dT%H:%M:%S}.{entry.at.microsecond // 1000:03d}Z"
        edited = entry.edited_at or entry.at
        hidden = entry.id in self.hidden
        shaped: dict[str, Any] = {
            "id": int(entry.id),
            "name": entry.author.title(),
            "username": entry.author,
            "avatar_template": f"/user_avatar/forum/{entry.author}/{{size}}/1_2.png",
            "created_at": stamp,
            "cooked": "<p>This post was flagged.</p>" if hidden else f"<p>{escape(entry.text)}</p>",
            "post_number": number,
            "post_type": 1,
            "posts_count": len(self._posts_of[topic]),
            "updated_at": f"{edited:%Y-%m-%dT%H:%M:%S}.000Z",
            "reply_count": 0,
            "reply_to_post_number": self._reply_number(entry),
            "quote_count": 0,
            "incoming_link_count": 0,
            "reads": 3,
            "readers_count": 2,
            "score": 0.6,
            "yours": False,
            "topic_id": topic,
            "topic_slug": f"topic-{topic}",
            "display_username": entry.author.title(),
            "primary_group_name": None,
            "version": 2 if entry.edited_at else 1,
            "can_edit": False,
            "can_delete": False,
            "can_recover": False,
            "user_title": None,
            "actions_summary": [{"id": 2, "count": entry.likes}] if entry.likes else [],
            "moderator": False,
            "admin": False,
            "staff": False,
            "user_id": USER_IDS.get(entry.author, 99),
            "hidden": hidden,
            "trust_level": 1,
            "deleted_at": None,
            "user_deleted": False,
            "edit_reason": None,
            "can_view_edit_history": True,
            "wiki": False,
            "post_url": f"/t/topic-{topic}/{topic}/{number}",
        }
        if parent is not None and self._reply_number(entry):
            shaped["reply_to_user"] = {"username": parent.author, "avatar_template": "/a.png"}
        if title:
            shaped |= {
                "topic_title": f"Topic no. {topic}",
                "topic_html_title": f"Topic no. {topic}",
                "category_id": 1,
                "raw": entry.text,
                "excerpt": escape(entry.text[:300]),
            }
        return shaped

    def _reply_number(self, entry: Entry) -> int | None:
        """The parent's number; none for an answer to the topic's first post, as the site does."""
        number = self.places[entry.reply_to][1] if entry.reply_to else 1
        return number if number > 1 else None


def refusal(status: int, kind: str, words: str) -> Answer:
    return Answer(status, {"errors": [words], "error_type": kind})

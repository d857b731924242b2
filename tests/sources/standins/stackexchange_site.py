"""A stand-in for the API of Stack Exchange; its ``sites``, at first one, show the same posts.

After https://api.stackexchange.com/docs: "wrapper", "paging", "error-handling", "throttle",
"filters" (the built-in ``withbody``), "questions", "advanced-search", "answers-on-questions",
"comments-on-posts", "questions-by-ids", "answers-by-ids", "comments-by-ids", and the types
"question", "answer", "comment", "shallow-user". The words of ``throttle_violation`` are from bug
reports; that activity leaves comments out, what a deleted account looks like, and what is said
to a wrong key or site, are known by heart. The ban for more than 30 requests a second is not
here: this clock stands still during a poll.
"""

import html
from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar

from listener.model import Brand
from listener.ports import Secret
from sources.stackexchange import StackExchangeSource
from tests.sources.standins.serving import NOON, NORVIA, Answer, Asked, Entry, StandIn

KEY = "sesame"
QUOTAS = {"": 300, KEY: 10_000}
PAGE_MAX = 100
USER_IDS = {"ada": 11, "norvia": 12}
SITE = "stackoverflow"


class StackExchangeSite(StandIn):
    """Entries that reply to nothing are questions, to a question answers, to others comments.

    ``publish`` with ``comment=True`` comments on a question. ``tags`` are each question's beside
    "python", ``accepted`` the answers that the asker took, ``backoffs`` the seconds that each
    method asks to rest from now on; whoever asks it sooner is refused. The source has a key; give
    ``key=None`` for one without.
    """

    name: ClassVar[str] = "stackexchange"

    def __init__(self, now: datetime = NOON) -> None:
        super().__init__(now)
        self.sites = {SITE}
        self.tags: dict[str, list[str]] = {}
        self.accepted: set[str] = set()
        self.scores: dict[str, int] = {}
        self.backoffs: dict[str, int] = {}
        self.used: Counter[tuple[str, str]] = Counter()
        self.violations = 0
        self._rest: dict[str, datetime] = {}
        self._beneath: dict[str, list[str]] = {}
        self._active: dict[str, datetime] = {}
        self._is_comment = False

    def source(self, *brands: Brand, **settings: Any) -> StackExchangeSource:
        stated = {
            "api_url": f"{self.url}/2.3",
            "key": Secret(KEY),
            "allow_private": True,
        } | settings
        return StackExchangeSource(**stated, brands=brands or (NORVIA,), now=lambda: self.now)

    # The world.

    def publish(
        self,
        text: str,
        *,
        author: str = "ada",
        at: datetime | None = None,
        reply_to: str = "",
        comment: bool = False,
    ) -> str:
        with self._lock:
            if reply_to.startswith("comment/"):
                reply_to = self.entries[reply_to].reply_to
            is_answer = bool(reply_to) and not self.entries[reply_to].reply_to
            self._is_comment = bool(reply_to) and (comment or not is_answer)
            return super().publish(text, author=author, at=at, reply_to=reply_to)

    def next_id(self, at: datetime) -> str:
        number = 79_000_001 + len(self.entries)
        return f"comment/{number}" if self._is_comment else str(number)

    def published(self, entry: Entry) -> None:
        self._beneath.setdefault(entry.reply_to, []).append(entry.id)
        self._touch(entry, entry.at)

    def changed(self, entry: Entry) -> None:
        if entry.edited_at:
            self._touch(entry, self.now)

    def delete(self, post_id: str) -> None:
        """With a question go its answers, with both their comments."""
        with self._lock:
            for one in self._beneath.get(post_id, ()):
                if self.entries[one].deleted_at is None:
                    self.delete(one)
            super().delete(post_id)

    def _touch(self, entry: Entry, at: datetime) -> None:
        """Activity of a post is its question's too; a comment is none."""
        if not entry.id.startswith("comment/"):
            for post_id in filter(None, (entry.id, entry.reply_to)):
                self._active[post_id] = max(at, self._active.get(post_id, at))

    def _there(self, entry: Entry) -> bool:
        return entry.at <= self.now and entry.deleted_at is None

    def _kept(self, ids: list[str]) -> list[Entry]:
        return [e for one in ids if (e := self.entries.get(one)) and self._there(e)]

    # The API.

    def answer(self, asked: Asked) -> Answer:
        key = asked.one("key")
        if key not in QUOTAS:
            return refusal(400, "bad_parameter", "`key` doesn't match a known application")
        if asked.one("site") not in self.sites:
            return refusal(400, "bad_parameter", f"No site found for name `{asked.one('site')}`")
        spent = (f"{self.now:%Y-%m-%d}", key)
        if self.used[spent] >= QUOTAS[key]:
            self.violations += 1
            midnight = self.now.replace(hour=0, minute=0, second=0) + timedelta(days=1)
            seconds = int((midnight - self.now).total_seconds())
            return throttled(
                f"too many requests from this IP, more requests available in {seconds} seconds"
            )
        self.used[spent] += 1
        method, items = self._called(asked)
        if self._rest.get(method, self.now) > self.now:
            self.violations += 1
            return throttled("Violation of backoff parameter")
        if items is None:
            return refusal(404, "no_method", "this method cannot be called this way")
        return Answer(body=self._page(asked, method, items, QUOTAS[key] - self.used[spent]))

    def _page(
        self, asked: Asked, method: str, items: list[dict[str, Any]], quota: int
    ) -> dict[str, Any]:
        by = "creation_date" if asked.one("sort") == "creation" else "last_activity_date"
        if asked.one("sort"):
            items = [item for item in items if item[by] >= int(asked.one("min", "0"))]
            items.sort(key=lambda item: item[by], reverse=asked.one("order", "desc") == "desc")
        size = min(int(asked.one("pagesize", "30")), PAGE_MAX)
        start = (int(asked.one("page", "1")) - 1) * size
        page: dict[str, Any] = {
            "items": items[start : start + size],
            "has_more": len(items) > start + size,
            "quota_max": QUOTAS[asked.one("key")],
            "quota_remaining": quota,
        }
        if method in self.backoffs:
            page["backoff"] = self.backoffs[method]
            self._rest[method] = self.now + timedelta(seconds=self.backoffs[method])
        return page

    def _called(self, asked: Asked) -> tuple[str, list[dict[str, Any]] | None]:
        """The method, and all that it finds, in no order."""
        match asked.path.removeprefix("/2.3/").split("/"):
            case ["questions"]:
                tag = asked.one("tagged")
                found = [one for one in self._questions(asked) if tag in self._tags(one)]
                return "/questions", [self._question(one) for one in found]
            case ["search", "advanced"]:
                words = asked.one("q").strip('"').casefold()
                found = [one for one in self._questions(asked) if words in one.text.casefold()]
                return "/search/advanced", [self._question(one) for one in found]
            case ["questions", ids, "answers"]:
                return "/questions/{ids}/answers", self._answers(self._under(ids, "answer"))
            case ["posts", ids, "comments"]:
                return "/posts/{ids}/comments", self._comments(self._under(ids, "comment"))
            case ["questions", ids]:
                kept = self._kept(ids.split(";"))
                return "/questions/{ids}", [self._question(e) for e in kept if not e.reply_to]
            case ["answers", ids]:
                kept = self._kept(ids.split(";"))
                return "/answers/{ids}", self._answers([e for e in kept if e.reply_to])
            case ["comments", ids]:
                kept = self._kept([f"comment/{one}" for one in ids.split(";")])
                return "/comments/{ids}", self._comments(kept)
        return asked.path, None

    def _questions(self, asked: Asked) -> list[Entry]:
        since = datetime.fromtimestamp(int(asked.one("min", "0")), UTC)
        ids = self._beneath.get("", [])
        return self._kept([one for one in ids if self._active[one] >= since])

    def _under(self, ids: str, kind: str) -> list[Entry]:
        numbers = ids.split(";")
        assert len(numbers) <= 100
        beneath = [one for number in numbers for one in self._beneath.get(number, ())]
        is_comment = kind == "comment"
        return self._kept([one for one in beneath if one.startswith("comment/") == is_comment])

    def _tags(self, entry: Entry) -> list[str]:
        return [*self.tags.get(entry.id, ["norvia"]), "python"]

    def _question(self, entry: Entry) -> dict[str, Any]:
        number = int(entry.id)
        answers = self._under(entry.id, "answer")
        taken = [int(e.id) for e in answers if e.id in self.accepted]
        return {
            "tags": self._tags(entry),
            "owner": self._user(entry),
            "is_answered": bool(taken),
            "view_count": 3,
            "answer_count": len(answers),
            **({"accepted_answer_id": taken[0]} if taken else {}),
            **self._written(entry),
            "question_id": number,
            "content_license": "CC BY-SA 4.0",
            "link": f"https://stackoverflow.com/questions/{number}/what-of-it",
            "title": "What of &quot;it&quot;?",
            "body": body_of(entry),
        }

    def _answers(self, entries: list[Entry]) -> list[dict[str, Any]]:
        return [
            {
                "owner": self._user(entry),
                "is_accepted": entry.id in self.accepted,
                **self._written(entry),
                "answer_id": int(entry.id),
                "question_id": int(entry.reply_to),
                "content_license": "CC BY-SA 4.0",
                "body": body_of(entry),
            }
            for entry in entries
        ]

    def _comments(self, entries: list[Entry]) -> list[dict[str, Any]]:
        return [
            {
                "owner": self._user(entry),
                "edited": entry.edited_at is not None,
                "score": self.scores.get(entry.id, 0),
                "creation_date": int(entry.at.timestamp()),
                "post_id": int(entry.reply_to),
                "comment_id": int(entry.id.removeprefix("comment/")),
                "content_license": "CC BY-SA 4.0",
                "body": html.escape(entry.text),
            }
            for entry in entries
        ]

    def _written(self, entry: Entry) -> dict[str, Any]:
        edited = {"last_edit_date": int(entry.edited_at.timestamp())} if entry.edited_at else {}
        return {
            "score": self.scores.get(entry.id, 0),
            "last_activity_date": int(self._active[entry.id].timestamp()),
            "creation_date": int(entry.at.timestamp()),
            **edited,
        }

    def _user(self, entry: Entry) -> dict[str, Any]:
        if entry.author in self.gone_authors:
            return {"user_type": "does_not_exist", "display_name": "user4711"}
        number = USER_IDS.get(entry.author, 1000 + sum(map(ord, entry.author)))
        return {
            "account_id": number + 7_000,
            "reputation": 101,
            "user_id": number,
            "user_type": "registered",
            "profile_image": "https://i.example/a.png",
            "display_name": html.escape(entry.author.title()),
            "link": f"https://stackoverflow.com/users/{number}/{entry.author}",
        }

    def visible(self) -> list[Entry]:
        """What a removed author wrote stays."""
        return sorted(filter(self._there, self.entries.values()), key=lambda e: (e.at, e.id))


def body_of(entry: Entry) -> str:
    return f"<p>{html.escape(entry.text)}</p>\n"


def refusal(number: int, name: str, words: str) -> Answer:
    """Every error is a 400."""
    return Answer(400, {"error_id": number, "error_message": words, "error_name": name})


def throttled(words: str) -> Answer:
    return refusal(502, "throttle_violation", words)

"""A UserVoice account, as far as its Admin API (v2) is publicly described.

Followed: developer.uservoice.com, "Getting Started with the UserVoice Admin API" (login, the form
of an answer, the fields of a suggestion, 401, the rate limit and its headers, ``Retry-After`` as
seconds since 1970); uservoice/csharp-sdk, the client that UserVoice generated (``docs/*Api.md``
for paths, ``docs/Comment.md``, ``StatusUpdate.md``, ``Supporter.md``, ``Status.md``, ``User.md``,
``*Links.md`` for fields, ``Pagination.md``); singer-io/tap-uservoice and the source-uservoice
connector of airbytehq/airbyte, which read real accounts, for ``updated_after``, ``cursor`` and
100 a page. Guessed, for want of a page that says it: that an unknown cursor is answered with 400,
that unknown numbers among several are left out, that what is deleted is in no list, the words of
refusals, that the last page has no cursor (``cursor_at_end`` has one).
"""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from bisect import bisect_right, insort
from collections import deque
from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any, ClassVar
from urllib.parse import parse_qs

from listener.model import Brand
from listener.ports import Secret
from sources.uservoice import UserVoiceSource
from tests.sources.standins.serving import NOON, NORVIA, Answer, Asked, Entry, StandIn

KINDS = ("suggestions", "comments", "status_updates", "supporters")
STATUSES = {1: "Under Review", 2: "Planned", 3: "Started", 4: "Completed", 5: "Declined"}
ADMINS = {"norvia", "mia"}
LIMIT = 120
"""So many requests a minute; the real number depends on the plan."""


class UserVoiceSite(StandIn):
    """``touches``: a vote, a comment or a status update counts as a change of its suggestion.

    ``token`` is accepted until it is ``expire``d. ``spam`` are ids of what was marked as spam.
    """

    name: ClassVar[str] = "uservoice"

    def __init__(self, now: datetime = NOON) -> None:
        super().__init__(now)
        self.touches = False
        self.cursor_at_end = False
        self.spam: set[str] = set()
        self.token = "token-1"
        self.states: dict[str, int] = {}
        self.parents: dict[str, str] = {}
        self._votes: dict[str, tuple[str, str, datetime]] = {}
        self._changed: dict[str, list[tuple[datetime, int]]] = {kind: [] for kind in KINDS}
        self._at: dict[str, datetime] = {}
        self._of: dict[str, list[str]] = {}
        self._users: dict[str, int] = {}
        self._numbers = dict.fromkeys(KINDS, 100)
        self._moves: dict[str, tuple[int | None, int]] = {}
        self._recent: deque[datetime] = deque()

    def source(self, *brands: Brand, **settings: Any) -> UserVoiceSource:
        stated: dict[str, Any] = {
            "account": self.url,
            "api_key": "key",
            "api_secret": Secret("sesame"),
            "allow_private": True,
        }
        return UserVoiceSource(
            **stated | settings, brands=brands or (NORVIA,), now=lambda: self.now
        )

    # What happens in the account.

    def publish(
        self, text: str, *, author: str = "ada", at: datetime | None = None, reply_to: str = ""
    ) -> str:
        """A suggestion, for which its author votes; with ``reply_to``, a comment on it."""
        with self._lock:
            moment = at or self.now
            idea = self._idea_of(reply_to) if reply_to else ""
            entry = self._entry("comments" if idea else "suggestions", text, author, moment, idea)
            if idea:
                self._touch(idea, moment)
            else:
                self._of[entry.id] = []
                self.vote(entry.id, author, at=moment)
            return entry.id

    def edit(self, post_id: str, text: str) -> None:
        with self._lock:
            super().edit(post_id, text)
            self._change(post_id, self.now)

    def delete(self, post_id: str) -> None:
        """What hangs on a suggestion goes with it."""
        with self._lock:
            for one in (post_id, *self._of.get(post_id, [])):
                if one in self.entries and self.entries[one].deleted_at is None:
                    super().delete(one)

    def update(self, idea: str, status: int, text: str = "", by: str = "norvia") -> str:
        """The team gives a suggestion a status and says something; the status update's id."""
        with self._lock:
            entry = self._entry("status_updates", text, by, self.now, idea)
            self._moves[entry.id] = (self.states.get(idea), status)
            self.states[idea] = status
            self._touch(idea, self.now)
            return entry.id

    def merge(self, idea: str, parent: str) -> None:
        with self._lock:
            self.parents[idea] = parent
            self._change(idea, self.now)

    def vote(self, idea: str, *voters: str, at: datetime | None = None) -> None:
        with self._lock:
            for voter in voters:
                self._user_number(voter)
                vote = self._next("supporters")
                self._votes[vote] = (idea, voter, at or self.now)
                self._of[idea].append(vote)
                self._change(vote, at or self.now)
            self._touch(idea, at or self.now)

    def unvote(self, idea: str, voter: str) -> None:
        with self._lock:
            for vote in self._of[idea]:
                if self._votes.get(vote, ("", "", None))[:2] == (idea, voter):
                    del self._votes[vote]
            self._touch(idea, self.now)

    def expire(self) -> None:
        """The token is accepted no longer."""
        self.token = f"token-{int(self.token.partition('-')[2]) + 1}"

    def _entry(self, kind: str, text: str, author: str, at: datetime, idea: str) -> Entry:
        self._user_number(author)
        entry = Entry(self._next(kind), text, author, at, idea)
        self.entries[entry.id] = entry
        if idea:
            self._of[idea].append(entry.id)
        self._change(entry.id, at)
        return entry

    def _next(self, kind: str) -> str:
        self._numbers[kind] += 1
        return f"{kind}/{self._numbers[kind]}"

    def _idea_of(self, post_id: str) -> str:
        return self.entries[post_id].reply_to or post_id

    def _touch(self, idea: str, at: datetime) -> None:
        if self.touches:
            self._change(idea, at)

    def _change(self, record: str, at: datetime) -> None:
        """Its ``updated_at``, in whole seconds, as the site tells it."""
        kind, _, number = record.partition("/")
        order, at = self._changed[kind], at.replace(microsecond=0)
        if record in self._at:
            order.remove((self._at[record], int(number)))
        self._at[record] = at
        insort(order, (at, int(number)))

    # How it answers.

    def answer(self, asked: Asked) -> Answer:
        limited = self._limited()
        if limited:
            return limited
        if asked.path == "/api/v2/oauth/token":
            return self._login(asked)
        if asked.headers.get("authorization") != f"Bearer {self.token}":
            return Answer(401, {"errors": {"type": "unauthorized"}}, self._limits())
        kind, _, ids = asked.path.removeprefix("/api/v2/admin/").partition("/")
        if kind not in KINDS:
            return refusal(404, "record_not_found")
        return self._by_id(kind, ids) if ids else self._listed(kind, asked)

    def _login(self, asked: Asked) -> Answer:
        stated = {name: values[0] for name, values in parse_qs(asked.body.decode()).items()}
        wanted = {
            "grant_type": "client_credentials", "client_id": "key", "client_secret": "sesame",
        }  # fmt: skip
        if asked.method != "POST" or stated != wanted:
            return Answer(401, {"error": "invalid_client"})
        return Answer(body={"access_token": self.token}, headers=self._limits())

    def _limits(self) -> dict[str, str]:
        ends = int(self.now.timestamp()) // 60 * 60 + 60
        left = LIMIT - len(self._recent)
        return {
            "X-Rate-Limit-Limit": str(LIMIT),
            "X-Rate-Limit-Remaining": str(max(left, 0)),
            "X-Rate-Limit-Reset": str(ends),
        }

    def _limited(self) -> Answer | None:
        minute = self.now.replace(second=0, microsecond=0)
        while self._recent and self._recent[0] < minute:
            self._recent.popleft()
        self._recent.append(self.now)
        if len(self._recent) <= LIMIT:
            return None
        headers = self._limits()
        return Answer(
            429, {"message": "Rate limit exceeded"},
            headers | {"Retry-After": headers["X-Rate-Limit-Reset"]},
        )  # fmt: skip

    def _by_id(self, kind: str, ids: str) -> Answer:
        records = [f"{kind}/{number}" for number in ids.split(",")]
        there = [one for one in records if self._is_there(one)]
        if not there:
            return refusal(404, "record_not_found")
        return self._told(kind, there, {})

    def _listed(self, kind: str, asked: Asked) -> Answer:
        """What changed since, the newest number first; a cursor names where the page ended."""
        since = datetime.fromisoformat(asked.one("updated_after", "2000-01-01T00:00:00Z"))
        idea, size = asked.one("suggestion"), min(int(asked.one("per_page", "20")), 100)
        if idea:
            of_it = self._of.get(f"suggestions/{idea}", [])
            numbers = [_number(one) for one in of_it if one.startswith(kind)]
        else:
            order = self._changed[kind]
            numbers = [number for _, number in order[bisect_right(order, (since, 10**12)) :]]
        try:
            below = int(urlsafe_b64decode(asked.one("cursor"))) if asked.one("cursor") else 10**12
        except ValueError:
            return refusal(400, "invalid_cursor")
        there = (one for one in sorted(numbers, reverse=True) if self._is_there(f"{kind}/{one}"))
        return self._paged(kind, list(there), below, size)

    def _paged(self, kind: str, numbers: list[int], below: int, size: int) -> Answer:
        left = [one for one in numbers if one < below]
        page = left[:size]
        pagination: dict[str, Any] = {
            "page": 1 + (len(numbers) - len(left)) // size,
            "per_page": size,
            "total_pages": -(-len(numbers) // size),
            "total_records": len(numbers),
        }
        if len(left) > size or (self.cursor_at_end and page):
            pagination["cursor"] = urlsafe_b64encode(str(page[-1]).encode()).decode()
        return self._told(kind, [f"{kind}/{one}" for one in page], {"pagination": pagination})

    def _told(self, kind: str, records: list[str], rest: dict[str, Any]) -> Answer:
        shape: dict[str, Callable[[str], dict[str, Any]]] = {
            "suggestions": self._suggestion,
            "comments": self._comment,
            "status_updates": self._update,
            "supporters": self._supporter,
        }
        told = [shape[kind](one) for one in records]
        body: dict[str, Any] = {kind: told} | rest
        numbers = {number for one in told for number in _links(one)}
        users = [name for name, number in self._users.items() if number in numbers]
        body["users"] = [self._user(name) for name in users]
        if kind in {"suggestions", "status_updates"}:
            body["statuses"] = [_status(number) for number in STATUSES if number in numbers]
        return Answer(body=body, headers=self._limits())

    def _is_there(self, record: str) -> bool:
        if record in self._votes:
            idea, voter, at = self._votes[record]
            return at <= self.now and voter not in self.gone_authors and self._is_there(idea)
        entry = self.entries.get(record)
        is_there = entry is not None and entry.at <= self.now and entry.deleted_at is None
        return is_there and entry is not None and entry.author not in self.gone_authors

    def _suggestion(self, record: str) -> dict[str, Any]:
        entry = self.entries[record]
        hanging = [one for one in self._of[record] if self._is_there(one)]
        votes = sum(1 for one in hanging if one.startswith("supporters/"))
        number, parent = _number(record), self.parents.get(record)
        return self._common(record) | {
            "title": f"Suggestion no. {number}",
            "body": entry.text,
            "body_mime_type": "text/plain",
            "state": "spam" if record in self.spam else "approved",
            "portal_url": f"http://norvia.uservoice.example/forums/1/suggestions/{number}",
            "admin_url": f"{self.url}/admin/v3/suggestions/{number}",
            "votes_count": votes,
            "supporters_count": votes,
            "comments_count": sum(1 for one in hanging if one.startswith("comments/")),
            "notes_count": 0,
            "links": {
                "category": None,
                "created_by": self._user_number(entry.author),
                "forum": 1,
                "labels": [],
                "last_status_update": None,
                "parent_suggestion": _number(parent) if parent else None,
                "status": self.states.get(record),
                "ticket": None,
            },
        }

    def _comment(self, record: str) -> dict[str, Any]:
        entry = self.entries[record]
        return self._common(record) | {
            "body": entry.text,
            "body_mime_type": "text/plain",
            "state": "spam" if record in self.spam else "approved",
            "inappropriate_flags_count": 0,
            "is_admin_comment": entry.author in ADMINS,
            "links": {
                "suggestion": _number(entry.reply_to),
                "created_by": self._user_number(entry.author),
            },
        }

    def _update(self, record: str) -> dict[str, Any]:
        entry = self.entries[record]
        old, new = self._moves[record]
        return self._common(record) | {
            "body": entry.text,
            "supporters_notified": True,
            "mail_sent_count": 3,
            "links": {
                "suggestion": _number(entry.reply_to),
                "user": self._user_number(entry.author),
                "old_status": old,
                "new_status": new,
            },
        }

    def _supporter(self, record: str) -> dict[str, Any]:
        idea, voter, at = self._votes[record]
        user = self._user_number(voter)
        links = {"suggestion": _number(idea), "user": user, "created_by": user, "updated_by": user}
        return {
            "id": _number(record),
            "created_at": stamp(at),
            "updated_at": stamp(self._at[record]),
            "is_subscribed": True,
            "how": "vote",
            "channel": "portal",
            "links": links,
        }

    def _common(self, record: str) -> dict[str, Any]:
        return {
            "id": _number(record),
            "created_at": stamp(self.entries[record].at),
            "updated_at": stamp(self._at[record]),
        }

    def _user_number(self, name: str) -> int:
        return self._users.setdefault(name, len(self._users) + 5_001)

    def _user(self, name: str) -> dict[str, Any]:
        return {
            "id": self._users[name],
            "name": name.title(),
            "email_address": f"{name}@example.org",
            "is_admin": name in ADMINS,
            "is_owner": False,
        }


def refusal(status: int, kind: str) -> Answer:
    return Answer(status, {"errors": {"type": kind, "message": kind.replace("_", " ")}})


def stamp(moment: datetime) -> str:
    return f"{moment:%Y-%m-%dT%H:%M:%SZ}"


def _number(record: str) -> int:
    return int(record.partition("/")[2])


def _status(number: int) -> dict[str, Any]:
    return {"id": number, "name": STATUSES[number], "is_open": number < 4, "position": number}


def _links(record: dict[str, Any]) -> Iterator[int]:
    names = ("created_by", "user", "status", "new_status", "old_status")
    return (record["links"][name] for name in names if record["links"].get(name))

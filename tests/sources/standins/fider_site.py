"""A Fider forum, as its API reference and its code show it.

Pages followed: fider.io/docs/api (posts, comments, votes, errors). For what they leave open, the
code of getfider/fider of July 2026: ``app/handlers/apiv1/post.go``, ``app/models/entity`` (the
fields), ``app/models/enum/post_status.go``, ``app/services/sqlstore/postgres`` (``post.go``,
``comment.go``, ``vote.go``, and ``getViewData`` in ``common.go`` for views, statuses and order),
``app/middlewares/user.go`` (keys) and ``tenant.go`` (private forums). Fider itself has no limit
on requests, and lists without pages: ``limit`` is all there is.
"""

from datetime import datetime
from typing import Any, ClassVar

from listener.model import Brand
from sources.fider import FiderSource
from tests.sources.standins.serving import NOON, NORVIA, Answer, Asked, Entry, StandIn

STATUSES = ("open", "started", "completed", "declined", "planned", "duplicate")
BY_DEFAULT = ("open", "started", "planned")
TEAM = {"norvia": "administrator", "mia": "collaborator"}


class FiderSite(StandIn):
    """``private`` shows nothing without the key ``"sesame"``, ``votes_hidden`` no votes, as older
    versions do; ``pending`` are ids that wait for approval.
    """

    name: ClassVar[str] = "fider"

    def __init__(self, now: datetime = NOON) -> None:
        super().__init__(now)
        self.private = False
        self.votes_hidden = False
        self.pending: set[str] = set()
        self.left_users: set[str] = set()
        self.states: dict[str, str] = {}
        self.originals: dict[str, str] = {}
        self.votes: dict[str, dict[str, datetime]] = {}
        self._ideas: list[str] = []
        self._comments: dict[str, list[str]] = {}
        self._users: dict[str, int] = {}
        self._last_comment = 100

    def source(self, *brands: Brand, **settings: Any) -> FiderSource:
        stated = {"forum": self.url, "allow_private": True} | settings
        return FiderSource(**stated, brands=brands or (NORVIA,), now=lambda: self.now)

    # What happens in the forum.

    def publish(
        self, text: str, *, author: str = "ada", at: datetime | None = None, reply_to: str = ""
    ) -> str:
        """An idea; with ``reply_to``, a comment on the idea that it belongs to."""
        with self._lock:
            moment = at or self.now
            if reply_to:
                idea = reply_to.partition("/")[0]
                self._last_comment += 1
                entry = Entry(f"{idea}/{self._last_comment}", text, author, moment, idea)
                self._comments[idea].append(entry.id)
            else:
                entry = Entry(str(len(self._ideas) + 1), text, author, moment)
                self._ideas.append(entry.id)
                self._comments[entry.id] = []
                self.votes[entry.id] = {author: moment}
            self.entries[entry.id] = entry
            return entry.id

    def delete(self, post_id: str) -> None:
        """What hangs on an idea goes with it."""
        with self._lock:
            for one in (post_id, f"{post_id}/response", *self._comments.get(post_id, [])):
                if one in self.entries and self.entries[one].deleted_at is None:
                    super().delete(one)

    def remove_author(self, author: str) -> None:
        """An account that is deleted loses its name and its votes; what it wrote stays."""
        with self._lock:
            self.left_users.add(author)
            for voters in self.votes.values():
                voters.pop(author, None)

    def respond_to(self, idea: str, status: str, text: str = "", by: str = "norvia") -> str:
        """The team gives an idea a status, and says something to it; the response's id."""
        with self._lock:
            response, before = f"{idea}/response", self.states.get(idea, "open")
            at = self.now
            if status == before and response in self.entries:
                at = self.entries[response].at
            self.states[idea] = status
            self.entries[response] = Entry(response, text, by, at, idea)
            return response

    def merge(self, idea: str, original: str, by: str = "norvia") -> None:
        """An idea is marked as a duplicate: its voters vote for the original, too."""
        with self._lock:
            self.respond_to(idea, "duplicate", by=by)
            self.originals[idea] = original
            for voter in self.votes[idea]:
                self.votes[original].setdefault(voter, self.now)

    def vote(self, idea: str, *voters: str) -> None:
        with self._lock:
            self.votes[idea] |= dict.fromkeys(voters, self.now)

    def unvote(self, idea: str, voter: str) -> None:
        with self._lock:
            del self.votes[idea][voter]

    # How it answers.

    def answer(self, asked: Asked) -> Answer:
        key = asked.headers.get("authorization", "").removeprefix("Bearer ")
        refused = self._refused(asked.path, key)
        if refused:
            return refused
        match asked.path.strip("/").split("/"):
            case ["api", "v1", "posts"]:
                return Answer(body=self._search(asked))
            case ["api", "v1", "posts", number]:
                return self._of(number, self._idea)
            case ["api", "v1", "posts", number, "comments"]:
                return self._of(number, lambda one: self._comments_of(one, as_team=bool(key)))
            case ["api", "v1", "posts", number, "votes"]:
                return self._of(number, lambda one: self._votes_of(one, as_team=bool(key)))
        return Answer(404, {})

    def _refused(self, path: str, key: str) -> Answer | None:
        if path == "/signin":
            return Answer(200, b"<html>Sign in</html>", {"Content-Type": "text/html"})
        if key and key != "sesame":
            return Answer(400, {"errors": [{"message": "API Key is invalid"}]})
        if self.private and not key:
            return Answer(302, b"", {"Location": f"/signin?redirect={path}"})
        if self.votes_hidden and not key and path.endswith("/votes"):
            return Answer(403, {})
        return None

    def _of(self, number: str, shown: Any) -> Answer:
        entry = self.entries.get(number)
        return Answer(body=shown(entry)) if entry and self._is_shown(entry) else Answer(404, {})

    def _search(self, asked: Asked) -> list[dict[str, Any]]:
        stated = asked.one("statuses")
        statuses = set(stated.split(",") if stated else BY_DEFAULT)
        if asked.one("view", "all") == "all":
            statuses = set(STATUSES) - {"duplicate"}
        limit = asked.one("limit")
        left = len(self._ideas) if limit == "all" else int(limit) if limit.isdigit() else 30
        found: list[dict[str, Any]] = []
        for number in reversed(self._ideas):
            entry = self.entries[number]
            if len(found) == left:
                break
            if self._is_shown(entry) and self.states.get(number, "open") in statuses:
                found.append(self._idea(entry))
        return found

    def _is_shown(self, entry: Entry) -> bool:
        is_there = entry.at <= self.now and entry.deleted_at is None
        return is_there and entry.id not in self.pending

    def _idea(self, entry: Entry) -> dict[str, Any]:
        number = int(entry.id)
        comments = (self.entries[one] for one in self._comments[entry.id])
        told = {
            "id": number + 1_000,
            "number": number,
            "title": f"Idea no. {number}",
            "slug": f"idea-no-{number}",
            "description": entry.text,
            "createdAt": stamp(entry.at),
            "user": self._user(entry.author),
            "hasVoted": False,
            "votesCount": len(self.votes[entry.id]),
            "commentsCount": sum(1 for one in comments if self._is_shown(one)),
            "status": self.states.get(entry.id, "open"),
            "tags": ["app"],
            "isApproved": True,
        }
        response = self.entries.get(f"{entry.id}/response")
        return told | ({"response": self._response(response)} if response else {})

    def _response(self, entry: Entry) -> dict[str, Any]:
        number = entry.reply_to
        original = self.originals.get(number)
        return {
            "text": entry.text,
            "respondedAt": stamp(entry.at),
            "user": self._user(entry.author),
            "original": {
                "number": int(original),
                "title": f"Idea no. {original}",
                "slug": f"idea-no-{original}",
                "status": self.states.get(original, "open"),
            }
            if original
            else None,
        }

    def _comments_of(self, idea: Entry, *, as_team: bool) -> list[dict[str, Any]]:
        """The newest first; the team sees those that wait for approval, too."""
        ids = self._comments[idea.id]
        entries = sorted((self.entries[one] for one in ids), key=lambda one: one.at, reverse=True)
        return [
            self._comment(one)
            for one in entries
            if self._is_shown(one) or (as_team and one.id in self.pending)
        ]

    def _comment(self, entry: Entry) -> dict[str, Any]:
        told = {
            "id": int(entry.id.partition("/")[2]),
            "content": entry.text,
            "createdAt": stamp(entry.at),
            "user": self._user(entry.author),
            "reactionCounts": [{"emoji": "👍", "count": 2, "includesMe": False}],
            "isApproved": entry.id not in self.pending,
        }
        if entry.edited_at:
            told |= {"editedAt": stamp(entry.edited_at), "editedBy": self._user(entry.author)}
        return told

    def _votes_of(self, idea: Entry, *, as_team: bool) -> list[dict[str, Any]]:
        """The oldest first; the addresses are for the team."""
        voters = sorted(self.votes[idea.id].items(), key=lambda one: one[1])
        told = []
        for name, at in voters:
            user = {key: self._user(name)[key] for key in ("id", "name", "avatarURL")}
            mail = {"email": f"{name}@example.org"} if as_team else {}
            told.append({"user": user | mail, "createdAt": stamp(at)})
        return told

    def _user(self, name: str) -> dict[str, Any]:
        number = self._users.setdefault(name, len(self._users) + 11)
        is_gone = name in self.left_users
        return {
            "id": number,
            "name": "" if is_gone else name.title(),
            "role": TEAM.get(name, "visitor"),
            "avatarURL": f"{self.url}/static/avatars/letter/{number}/{name.title()}",
            "status": "deleted" if is_gone else "active",
            "isTrusted": False,
        }


def stamp(moment: datetime) -> str:
    """A time as Go writes it: with the fraction of a second, where there is one."""
    fraction = f".{moment:%f}".rstrip("0").rstrip(".")
    return f"{moment:%Y-%m-%dT%H:%M:%S}{fraction}Z"

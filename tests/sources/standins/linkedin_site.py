"""LinkedIn's API for one page, as its reference shows it.

Pages followed, at learn.microsoft.com/en-us/linkedin/marketing/community-management: "Posts API"
(find posts by author, get a post), "Comments API" (comments on shares, comments on comments, get a
comment), "Organization Social Action Notifications" (the pull by criteria, its actions, 60 days);
of the shared API guide "Error Handling", "Rate Limits" (midnight UTC), "Protocol Version",
"Versioning". Known by heart, or from what others have logged, only: the bodies of errors, that
the pull shows the activity itself as the webhook does, the order of comments, the largest page.
"""

import re
from bisect import bisect_left, bisect_right, insort
from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar
from urllib.parse import unquote

from listener.model import Brand
from listener.ports import Secret
from sources.linkedin import LinkedInSource
from tests.sources.standins.serving import NOON, NORVIA, Answer, Asked, Entry, StandIn

ME = "norvia"
NUMBER = "5590506"
ORGANIZATION = f"urn:li:organization:{NUMBER}"
TOKEN = "sesame-of-an-admin"
VERSION = "202610"
COUNT, COUNT_MAX = 10, 100
RETAINED = timedelta(days=60)
MENTION_EVERY = 3
"""Of what strangers publish by themselves, one in so many is a post that mentions the page."""

_FIRST = 7_100_000_000_000_000_000
_RANGE = re.compile(r"\(start:(\d+),end:(\d+)\)")
_COMMENT = re.compile(r"urn:li:comment:\((urn:li:\w+:\d+),(\d+)\)")
_TOKENS = {
    "revoked": (65601, "REVOKED_ACCESS_TOKEN", "The token used in the request has been revoked"),
    "expired": (65602, "EXPIRED_ACCESS_TOKEN", "The token used in the request has expired"),
}


class LinkedInSite(StandIn):
    """What strangers publish by itself is a comment on the page's newest post, or a mention.

    ``token`` may be ``"revoked"`` or ``"expired"``; ``sunset`` is the newest version that is not
    answered; ``bare``: notices don't show what they are about; ``closed`` are paths that this
    member may not ask; ``daily`` is how many requests a day are allowed.
    """

    name: ClassVar[str] = "linkedin"

    def __init__(self, now: datetime = NOON) -> None:
        super().__init__(now)
        self.token = ""
        self.sunset = "202509"
        self.bare = False
        self.is_public = True
        self.closed: tuple[str, ...] = ()
        self.daily: int | None = None
        self.subject: dict[str, str] = {}
        self.parent: dict[str, str] = {}
        self._is_post = False
        self._strangers = 0
        self._page: list[str] = []
        self._comments: dict[str, list[str]] = {}
        self._notices: list[tuple[datetime, int, dict[str, Any]]] = []
        self._days: Counter[str] = Counter()

    def source(self, *brands: Brand, **settings: Any) -> LinkedInSource:
        stated = {
            "organization": NUMBER,
            "access_token": Secret(TOKEN),
            "version": VERSION,
            "base_url": self.url,
            "allow_private": True,
        } | settings
        return LinkedInSource(**stated, brands=brands or (NORVIA,), now=lambda: self.now)

    # What happens.

    def publish(
        self, text: str, *, author: str = "ada", at: datetime | None = None, reply_to: str = ""
    ) -> str:
        is_comment = bool(reply_to) or (author != ME and not self._is_mention())
        if is_comment and not (reply_to in self.subject or reply_to in self._page):
            reply_to = self._newest_post()
        self._is_post = not is_comment
        return super().publish(text, author=author, at=at, reply_to=reply_to)

    def _is_mention(self) -> bool:
        self._strangers += 1
        return self._strangers % MENTION_EVERY == 0

    def _newest_post(self) -> str:
        """The page's newest post, or after some days a new one."""
        young = (
            urn
            for urn in reversed(self._page)
            if self.is_there(urn) and self.entries[urn].at > self.now - timedelta(days=5)
        )
        return next(young, "") or self.publish("Norvia flies to Oulu", author=ME)

    def next_id(self, at: datetime) -> str:
        number = _FIRST + len(self.entries)
        return f"urn:li:share:{number}" if self._is_post else str(number)

    def published(self, entry: Entry) -> None:
        if not entry.reply_to:
            if entry.author == ME:
                self._page.append(entry.id)
            else:
                self._notify("SHARE_MENTION", entry, entry.at)
            return
        above = entry.reply_to
        self.subject[entry.id] = self.subject.get(above, above)
        self.parent[entry.id] = (self.parent[above] or above) if above in self.parent else ""
        key = self.parent[entry.id] or self.subject[entry.id]
        self._comments.setdefault(key, []).append(entry.id)
        self._notify("ADMIN_COMMENT" if entry.author == ME else "COMMENT", entry, entry.at)

    def changed(self, entry: Entry) -> None:
        if entry.id in self.subject:
            action = "COMMENT_DELETE" if entry.deleted_at else "COMMENT_EDIT"
            self._notify(action, entry, self.now)

    def delete(self, post_id: str) -> None:
        super().delete(post_id)
        self._delete_below(post_id)

    def remove_author(self, author: str) -> None:
        """The page stays, whoever leaves it."""
        if author == ME:
            return
        super().remove_author(author)
        for entry in list(self.entries.values()):
            if entry.author == author:
                self._delete_below(entry.id)

    def _delete_below(self, post_id: str) -> None:
        """What stood below it goes without a word."""
        for below in self._comments.get(post_id, []):
            if self.entries[below].deleted_at is None:
                self.entries[below] = replace(self.entries[below], deleted_at=self.now)
            self._delete_below(below)

    def _notify(self, action: str, entry: Entry, at: datetime) -> None:
        if entry.id in self.subject and not self.is_public:
            return
        number = len(self._notices) + 1
        insort(self._notices, (at, number, self._notice(action, entry, at, number)))

    # What is answered.

    def answer(self, asked: Asked) -> Answer:
        if asked.headers.get("authorization") != f"Bearer {TOKEN}":
            return refusal(401, "Invalid access token", "INVALID_ACCESS_TOKEN", 65600)
        if self.token:
            number, code, words = _TOKENS[self.token]
            return refusal(401, words, code, number)
        version = asked.headers.get("linkedin-version", "")
        if not version:
            return refusal(400, "A version must be present", "VERSION_MISSING")
        if version <= self.sunset:
            return refusal(426, f"Requested version {version} is not active", "NONEXISTENT_VERSION")
        self._days[f"{self.now:%Y-%m-%d}"] += 1
        if self.daily is not None and self._days[f"{self.now:%Y-%m-%d}"] > self.daily:
            words = "Resource level throttle APPLICATION DAY limit for calls to this is reached."
            return refusal(429, words, "TOO_MANY_REQUESTS", 101)
        if any(closed in asked.path for closed in self.closed):
            return refusal(403, "Not enough permissions to access", "ACCESS_DENIED", 100)
        return self._answer(asked)

    def _answer(self, asked: Asked) -> Answer:
        match [unquote(step) for step in asked.path.strip("/").split("/")]:
            case ["rest", "organizationalEntityNotifications"]:
                return self._listed(asked, self._notices_in(asked.one("timeRange")))
            case ["rest", "posts"]:
                there = (self.entries[urn] for urn in self._page if self.is_there(urn))
                newest = sorted(there, key=_changed, reverse=True)
                return self._listed(asked, [self.shape(entry) for entry in newest])
            case ["rest", "posts", urn] if self.is_there(urn):
                return Answer(body=self.shape(self.entries[urn]))
            case ["rest", "socialActions", urn, "comments"] if self.is_there(_named(urn)):
                below = self._comments.get(_named(urn), [])
                there = (self.entries[number] for number in below if self.is_there(number))
                return self._listed(asked, [self.shape(entry) for entry in there])
            case ["rest", "socialActions", _, "comments", number] if self.is_there(number):
                return Answer(body=self.shape(self.entries[number]))
        return refusal(404, "Not Found", "NOT_FOUND", 0)

    def is_there(self, post_id: str) -> bool:
        entry = self.entries.get(post_id)
        return (
            entry is not None
            and entry.at <= self.now
            and entry.deleted_at is None
            and entry.author not in self.gone_authors
        )

    def _notices_in(self, stretch: str) -> list[dict[str, Any]]:
        """Newest first."""
        found = _RANGE.fullmatch(stretch)
        start, end = (int(one) / 1_000 for one in found.groups()) if found else (0.0, 1e11)
        since = max(datetime.fromtimestamp(start, UTC), self.now - RETAINED)
        until = min(datetime.fromtimestamp(end, UTC), self.now)
        low = bisect_left(self._notices, since, key=lambda one: one[0])
        top = bisect_right(self._notices, until, key=lambda one: one[0])
        return [notice for _, _, notice in reversed(self._notices[low:top])]

    def _listed(self, asked: Asked, found: list[dict[str, Any]]) -> Answer:
        start = int(asked.one("start", "0"))
        count = min(int(asked.one("count", str(COUNT))), COUNT_MAX)
        links = []
        if start + count < len(found):
            href = f"{asked.path}?start={start + count}&count={count}"
            links = [{"type": "application/json", "rel": "next", "href": href}]
        paging = {"start": start, "count": count, "links": links, "total": len(found)}
        return Answer(body={"paging": paging, "elements": found[start : start + count]})

    def shape(self, entry: Entry) -> dict[str, Any]:
        return self._comment(entry) if entry.id in self.subject else self._post(entry)

    def _post(self, entry: Entry) -> dict[str, Any]:
        at = millis(entry.at)
        return {
            "id": entry.id,
            "author": urn_of(entry.author),
            "commentary": entry.text,
            "createdAt": at,
            "publishedAt": at,
            "lastModifiedAt": millis(entry.edited_at or entry.at),
            "visibility": "PUBLIC" if self.is_public else "LOGGED_IN",
            "lifecycleState": "PUBLISHED",
            "isReshareDisabledByAuthor": False,
            "distribution": {"feedDistribution": "MAIN_FEED", "thirdPartyDistributionChannels": []},
        }

    def _comment(self, entry: Entry) -> dict[str, Any]:
        subject = activity(self.subject[entry.id])
        stamp = {"actor": urn_of(entry.author), "time": millis(entry.at)}
        below = [one for one in self._comments.get(entry.id, []) if self.is_there(one)]
        shaped: dict[str, Any] = {
            "actor": urn_of(entry.author),
            "commentUrn": f"urn:li:comment:({subject},{entry.id})",
            "commentsSummary": {
                "aggregatedTotalComments": len(below),
                "totalFirstLevelComments": len(below),
            },
            "created": stamp,
            "id": entry.id,
            "lastModified": stamp | {"time": millis(entry.edited_at or entry.at)},
            "likesSummary": {"aggregatedTotalLikes": entry.likes, "totalLikes": entry.likes},
            "message": {"attributes": [], "text": entry.text},
            "object": subject,
        }
        if self.parent[entry.id]:
            shaped["parentComment"] = f"urn:li:comment:({subject},{self.parent[entry.id]})"
        return shaped

    def _notice(self, action: str, entry: Entry, at: datetime, number: int) -> dict[str, Any]:
        notice: dict[str, Any] = {
            "notificationId": 4_400_000 + number,
            "organizationalEntity": ORGANIZATION,
            "action": action,
            "lastModifiedAt": millis(at),
            "subscriber": "urn:li:person:admin",
        }
        if entry.id not in self.subject:
            notice |= {"sourcePost": activity(entry.id), "generatedActivity": entry.id}
            shown = {"entity": entry.id, "owner": urn_of(entry.author), "text": entry.text}
            return (
                notice if self.bare else notice | {"decoratedGeneratedActivity": {"share": shown}}
            )
        subject = self.subject[entry.id]
        urn = f"urn:li:comment:({activity(subject)},{entry.id})"
        notice |= {"sourcePost": activity(subject), "generatedActivity": urn}
        if self.bare:
            return notice
        shown = {"entity": urn, "owner": urn_of(entry.author), "text": entry.text}
        post = {"entity": subject, "owner": ORGANIZATION, "text": self.entries[subject].text}
        return notice | {
            "decoratedSourcePost": post,
            "decoratedGeneratedActivity": {"comment": shown | {"object": activity(subject)}},
        }


def _named(urn: str) -> str:
    """The comment or the post that an address names."""
    found = _COMMENT.fullmatch(urn)
    return found[2] if found else urn


def _changed(entry: Entry) -> datetime:
    return entry.edited_at or entry.at


def activity(urn: str) -> str:
    """LinkedIn's other name for a post, which has another number."""
    return f"urn:li:activity:{int(urn.rsplit(':', 1)[1]) + 7}"


def urn_of(author: str) -> str:
    return ORGANIZATION if author == ME else f"urn:li:person:{author}"


def millis(at: datetime) -> int:
    return int(at.timestamp() * 1_000)


def refusal(status: int, words: str, code: str, number: int = 0) -> Answer:
    return Answer(
        status, {"status": status, "serviceErrorCode": number, "code": code, "message": words}
    )

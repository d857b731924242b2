"""Google Play's Android Publisher API, as its reference shows it, and Google's token server.

Pages followed: developers.google.com "Method: reviews.list" and "REST Resource: reviews" (v3),
"Reply to Reviews" (order, the last week, production versions, only reviews with a comment, and its
quota of 200 GET requests an hour for an app), "Using OAuth 2.0 for Server to Server Applications",
and google.rpc.Status with RetryInfo. By heart: the words of the errors, the largest page (100),
and that a developer's answer does not move its review.
"""

import json
from bisect import bisect_left, insort
from collections import deque
from datetime import datetime, timedelta
from typing import Any, ClassVar
from urllib.parse import parse_qs, unquote

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa

from listener.model import Brand
from listener.ports import Secret
from sources.playstore import PlayStoreSource
from tests.sources.standins.appstore_site import in_pem
from tests.sources.standins.serving import DAY, HOUR, NOON, NORVIA, Answer, Asked, Entry, StandIn

APP = "com.norvia.app"
DEVELOPER = "norvia"
PAGE_MAX = 100
WEEK = 7 * DAY
GETS_PER_HOUR = 200
TOKEN_LASTS = timedelta(hours=1)
EMAIL, KEY_ID = "listener@norvia.iam.gserviceaccount.com", "f3a1"
SCOPE = "https://www.googleapis.com/auth/androidpublisher"

PRIVATE_KEY = rsa.generate_private_key(public_exponent=65_537, key_size=2_048)


class PlayStoreSite(StandIn):
    """One app. What ``norvia`` publishes in reply is the developer's answer.

    Nobody else can answer a review, so a reply of theirs is a review of its own. ``tokens`` are
    those that were given out, until when; ``per_hour`` is the quota of GET requests.
    """

    name: ClassVar[str] = "playstore"

    def __init__(self, now: datetime = NOON) -> None:
        super().__init__(now)
        self.stars: dict[str, int] = {}
        self.tokens: dict[str, datetime] = {}
        self.per_hour = GETS_PER_HOUR
        self._order: list[tuple[datetime, str]] = []
        self._answers: dict[str, str] = {}
        self._hour: deque[datetime] = deque()

    def key_file(self) -> dict[str, str]:
        return {
            "type": "service_account",
            "project_id": "norvia",
            "private_key_id": KEY_ID,
            "private_key": in_pem(PRIVATE_KEY),
            "client_email": EMAIL,
            "client_id": "1",
            "token_uri": f"{self.url}/token",
        }

    def source(self, *brands: Brand, **settings: Any) -> PlayStoreSource:
        key = Secret(json.dumps(self.key_file()))
        stated = {"apps": [APP], "service_account": key, "allow_private": True} | settings
        return PlayStoreSource(
            **stated, brands=brands or (NORVIA,), now=lambda: self.now, api_url=self.url
        )

    def next_id(self, at: datetime) -> str:
        return f"gp:AOqp{len(self.entries) + 1:08d}"

    def publish(
        self, text: str, *, author: str = "ada", at: datetime | None = None, reply_to: str = ""
    ) -> str:
        if not (author == DEVELOPER and reply_to):
            return super().publish(text, author=author, at=at)
        with self._lock:
            entry = Entry(f"{reply_to}/reply", text, author, at or self.now, reply_to)
            self.entries[entry.id] = entry
            self._answers[reply_to] = entry.id
            return entry.id

    def published(self, entry: Entry) -> None:
        insort(self._order, (entry.at, entry.id))

    def changed(self, entry: Entry) -> None:
        if entry.id not in self._answers.values():
            self._order = [one for one in self._order if one[1] != entry.id]
            insort(self._order, (entry.edited_at or entry.at, entry.id))

    def answer(self, asked: Asked) -> Answer:
        parts = [unquote(part) for part in asked.path.strip("/").split("/")]
        if parts == ["token"] and asked.method == "POST":
            return self._token(asked)
        if parts[:3] != ["androidpublisher", "v3", "applications"]:
            return Answer(404, b"")
        until = self.tokens.get(asked.headers.get("authorization", "").removeprefix("Bearer "))
        if until is None or until <= self.now:
            return status(401, "UNAUTHENTICATED", "Request had invalid credentials.")
        if self._over_quota():
            return status(429, "RESOURCE_EXHAUSTED", "Quota exceeded.", retry_seconds=600)
        if parts[3] != APP:
            return status(404, "NOT_FOUND", f"Package not found: {parts[3]}.")
        match parts[4:]:
            case ["reviews"]:
                return self._list(asked)
            case ["reviews", review_id] if self._shown(review_id):
                return Answer(body=self.shape(self.entries[review_id]))
        return status(404, "NOT_FOUND", "The review was not found.")

    def _over_quota(self) -> bool:
        while self._hour and self._hour[0] <= self.now - HOUR:
            self._hour.popleft()
        self._hour.append(self.now)
        return len(self._hour) > self.per_hour

    def _token(self, asked: Asked) -> Answer:
        form = parse_qs(asked.body.decode())
        if form.get("grant_type") != ["urn:ietf:params:oauth:grant-type:jwt-bearer"]:
            return Answer(400, {"error": "unsupported_grant_type"})
        if not self._is_good(form.get("assertion", [""])[0]):
            return Answer(400, {"error": "invalid_grant", "error_description": "Invalid JWT"})
        token = f"ya29.{len(self.tokens)}"
        self.tokens[token] = self.now + TOKEN_LASTS
        return Answer(body={"access_token": token, "expires_in": 3599, "token_type": "Bearer"})

    def _is_good(self, assertion: str) -> bool:
        """Whether it is signed with the account's key, for this server and scope, for an hour."""
        try:
            head = jwt.get_unverified_header(assertion)
            said = jwt.decode(
                assertion,
                PRIVATE_KEY.public_key(),
                algorithms=["RS256"],
                audience=f"{self.url}/token",
                issuer=EMAIL,
                options={"verify_exp": False, "verify_iat": False, "require": ["exp", "iat"]},
            )
        except jwt.PyJWTError:
            return False
        now = self.now.timestamp()
        in_time = said["iat"] <= now + 600 and now - 1 < said["exp"] <= said["iat"] + 3_600
        return head.get("kid") == KEY_ID and said.get("scope") == SCOPE and in_time

    def _shown(self, review_id: str) -> bool:
        entry = self.entries.get(review_id)
        return (
            entry is not None
            and not entry.reply_to
            and entry.at <= self.now
            and entry.deleted_at is None
            and entry.author not in self.gone_authors
        )

    def _list(self, asked: Asked) -> Answer:
        """Newest first; a token names the review that the page before ended with."""
        count = min(int(asked.one("maxResults", "10")), PAGE_MAX)
        end = len(self._order)
        if token := asked.one("token"):
            at, _, review_id = token.partition("|")
            if not review_id:
                return status(400, "INVALID_ARGUMENT", "Invalid token.")
            end = bisect_left(self._order, (datetime.fromisoformat(at), review_id))
        begin = bisect_left(self._order, (self.now - WEEK, ""))
        order = [one for one in self._order[begin:end] if self._shown(one[1])]
        page = order[::-1][:count]
        if not page:
            return Answer(body={})
        body: dict[str, Any] = {
            "reviews": [self.shape(self.entries[review_id]) for _, review_id in page],
            "pageInfo": {"totalResults": len(order), "resultPerPage": count, "startIndex": 0},
        }
        if len(order) > count:
            last = page[-1]
            body["tokenPagination"] = {"nextPageToken": f"{last[0].isoformat()}|{last[1]}"}
        return Answer(body=body)

    def shape(self, entry: Entry) -> dict[str, Any]:
        said = {
            "text": f"\t{entry.text}",
            "lastModified": _stamp(entry.edited_at or entry.at),
            "starRating": self.stars.get(entry.id, 5),
            "reviewerLanguage": "fi",
            "device": "raven",
            "androidOsVersion": 34,
            "appVersionCode": 120,
            "appVersionName": "1.2.0",
            "thumbsUpCount": entry.likes,
            "thumbsDownCount": 0,
            "deviceMetadata": {"productName": "raven", "manufacturer": "Google"},
        }
        comments: list[dict[str, Any]] = [{"userComment": said}]
        answer = self.entries.get(self._answers.get(entry.id, ""))
        if answer is not None and answer.deleted_at is None and answer.at <= self.now:
            words = {
                "text": answer.text,
                "lastModified": _stamp(answer.edited_at or answer.at),
            }
            comments.append({"developerComment": words})
        return {"reviewId": entry.id, "authorName": entry.author, "comments": comments}


def status(code: int, name: str, words: str, *, retry_seconds: int = 0) -> Answer:
    error: dict[str, Any] = {"code": code, "message": words, "status": name}
    if retry_seconds:
        kind = "type.googleapis.com/google.rpc.RetryInfo"
        error["details"] = [{"@type": kind, "retryDelay": f"{retry_seconds}s"}]
    return Answer(code, {"error": error})


def _stamp(at: datetime) -> dict[str, Any]:
    return {"seconds": str(int(at.timestamp())), "nanos": at.microsecond * 1_000}

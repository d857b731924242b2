"""Apple's App Store, as its public feed of reviews and its App Store Connect API show it.

The feed (``/{country}/rss/customerreviews/page=N/id=APP/sortby=mostrecent/json``) has no
reference: its fields are those that answers kept in public repositories show, and that it ends
with page 10 (400, "CustomerReviews RSS page depth is limited to 10") is told in several public
issues, as is that a page comes back empty now and then. By heart: ``updated`` in the JSON and the
feed's own links; that an edited review moves to the top.

Pages followed for the API: developer.apple.com "List All Customer Reviews for an App" (``sort``,
``include``, ``limit`` up to 200), "Read Customer Review Information", "CustomerReview.Attributes",
"CustomerReviewResponseV1.Attributes", "PagedDocumentLinks", "Generating Tokens for API Requests"
and "Identifying Rate Limits". By heart: the words of its errors.
"""

import json
from bisect import bisect_left, insort
from collections import deque
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from itertools import islice
from typing import Any, ClassVar
from urllib.parse import urlencode

import jwt
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec

from listener.model import Brand
from listener.ports import Secret
from sources.appstore import AppStoreSource
from tests.sources.standins.serving import HOUR, NOON, NORVIA, Answer, Asked, Entry, StandIn

APP = "6448311069"
COUNTRY = "fi"
DEVELOPER = "norvia"
PAGE = 50
DEPTH = 10
CONNECT_PAGE_MAX = 200
REQUESTS_PER_HOUR = 3_600
KEY_ID, ISSUER = "2X9R4HXF34", "57246542-96fe-1a63-e053-0824d011072a"

PRIVATE_KEY = ec.generate_private_key(ec.SECP256R1())


def in_pem(key: Any) -> str:
    """A private key as it is handed out: PKCS 8 in PEM."""
    return key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    ).decode()


class AppStoreSite(StandIn):
    """One app in one country, read by its public feed.

    What ``norvia`` publishes in reply is the developer's answer, which the feed never shows;
    nobody else can answer a review, so a reply of theirs is a review of its own. ``stars`` and
    ``versions`` are by id, five and 1.0 where not stated; ``pending`` are answers not public yet;
    ``hour`` is when the key was used lately.
    """

    name: ClassVar[str] = "appstore"

    def __init__(self, now: datetime = NOON) -> None:
        super().__init__(now)
        self.stars: dict[str, int] = {}
        self.versions: dict[str, str] = {}
        self.pending: set[str] = set()
        self._by_update: list[tuple[datetime, int, str]] = []
        self._by_creation: list[tuple[datetime, int, str]] = []
        self._answers: dict[str, str] = {}
        self.hour: deque[datetime] = deque()

    def source(self, *brands: Brand, **settings: Any) -> AppStoreSource:
        stated = {"apps": [APP], "countries": [COUNTRY], "allow_private": True} | settings
        return AppStoreSource(
            **stated,
            brands=brands or (NORVIA,),
            now=lambda: self.now,
            feed_url=self.url,
            connect_url=self.url,
        )

    def next_id(self, at: datetime) -> str:
        return str(10_000_000_001 + len(self.entries))

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
        place = (entry.at, int(entry.id), entry.id)
        insort(self._by_update, place)
        insort(self._by_creation, place)

    def changed(self, entry: Entry) -> None:
        if entry.id in self._answers.values():
            return
        self._by_update = [one for one in self._by_update if one[2] != entry.id]
        insort(self._by_update, (entry.edited_at or entry.at, int(entry.id), entry.id))

    def answer(self, asked: Asked) -> Answer:
        match asked.path.strip("/").split("/"):
            case [country, "rss", "customerreviews", page, app, "sortby=mostrecent", "json"]:
                return self._feed(country, page.removeprefix("page="), app.removeprefix("id="))
            case ["v1", *rest]:
                return self._connect(asked, rest)
        return Answer(404, b"")

    # The public feed.

    def _feed(self, country: str, page: str, app: str) -> Answer:
        number = int(page)
        if number > DEPTH:
            return Answer(400, b"CustomerReviews RSS page depth is limited to 10")
        feed: dict[str, Any] = {
            "author": {
                "name": {"label": "iTunes Store"},
                "uri": {"label": "http://www.apple.com/itunes/"},
            },
            "updated": {"label": f"{self.now:%Y-%m-%dT%H:%M:%S}-00:00"},
            "title": {"label": "iTunes Store: Customer Reviews"},
            "link": [{"attributes": {"rel": "self", "href": f"{self.url}/{country}/rss"}}],
            "id": {"label": f"{self.url}/{country}/rss/customerreviews/id={app}/json"},
        }
        reviews = self._newest(self._by_update, (number - 1) * PAGE, PAGE)
        if (country, app) == (COUNTRY, APP) and reviews:
            shaped = [self.in_feed(entry) for entry in reviews]
            feed["entry"] = shaped if len(shaped) > 1 else shaped[0]
        return Answer(body={"feed": feed})

    def in_feed(self, entry: Entry) -> dict[str, Any]:
        written = entry.edited_at or entry.at
        return {
            "author": {
                "uri": {"label": f"https://itunes.apple.com/fi/reviews/id{_number(entry.author)}"},
                "name": {"label": entry.author},
                "label": "",
            },
            "updated": {"label": f"{written:%Y-%m-%dT%H:%M:%S}-00:00"},
            "im:rating": {"label": str(self.stars.get(entry.id, 5))},
            "im:version": {"label": self.versions.get(entry.id, "1.0")},
            "id": {"label": entry.id},
            "title": {"label": f"Review {entry.id[-3:]}"},
            "content": {"label": entry.text, "attributes": {"type": "text"}},
            "link": {
                "attributes": {
                    "rel": "related",
                    "href": f"https://itunes.apple.com/fi/review?id={APP}&type=Purple%20Software",
                }
            },
            "im:voteSum": {"label": str(entry.likes)},
            "im:contentType": {"attributes": {"term": "Application", "label": "Application"}},
            "im:voteCount": {"label": str(entry.likes)},
        }

    def _newest(
        self, order: list[tuple[datetime, int, str]], skipped: int, count: int
    ) -> list[Entry]:
        shown = (
            self.entries[review_id] for *_, review_id in reversed(order) if self._shown(review_id)
        )
        return list(islice(shown, skipped, skipped + count))

    def _shown(self, review_id: str) -> bool:
        entry = self.entries.get(review_id)
        return (
            entry is not None
            and entry.at <= self.now
            and entry.deleted_at is None
            and entry.author not in self.gone_authors
        )

    # The API.

    def _connect(self, asked: Asked, path: Sequence[str]) -> Answer:
        answered = self._answered(asked, path)
        return replace(answered, headers={**answered.headers, "X-Rate-Limit": self._rate()})

    def _answered(self, asked: Asked, path: Sequence[str]) -> Answer:
        if not self._lets_in(asked.headers.get("authorization", "")):
            return error(
                401, "NOT_AUTHORIZED", "Authentication credentials are missing or invalid."
            )
        while self.hour and self.hour[0] <= self.now - HOUR:
            self.hour.popleft()
        self.hour.append(self.now)
        if len(self.hour) > REQUESTS_PER_HOUR:
            return error(429, "RATE_LIMIT_EXCEEDED", "The request rate limit has been reached.")
        match path:
            case ["apps", app, "customerReviews"] if app == APP:
                return self._reviews(asked)
            case ["customerReviews", review_id] if self._shown(review_id):
                return self._review(asked, self.entries[review_id])
        return error(404, "NOT_FOUND", "The specified resource does not exist")

    def _rate(self) -> str:
        left = max(REQUESTS_PER_HOUR - len(self.hour), 0)
        return f"user-hour-lim:{REQUESTS_PER_HOUR};user-hour-rem:{left};"

    def _lets_in(self, authorization: str) -> bool:
        """Whether the token is signed with the key, names it, is for this API and lasts 20 min."""
        token = authorization.removeprefix("Bearer ")
        try:
            head = jwt.get_unverified_header(token)
            said = jwt.decode(
                token,
                PRIVATE_KEY.public_key(),
                algorithms=["ES256"],
                audience="appstoreconnect-v1",
                options={"verify_exp": False, "verify_iat": False, "require": ["exp", "iat"]},
            )
        except jwt.PyJWTError:
            return False
        now = self.now.timestamp()
        whose = said.get("iss") == ISSUER or ("iss" not in said and said.get("sub") == "user")
        in_time = said["iat"] <= now + 600 and now - 1 < said["exp"] <= said["iat"] + 1_200
        return head.get("kid") == KEY_ID and whose and in_time

    def _reviews(self, asked: Asked) -> Answer:
        limit, cursor = int(asked.one("limit", "50")), asked.one("cursor")
        if asked.one("sort") not in {"-createdDate", ""} or not 0 < limit <= CONNECT_PAGE_MAX:
            return error(400, "PARAMETER_ERROR.INVALID", "A parameter has an invalid value")
        below = self._by_creation
        if cursor:  # names the review that the page before ended with
            at, _, last = cursor.partition("|")
            below = below[: bisect_left(below, (datetime.fromisoformat(at), int(last), ""))]
        entries = self._newest(below, 0, limit + 1)
        links = {"self": f"{self.url}{asked.path}"}
        if len(entries) > limit:
            entries.pop()
            following = urlencode({"cursor": f"{entries[-1].at.isoformat()}|{entries[-1].id}"})
            links["next"] = f"{self.url}{asked.path}?{following}&limit={limit}"
        answers = [self._answer_to(entry) for entry in entries]
        body: dict[str, Any] = {
            "data": [self.in_list(entry) for entry in entries],
            "links": links,
            "meta": {"paging": {"total": len(self._by_creation), "limit": limit}},
        }
        if asked.one("include") == "response":
            body["included"] = [self.in_included(one) for one in answers if one]
        return Answer(body=body)

    def _review(self, asked: Asked, entry: Entry) -> Answer:
        body: dict[str, Any] = {"data": self.in_list(entry), "links": {"self": asked.path}}
        answer = self._answer_to(entry)
        if answer and asked.one("include") == "response":
            body["included"] = [self.in_included(answer)]
        return Answer(body=body)

    def _answer_to(self, entry: Entry) -> Entry | None:
        answer = self.entries.get(self._answers.get(entry.id, ""))
        is_there = answer is not None and answer.deleted_at is None and answer.at <= self.now
        return answer if is_there else None

    def in_list(self, entry: Entry) -> dict[str, Any]:
        answer = self._answer_to(entry)
        data = {"type": "customerReviewResponses", "id": f"a-{entry.id}"} if answer else None
        return {
            "type": "customerReviews",
            "id": entry.id,
            "attributes": {
                "rating": self.stars.get(entry.id, 5),
                "title": f"Review {entry.id[-3:]}",
                "body": entry.text,
                "reviewerNickname": entry.author,
                "createdDate": f"{entry.at:%Y-%m-%dT%H:%M:%S}-00:00",
                "territory": "FIN",
            },
            "relationships": {"response": {"data": data, "links": {}}},
            "links": {"self": f"{self.url}/v1/customerReviews/{entry.id}"},
        }

    def in_included(self, answer: Entry) -> dict[str, Any]:
        return {
            "type": "customerReviewResponses",
            "id": f"a-{answer.reply_to}",
            "attributes": {
                "responseBody": answer.text,
                "lastModifiedDate": f"{answer.edited_at or answer.at:%Y-%m-%dT%H:%M:%S}-00:00",
                "state": "PENDING_PUBLISH" if answer.id in self.pending else "PUBLISHED",
            },
            "relationships": {
                "review": {"data": {"type": "customerReviews", "id": answer.reply_to}}
            },
        }


class AppStoreConnectSite(AppStoreSite):
    """The same app, read with a key by the API."""

    name: ClassVar[str] = "appstore_connect"

    def source(self, *brands: Brand, **settings: Any) -> AppStoreSource:
        keyed = {
            "countries": [],
            "key_id": KEY_ID,
            "issuer_id": ISSUER,
            "private_key": Secret(in_pem(PRIVATE_KEY)),
        }
        return super().source(*brands, **(keyed | settings))


def error(status: int, code: str, title: str) -> Answer:
    body = {"errors": [{"id": "0", "status": str(status), "code": code, "title": title}]}
    return Answer(status, json.dumps(body).encode())


def _number(author: str) -> int:
    return 10**8 + sum(map(ord, author))

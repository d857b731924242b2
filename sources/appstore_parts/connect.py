"""The App Store Connect API: an app's reviews of all countries, with the developer's answers."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, quote, urlsplit

from listener.net import Reply
from listener.ports import Retry, Secret
from sources.appstore_parts.reviews import in_list
from sources.common import fields
from sources.common.asking import Asking, Meaning, wait_seconds
from sources.common.fields import Json
from sources.common.list_reading import Listed, Page
from sources.common.purse import Purse
from sources.common.review_looks import NotThere
from sources.common.signing import signed

PAGE = 200
LEFT_TO_OTHERS = 20
"""So many requests of the key's hour are not used: people work with the same key."""

LIMITED_SECONDS = 600.0
"""How long to wait where the hour is used up: Apple counts the last sixty minutes."""

_TOKEN_LASTS = timedelta(minutes=10)  # more than 20 are refused
_SILENCE_SECONDS_MAX = 10.0
_HOUR_LEFT = re.compile(r"user-hour-rem:(\d{1,9})")

_NOT_ACCEPTED = (
    "does not accept the key (401): check key_id, issuer_id and private_key, and this machine's "
    "clock; a key that was revoked must be made anew"
)
_REFUSED = (
    "refuses the key (403): its role must be Admin, App Manager or Customer Support, and an "
    "agreement may wait to be accepted"
)
_MEANINGS: dict[int, Meaning] = {
    400: ("setup", "does not understand the question (400): check apps"),
    401: ("login", _NOT_ACCEPTED),
    403: ("blocked", _REFUSED),
    404: ("gone", "has no such app for this key (404): check apps"),
}


@dataclass(frozen=True, slots=True)
class Access:
    """How the API is asked, and with which key; without an issuer it is a person's own."""

    base_url: str
    now: Callable[[], datetime]
    key_id: str
    issuer_id: str
    private_key: Secret
    timeout_seconds: float
    allow_private: bool

    def token(self) -> str:
        """A token that opens the API for some minutes. Raises Reject."""
        whose = {"iss": self.issuer_id} if self.issuer_id else {"sub": "user"}
        claims, key = whose | {"aud": "appstoreconnect-v1"}, self.private_key
        return signed(claims, key, "ES256", now=self.now(), lasts=_TOKEN_LASTS, key_id=self.key_id)


@dataclass(frozen=True, slots=True)
class Connect:
    """The API, and what may be spent on it. Each method is one request."""

    access: Access
    purse: Purse

    def page(self, app: str, name: str) -> Page:
        """A page of an app's reviews, newest first. Raises NothingLeft."""
        answer = self._get(
            f"/v1/apps/{app}/customerReviews",
            sort="-createdDate",
            include="response",
            limit=PAGE,
            cursor=name or None,
        )
        if not isinstance(fields.at(answer, "data"), list):
            raise Retry("App Store Connect answered with no list of reviews")
        listed, rejects = self._read(answer, app)
        following = _cursor(answer)
        return Page(tuple(listed), following, not following, rejects=tuple(rejects))

    def review(self, app: str, review_id: str) -> list[Listed]:
        """A review, and its answer where there is one. Raises NotThere and NothingLeft."""
        answer = self._get(f"/v1/customerReviews/{quote(review_id, safe='')}", include="response")
        try:
            return list(self._items(fields.table(answer, "data"), answer, app, 0))
        except ValueError as error:
            raise Retry(f"App Store Connect answered with a review that is none: {error}") from None

    def sees(self, app: str) -> None:
        """Raises what asking for the app's reviews fails with."""
        self._get(f"/v1/apps/{app}/customerReviews", limit=1)

    def _read(self, answer: Any, app: str) -> tuple[list[Listed], list[str]]:
        listed: list[Listed] = []
        rejects: list[str] = []
        for raw in fields.items(answer, "data"):
            above = listed[-1].at if listed else int(self.access.now().timestamp())
            try:
                listed += self._items(raw, answer, app, above)
            except ValueError as error:
                rejects.append(str(error))
        return listed, rejects

    def _items(self, raw: Json, answer: Any, app: str, above: int) -> Iterator[Listed]:
        answers = {fields.name(one, "id"): one for one in fields.items(answer, "included")}
        answers.pop("", None)
        return in_list(raw, answers, app, above, self.access.now())

    def _get(self, path: str, **parameters: object) -> Any:
        asking = Asking(
            self.access.base_url,
            self.access.now,
            {"Authorization": f"Bearer {self.access.token()}"},
            timeout_seconds=min(self.access.timeout_seconds, _SILENCE_SECONDS_MAX),
            total_seconds=min(self.access.timeout_seconds, self.purse.pay()),
            allow_private=self.access.allow_private,
            meanings=_MEANINGS,
            refusal=self._refusal,
        )
        reply = asking.reply("GET", path, parameters)
        self._leave_some(reply)
        return asking.value(reply)

    def _leave_some(self, reply: Reply) -> None:
        left = _HOUR_LEFT.search(reply.headers.get("X-Rate-Limit", ""))
        if left and int(left.group(1)) < LEFT_TO_OTHERS:
            self.purse.requests = self.purse.spent

    def _refusal(self, reply: Reply) -> Exception | None:
        if reply.status == 429:
            wait = wait_seconds(reply, self.access.now())
            return Retry(
                "App Store Connect: the key's requests of this hour are used up (429)",
                LIMITED_SECONDS if wait is None else wait,
                state="rate limit",
            )
        is_error = _is_error(reply) if reply.status == 404 else False
        return NotThere() if is_error and "/v1/customerReviews/" in reply.url else None


def _is_error(reply: Reply) -> bool:
    """Whether a 404 is the API's own word, not that of a machine on the way."""
    try:
        return fields.text(fields.parsed(reply.body), "errors", 0, "code").startswith("NOT_FOUND")
    except ValueError:
        return False


def _cursor(answer: Any) -> str:
    """The name of the next page, out of its address, which is not followed."""
    address = fields.text(answer, "links", "next")
    try:
        return parse_qs(urlsplit(address).query).get("cursor", [""])[0]
    except ValueError:
        return ""

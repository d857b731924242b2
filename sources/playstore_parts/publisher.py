"""The Android Publisher API: the reviews of an app's last week, and a review by its id."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import quote, urlencode

from listener.net import RETRY_AFTER_SECONDS_MAX, Reply
from listener.ports import Reject, Retry
from sources.common import fields
from sources.common.asking import Asking, Meaning, wait_seconds
from sources.common.list_reading import Listed, Page
from sources.common.purse import Purse
from sources.common.review_looks import NotThere
from sources.playstore_parts.account import GRANT, Account, Pass
from sources.playstore_parts.reviews import items_of

PAGE = 100
DAYS = 7.0
"""The list holds what was written or changed in the last week, and nothing older."""

_SILENCE_SECONDS_MAX = 10.0
_TOKEN_SECONDS_MAX = 3_600
_RETRY_INFO = "type.googleapis.com/google.rpc.RetryInfo"
_LIMITED = {"rateLimitExceeded", "userRateLimitExceeded", "quotaExceeded", "dailyLimitExceeded"}
_NOT_ENABLED = {"accessNotConfigured", "SERVICE_DISABLED"}

_NOT_ACCEPTED = (
    "does not accept the service account (401): check that its key still stands in the Cloud "
    "console, and this machine's clock"
)
_REFUSED = (
    "refuses the service account (403): invite it in the Play Console and give it the right to "
    "reply to reviews of this app; that may take a day to work"
)
_MEANINGS: dict[int, Meaning] = {
    400: ("setup", "does not understand the question (400): check apps"),
    401: ("login", _NOT_ACCEPTED),
    403: ("blocked", _REFUSED),
    404: ("gone", "has no app of this package name (404): check apps"),
}
_KEY_REFUSED = (
    "Google does not accept the key of the service account: it was deleted or switched off in "
    "the Cloud console, or this machine's clock is wrong"
)


@dataclass(frozen=True, slots=True)
class Access:
    """How the API is asked, and by whom; ``held`` is the token of the hour."""

    base_url: str
    now: Callable[[], datetime]
    account: Account
    held: Pass
    timeout_seconds: float
    allow_private: bool


@dataclass(frozen=True, slots=True)
class Publisher:
    """The API, and what may be spent on it. A method is one request, and one more for a token."""

    access: Access
    purse: Purse

    def page(self, app: str, name: str) -> Page:
        """A page of an app's reviews, newest first. Raises NothingLeft."""
        answer = self._get(_path(app), maxResults=PAGE, token=name or None)
        reviews = fields.at(answer, "reviews")
        if not isinstance(answer, dict) or not isinstance(reviews, list | None):
            raise Retry("Google Play answered with no list of reviews")
        listed: list[Listed] = []
        rejects: list[str] = []
        for raw in fields.items(answer, "reviews"):
            above = listed[-1].at if listed else int(self.access.now().timestamp())
            try:
                listed += items_of(raw, app, above, self.access.now())
            except ValueError as error:
                rejects.append(str(error))
        following = fields.text(answer, "tokenPagination", "nextPageToken")
        return Page(tuple(listed), following, not following, rejects=tuple(rejects))

    def review(self, app: str, review_id: str) -> list[Listed]:
        """A review, and its answer where it has one. Raises NotThere and NothingLeft."""
        answer = self._get(f"{_path(app)}/{quote(review_id, safe='')}")
        try:
            return list(items_of(fields.table(answer), app, 0, self.access.now()))
        except ValueError as error:
            raise Retry(f"Google Play answered with a review that is none: {error}") from None

    def sees(self, app: str) -> None:
        """Raises what asking for the app's reviews fails with."""
        self._get(_path(app), maxResults=1)

    def _get(self, path: str, **parameters: object) -> Any:
        """The answer; with a token that was held and is refused, once more with a new one."""
        was_held = self.access.held.good(self.access.now())
        try:
            return self._asking().get(path, **parameters)
        except Reject as refused:
            if refused.state != "login":
                raise
            self.access.held.drop()
            if not was_held:
                raise
        return self._asking().get(path, **parameters)

    def _asking(self) -> Asking:
        headers = {"Authorization": f"Bearer {self._token()}"}
        return self._asker(self.access.base_url, headers)

    def _asker(self, base_url: str, headers: dict[str, str]) -> Asking:
        access = self.access
        return Asking(
            base_url,
            access.now,
            headers,
            timeout_seconds=min(access.timeout_seconds, _SILENCE_SECONDS_MAX),
            total_seconds=min(access.timeout_seconds, self.purse.pay()),
            allow_private=access.allow_private,
            meanings=_MEANINGS,
            refusal=self._refusal,
        )

    def _token(self) -> str:
        held, now = self.access.held, self.access.now()
        if not held.good(now):
            account = self.access.account
            body = urlencode({"grant_type": GRANT, "assertion": account.assertion(now)}).encode()
            form = {"Content-Type": "application/x-www-form-urlencoded"}
            asker = self._asker(account.token_url, form)
            answer = asker.value(asker.reply("POST", "", body=body))
            token = fields.text(answer, "access_token")
            if not token or not token.isascii() or not token.isprintable():
                raise Retry("Google answered with no token")
            lasts = fields.count(answer, "expires_in") or _TOKEN_SECONDS_MAX
            held.renew(token, min(lasts, _TOKEN_SECONDS_MAX), now)
        return held.token

    def _refusal(self, reply: Reply) -> Exception | None:
        """What Google says in words; None where only the status speaks."""
        try:
            body = fields.parsed(reply.body)
        except ValueError:
            return None
        if fields.text(body, "error") in {"invalid_grant", "invalid_client"}:
            return Reject(_KEY_REFUSED, state="login")
        reasons = _reasons(body)
        if reply.status == 429 or (reply.status == 403 and reasons & _LIMITED):
            return self._limited(reply, body)
        if reply.status == 403 and reasons & _NOT_ENABLED:
            msg = "the Google Play Android Developer API is not switched on in the Cloud project"
            return Reject(f"{msg} of the service account: enable it there", state="setup")
        is_word = reply.status == 404 and isinstance(fields.at(body, "error", "code"), int)
        return NotThere() if is_word and "/reviews/" in reply.url else None

    def _limited(self, reply: Reply, body: Any) -> Retry:
        waits = [_retry_seconds(body), wait_seconds(reply, self.access.now())]
        known = [wait for wait in waits if wait is not None]
        words = f"Google Play: asked too often ({reply.status}): give it a longer poll_seconds"
        return Retry(words, max(known) if known else None, state="rate limit")


def _path(app: str) -> str:
    return f"/androidpublisher/v3/applications/{quote(app, safe='')}/reviews"


def _reasons(body: Any) -> set[str]:
    """Why it refuses, in the words of the older form and of the newer."""
    older = {fields.text(one, "reason") for one in fields.items(body, "error", "errors")}
    newer = {fields.text(one, "reason") for one in fields.items(body, "error", "details")}
    return older | newer


def _retry_seconds(body: Any) -> float | None:
    """How long google.rpc.RetryInfo asks to wait ("3.5s"); None where it doesn't."""
    for one in fields.items(body, "error", "details"):
        said = fields.text(one, "retryDelay", chars_max=20).removesuffix("s")
        if fields.text(one, "@type") == _RETRY_INFO and said.replace(".", "", 1).isdecimal():
            return min(float(said), RETRY_AFTER_SECONDS_MAX)
    return None

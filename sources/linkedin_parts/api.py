"""LinkedIn's versioned REST API: one request, and what its refusals mean.

Rest.li wants names inside an address escaped, and the brackets and colons of a question not.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import quote

from listener.net import Reply
from listener.ports import FailureState, Reject, Retry, Secret
from sources.common import fields
from sources.common.asking import Asking, wait_seconds
from sources.common.fields import Json
from sources.common.purse import Purse

RENEW = "make a new token in the app's tools, or by its refresh token, and set token_expires anew"

_ROLE = (
    "give the app the Community Management API, the token its permissions, and the token's member "
    "the role of an administrator of the page"
)


class NotThere(Exception):
    """What was asked for is deleted, or was never there."""


_OVERLAP = 10
"""So many entries may go between two pages before one slips through."""


@dataclass(frozen=True, slots=True)
class Page:
    """One page of a list; ``is_last``: there is none after it. The next begins at ``next``."""

    items: tuple[object, ...]
    is_last: bool
    next: int


@dataclass(frozen=True, slots=True)
class Api:
    """LinkedIn, and what may be spent on it. Each method is one request."""

    base_url: str
    token: Secret
    version: str
    now: Callable[[], datetime]
    purse: Purse
    timeout_seconds: float
    allow_private: bool

    def page(self, path: str, question: str, start: int, count: int) -> Page:
        """A page of a list, from the place ``start`` on. Raises Retry, Reject and NotThere."""
        asked = f"{question}&" if question else ""
        answer = self._get(f"{path}?{asked}start={start}&count={count}")
        items = fields.at(answer, "elements")
        if not isinstance(items, list):
            raise Retry("LinkedIn answered with no list")
        links = fields.items(answer, "paging", "links")
        goes_on = any(fields.text(link, "rel") == "next" for link in links)
        is_last = not items or (len(items) < count and not goes_on)
        return Page(tuple(items), is_last, start + max(len(items) - _OVERLAP, 1))

    def one(self, path: str) -> Json:
        """One thing. Raises Retry, Reject and NotThere."""
        answer = self._get(path)
        if not isinstance(answer, dict):
            raise Retry("LinkedIn answered with something else than was asked for")
        return answer

    def _get(self, path: str) -> object:
        asking = Asking(
            f"{self.base_url}/rest",
            self.now,
            {
                "Authorization": f"Bearer {self.token.reveal()}",
                "LinkedIn-Version": self.version,
                "X-Restli-Protocol-Version": "2.0.0",
            },
            timeout_seconds=self.timeout_seconds,
            total_seconds=min(self.timeout_seconds, self.purse.pay()),
            allow_private=self.allow_private,
            redirects_max=0,
            refusal=self._refusal,
        )
        return asking.get(path)

    def _refusal(self, reply: Reply) -> Exception | None:
        """What LinkedIn says; None where only the status speaks."""
        try:
            body = fields.parsed(reply.body)
        except ValueError:
            body = {}
        said = f"{fields.text(body, 'code')} {fields.text(body, 'message')}".lower()
        if reply.status == 404:
            return NotThere()
        if reply.status == 429:
            return _limited(said, wait_seconds(reply, self.now()), self.now())
        refused = _refused(reply.status, said, self.version)
        if refused is None:
            return None
        state, words = refused
        return Reject(f"LinkedIn {words} ({reply.status})", state=state)


def escaped(urn: str) -> str:
    """A URN as it stands in an address."""
    return quote(urn, safe="")


def _refused(status: int, said: str, version: str) -> tuple[FailureState, str] | None:
    if status == 401:
        ends = (one for one in ("revoked", "expired") if one in said)
        why = next(ends, "wrong, or no longer good")
        return "login", f"does not accept access_token: it is {why}; {RENEW}"
    if status == 403:
        return "blocked", f"does not show this: {_ROLE}"
    if status == 426 or (status == 400 and "version" in said):
        words = f"does not answer version {version} of its API any longer, or never did"
        return "setup", f"{words}: set version to a newer one, as YYYYMM"
    if status == 400:
        return "setup", "can't read what it was asked: check organization and version"
    return None


def _limited(said: str, wait: float | None, now: datetime) -> Retry:
    """Too many requests: of a moment, or of a day, which ends at midnight UTC."""
    if " day " in f" {said} " and wait is None:
        midnight = now.replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)
        words = "the requests that LinkedIn allows this app or member in a day are used up (429)"
        return Retry(f"{words}; they begin anew at midnight UTC", (midnight - now).total_seconds(),
                     state="quota")  # fmt: skip
    return Retry("LinkedIn was asked too often (429)", wait, state="rate limit")

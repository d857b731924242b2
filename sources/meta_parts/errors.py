"""What an error of Meta's Graph API means.

The status is mostly 400, whatever went wrong: the meaning is in the body's ``code`` and
``error_subcode``. Meta's own sentence is never repeated, since it may hold what was asked with.
"""

from datetime import datetime
from urllib.parse import urlsplit

from listener.net import Reply
from listener.ports import FailureState, Reject, Retry
from sources.common import fields
from sources.common.asking import wait_seconds
from sources.meta_parts.usage import regain_seconds

LIMITED_SECONDS = 600.0
"""How long to rest after a rate limit that doesn't say for how long."""

GENERAL: frozenset[FailureState] = frozenset(
    {"login", "rate limit", "quota", "suspended", "outage", "credits", "budget"}
)
"""The states that are about the whole account: who asks for something else meets them too."""

HASHTAGS_USED_UP = 2207034
_NO_SUCH_OBJECT = 33

_LIMITS = {4, 17, 18, 32, 341, 613} | set(range(80000, 80015))
_LOGIN = {101, 102, 190}
_LASTING: tuple[tuple[set[int], FailureState, str], ...] = (
    ({368}, "suspended", "blocked this account or app for what it did: read Meta's notice to it"),
    (
        {3, 10} | set(range(200, 300)),
        "blocked",
        "refuses to show this: give the app and the token the permissions it needs",
    ),
    (
        {12, 2635},
        "setup",
        "does not serve this in this version: take it out, or change api_version",
    ),
    ({100}, "setup", "does not understand the question: check the id and api_version"),
)
_TOKEN = {
    458: "the app was taken out of the account's settings: log in to it again",
    459: "the account must be confirmed at facebook.com first: log in there",
    460: "the account's password was changed: make a new token",
    463: "the token has expired: make a new one",
    464: "the account must be confirmed at facebook.com first: log in there",
    467: "the token is not valid any longer: make a new one",
    492: "the account has no role on the page any longer: make a token with one that has",
}


class NotThere(Exception):
    """The object is deleted, or may not be seen: Meta does not tell which."""


class HashtagsUsedUp(Retry):
    """The account asked for all the hashtags it may in these seven days."""

    def __init__(self) -> None:
        words = "the account asked for all the hashtags that it may in seven days"
        super().__init__(words, state="quota")


def meaning(reply: Reply, now: datetime) -> Exception | None:
    """What an answer's error means; None where it holds none of Meta's errors."""
    try:
        error = fields.table(fields.parsed(reply.body), "error")
    except ValueError:
        return None
    code = fields.count_or_none(error, "code")
    if code is None:
        return None
    subcode = fields.count(error, "error_subcode")
    if subcode == HASHTAGS_USED_UP:
        return HashtagsUsedUp()
    if code == 803 or (code == 100 and subcode == _NO_SUCH_OBJECT):
        return NotThere()
    host = urlsplit(reply.url).hostname or "Meta"
    named = f"code {code}, subcode {subcode}" if subcode else f"code {code}"
    return _failure(code, subcode, f"{host} ({named})", reply, now)


def _failure(code: int, subcode: int, who: str, reply: Reply, now: datetime) -> Retry | Reject:
    if code in _LIMITS:
        wait = regain_seconds(reply.headers) or wait_seconds(reply, now) or LIMITED_SECONDS
        return Retry(f"{who} was asked too often", wait, state="rate limit")
    if code in _LOGIN:
        words = _TOKEN.get(subcode, "make a new token")
        return Reject(f"{who} does not accept access_token: {words}", state="login")
    for codes, state, words in _LASTING:
        if code in codes:
            return Reject(f"{who} {words}", state=state)
    return Retry(f"{who} could not answer", wait_seconds(reply, now))

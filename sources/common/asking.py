"""Asking a site in JSON: one answer, or the failure it means in the words of the ports.

What a status means is nearly the same everywhere; a source whose site differs says so in
``meanings``.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from math import isnan
from typing import Any
from urllib.parse import urlencode, urlsplit

from listener.net import RETRY_AFTER_SECONDS_MAX, Reply, request, retry_after_seconds
from listener.ports import FailureState, Reject, Retry
from sources.common import fields

Meaning = tuple[FailureState, str]

LASTING: dict[int, Meaning] = {
    401: ("login", "does not accept the login (401): renew the token or password"),
    402: ("credits", "wants to be paid first (402): top up the account"),
    403: ("blocked", "refuses to show this (403): check the account's rights"),
    404: ("gone", "has nothing there (404): check what is asked for"),
    410: ("gone", "says that it is gone for good (410): take it out"),
}
"""Refusals that a person must mend."""

_TOO_MANY = {429, 420}
_BUSY = _TOO_MANY | {503}
_RESETS = ("x-rate-limit-reset", "x-ratelimit-reset", "ratelimit-reset")
_EPOCH_SECONDS_MIN = 10**9
_BODY_WAITS = (
    ("extras", "wait_seconds"),
    ("backoff",),
    ("retry_after",),
    ("parameters", "retry_after"),
)


@dataclass(frozen=True, slots=True)
class Asking:
    """How a site is asked: its address, headers, limits.

    ``meanings`` overrules what a status means. ``refusal`` may read an answer that is no success
    first, for a site whose status alone doesn't tell. ``now`` is asked where a wait is stated as
    a time.
    """

    base_url: str
    now: Callable[[], datetime]
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    timeout_seconds: float = 10.0
    total_seconds: float = 20.0
    size_bytes_max: int = 10_000_000
    allow_private: bool = False
    redirects_max: int = 5
    meanings: Mapping[int, Meaning] = field(default_factory=dict)
    refusal: Callable[[Reply], Exception | None] | None = None

    def get(self, path: str, /, **parameters: object) -> Any:
        """The JSON at this path; parameters that are None are left out. Raises Retry and Reject."""
        return self.value(self.reply("GET", path, parameters))

    def reply(
        self,
        method: str,
        path: str,
        parameters: Mapping[str, object] | None = None,
        body: bytes | None = None,
    ) -> Reply:
        """The answer, if it is a success; else Retry or Reject with what it means."""
        stated = {key: value for key, value in (parameters or {}).items() if value is not None}
        query = f"?{urlencode(stated, doseq=True)}" if stated else ""
        reply = request(
            method,
            f"{self.base_url.rstrip('/')}{path}{query}",
            headers={"Accept": "application/json"} | dict(self.headers),
            body=body,
            timeout_seconds=self.timeout_seconds,
            total_seconds=self.total_seconds,
            size_bytes_max=self.size_bytes_max,
            allow_private=self.allow_private,
            redirects_max=self.redirects_max,
        )
        if not 200 <= reply.status < 300:
            refused = self.refusal(reply) if self.refusal else None
            raise refused or failure(reply, self.now(), self.meanings)
        return reply

    def value(self, reply: Reply) -> Any:
        """The JSON in an answer. Raises Retry where it is none."""
        try:
            return fields.parsed(reply.body)
        except ValueError as error:
            host = urlsplit(reply.url).hostname
            raise Retry(f"{host} answered with something that is no JSON") from error


def failure(
    reply: Reply, now: datetime, meanings: Mapping[int, Meaning] | None = None
) -> Retry | Reject:
    """What an answer that is no success means."""
    host = urlsplit(reply.url).hostname or "the site"
    known = LASTING | dict(meanings or {})
    if reply.status in _BUSY:
        state: FailureState = "outage" if reply.status == 503 else "rate limit"
        return Retry(f"{host} asks to wait ({reply.status})", wait_seconds(reply, now), state=state)
    if reply.status in known:
        state, words = known[reply.status]
        return Reject(f"{host} {words}", state=state)
    return Retry(f"{host} answered with status {reply.status}", wait_seconds(reply, now))


def wait_seconds(reply: Reply, now: datetime) -> float | None:
    """How long an answer asks to wait, in whichever way it says so; None where it doesn't.

    Retry-After in seconds or as a date; a reset header in seconds, as seconds since 1970 or in
    ISO 8601; or a field of a JSON body. The longest of them counts. Some sites send a reset
    header with every answer, so it is a wish only where the answer says "too many".
    """
    waits = [retry_after_seconds(reply.headers, now)]
    if reply.status in _TOO_MANY:
        waits += [_until(reply.headers.get(name, ""), now) for name in _RESETS]
    waits += _in_body(reply)
    said = [wait for wait in waits if wait is not None]
    return min(max(said), RETRY_AFTER_SECONDS_MAX) if said else None


def _until(value: str, now: datetime) -> float | None:
    value = value.strip()
    try:
        seconds = float(value)
    except ValueError:
        then = fields.moment([value], 0)
        return None if then is None else max((then - now).total_seconds(), 0.0)
    if isnan(seconds) or seconds < 0:
        return None
    return max(seconds - now.timestamp(), 0.0) if seconds >= _EPOCH_SECONDS_MIN else seconds


def _in_body(reply: Reply) -> list[float | None]:
    try:
        body = fields.parsed(reply.body) if len(reply.body) < 100_000 else None
    except ValueError:
        return []
    return [_seconds(fields.at(body, *path)) for path in _BODY_WAITS]


def _seconds(value: object) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float) or not value >= 0:
        return None
    return float(min(value, RETRY_AFTER_SECONDS_MAX))


def utc(moment: datetime) -> str:
    """A time as most sites write it: 2026-11-22T01:30:00Z."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")

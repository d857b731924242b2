"""Asking a help desk in JSON: the answer, or the failure it means in the words of the ports.

One act at a desk takes several requests; a :class:`Talk` holds them all to one time. What the
desk says is shortened and never repeats a secret.
"""

import json
from base64 import b64encode
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from time import monotonic
from typing import Any
from urllib.parse import urlencode, urlsplit

from alerts.answers import safe_piece
from listener.net import Reply, request, retry_after_seconds
from listener.ports import FailureState, Reject, Retry

Meaning = tuple[FailureState, str]

LASTING: dict[int, Meaning] = {
    401: ("login", "renew the login of the desk's account"),
    402: ("credits", "the account must be paid for"),
    403: ("blocked", "the desk's account may not do this: check its rights"),
    404: ("setup", "nothing is there: check the address"),
    410: ("setup", "it is gone for good: check the address"),
}
"""Refusals that a person must mend: state, and how."""

TICKET_GONE: dict[int, Meaning] = dict.fromkeys(
    (403, 404, 410),
    ("gone", "the ticket was deleted, or moved to where the account may not go"),
)
"""What these mean where one ticket is asked for: it costs itself, not the channel."""

_WAIT = {408, 409, 412, 423, 425, 429}
_ANSWER_BYTES_MAX = 5_000_000
_SECONDS_LEFT_MIN = 0.05


@dataclass(frozen=True, slots=True)
class Asking:
    """How a desk is asked: its address, headers, limits. ``hidden`` are words never repeated.

    ``total_seconds`` is for all requests of one act together. ``meanings`` overrules what a
    status means at this desk; ``refusal`` may read an answer that is no success first.
    """

    base_url: str
    now: Callable[[], datetime]
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    hidden: tuple[str, ...] = field(default=(), repr=False)
    total_seconds: float = 8.0
    allow_private: bool = False
    meanings: Mapping[int, Meaning] = field(default_factory=dict)
    refusal: Callable[[Reply], Exception | None] | None = None

    def talk(self) -> "Talk":
        """The requests of one act, whose time begins now."""
        return Talk(self, monotonic() + self.total_seconds)


@dataclass(frozen=True, slots=True)
class Talk:
    """Requests that share one time. Paths begin with a slash and follow ``base_url``."""

    asking: Asking
    ends: float

    def get(
        self,
        path: str,
        /,
        meanings: Mapping[int, Meaning] | None = None,
        headers: Mapping[str, str] | None = None,
        **parameters: object,
    ) -> Any:
        """The JSON at this path; parameters that are None are left out."""
        whole = path + query(parameters)
        return value(self.reply("GET", whole, headers=headers, meanings=meanings))

    def send(
        self,
        method: str,
        path: str,
        body: object,
        *,
        meanings: Mapping[int, Meaning] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Any:
        """Send JSON; the JSON of the answer, or None where a success says nothing."""
        reply = self.reply(method, path, json_body(body), headers=headers, meanings=meanings)
        return value(reply) if reply.body.strip() else None

    def reply(
        self,
        method: str,
        path: str,
        body: bytes | None = None,
        *,
        headers: Mapping[str, str] | None = None,
        meanings: Mapping[int, Meaning] | None = None,
    ) -> Reply:
        """The answer, if it is a success; else Retry or Reject with what it means."""
        asking = self.asking
        said = {"Accept": "application/json"} | dict(asking.headers)
        if body is not None:
            said["Content-Type"] = "application/json"
        reply = request(
            method,
            f"{asking.base_url.rstrip('/')}{path}",
            headers=said | dict(headers or {}),
            body=body,
            timeout_seconds=self._left(),
            total_seconds=self._left(),
            size_bytes_max=_ANSWER_BYTES_MAX,
            redirects_max=0,
            allow_private=asking.allow_private,
        )
        if not 200 <= reply.status < 300:
            refused = asking.refusal(reply) if asking.refusal else None
            raise refused or self._failure(reply, meanings or {})
        return reply

    def _left(self) -> float:
        left = self.ends - monotonic()
        if left < _SECONDS_LEFT_MIN:
            raise Retry(f"{self._host} did not finish within {self.asking.total_seconds:g} s")
        return left

    def _failure(self, reply: Reply, meanings: Mapping[int, Meaning]) -> Retry | Reject:
        asking = self.asking
        return failure(reply, asking.now(), {**asking.meanings, **meanings}, asking.hidden)

    @property
    def _host(self) -> str:
        return urlsplit(self.asking.base_url).hostname or "the desk"


def failure(
    reply: Reply,
    now: datetime,
    meanings: Mapping[int, Meaning] | None = None,
    hidden: tuple[str, ...] = (),
) -> Retry | Reject:
    """What an answer that is no success means. A clash with somebody's edit is tried again."""
    host = urlsplit(reply.url).hostname or "the desk"
    piece = safe_piece(reply.body, hidden)
    said = f"{host} answered {reply.status}" + (f" “{piece}”" if piece else "")
    known = LASTING | dict(meanings or {})
    if reply.status in known:
        state, mend = known[reply.status]
        return Reject(f"{said}: {mend}", state=state)
    if reply.status in _WAIT or reply.status >= 500:
        limit: FailureState = "rate limit" if reply.status == 429 else "outage"
        return Retry(said, retry_after_seconds(reply.headers, now), state=limit)
    if 300 <= reply.status < 400:
        return Reject(f"{said}: redirects are not followed; set the address it moved to")
    return Reject(f"{said}: the desk does not take this as it stands")


def value(reply: Reply) -> Any:
    """The JSON in an answer. Raises Retry where it is none: a proxy's page, say."""
    try:
        return json.loads(reply.body)
    except (ValueError, RecursionError) as error:
        host = urlsplit(reply.url).hostname
        raise Retry(f"{host} answered {reply.status} with something that is no JSON") from error


def json_body(body: object) -> bytes:
    """JSON in UTF-8; what can't be written in it becomes a question mark."""
    return json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace")


def basic_login(name: str, secret: str) -> str:
    """What stands behind ``Basic`` in the header ``Authorization``."""
    return b64encode(f"{name}:{secret}".encode()).decode()


def query(parameters: Mapping[str, object]) -> str:
    """The parameters as the end of an address, with its question mark; those None left out."""
    stated = {key: value for key, value in parameters.items() if value is not None}
    return f"?{urlencode(stated, doseq=True)}" if stated else ""

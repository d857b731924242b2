"""WebSub (w3.org/TR/websub): where hubs reach a source, and whether a notice is theirs. Pure.

A callback's address can't be guessed: it ends in a code that only who knows the source's secret
can make. With it comes a key for the hub, by which it signs what it sends.
"""

import hashlib
import hmac
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

from listener.ports import Secret

PATH = "/websub"

_METHODS = {"sha1", "sha256", "sha384", "sha512"}
_CODE_CHARS = 40


@dataclass(frozen=True, slots=True)
class Subscriber:
    """One source as hubs see it: under ``public_url``, by its table's name."""

    public_url: str
    source: str
    secret: Secret

    def callback(self, topic: str) -> str:
        """Where a hub tells of news in this topic."""
        mark = topic_mark(topic)
        return f"{self.public_url.rstrip('/')}{PATH}/{self.source}/{mark}/{self._code(mark)}"

    def is_callback(self, mark: str, code: str) -> bool:
        """Whether these are the last two parts of such an address."""
        return hmac.compare_digest(self._code(mark).encode(), code.encode())

    def key(self, mark: str) -> str:
        """What a hub signs its notices of a topic with, by the topic's mark."""
        return self._made("key", mark)

    def _code(self, mark: str) -> str:
        return self._made("code", mark)[:_CODE_CHARS]

    def _made(self, purpose: str, mark: str) -> str:
        secret = self.secret.reveal().encode()
        return hmac.new(secret, f"{purpose}/{self.source}/{mark}".encode(), "sha256").hexdigest()


@runtime_checkable
class Subscribing(Protocol):
    """A source that hubs tell of news. ``subscriber`` is None where it is not set up for that."""

    @property
    def subscriber(self) -> Subscriber | None:
        """Where hubs reach it."""
        ...


def topic_mark(topic: str) -> str:
    """A topic's name in a callback's address."""
    return hashlib.sha256(topic.encode("utf-8", "replace")).hexdigest()[:32]


class Signature:
    """Checks an ``X-Hub-Signature`` while the signed bytes come in."""

    def __init__(self, stated: str, key: str) -> None:
        method, _, self._stated = stated.strip().partition("=")
        known = method.lower() in _METHODS
        self._made = hmac.new(key.encode(), digestmod=method.lower()) if known else None

    def take(self, chunk: bytes) -> None:
        """More of what was signed."""
        if self._made is not None:
            self._made.update(chunk)

    def is_right(self) -> bool:
        """Whether the whole was signed with the key."""
        stated = self._stated.strip().lower().encode()
        return self._made is not None and hmac.compare_digest(
            self._made.hexdigest().encode(), stated
        )

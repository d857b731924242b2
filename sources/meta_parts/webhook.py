"""Meta's webhooks: the handshake, the signature, and what of an event is kept.

Meta signs the body with the app's secret. It sends an event again for a day and a half until it
is answered with 200, and never after: so the core keeps what comes from here before it answers.
"""

import hashlib
import hmac
import json
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from listener.model import Batch
from listener.ports import Arrival, Call, Received, Reject, Retry, Secret
from sources.common import fields
from sources.common.fields import Json
from sources.common.purse import NothingLeft
from sources.meta_parts.errors import NotThere
from sources.meta_parts.graph import Graph
from sources.meta_parts.harvest import Harvest

BODY_BYTES_MAX = 2 * 1024 * 1024
CHANGES_MAX = 5_000
"""Meta puts at most a thousand changes into one call."""

OLD_SECONDS = 4 * 86_400.0
"""An older event is somebody's copy: Meta gives up after a day and a half."""

_CHALLENGE_CHARS_MAX = 500
_MILLISECONDS_MIN = 10**11


@dataclass(frozen=True, slots=True)
class Webhook:
    """What is received: events about this one ``thing`` of this ``kind``, of these fields."""

    app_secret: Secret | None
    verify_token: Secret | None
    kind: str
    thing: str
    wanted: Collection[str]

    def receive(self, call: Call) -> Received:
        """Answer the handshake, or say what of an event is to be kept. Never raises."""
        if self.app_secret is None or self.verify_token is None:
            return _refused(403, "webhooks need app_secret and verify_token")
        if call.method == "GET":
            return self._handshake(call, self.verify_token)
        if len(call.body) > BODY_BYTES_MAX:
            return _refused(413, "too large")
        if not _is_signed(call, self.app_secret):
            return _refused(403, "the signature is wrong")
        try:
            return self._kept(fields.parsed(call.body), call.at.timestamp())
        except (ValueError, RecursionError):
            return _refused(400, "no JSON")

    def _handshake(self, call: Call, verify_token: Secret) -> Received:
        given = call.query.get("hub.verify_token", "")
        challenge = call.query.get("hub.challenge", "")
        is_ours = _same(given, verify_token.reveal())
        if call.query.get("hub.mode") != "subscribe" or not is_ours:
            return _refused(403, "the verify token is wrong")
        return _answered(challenge[:_CHALLENGE_CHARS_MAX].encode("utf-8", "replace"))

    def _kept(self, event: object, now: float) -> Received:
        if fields.at(event, "object") != self.kind:
            return _answered()
        arrivals: dict[str, Arrival] = {}
        for entry in fields.items(event, "entry"):
            if fields.name(entry, "id") != self.thing or _is_old(entry, now):
                continue
            for one in self._arrivals(entry):
                arrivals[one.key] = one
        if len(arrivals) > CHANGES_MAX:
            return _refused(413, "too many changes")
        return Received(arrivals=tuple(arrivals.values()), status=200, body=b"ok")

    def _arrivals(self, entry: Json) -> Iterator[Arrival]:
        """Each change of an entry, named after what it says and when Meta said so."""
        for change in fields.items(entry, "changes"):
            if fields.text(change, "field") in self.wanted:
                kept = {"time": entry.get("time"), "change": change}
                body = json.dumps(kept, sort_keys=True).encode()
                key = hashlib.sha256(self.thing.encode() + b"\n" + body).hexdigest()[:40]
                yield Arrival(key=key, body=body)


Read = Callable[[Json, float], None]
"""Takes in one change and when Meta sent it, in seconds since 1970. Raises ValueError."""


def taken(arrivals: Sequence[Arrival], graph: Graph, harvest: Harvest, read: Read) -> Batch:
    """What these events say. Raises Retry where one must be looked up, and can't be now."""
    for arrival in arrivals:
        try:
            kept = fields.parsed(arrival.body)
            read(fields.table(kept, "change"), _sent_at(kept))
        except NotThere:
            continue  # it is gone again
        except NothingLeft as nothing:
            words = "its budget has no request left to look up what was pushed"
            raise Retry(words, state="budget", spent=graph.purse.told()) from nothing
        except Retry as failure:
            failure.spent = graph.purse.told()
            raise
        except Reject as refused:
            harvest.reject("webhook", refused.reason)
        except ValueError as error:
            harvest.reject("webhook", f"an event: {error}")
    return Batch(
        posts=harvest.in_order(),
        deleted=tuple(f"{harvest.site}:{one}" for one in harvest.deleted),
        rejects=tuple(harvest.rejects),
        spent=graph.purse.told(),
    )


def _is_signed(call: Call, secret: Secret) -> bool:
    digest = hmac.new(secret.reveal().encode(), call.body, hashlib.sha256).hexdigest()
    return _same(call.headers.get("x-hub-signature-256", ""), f"sha256={digest}")


def _same(given: str, right: str) -> bool:
    """Whether both are the same, in a time that doesn't tell where they differ."""
    return hmac.compare_digest(given.encode("utf-8", "replace"), right.encode("utf-8", "replace"))


def _is_old(entry: Json, now: float) -> bool:
    sent_at = _sent_at(entry)
    return 0 < sent_at < now - OLD_SECONDS


def _sent_at(entry: Any) -> float:
    """When Meta sent it, in seconds since 1970; some events say it in milliseconds."""
    sent_at = fields.count(entry, "time")
    return sent_at / 1000 if sent_at > _MILLISECONDS_MIN else float(sent_at)


def _refused(status: int, words: str) -> Received:
    return Received(status=status, body=words.encode())


def _answered(body: bytes = b"ok") -> Received:
    return Received(status=200, body=body)

"""Posts alerts as signed JSON to an address of one's own: the way into everything else.

What a body holds is published as ``docs/webhook.schema.json``; fields are only ever added.

The receiver checks ``X-Listener-Signature`` (HMAC-SHA256 over the body, hex, after ``sha256=``)
and drops what it has seen by ``X-Listener-Key``. ``X-Listener-Signature-V2`` signs the time along
with the body, so that a recorded request can't be played again later: ``t=…,v1=…``, the HMAC over
``t``, a full stop and the body.
"""

import hashlib
import hmac
import json
import re
from collections.abc import Callable
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime
from typing import Annotated, Any
from urllib.parse import urlsplit

from alerts.addresses import private_fault
from alerts.answers import check_delivered, safe_piece, secret_words
from alerts.text import plain_key
from listener.clock import utc_now
from listener.model import Alert, Mention
from listener.net import request
from listener.ports import Secret
from listener.text import clean_text
from listener.wire import alert_json, mention_json, post_json

_BODY_BYTES_MAX = 5_000_000
_TEXT_CHARS_MAX = 10_000
_ANSWER_BYTES_MAX = 100_000
_BEYOND_ASCII = re.compile("[^ -~]+")
_MEND = "look up why at the receiver, and check url and secret"


@dataclass
class WebhookChannel:
    """Posts each alert as JSON, with its key and a signature in the headers."""

    url: Annotated[str, "Address that gets a POST for every alert."] = field(repr=False)
    secret: Annotated[Secret | None, "Signs the body (HMAC-SHA256); without it nothing is."] = None
    timeout_seconds: Annotated[float, "Longest time one delivery may take, up to 10."] = 8.0
    allow_private: Annotated[bool, "Whether the address may lie in a private network."] = False
    follows_cases: Annotated[bool, "Whether every change to a case is told here, too."] = False
    now: Callable[[], datetime] = field(default=utc_now, repr=False)

    def __post_init__(self) -> None:
        _check_address(self.url, allow_private=self.allow_private)
        if not 0 < self.timeout_seconds <= 10:
            msg = f"timeout_seconds is {self.timeout_seconds}: a delivery may take up to 10 seconds"
            raise ValueError(msg)
        if self.secret is not None and not self.secret.reveal():
            msg = "secret is empty: name one that has a value, or leave it out"
            raise ValueError(msg)

    def send(self, alert: Alert) -> str | None:
        """POST the alert; return the ``Location`` the receiver gave it, where it gave one.

        Raises Retry for network trouble, 408, 425, 429 and 5xx; Reject for any other refusal.
        """
        body = alert_body(alert)
        reply = request(
            "POST",
            self.url,
            headers=self._headers(alert, body),
            body=body,
            timeout_seconds=self.timeout_seconds,
            total_seconds=self.timeout_seconds,
            size_bytes_max=_ANSWER_BYTES_MAX,
            redirects_max=0,
            allow_private=self.allow_private,
        )
        hidden = secret_words(self.secret, self.url)
        piece = safe_piece(reply.body, hidden)
        check_delivered(reply.status, reply.headers, piece, now=self.now(), mend=_MEND)
        location = reply.headers.get("Location", "")
        return safe_piece(location, hidden) if 0 < len(location) <= 120 else None

    def retract(self, alert: Alert) -> str | None:
        """POST which posts may not be shown any longer: taking them out is the receiver's."""
        return self.send(alert)

    def _headers(self, alert: Alert, body: bytes) -> dict[str, str]:
        key, seconds = plain_key(alert.key), str(int(self.now().timestamp()))
        headers = {
            "Content-Type": "application/json; charset=utf-8",
            "X-Listener-Key": key,
            "Idempotency-Key": key,
            "X-Listener-Timestamp": seconds,
        }
        if self.secret is None:
            return headers
        signed = signature(self.secret, body)
        timed = signature(self.secret, f"{seconds}.".encode() + body)
        return headers | {
            "X-Listener-Signature": f"sha256={signed}",
            "X-Listener-Signature-V2": f"t={seconds},v1={timed}",
        }


def alert_body(alert: Alert) -> bytes:
    """The alert as compact JSON in UTF-8. Where it would be huge, its texts are cut and say so."""
    body = _encoded(alert)
    if len(body) <= _BODY_BYTES_MAX:
        return body
    mentions, history = (
        tuple(_cut(mention) for mention in told) for told in (alert.mentions, alert.history)
    )
    return _encoded(replace(alert, mentions=mentions, history=history))


def signature(secret: Secret, content: bytes) -> str:
    """The HMAC-SHA256 of the content under the secret, in hex."""
    return hmac.new(secret.reveal().encode(), content, hashlib.sha256).hexdigest()


def _encoded(alert: Alert) -> bytes:
    body = alert_json(alert) | _about_case(alert) | _history(alert)
    text = json.dumps(body, ensure_ascii=False, separators=(",", ":"))
    return _BEYOND_ASCII.sub(_escaped, text).encode()


def _escaped(found: re.Match[str]) -> str:
    """Characters as they are, or as JSON escapes where a terminal would obey one of them."""
    if found[0].isprintable():
        return found[0]
    return json.dumps(found[0].encode("utf-8", "replace").decode())[1:-1]


def _about_case(alert: Alert) -> dict[str, Any]:
    if alert.case is None:
        return {}
    told = asdict(alert.case)
    moments = {name: _time(value) for name, value in told.items() if isinstance(value, datetime)}
    return {"case": told | {"owner": alert.case.owner or None} | moments}


def _history(alert: Alert) -> dict[str, Any]:
    if not alert.history:
        return {}
    told = [{"post": post_json(mention.post)} | mention_json(mention) for mention in alert.history]
    return {"history": told, "history_count": max(alert.history_count, len(told))}


def _time(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")


def _cut(mention: Mention) -> Mention:
    post = replace(mention.post, text=clean_text(mention.post.text, _TEXT_CHARS_MAX))
    return replace(mention, post=post)


def _check_address(url: str, *, allow_private: bool) -> None:
    # The address is not repeated: a path or a query often holds a secret.
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname, parts.port
    except ValueError:
        host = None
    if not host or parts.scheme not in {"http", "https"}:
        msg = "url must be an address with http:// or https:// and a host"
        raise ValueError(msg)
    if parts.username is not None or parts.password is not None:
        msg = "url carries a user name or password: take them out, secret signs the alerts"
        raise ValueError(msg)
    if fault := private_fault(host, allow_private=allow_private):
        raise ValueError(fault)

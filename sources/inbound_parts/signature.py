"""Whether a push is from who shares our secret, and of now. Pure.

The sender signs ``TIMESTAMP.BODY`` by HMAC-SHA256, the timestamp being seconds since 1970, and
sends both. What is signed right but old is refused: whoever overheard it can't say it again. What
is said again within those minutes is known by its key and changes nothing.
"""

import hmac
from collections.abc import Sequence
from datetime import UTC, datetime

from listener.ports import Call

TIMESTAMP_HEADER = "x-listener-timestamp"
SIGNATURE_HEADER = "x-listener-signature"
SECONDS_OFF_MAX = 300

_PREFIX = "sha256="
_TIMESTAMP_CHARS_MAX = 15


def signature(secret: str, timestamp: str, body: bytes) -> str:
    """What stands in the signature's header."""
    signed = timestamp.encode() + b"." + body
    return _PREFIX + hmac.new(secret.encode(), signed, "sha256").hexdigest()


def wrong_with(call: Call, secrets: Sequence[str]) -> str:
    """Why the call is not to be trusted, in a sentence that tells no secret; "" if it is."""
    timestamp = call.headers.get(TIMESTAMP_HEADER, "").strip()
    stated = call.headers.get(SIGNATURE_HEADER, "").strip().lower()
    if not timestamp or not stated:
        return f"it needs the headers {TIMESTAMP_HEADER} and {SIGNATURE_HEADER}"
    if not _is_right(stated, timestamp, call.body, secrets):
        return "its signature is wrong: HMAC-SHA256 of TIMESTAMP.BODY with the shared secret"
    seconds_off = _seconds_off(timestamp, call.at)
    if seconds_off is None:
        return f"{TIMESTAMP_HEADER} must be whole seconds since 1970"
    if abs(seconds_off) > SECONDS_OFF_MAX:
        return f"its timestamp is {abs(seconds_off):.0f} seconds off; set the clock, or sign anew"
    return ""


def sent_at(call: Call) -> datetime:
    """When a call that is to be trusted was signed."""
    return datetime.fromtimestamp(int(call.headers[TIMESTAMP_HEADER].strip()), UTC)


def _is_right(stated: str, timestamp: str, body: bytes, secrets: Sequence[str]) -> bool:
    given = stated.encode("utf-8", "replace")
    made = [signature(secret, timestamp, body).encode() for secret in secrets]
    return any([hmac.compare_digest(given, one) for one in made])  # noqa: C419  none is skipped


def _seconds_off(timestamp: str, at: datetime) -> float | None:
    if not (timestamp.isascii() and timestamp.isdecimal()):
        return None
    if len(timestamp) > _TIMESTAMP_CHARS_MAX:
        return None
    return at.timestamp() - int(timestamp)

"""What Slack calls us for: a button was pressed. Signature first, then the payload. Pure.

Sources: docs.slack.dev/authentication/verifying-requests-from-slack,
docs.slack.dev/interactivity/handling-user-interaction,
docs.slack.dev/reference/events/url_verification.
"""

import hashlib
import hmac
import json
import re
from datetime import tzinfo
from urllib.parse import parse_qsl

from alerts.slack_parts.clicks import NotUnderstood, changes, click
from alerts.slack_parts.escape import Json
from listener.ports import Call, Heard, Secret

BODY_BYTES_MAX = 1_000_000
LATE_SECONDS_MAX = 300

_FORM = "application/x-www-form-urlencoded"
_CHALLENGE_CHARS_MAX = 500
_STAMP = re.compile(r"[0-9]{1,12}")


def hear(call: Call, secret: Secret, via: str, zone: tzinfo) -> Heard:
    """What the call means for cases, and what Slack is answered. ``via`` is the channel's name."""
    if len(call.body) > BODY_BYTES_MAX:
        return Heard(status=413, body=b"too large")
    if fault := unsigned(call, secret):
        return Heard(status=401, body=fault.encode())
    try:
        told = payload(call)
        if told.get("type") == "url_verification":
            return Heard(body=_challenge(told))
        if told.get("type") != "block_actions":
            return Heard()  # a shortcut, a modal, an event: nothing of ours
        return Heard(changes(click(told), via, call.at, zone))
    except NotUnderstood as error:
        return Heard(status=400, body=str(error).encode())


def unsigned(call: Call, secret: Secret) -> str:
    """What is wrong with the call's signature, or an empty string."""
    stamp = call.headers.get("x-slack-request-timestamp", "")
    stated = call.headers.get("x-slack-signature", "")
    if not _STAMP.fullmatch(stamp):
        return "no time stamp"
    made = signature(secret, stamp, call.body)
    if not hmac.compare_digest(made.encode(), stated.encode("utf-8", "replace")):
        return "wrong signature"
    if abs(call.at.timestamp() - int(stamp)) > LATE_SECONDS_MAX:
        return "too late or too early: the clocks must agree to five minutes"
    return ""


def signature(secret: Secret, stamp: str, body: bytes) -> str:
    """Slack's signature of a body at a time, given in Unix seconds."""
    signed = b"v0:" + stamp.encode() + b":" + body
    return "v0=" + hmac.new(secret.reveal().encode(), signed, hashlib.sha256).hexdigest()


def payload(call: Call) -> Json:
    """The JSON object in the call. Raises NotUnderstood."""
    kind = call.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind not in {_FORM, "application/json"}:
        raise NotUnderstood(f"neither {_FORM} nor application/json")
    try:
        words = call.body.decode()
        told = json.loads(_field(words) if kind == _FORM else words)
    except (ValueError, RecursionError):
        raise NotUnderstood("no payload of Slack's") from None
    if not isinstance(told, dict):
        raise NotUnderstood("the payload is no JSON object")
    return told


def _field(words: str) -> str:
    """The one field of the form."""
    found = [value for name, value in parse_qsl(words, max_num_fields=10) if name == "payload"]
    if len(found) != 1:
        raise NotUnderstood("not just one field payload in the form")
    return found[0]


def _challenge(told: Json) -> bytes:
    """What shows Slack that this address is ours."""
    return str(told.get("challenge", ""))[:_CHALLENGE_CHARS_MAX].encode("utf-8", "replace")

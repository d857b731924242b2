"""People in Slack who press the buttons of a message that stands in the stand-in.

What is posted is a ``block_actions`` payload, field for field as
docs.slack.dev/reference/interaction-payloads/block_actions-payload has it, in a form, signed as
docs.slack.dev/authentication/verifying-requests-from-slack says. Only a button that the message
really has can be pressed.
"""

import hashlib
import hmac
import http.client
import itertools
import json
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol
from urllib.parse import urlencode, urlsplit

from tests.alerts.slack_server import RESPONSE_PATH

Json = dict[str, Any]

SIGNING_SECRET = "8f742231b10e8888abcd99yyyzzz85a5"
FORM = "application/x-www-form-urlencoded"
_numbers = itertools.count(1)


@dataclass(frozen=True)
class Click:
    """A request as Slack sends it: the signed body with its headers."""

    body: bytes
    headers: dict[str, str]

    def post(self, url: str, **headers: str) -> tuple[int, bytes]:
        """Send it, once or again; the status and the body of the answer."""
        parts = urlsplit(url)
        connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=5)
        try:
            connection.request("POST", parts.path, self.body, self.headers | headers)
            answer = connection.getresponse()
            return answer.status, answer.read()
        finally:
            connection.close()


class Workspace(Protocol):
    """Where messages stand."""

    messages: dict[str, Json]


@dataclass(frozen=True)
class Member:
    """Somebody in the workspace, with a clock of Slack's."""

    server: Workspace
    at: datetime
    user: str = "U012AB3CD"
    secret: str = SIGNING_SECRET
    response_origin: str = "https://hooks.slack.com"
    names: Json = field(default_factory=lambda: {"username": "anna", "name": "anna"})

    def press(self, ts: str, action_id: str, value: str = "") -> Click:
        """What is sent when they press a button, or choose ``value`` in a menu, of a message."""
        payload = self.payload(ts, action_id, value)
        return self.sign(urlencode({"payload": json.dumps(payload)}).encode())

    def sign(self, body: bytes, content_type: str = FORM) -> Click:
        """Any body with Slack's headers."""
        stamp = str(int(self.at.timestamp()))
        made = hmac.new(self.secret.encode(), f"v0:{stamp}:".encode() + body, hashlib.sha256)
        return Click(
            body,
            {
                "Content-Type": content_type,
                "User-Agent": "Slackbot 1.0 (+https://api.slack.com/robots)",
                "X-Slack-Request-Timestamp": stamp,
                "X-Slack-Signature": f"v0={made.hexdigest()}",
            },
        )

    def payload(self, ts: str, action_id: str, value: str = "") -> Json:
        """The payload of a click, before it is put in a form."""
        message, number = self.server.messages[ts], next(_numbers)
        channel = "C0SERVICE"
        block, element = _found(message, action_id)
        return {
            "type": "block_actions",
            "user": {"id": self.user, "team_id": "T0"} | self.names,
            "api_app_id": "A0",
            "token": "deprecated-verification-token",
            "container": {
                "type": "message",
                "message_ts": ts,
                "channel_id": channel,
                "is_ephemeral": False,
            },
            "trigger_id": f"{number}.98.feedbeef",
            "team": {"id": "T0", "domain": "stand-in"},
            "enterprise": None,
            "is_enterprise_install": False,
            "channel": {"id": channel, "name": "service"},
            "message": {"type": "message", "bot_id": "B0", "ts": ts, "blocks": message["blocks"]},
            "state": {"values": {}},
            "response_url": f"{self.response_origin}{RESPONSE_PATH}",
            "actions": [_action(block, element, value, f"1700000100.{number:06}")],
        }


def _found(message: Json, action_id: str) -> tuple[Json, Json]:
    for block in message["blocks"]:
        for element in block.get("elements", []) if block["type"] == "actions" else []:
            if element["action_id"] == action_id:
                return block, element
    msg = f"the message has no {action_id}"
    raise AssertionError(msg)


def _action(block: Json, element: Json, value: str, at: str) -> Json:
    action = {
        "type": element["type"],
        "action_id": element["action_id"],
        "block_id": block["block_id"],
        "action_ts": at,
    }
    if element["type"] == "button":
        return action | {"text": element["text"], "value": element["value"]}
    groups = element.get("option_groups", [{"options": element.get("options", [])}])
    options = {one["value"]: one for group in groups for one in group["options"]}
    return action | {"selected_option": options[value]}

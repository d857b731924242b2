"""Slack's own clients over our connections.

slack_sdk speaks the API; by itself it would go through urllib, which follows redirects with the
token in hand, waits as long as a server drips, reads answers of any size and repeats a request
whose connection broke. Here each client's one request method goes through :mod:`listener.net`
instead, and every answer that is none of Slack's becomes Retry or Reject on the spot.

Imported when the first alert is sent, because slack_sdk takes a third of a second to import.
"""

import json
import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from time import monotonic
from typing import Any
from urllib.request import Request

from slack_sdk import WebClient
from slack_sdk.webhook import WebhookClient, WebhookResponse

from alerts.answers import check_delivered, safe_piece, secret_words
from listener.net import Reply, request
from listener.ports import Reject, Retry, Secret

_ANSWER_BYTES_MAX = 1_000_000

# slack_sdk would log addresses and texts, and treats a level that was never set as DEBUG.
_silent = logging.getLogger(f"{__name__}.silent")
_silent.setLevel(logging.CRITICAL + 1)


@dataclass(frozen=True, slots=True)
class Line:
    """The way to Slack for one alert: all its requests together end at ``ends_at`` (monotonic)."""

    ends_at: float
    allow_private: bool

    @classmethod
    def for_seconds(cls, seconds: float, *, allow_private: bool) -> "Line":
        """A line that is open for so long from now."""
        return cls(monotonic() + seconds, allow_private)

    def carry(self, asked: Request) -> Reply:
        """Send what a client prepared. Raises Retry and Reject, which never hold its address."""
        left_seconds = max(self.ends_at - monotonic(), 0.1)
        body = asked.data
        try:
            return request(
                "POST",
                asked.full_url,
                headers=dict(asked.header_items()),
                body=body if isinstance(body, bytes) else None,
                timeout_seconds=left_seconds,
                total_seconds=left_seconds,
                size_bytes_max=_ANSWER_BYTES_MAX,
                redirects_max=0,
                allow_private=self.allow_private,
            )
        except Retry as error:
            raise Retry(error.reason, error.after_seconds) from None
        except Reject as error:
            raise Reject(error.reason) from None


class ApiClient(WebClient):
    """Slack's Web API over a line; answers other than Slack's JSON never reach the caller."""

    def __init__(self, token: Secret, base_url: str, line: Line, now: Callable[[], datetime]):
        super().__init__(token=token.reveal(), base_url=base_url, logger=_silent, retry_handlers=[])
        self._secret = token
        self._line = line
        self._now = now

    def _perform_urllib_http_request_internal(
        self,
        url: str,  # noqa: ARG002  the signature is slack_sdk's
        req: Request,
    ) -> dict[str, Any]:
        reply = self._line.carry(req)
        return {
            "status": reply.status,
            "headers": dict(reply.headers),
            "body": self._slack_json(reply),
        }

    def _slack_json(self, reply: Reply) -> str:
        piece = safe_piece(reply.body, secret_words(self._secret))
        body = _json_object(reply.body)
        if body is None or reply.status == 429 or reply.status >= 500:
            check_delivered(
                reply.status, reply.headers, piece, now=self._now(), mend="check base_url"
            )
            raise Retry(f"answered {reply.status} with what is no JSON of Slack’s: “{piece}”")
        return body


class HookClient(WebhookClient):
    """Slack's incoming webhooks over a line."""

    def __init__(self, url: Secret, line: Line):
        super().__init__(url.reveal(), logger=_silent, retry_handlers=[])
        self._line = line

    def _perform_http_request_internal(
        self,
        url: str,  # noqa: ARG002
        req: Request,
    ) -> WebhookResponse:
        reply = self._line.carry(req)
        return WebhookResponse(
            url="",
            status_code=reply.status,
            body=reply.body.decode("utf-8", "replace"),
            headers=dict(reply.headers),
        )


def _json_object(body: bytes) -> str | None:
    """The body as text where it is a JSON object."""
    try:
        text = body.decode()
        return text if isinstance(json.loads(text), dict) else None
    except (ValueError, RecursionError):
        return None

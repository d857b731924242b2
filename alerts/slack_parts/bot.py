"""How a bot tells an alert by Slack's Web API: post, update, or answer in the thread.

Imported when the first alert is sent, as :mod:`alerts.slack_parts.client` is.
"""

import re
from typing import Any

from slack_sdk.errors import SlackApiError

from alerts.slack_parts.client import ApiClient
from alerts.slack_parts.errors import MESSAGE_LOST
from listener.model import Alert
from listener.text import shown

Json = dict[str, Any]

# Nothing in a message may be taken for a name or unfold into somebody's page.
QUIET_UPDATE: Json = {"parse": "none", "link_names": False}
QUIET_POST: Json = QUIET_UPDATE | {"mrkdwn": False, "unfurl_links": False, "unfurl_media": False}

_RECEIPT = re.compile(r"([A-Z0-9]{1,40}):([0-9]{1,20}\.[0-9]{1,20})")


def tell(client: ApiClient, channel: str, alert: Alert, content: Json) -> str | None:
    """Tell it where the burst was told before, or in a new message; return "CHANNEL:ts".

    Where the earlier message is lost, a new one says the same. Raises SlackApiError for a refusal
    in Slack's own words, and Retry or Reject for any other answer.
    """
    earlier = _RECEIPT.fullmatch(alert.receipt or "")
    if earlier is not None and alert.kind in {"mentions", "clear"}:
        try:
            return _continue(client, alert, earlier, content)
        except SlackApiError as error:
            if code_of(error) not in MESSAGE_LOST:
                raise
    return _receipt(client.chat_postMessage(channel=channel, **QUIET_POST, **content))


def code_of(error: SlackApiError) -> str:
    """Slack's name for what went wrong."""
    code = error.response.get("error")
    if isinstance(code, str) and code:
        return shown(code, 60)
    return f"answered {error.response.status_code} without saying why"


def _continue(client: ApiClient, alert: Alert, earlier: re.Match[str], content: Json) -> str | None:
    channel, ts = earlier.groups()
    if alert.kind == "mentions":
        return _receipt(client.chat_update(channel=channel, ts=ts, **QUIET_UPDATE, **content))
    client.chat_postMessage(
        channel=channel, thread_ts=ts, reply_broadcast=True, **QUIET_POST, **content
    )
    return alert.receipt  # the thread's parent: Slack asks not to answer a reply


def _receipt(answer: Any) -> str | None:
    receipt = f"{answer.get('channel')}:{answer.get('ts')}"
    return receipt if _RECEIPT.fullmatch(receipt) else None

"""How a bot tells an alert by Slack's Web API: post, update, or answer in the thread.

Imported when the first alert is sent, as :mod:`alerts.slack_parts.client` is.
"""

import re
from typing import Any

from slack_sdk.errors import SlackApiError

from alerts.slack_parts.client import ApiClient
from alerts.slack_parts.errors import MESSAGE_LOST, NOT_THERE
from listener.model import Alert
from listener.text import shown

Json = dict[str, Any]

# Nothing in a message may be taken for a name or unfold into somebody's page.
QUIET_UPDATE: Json = {"parse": "none", "link_names": False}
QUIET_POST: Json = QUIET_UPDATE | {"mrkdwn": False, "unfurl_links": False, "unfurl_media": False}

_RECEIPT = re.compile(r"([A-Z0-9]{1,40}):([0-9]{1,20}\.[0-9]{1,20})")
_MESSAGES_MAX = 20


def tell(client: ApiClient, channel: str, alert: Alert, content: Json) -> str | None:
    """Tell it where the burst was told before, or in a new message; return "CHANNEL:ts".

    Where the earlier message is lost, a new one says the same; the lost one is kept behind it in
    the receipt, for it may still be there. Raises SlackApiError for a refusal in Slack's own
    words, and Retry or Reject for any other answer.
    """
    earlier = _messages(alert.receipt)
    if earlier and alert.kind in {"mentions", "clear"}:
        try:
            return _continue(client, alert, earlier, content)
        except SlackApiError as error:
            if code_of(error) not in MESSAGE_LOST:
                raise
    posted = _receipt(client.chat_postMessage(channel=channel, **QUIET_POST, **content))
    lost = [":".join(one) for one in earlier[: _MESSAGES_MAX - 1]]
    return " ".join([posted, *lost]) if posted else None


def retract(client: ApiClient, alert: Alert, content: Json, blank: Json) -> str:
    """Put ``content`` in the burst's message, and ``blank`` in those that were lost before it.

    A message that can't be changed any more is deleted. Returns what became of them, in words.
    Raises as :func:`tell`.
    """
    messages = _messages(alert.receipt)
    kept = 0
    for (channel, ts), now_says in zip(messages, [content, *[blank] * len(messages)], strict=False):
        kept += _overwrite(client, channel, ts, now_says)
    return f"blanked in {kept} of {len(messages)} messages, the others are gone"


def _overwrite(client: ApiClient, channel: str, ts: str, content: Json) -> bool:
    """Whether the message says this now; False where there is none any more."""
    try:
        client.chat_update(channel=channel, ts=ts, **QUIET_UPDATE, **content)
    except SlackApiError as error:
        if code_of(error) not in MESSAGE_LOST:
            raise
    else:
        return True
    try:
        client.chat_delete(channel=channel, ts=ts)
    except SlackApiError as error:
        if code_of(error) not in NOT_THERE:
            raise
    return False


def code_of(error: SlackApiError) -> str:
    """Slack's name for what went wrong."""
    code = error.response.get("error")
    if isinstance(code, str) and code:
        return shown(code, 60)
    return f"answered {error.response.status_code} without saying why"


def _continue(
    client: ApiClient, alert: Alert, messages: list[tuple[str, str]], content: Json
) -> str | None:
    channel, ts = messages[0]
    if alert.kind == "mentions":
        client.chat_update(channel=channel, ts=ts, **QUIET_UPDATE, **content)
        return alert.receipt
    client.chat_postMessage(
        channel=channel, thread_ts=ts, reply_broadcast=True, **QUIET_POST, **content
    )
    return alert.receipt  # the thread's parent: Slack asks not to answer a reply


def _messages(receipt: str | None) -> list[tuple[str, str]]:
    """Channel and ts of the burst's message, then of those that it took the place of."""
    found = [_RECEIPT.fullmatch(part) for part in (receipt or "").split(" ")[:_MESSAGES_MAX]]
    return [(one[1], one[2]) for one in found if one is not None]


def _receipt(answer: Any) -> str | None:
    receipt = f"{answer.get('channel')}:{answer.get('ts')}"
    return receipt if _RECEIPT.fullmatch(receipt) else None

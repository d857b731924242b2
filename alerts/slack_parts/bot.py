"""How a bot tells an alert by Slack's Web API: post, update, or answer in the thread.

An update makes no sound in Slack. So what somebody must hear of is an answer in the thread too:
that a case still waits, that somebody who was answered wrote again, that it weighs more by now.

Imported when the first alert is sent, as :mod:`alerts.slack_parts.client` is.
"""

import re
from typing import Any

from slack_sdk.errors import SlackApiError

from alerts.slack_parts.client import ApiClient
from alerts.slack_parts.errors import MESSAGE_LOST, NOT_THERE
from alerts.slack_parts.escape import Json, plain, unformatted
from listener.model import Alert, AlertKind, Mention
from listener.text import shown

# Nothing in a message may be taken for a name or unfold into somebody's page.
QUIET_UPDATE: Json = {"parse": "none", "link_names": False}
QUIET_POST: Json = QUIET_UPDATE | {"mrkdwn": False, "unfurl_links": False, "unfurl_media": False}

_RECEIPT = re.compile(r"([A-Z0-9]{1,40}):([0-9]{1,20}\.[0-9]{1,20})")
_MESSAGES_MAX = 20
_UPDATED: frozenset[AlertKind] = frozenset({"mentions", "case"})
_ANSWERED: frozenset[AlertKind] = frozenset({"clear", "escalation"})
_HEAVIER = 10
"""How much more than anything before it new words must weigh to be heard of: priorities."""
_WHY_CHARS_MAX = 300


def tell(client: ApiClient, channel: str, alert: Alert, content: Json, answer: Json) -> str | None:
    """Tell it where the burst was told before, or in a new message; return "CHANNEL:ts".

    ``content`` is the whole message, ``answer`` what is said in the thread of one that stands.

    Where the earlier message is lost, a new one says the same. The lost one is kept behind it in
    the receipt, for it may still be there; so is an answer that shows mentions. Raises
    SlackApiError for a refusal in Slack's own words, and Retry or Reject for any other answer.
    """
    earlier = _messages(alert.receipt)
    if earlier and alert.kind in _UPDATED | _ANSWERED:
        try:
            return _continue(client, alert, earlier[0], content, answer)
        except SlackApiError as error:
            if code_of(error) not in MESSAGE_LOST:
                raise
    posted = _receipt(client.chat_postMessage(channel=channel, **QUIET_POST, **content))
    lost = [":".join(one) for one in earlier[: _MESSAGES_MAX - 1]]
    return " ".join([posted, *lost]) if posted else None


def retract(client: ApiClient, alert: Alert, content: Json, blank: Json) -> str:
    """Put ``content`` in the burst's message, and ``blank`` in the answers and the lost ones.

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


def tell_one(client: ApiClient, place: str, user: str, why: str) -> None:
    """Tell somebody something that nobody else in the conversation sees. Raises as :func:`tell`."""
    shown_why = shown(why, _WHY_CHARS_MAX)
    client.chat_postEphemeral(
        channel=place,
        user=user,
        text=unformatted(shown_why, _WHY_CHARS_MAX),
        blocks=[{"type": "section", "text": plain(shown_why)}],
        **QUIET_UPDATE,
    )


def is_news(alert: Alert) -> bool:
    """Whether new words in a message that stands are worth a sound."""
    case = alert.case
    if not alert.mentions or case is None:
        return False
    again = case.waiting_since > case.opened_at and case.waiting_since >= alert.created_at
    return again or _weight(alert.mentions) >= _weight(alert.earlier) + _HEAVIER


def _continue(
    client: ApiClient, alert: Alert, message: tuple[str, str], content: Json, answer: Json
) -> str | None:
    channel, ts = message
    if alert.kind in _UPDATED:
        client.chat_update(channel=channel, ts=ts, **QUIET_UPDATE, **content)
    if alert.kind not in _ANSWERED and not is_news(alert):
        return alert.receipt
    heard = client.chat_postMessage(
        channel=channel,
        thread_ts=ts,
        reply_broadcast=alert.kind in _ANSWERED,
        **QUIET_POST,
        **answer,
    )
    return _with_answer(alert, _receipt(heard))


def _with_answer(alert: Alert, answered: str | None) -> str | None:
    """The receipt, with the answer behind the message where it must be taken back with that.

    The message stays in front: Slack asks not to answer an answer.
    """
    if not (answered and alert.mentions and alert.receipt):
        return alert.receipt
    message, *others = alert.receipt.split(" ")
    return " ".join([message, answered, *others][:_MESSAGES_MAX])


def _weight(mentions: tuple[Mention, ...]) -> int:
    return max((one.priority.score for one in mentions), default=0)


def _messages(receipt: str | None) -> list[tuple[str, str]]:
    """Channel and ts of the burst's message, then of its answers and of those it replaced."""
    found = [_RECEIPT.fullmatch(part) for part in (receipt or "").split(" ")[:_MESSAGES_MAX]]
    return [(one[1], one[2]) for one in found if one is not None]


def _receipt(answer: Any) -> str | None:
    receipt = f"{answer.get('channel')}:{answer.get('ts')}"
    return receipt if _RECEIPT.fullmatch(receipt) else None

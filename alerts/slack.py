"""Tells alerts in Slack, by a bot (Web API) or by an incoming webhook, and hears who acts on them.

The bot is the better way: it updates its message while a burst goes on or a case changes hands, and
answers in the thread when something must be heard. Each message carries the alert's key in its
metadata, so that a telling can be recognised. (Slack documents no argument that would make a
repeated post harmless.) With a signing secret its messages about cases have buttons, and Slack
calls ``/channels/NAME`` when one is pressed.
"""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from alerts.addresses import private_fault
from alerts.answers import check_delivered, safe_piece, secret_words
from alerts.slack_parts.blocks import MENTIONS_MAX, message, reply
from alerts.slack_parts.errors import HOOK_STATES, PASSING, mend, state
from alerts.text import plain_key
from listener.clock import utc_now
from listener.model import Alert
from listener.net import retry_after_seconds
from listener.ports import Call, Heard, Reject, Retry, Secret

if TYPE_CHECKING:
    from slack_sdk.errors import SlackApiError

    from alerts.slack_parts.client import ApiClient, Line

_WEB_API = "https://slack.com/api/"
_SECONDS_BETWEEN = 1.2
"""Slack takes a message a second in a channel, and of updates about 50 a minute (tier 3)."""
_HOOK_OK = "ok"
_HOOK_STAYS = "an incoming webhook can't take back what it posted: delete it in Slack by hand"
_HOOK_MEND = "make a new incoming webhook in the app's settings and set webhook_url"


@dataclass
class SlackChannel:
    """Posts alerts in a Slack channel: set token and channel, or webhook_url."""

    token: Annotated[
        Secret | None, "Bot token (xoxb-…) of a Slack app with the scope chat:write."
    ] = None
    channel: Annotated[str, "With token: the channel's id (C…), or #name where it is public."] = ""
    webhook_url: Annotated[
        Secret | None, "Address of an incoming webhook, instead of token and channel."
    ] = None
    mentions_max: Annotated[int, "How many mentions a message shows, 1 to 10."] = 6
    base_url: Annotated[str, "Address of the Web API, where it is not Slack's own."] = _WEB_API
    timeout_seconds: Annotated[float, "Longest time one delivery may take, up to 10."] = 8.0
    allow_private: Annotated[bool, "Whether Slack may lie in a private network."] = False
    signing_secret: Annotated[
        Secret | None, "With token: the app's Signing Secret; messages about cases get buttons."
    ] = None
    timezone: Annotated[str, "Zone of “tomorrow, 9:00”, such as Europe/Helsinki."] = "UTC"
    channel_name: str = ""
    now: Callable[[], datetime] = field(default=utc_now, repr=False)
    seconds_between: float = field(default=_SECONDS_BETWEEN, repr=False)
    _zone: ZoneInfo = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        # A fault never repeats a secret.
        fault = (
            self._secret_fault()
            or self._signing_fault()
            or self._limit_fault()
            or self._address_fault()
        )
        if fault:
            raise ValueError(fault)
        self._zone = ZoneInfo(self.timezone)

    @property
    def follows_cases(self) -> bool:
        """Whether it shows how a case goes on: what a webhook posted can't be changed."""
        return self.token is not None

    def send(self, alert: Alert) -> str | None:
        """Post the alert, or update its burst's message; return "CHANNEL:ts" where Slack says it.

        Raises Retry where Slack is busy, broken or out of reach, and Reject, with what to mend,
        where it would refuse this alert again.
        """
        from alerts.slack_parts.client import Line

        line = Line.for_seconds(self.timeout_seconds, allow_private=self.allow_private)
        if self.token is not None:
            with self._bot(self.token, line) as client:
                from alerts.slack_parts.bot import tell

                content, answer = self._content(alert), self._answer(alert)
                return tell(client, self.channel, alert, content, answer)
        if self.webhook_url is not None and alert.kind != "case":
            self._tell_by_hook(self.webhook_url, self._content(alert), line)
        return None

    def retract(self, alert: Alert) -> str:
        """Take the posts out of the burst's messages; return what became of these, in words.

        What an incoming webhook posted can't be changed. Raises Retry and Reject as ``send``.
        """
        from alerts.slack_parts.client import Line

        if self.token is None:
            return _HOOK_STAYS
        content = self._content(alert)
        blank = self._answer(alert)
        line = Line.for_seconds(self.timeout_seconds, allow_private=self.allow_private)
        with self._bot(self.token, line) as client:
            from alerts.slack_parts.bot import retract

            return retract(client, alert, content, blank)

    def hear(self, call: Call) -> Heard:
        """What somebody did by a button; a call that Slack did not sign just now is refused."""
        from alerts.slack_parts.calls import hear

        if self.signing_secret is None:
            return Heard(status=404, body=b"this channel has no signing_secret")
        return hear(call, self.signing_secret, self.channel_name or "slack", self._zone)

    def answer(self, call: Call, why: str) -> None:
        """Tell who pressed the button, and nobody else, why nothing came of it.

        It goes by the Web API, never to an address that the call names. Raises Retry and Reject.
        """
        from alerts.slack_parts.calls import payload
        from alerts.slack_parts.clicks import click
        from alerts.slack_parts.client import Line

        if self.token is None:
            return
        pressed = click(payload(call))
        line = Line.for_seconds(self.timeout_seconds, allow_private=self.allow_private)
        with self._bot(self.token, line) as client:
            from alerts.slack_parts.bot import tell_one

            tell_one(client, pressed.place, pressed.user, why)

    def _content(self, alert: Alert) -> dict[str, Any]:
        acts = self.signing_secret is not None
        return message(alert, self.mentions_max, acts=acts) | _metadata(alert)

    def _answer(self, alert: Alert) -> dict[str, Any]:
        return reply(alert, self.mentions_max) | _metadata(alert)

    @contextmanager
    def _bot(self, token: Secret, line: "Line") -> Iterator["ApiClient"]:
        from slack_sdk.errors import SlackApiError

        from alerts.slack_parts.client import ApiClient

        try:
            yield ApiClient(token, self.base_url, line, self.now)
        except SlackApiError as error:
            raise self._verdict(error) from None

    def _tell_by_hook(self, url: Secret, content: dict[str, Any], line: "Line") -> None:
        from alerts.slack_parts.bot import QUIET_POST
        from alerts.slack_parts.client import HookClient

        reply = HookClient(url, line).send_dict(QUIET_POST | content)
        piece = safe_piece(reply.body, secret_words(None, url.reveal()))
        try:
            check_delivered(
                reply.status_code, reply.headers, piece, now=self.now(), mend=_HOOK_MEND
            )
        except Reject as refused:
            raise Reject(
                refused.reason, state=HOOK_STATES.get(reply.status_code, "setup")
            ) from None
        if reply.body.strip() != _HOOK_OK:
            # A proxy's or a hotel's page comes with status 200 as well.
            raise Retry(f"answered {reply.status_code} with “{piece}” instead of Slack's ok")

    def _verdict(self, error: "SlackApiError") -> Retry | Reject:
        """What a refusal in Slack's own words means."""
        from alerts.slack_parts.bot import code_of

        code = code_of(error)
        if code in PASSING:
            return Retry(
                f"Slack says {code}", retry_after_seconds(error.response.headers, self.now())
            )
        said = f"Slack says {safe_piece(code, secret_words(self.token))}: {mend(code)}"
        return Reject(said, state=state(code))

    def _secret_fault(self) -> str:
        secret = self.token or self.webhook_url
        if secret is None or (self.token and self.webhook_url):
            return "set either token and channel (a bot) or webhook_url (an incoming webhook)"
        if bool(self.token) != bool(self.channel.strip()):
            return "channel goes with token: set both, or webhook_url alone"
        if re.fullmatch(r"[!-~]+", secret.reveal()):
            return ""
        name = "token" if self.token else "webhook_url"
        return f"{name} is empty or holds a space or a line break: copy it from Slack again"

    def _signing_fault(self) -> str:
        secret = self.signing_secret
        if secret is not None and self.token is None:
            return "signing_secret goes with token: an incoming webhook's message has no buttons"
        if secret is not None and not re.fullmatch(r"[!-~]+", secret.reveal()):
            return "signing_secret is empty or holds a space: copy it from Slack again"
        try:
            ZoneInfo(self.timezone)
        except (KeyError, ValueError, OSError):
            return f"timezone is no IANA name, such as Europe/Helsinki: {self.timezone!r}"
        return ""

    def _limit_fault(self) -> str:
        if not 1 <= self.mentions_max <= MENTIONS_MAX:
            return f"mentions_max is {self.mentions_max}: it must be 1 to {MENTIONS_MAX}"
        if not 0 < self.timeout_seconds <= 10:
            return f"timeout_seconds is {self.timeout_seconds}: a delivery may take up to 10"
        return ""

    def _address_fault(self) -> str:
        name = "webhook_url" if self.webhook_url else "base_url"
        address = self.webhook_url.reveal() if self.webhook_url else self.base_url
        try:
            parts = urlsplit(address)
        except ValueError:
            return f"{name} is no address"
        if parts.scheme != "https" and not (parts.scheme == "http" and self.allow_private):
            return f"{name} must begin with https:// (http:// only with allow_private = true)"
        if not parts.hostname:
            return f"{name} names no host"
        return private_fault(parts.hostname, allow_private=self.allow_private, setting=name)


def _metadata(alert: Alert) -> dict[str, Any]:
    payload = {"key": plain_key(alert.key)}
    return {"metadata": {"event_type": "listener_alert", "event_payload": payload}}

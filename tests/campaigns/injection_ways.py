"""The ways out: each a real channel with a target on loopback, and the judge of what arrived."""

import json
import os
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager, redirect_stderr
from dataclasses import dataclass
from io import StringIO
from pathlib import Path
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import Envelope
from jsonschema import Draft202012Validator

from alerts.apprise import AppriseChannel
from alerts.desks.html import as_html
from alerts.desks.ticket import note, opening
from alerts.email import EmailChannel
from alerts.jira_parts.adf import document
from alerts.log import LogChannel
from alerts.slack import SlackChannel
from alerts.webhook import WebhookChannel
from listener.model import Alert
from listener.ports import Channel, Secret
from tests.alerts.apprise_target import Target, make_certificate, target
from tests.alerts.slack_oracle import findings
from tests.alerts.slack_server import SlackServer
from tests.campaigns import injection_judges as judges

SCHEMA = Path(__file__).parents[2] / "docs/webhook.schema.json"
Judge = Callable[[bytes, Alert], Iterator[str]]


@dataclass(frozen=True)
class Way:
    """A channel, how many strings an alert by it carries, and what was found in what it told."""

    tell: Callable[[Alert], list[str]]
    strings: int


@contextmanager
def slack() -> Iterator[Way]:
    with SlackServer() as server:
        bot = SlackChannel(
            server.token, "#x", base_url=server.url, mentions_max=10, allow_private=True
        )

        def tell(alert: Alert) -> list[str]:
            server.calls.clear()
            bot.send(alert)
            assert server.calls
            return [what for call in server.calls for what in findings(call.payload, alert)]

        yield Way(tell, 8)


@contextmanager
def webhook() -> Iterator[Way]:
    validator = Draft202012Validator(json.loads(SCHEMA.read_text()))
    with target() as here:
        hook = WebhookChannel(here.url("http", "x"), Secret("s"), allow_private=True)

        def judge(body: bytes, alert: Alert) -> Iterator[str]:
            yield from judges.terminal(body.decode())
            yield from (error.message for error in validator.iter_errors(json.loads(body)))

        def tell(alert: Alert) -> list[str]:
            found = _told(here, hook, alert, judge)
            headers = here.calls[0].headers
            known = {"host", "user-agent", "accept-encoding", "content-type", "content-length"}
            known |= {"idempotency-key", "connection", "accept"}
            return found + [
                f"a header {name}: {value}"
                for name, value in headers.items()
                if not (name.lower() in known or name.startswith("X-Listener-"))
                or not (value.isascii() and value.isprintable())
            ]

        yield Way(tell, 8)


@contextmanager
def mail() -> Iterator[Way]:
    taken: list[Envelope] = []

    class Sink:
        async def handle_DATA(self, server: Any, session: Any, envelope: Envelope) -> str:  # noqa: N802
            taken.append(envelope)
            return "250 OK"

    with socket.create_server(("127.0.0.1", 0)) as free:
        port = int(free.getsockname()[1])
    controller = Controller(Sink(), hostname="127.0.0.1", port=port)
    controller.start()
    to = ["service@example.org"]
    mailer = EmailChannel(
        "127.0.0.1", "listener@example.org", to, port, security="none", allow_private=True
    )

    def tell(alert: Alert) -> list[str]:
        taken.clear()
        mailer.send(alert)
        (envelope,) = taken
        assert isinstance(envelope.content, bytes)
        found = [*judges.mail(envelope.content, to, alert)]
        return found if envelope.rcpt_tos == to else [*found, f"sent to {envelope.rcpt_tos}"]

    try:
        yield Way(tell, 8)
    finally:
        controller.stop()


@contextmanager
def log() -> Iterator[Way]:
    def tell(alert: Alert) -> list[str]:
        with redirect_stderr(StringIO()) as screen:
            LogChannel().send(alert)
        lines = screen.getvalue()
        forged = lines.count("\n2026-11-21 12:00 UTC  ALERT")
        return [*judges.terminal(lines), *(["a second alert"] * forged)]

    yield Way(tell, 8)


@contextmanager
def desks() -> Iterator[Way]:
    """The words that every desk is given, as text, as HTML and as Jira's document."""

    def tell(alert: Alert) -> list[str]:
        ticket, comment = opening(alert), note(alert)
        found = [*judges.desk(ticket.subject, alert)]
        if set(ticket.subject) & {*"[]\n"}:
            found.append(f"a subject {ticket.subject!r}")
        for words in (ticket.body, comment.text):
            found += judges.desk(words, alert)
            found += judges.desk_page(as_html(words))
            found += judges.atlassian(document(words), alert)
        return found

    yield Way(tell, 4)


def _apprise(url: str, judge: Judge, where: str, strings: int = 2, answer: bytes = b"") -> Any:
    """A way by Apprise: ``url`` holds ``{port}``, ``where`` is in the path that is judged."""

    @contextmanager
    def way(folder: Path) -> Iterator[Way]:
        certificate = make_certificate(folder)
        with target(certificate, answer=answer or _MATRIX) as here:
            os.environ.update(_surroundings(folder, here.port))
            channel = AppriseChannel(Secret(url.format(port=here.port)), allow_private=True)

            def tell(alert: Alert) -> list[str]:
                return _told(here, channel, alert, judge, where)

            yield Way(tell, strings)

    return way


_MATRIX = (
    b'{"ok": true, "access_token": "t", "home_server": "x", "user_id": "@u:x", "room_id": "!r:x"}'
)


def _surroundings(folder: Path, port: int) -> dict[str, str]:
    """How a daemon behind a proxy with a certificate of its own finds out."""
    return {
        "REQUESTS_CA_BUNDLE": str(folder / "own.pem"),
        "HTTPS_PROXY": f"http://127.0.0.1:{port}",
        "NO_PROXY": "127.0.0.1",
    }


def _told(here: Target, channel: Channel, alert: Alert, judge: Judge, where: str = "") -> list[str]:
    here.calls.clear()
    channel.send(alert)
    judged = [call for call in here.calls if where in call.path]
    assert judged, "nothing arrived"
    return [what for call in judged for what in judge(call.body, alert)]


OURS = {"slack": slack, "webhook": webhook, "mail": mail, "log": log, "desks": desks}
APPRISE = {
    "discord": _apprise(f"discord://{'1' * 18}/{'a' * 26}", judges.discord, "webhooks"),
    "telegram": _apprise(f"tgram://123456789:{'a' * 35}/12345678", judges.telegram, "sendMessage"),
    "teams": _apprise(
        f"workflows://contoso.logic.azure.com/{'6' * 32}/{'K' * 43}", judges.teams, "invoke", 1
    ),
    "slack": _apprise(
        f"slack://T1JJ3T3L2/A1BRTD4JD/{'T' * 24}", judges.slack_hook, "services", 4, b"ok"
    ),
    "mattermost": _apprise(f"mmost://127.0.0.1:{{port}}/{'a' * 26}", judges.mattermost, "hooks"),
    "matrix": _apprise(
        "matrix://u:password@127.0.0.1:{port}/!r:x", judges.matrix, "m.room.message", 4
    ),
    "ntfy": _apprise("ntfy://127.0.0.1:{port}/topic", judges.ntfy, "", 4),
}

"""A help desk that takes mail: every telling of a case threads into one ticket there.

The first mail of a case has a Message-ID made of the case's key, and every later one answers it,
under one subject with the case's token in brackets. What agents do there comes back only through a
mailbox, which this channel does not read. What was mailed can't be blanked: a mail asks for it.
"""

from dataclasses import dataclass, field
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from typing import Annotated, Literal

from alerts.desks import ticket
from alerts.desks.html import still
from alerts.desks.keys import case_key, marker, token
from alerts.email import EmailChannel
from alerts.email_parts.message import message_id
from alerts.text import plain_key
from listener.model import Alert
from listener.ports import Secret
from listener.text import shown

_CHARS_MAX = 60_000
_URGENT = 80


@dataclass
class MailDeskChannel:
    """Mails cases to a help desk, so that each becomes one ticket."""

    host: Annotated[str, "Name of the mail server."]
    sender: Annotated[str, "Address the mail comes from, also as Name <address>."]
    to: Annotated[str, "Address of the help desk."]
    port: Annotated[int, "Port of the mail server: 587 for starttls, 465 for tls."] = 587
    security: Annotated[Literal["starttls", "tls", "none"], "How the connection is protected."] = (
        "starttls"
    )
    username: Annotated[str, "Name to log in with; empty: no login."] = ""
    password: Annotated[Secret | None, "Password to log in with."] = None
    timeout_seconds: Annotated[float, "Longest time one delivery may take, up to 10."] = 8.0
    allow_private: Annotated[bool, "Whether the server may lie in a private network."] = False
    _mail: EmailChannel = field(init=False, repr=False)

    follows_cases = True

    def __post_init__(self) -> None:
        self._mail = EmailChannel(
            self.host,
            self.sender,
            [self.to],
            self.port,
            self.security,
            self.username,
            self.password,
            timeout_seconds=self.timeout_seconds,
            allow_private=self.allow_private,
        )

    def send(self, alert: Alert) -> str | None:
        """Mail what is new; the Message-ID of the case's first mail. None: there is no ticket.

        Raises Retry and Reject as the mail channel does.
        """
        if alert.kind == "case" and alert.receipt is None:
            return None  # nothing was mailed that could come to that state
        self._mail.deliver(self._message(alert))
        return self._root(alert)

    def retract(self, alert: Alert) -> str | None:
        """Mail that the posts were taken down. Their words stay where they were mailed."""
        self._mail.deliver(self._mailed(alert, ticket.without_posts(alert).text))
        return self._root(alert)

    def _message(self, alert: Alert) -> EmailMessage:
        opens = alert.receipt is None and alert.earlier_count == 0
        if opens and alert.kind != "escalation":
            return self._mailed(alert, ticket.opening(alert, _CHARS_MAX).body, opens=True)
        return self._mailed(alert, ticket.note(alert, _CHARS_MAX).text)

    def _mailed(self, alert: Alert, words: str, *, opens: bool = False) -> EmailMessage:
        """The mail; the same at every repeat."""
        root = self._root(alert)
        mail = EmailMessage(policy=SMTP)
        mail["From"] = self.sender
        mail["To"] = self.to
        mail["Subject"] = ("" if opens else "Re: ") + _subject(alert)
        mail["Date"] = format_datetime(alert.created_at)
        mail["Message-ID"] = root if opens else message_id(marker(alert), self.sender)
        if not opens:
            mail["In-Reply-To"] = mail["References"] = root
        mail["Auto-Submitted"] = "auto-generated"
        mail["X-Auto-Response-Suppress"] = "All"
        if alert.priority >= _URGENT:
            mail["Importance"] = "high"
        mail["X-Listener-Key"] = plain_key(alert.key)
        mail["X-Listener-Case"] = plain_key(case_key(alert))
        mail.set_content(still(words) + "\n")
        return mail

    def _root(self, alert: Alert) -> str:
        """The Message-ID of the case's first mail."""
        return message_id(token(case_key(alert)), self.sender)


def _subject(alert: Alert) -> str:
    """One subject for all mails of a case: desks and mail programs thread by it."""
    case = alert.case
    if case is None:
        said = ticket.subject(alert)
    else:
        said = ticket.quiet(shown(f"{case.brand} case of {case.opened_at:%Y-%m-%d}, {case.team}"))
    # A header is decoded where it is set: "=?utf-8?b?…?=" could bring back a line break.
    return f"[{token(case_key(alert))}] {still(said)}".replace("=?", "= ?")

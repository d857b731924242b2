"""Mails alerts, as text and as HTML, through a mail server.

A repeat has the same Message-ID, so that a mail program can show it once and a person can tell;
the later tellings of a burst answer the first one. What was mailed can't be taken back.
"""

import smtplib
import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from email.message import EmailMessage
from typing import Annotated, Literal

from alerts.email_parts.errors import Refused, named, verdict
from alerts.email_parts.message import bare_address, message
from listener.model import Alert
from listener.net_connect import Deadline, connect
from listener.ports import Reject, Retry, Secret
from listener.text import shown

_RECIPIENTS_MAX = 50
_RECEIPT_CHARS_MAX = 400


@dataclass
class EmailChannel:
    """Sends alerts by SMTP."""

    host: Annotated[str, "Name of the mail server."]
    sender: Annotated[str, "Address the mail comes from, also as Name <address>."]
    to: Annotated[list[str], "Addresses the mail goes to."]
    port: Annotated[int, "Port of the mail server: 587 for starttls, 465 for tls."] = 587
    security: Annotated[Literal["starttls", "tls", "none"], "How the connection is protected."] = (
        "starttls"
    )
    username: Annotated[str, "Name to log in with; empty: no login."] = ""
    password: Annotated[Secret | None, "Password to log in with."] = None
    mentions_max: Annotated[int, "How many mentions a mail shows; the rest is counted."] = 20
    timeout_seconds: Annotated[float, "Longest time one delivery may take, up to 10."] = 8.0
    allow_private: Annotated[bool, "Whether the server may lie in a private network."] = False
    follows_cases: Annotated[bool, "Whether every change to a case is told here, too."] = False

    def __post_init__(self) -> None:
        fault = self._address_fault() or self._login_fault() or self._limit_fault()
        if fault:
            raise ValueError(fault)

    def send(self, alert: Alert) -> str:
        """Send the mail; return its Message-ID, and whom the server refused, where it did.

        Raises Retry for trouble on the way and for temporary refusals (4xx), and Reject for
        permanent ones (5xx), state login where the server refuses the login. Once one recipient
        is accepted, the mail counts as delivered.
        """
        return self.deliver(message(alert, self.sender, self.to, self.mentions_max))

    def deliver(self, mail: EmailMessage) -> str:
        """Send a mail that is made already; as ``send``."""
        with Deadline(self.timeout_seconds) as deadline:
            try:
                with self._server(deadline) as server:
                    refused = server.send_message(mail, bare_address(self.sender), self.to)
            except (smtplib.SMTPException, OSError) as error:
                raise self._verdict(error, deadline) from None
        return _receipt(mail, refused)

    @contextmanager
    def _server(self, deadline: Deadline) -> Iterator[smtplib.SMTP]:
        context = None if self.security == "none" else ssl.create_default_context()
        server = _Server(self, deadline, context if self.security == "tls" else None)
        try:
            if self.security == "starttls":
                server.starttls(context=context)
            if self.username and self.password is not None:
                server.login(self.username, self.password.reveal())
            yield server
            with suppress(smtplib.SMTPException, OSError):
                server.quit()  # the mail is delivered, whatever becomes of the good-bye
        finally:
            server.close()

    def _verdict(self, error: Exception, deadline: Deadline) -> Retry | Reject:
        if deadline.passed:
            return Retry(f"{self.host} did not finish within {deadline.seconds:g} s")
        return verdict(error, self.host, self.password)

    def _address_fault(self) -> str:
        if not self.host.strip():
            return "host is empty: name the mail server"
        if not bare_address(self.sender):
            return f"sender is {shown(self.sender, 60)!r}, which is no mail address"
        if not 1 <= len(self.to) <= _RECIPIENTS_MAX:
            return f"to names {len(self.to)} addresses: it must be 1 to {_RECIPIENTS_MAX}"
        wrong = next((address for address in self.to if bare_address(address) != address), None)
        return "" if wrong is None else f"to holds {shown(wrong, 60)!r}, which is no mail address"

    def _login_fault(self) -> str:
        if bool(self.username) != bool(self.password):
            return "username and password go together: set both or neither"
        if self.password is None:
            return ""
        if self.security == "none":
            return "security is none, so the password could be read on the way: set tls or starttls"
        plain = self.username.isascii() and self.password.reveal().isascii()
        return "" if plain else "username and password may hold ASCII characters only"

    def _limit_fault(self) -> str:
        if self.security not in {"starttls", "tls", "none"}:
            return f"security is {self.security!r}: it must be starttls, tls or none"
        if not 0 < self.port < 65_536:
            return f"port is {self.port}: it must be 1 to 65535"
        if self.mentions_max < 1:
            return "mentions_max must be at least 1"
        if not 0 < self.timeout_seconds <= 10:
            return f"timeout_seconds is {self.timeout_seconds}: a delivery may take up to 10"
        return ""


class _Server(smtplib.SMTP):
    """An SMTP client on a connection that is checked and that ends at the deadline."""

    def __init__(
        self, channel: EmailChannel, deadline: Deadline, context: ssl.SSLContext | None
    ) -> None:
        self._channel = channel
        self._deadline = deadline
        self._context = context
        name = socket.gethostname()
        super().__init__(
            channel.host,
            channel.port,
            local_hostname=name if "." in name else "[127.0.0.1]",  # else it asks the resolver
            timeout=channel.timeout_seconds,
        )

    def _get_socket(self, host: str, port: int, timeout: float) -> socket.socket:
        allowed = self._channel.allow_private
        sock = connect(
            host, port, timeout_seconds=timeout, deadline=self._deadline, allow_private=allowed
        )
        return self._context.wrap_socket(sock, server_hostname=host) if self._context else sock


def _receipt(mail: EmailMessage, refused: Refused) -> str:
    receipt = str(mail["Message-ID"])
    return shown(f"{receipt} refused: {named(refused)}", _RECEIPT_CHARS_MAX) if refused else receipt

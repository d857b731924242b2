"""Logging in to a mail server: by password, or by an OAuth2 token.

A token that an account's owner gave lasts an hour. Where a refresh token is stated, a new one is
fetched before each login; it is kept nowhere.
"""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING
from urllib.parse import urlencode, urlsplit

from listener.net import request
from listener.ports import Reject, Retry, Secret
from sources.common import fields
from sources.common.asking import Meaning, failure
from sources.mail_parts.refusals import LOGIN, refusal

if TYPE_CHECKING:
    from sources.mail_parts.connection import Imap

_TOKEN_BYTES_MAX = 100_000
_TOKEN_SECONDS_MAX = 15.0
_MEANINGS: dict[int, Meaning] = {
    400: ("login", "gives no token for this refresh token (400): let the owner log in again"),
    401: ("login", "does not know this client (401): check client_id and client_secret"),
}


@dataclass(frozen=True, slots=True)
class Refresh:
    """Where a fresh token comes from (RFC 6749, 6)."""

    token_url: str
    client_id: str
    client_secret: Secret | None
    refresh_token: Secret
    allow_private: bool

    def token(self) -> str:
        """A token that is good for some minutes at least. Raises Retry and Reject."""
        form = {
            "grant_type": "refresh_token",
            "refresh_token": self.refresh_token.reveal(),
            "client_id": self.client_id,
        }
        if self.client_secret:
            form["client_secret"] = self.client_secret.reveal()
        reply = request(
            "POST",
            self.token_url,
            headers={
                "Content-Type": "application/x-www-form-urlencoded",
                "Accept": "application/json",
            },
            body=urlencode(form).encode(),
            total_seconds=_TOKEN_SECONDS_MAX,
            size_bytes_max=_TOKEN_BYTES_MAX,
            allow_private=self.allow_private,
        )
        if reply.status != 200:
            raise failure(reply, datetime.fromtimestamp(0, UTC), _MEANINGS)
        try:
            return fields.needed(fields.parsed(reply.body), "access_token")
        except ValueError as error:
            host = urlsplit(self.token_url).hostname
            raise Retry(f"{host} answered without a token") from error


@dataclass(frozen=True, slots=True)
class Login:
    """Who logs in, and by what."""

    user: str
    password: Secret | None = None
    token: Secret | None = None
    refresh: Refresh | None = None

    def do(self, imap: "Imap", host: str) -> None:
        """Log in. Raises Retry and Reject, state login where the server refuses."""
        if imap.state == "AUTH":
            return  # the server knows us by our connection
        if self.password is None:
            self._by_token(imap, host)
        elif "AUTH=PLAIN" in imap.capabilities:
            self._by_sasl(imap, host, "PLAIN", f"\0{self.user}\0{self.password.reveal()}")
        elif "LOGINDISABLED" in imap.capabilities:
            raise Reject(f"{host} takes no password on this connection: set security to tls")
        else:
            self._by_command(imap, host, self.password.reveal())

    def _by_token(self, imap: "Imap", host: str) -> None:
        if "AUTH=XOAUTH2" not in imap.capabilities:
            raise Reject(f"{host} takes no OAuth2 token (XOAUTH2): give a password")
        token = self.refresh.token() if self.refresh else self.token.reveal() if self.token else ""
        self._by_sasl(imap, host, "XOAUTH2", f"user={self.user}\x01auth=Bearer {token}\x01\x01")

    def _by_sasl(self, imap: "Imap", host: str, mechanism: str, words: str) -> None:
        """The words, once: what the server asks after them is a refusal to be closed."""
        said = iter([words.encode()])
        try:
            imap.authenticate(mechanism, lambda _: next(said, b""))
        except imap.abort:
            raise
        except imap.error as error:
            raise refusal(host, error, LOGIN) from None

    def _by_command(self, imap: "Imap", host: str, password: str) -> None:
        if not (self.user + password).isascii():
            raise Reject(f"{host} takes only ASCII in user and password", state="login")
        try:
            imap.login(_quoted(self.user), password)
        except imap.abort:
            raise
        except imap.error as error:
            raise refusal(host, error, LOGIN) from None


def _quoted(words: str) -> str:
    escaped = words.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'

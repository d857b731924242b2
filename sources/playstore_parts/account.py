"""A service account of Google: the JSON file of its key, and the tokens it is given for it."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from listener.ports import Secret
from sources.common import fields
from sources.common.plain_text import web_address
from sources.common.signing import signed

SCOPE = "https://www.googleapis.com/auth/androidpublisher"
GRANT = "urn:ietf:params:oauth:grant-type:jwt-bearer"

_TOKEN_URL = "https://oauth2.googleapis.com/token"  # noqa: S105  an address
_ASKS_FOR = timedelta(minutes=55)  # an hour is the most
_EARLY = timedelta(minutes=2)


@dataclass(frozen=True, slots=True)
class Account:
    """Who asks; ``token_url`` is where a signed word of theirs is changed for a token."""

    email: str
    private_key: Secret
    key_id: str
    token_url: str

    def assertion(self, now: datetime) -> str:
        """The signed word. Raises Reject where the key can't be used."""
        claims = {"iss": self.email, "scope": SCOPE, "aud": self.token_url}
        return signed(
            claims, self.private_key, "RS256", now=now, lasts=_ASKS_FOR, key_id=self.key_id
        )


@dataclass
class Pass:
    """The token that is held between two requests. It may be thrown away at any time."""

    token: str = field(default="", repr=False)
    until: datetime | None = None

    def good(self, now: datetime) -> bool:
        """Whether it still opens the door."""
        return bool(self.token) and self.until is not None and now < self.until

    def renew(self, token: str, seconds: float, now: datetime) -> None:
        """Hold this token for so long, less a little."""
        self.token, self.until = token, now + timedelta(seconds=seconds) - _EARLY

    def drop(self) -> None:
        """It was refused."""
        self.token, self.until = "", None


def account_in(key_file: Secret) -> Account:
    """The account that a key file is for. Raises ValueError, without a word of the file."""
    try:
        read = fields.parsed(key_file.reveal().encode(errors="replace"))
    except ValueError:
        read = None
    email = fields.text(read, "client_email")
    private_key = fields.text(read, "private_key", chars_max=None)
    if fields.text(read, "type") != "service_account" or not email or not private_key:
        msg = "service_account is no key of a service account: give the JSON file that Google made"
        raise ValueError(msg)
    token_url = web_address(fields.text(read, "token_uri") or _TOKEN_URL)
    if not token_url:
        raise ValueError("service_account: its token_uri is no address")
    return Account(email, Secret(private_key), fields.text(read, "private_key_id"), token_url)

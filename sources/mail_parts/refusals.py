"""What a mail server's refusals mean.

RFC 5530 gives a refusal a code in brackets. A server's own words are never repeated: they may
hold what was sent to it, a password too.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from imaplib import IMAP4
from ssl import SSLCertVerificationError

from listener.ports import FailureState, Reject, Retry

_CODE = re.compile(r"\[([A-Z]{3,30})\b")
_BUSY = re.compile(r"too many|temporar|try again|not connected|rate|throttl", re.IGNORECASE)

_PASSING: dict[str, tuple[FailureState, str]] = {
    "LIMIT": ("rate limit", "allows no more for now"),
    "OVERQUOTA": ("rate limit", "allows no more for now"),
    "THROTTLED": ("rate limit", "asks to go slower"),
    "UNAVAILABLE": ("outage", "is not available now"),
    "INUSE": ("outage", "is busy with this mailbox"),
    "SERVERBUG": ("outage", "met a fault of its own"),
    "CORRUPTION": ("outage", "finds the mailbox damaged"),
}
_LASTING: dict[str, tuple[FailureState, str]] = {
    "AUTHENTICATIONFAILED": ("login", "does not accept the login: check user, password or token"),
    "AUTHORIZATIONFAILED": ("login", "does not let this user in: check user and rights"),
    "EXPIRED": ("login", "says that the password or token has expired: renew it"),
    "PRIVACYREQUIRED": ("setup", "wants a protected connection: set security to tls"),
    "CONTACTADMIN": ("suspended", "wants the account's owner to call its administrator"),
    "WEBALERT": ("blocked", "wants the account's owner to log in with a browser first"),
    "NOPERM": ("blocked", "does not let this user read that: ask for the right to"),
    "NONEXISTENT": ("gone", "has no such folder: check folders"),
    "TRYCREATE": ("gone", "has no such folder: check folders"),
}
LOGIN: tuple[FailureState, str] = _LASTING["AUTHENTICATIONFAILED"]
FOLDER: tuple[FailureState, str] = _LASTING["NONEXISTENT"]
"""What a refusal without a code means, by what was asked for."""


def refusal(
    host: str, said: object, otherwise: tuple[FailureState, str] | None = None
) -> Retry | Reject:
    """What the words of a NO, a BAD or a BYE mean; without a known code, ``otherwise``."""
    words = said.decode(errors="replace") if isinstance(said, bytes) else str(said)
    codes = _CODE.findall(words)
    for code in codes:
        if code in _PASSING:
            state, sentence = _PASSING[code]
            return Retry(f"{host} {sentence} [{code}]", state=state)
        if code in _LASTING:
            state, sentence = _LASTING[code]
            return Reject(f"{host} {sentence} [{code}]", state=state)
    if _BUSY.search(words):
        return Retry(f"{host} allows no more for now", state="rate limit")
    if otherwise is None:
        return Retry(f"{host} broke off the talk")
    state, sentence = otherwise
    return Reject(f"{host} {sentence}", state=state)


@contextmanager
def in_words(host: str) -> Iterator[None]:
    """Whatever goes wrong in a talk with the server, as Retry or Reject."""
    try:
        yield
    except IMAP4.error as error:  # a BYE, a BAD, an end in the middle
        raise refusal(host, error) from error
    except SSLCertVerificationError as error:
        reason = f"the certificate of {host} is not accepted: {error.verify_message}"
        raise Retry(reason) from error
    except TimeoutError as error:
        raise Retry(f"{host} did not answer in time") from error
    except (OSError, ValueError, LookupError, RecursionError) as error:
        reason = f"the talk with {host} broke off ({type(error).__name__})"
        raise Retry(reason) from error

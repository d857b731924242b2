"""What a mail server's refusals mean for an alert; never with the password in it."""

import smtplib
import ssl

from alerts.answers import safe_piece, secret_words
from listener.ports import FailureState, Reject, Retry, Secret
from listener.text import shown

Refused = dict[str, tuple[int, bytes]]
"""Recipients the server refused, with its code and words."""

_NAMED_CHARS_MAX = 300
_LOGIN_CODES = {530, 534, 535, 538}  # RFC 4954: no login, or none that is good enough


def verdict(error: Exception, host: str, password: Secret | None) -> Retry | Reject:
    """Reject for a permanent refusal (5xx), Retry for a temporary one and for broken talk."""
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        return _all_refused(error.recipients, host)
    if isinstance(error, smtplib.SMTPResponseException):
        return _refused(error, host, password)
    if isinstance(error, smtplib.SMTPNotSupportedError):
        return Reject(f"{host}: {error} Set security and username to what the server offers.")
    if isinstance(error, ssl.SSLCertVerificationError):
        return Retry(f"the certificate of {host} is not accepted: {error.verify_message}")
    return Retry(f"{host} broke off or can't be reached ({type(error).__name__})")


def named(refused: Refused) -> str:
    """Who was refused, each with the server's code."""
    names = ", ".join(f"{who} ({code})" for who, (code, _) in refused.items())
    return shown(names, _NAMED_CHARS_MAX)


def _all_refused(refused: Refused, host: str) -> Retry | Reject:
    said = f"{host} refused every recipient: {named(refused)}"
    permanent = all(500 <= code < 600 for code, _ in refused.values())
    return Reject(f"{said}; mend the addresses in to") if permanent else Retry(said)


def _refused(
    error: smtplib.SMTPResponseException, host: str, password: Secret | None
) -> Retry | Reject:
    said_by_server = isinstance(error.smtp_error, bytes)  # smtplib's own complaints are str
    permanent = said_by_server and 500 <= error.smtp_code < 600
    if isinstance(error, smtplib.SMTPAuthenticationError):
        # Not with the server's words: they may repeat, encoded, what was sent.
        said = f"{host} refused the login ({error.smtp_code})"
        mend = f"{said}: check username and password"
        return Reject(mend, state="login") if permanent else Retry(said)
    piece = safe_piece(error.smtp_error, secret_words(password))
    said = f"{host} answered {error.smtp_code} “{piece}”"
    state: FailureState = "login" if error.smtp_code in _LOGIN_CODES else "setup"
    return Reject(f"{said}: look up why there", state=state) if permanent else Retry(said)

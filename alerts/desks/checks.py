"""What is wrong with a help desk's table in the config, in words; empty where nothing is."""

from collections.abc import Iterable
from typing import get_args
from urllib.parse import urlsplit

from alerts.addresses import private_fault
from listener.model import CaseState
from listener.ports import Secret

TIMEOUT_SECONDS_MAX = 10


def address_fault(url: str, *, allow_private: bool) -> str:
    """What is wrong with a desk's address in the config, or nothing. The address isn't repeated."""
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname, parts.port
    except ValueError:
        return "url is no address"
    if not host or parts.scheme not in {"http", "https"}:
        return "url must be an address with https:// and a host"
    if parts.username is not None or parts.password is not None:
        return "url carries a user name or password: take them out, they have settings of their own"
    if parts.query or parts.fragment:
        return "url must end before any ? or #"
    if parts.scheme == "http" and not allow_private:
        return "url must begin with https:// (http:// only with allow_private = true)"
    return private_fault(host, allow_private=allow_private)


def limits_fault(changes_seconds: float, least: float, timeout_seconds: float) -> str:
    """Whether it asks too often, or takes too long for one delivery."""
    if not changes_seconds >= least:
        return f"changes_seconds is {changes_seconds}: it must be {least:g} or more"
    if not 0 < timeout_seconds <= TIMEOUT_SECONDS_MAX:
        return f"timeout_seconds is {timeout_seconds}: a delivery may take up to 10"
    return ""


def states_fault(setting: str, named: Iterable[str]) -> str:
    """Whether a setting that says what the desk calls a case's states names another."""
    unknown = sorted(set(named) - set(get_args(CaseState)))
    if not unknown:
        return ""
    return f"{setting} may name new, claimed, answered and closed, but not {unknown[0]!r}"


def fits_header(secret: Secret) -> bool:
    """Whether a token can be sent as it is: letters, digits and signs of ASCII."""
    words = secret.reveal()
    return bool(words.strip()) and words.isascii() and words.isprintable()


def secret_fault(token: Secret | None, password: Secret | None) -> str:
    """Whether an account has not just one of the two, or one that can't be sent."""
    if bool(token) == bool(password):
        return "set either token or password"
    if token is not None:
        sound = fits_header(token)
    else:
        sound = password is not None and password.reveal() != "" and password.reveal().isprintable()
    return "" if sound else "token or password is empty or holds what can't be sent"

"""What counts as a time zone, a domain, an address and a name in the config."""

import re
import unicodedata
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, available_timezones

from listener.match.fold import fold
from listener.suggest import suggestion
from listener.text import shown

NAME = re.compile(r"[A-Za-z0-9_-]{1,64}")
BRAND_ID = re.compile(r"[a-z0-9_-]{1,64}")
VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,127}")

_SITE_BEFORE = re.compile("[a-z0-9]+:")
_SIGNS_MAX = 3
_SIGN_KINDS = {"Pc", "Pd", "Pe", "Pf", "Pi", "Po", "Ps", "Sc", "Sk", "Sm", "Zs"}
_DOMAIN = re.compile(r"[^\s/:@?#,]+\.[^\s/:@?#,]+")


def zone_named(name: str) -> ZoneInfo:
    """The time zone of this IANA name. Raises ValueError with a suggestion."""
    try:
        return ZoneInfo(name)
    except (ValueError, OSError, LookupError):
        hint = suggestion(name, available_timezones()) or "; write one such as Europe/Warsaw"
        msg = f"there is no time zone '{shown(name, 64)}'{hint}"
        raise ValueError(msg) from None


def is_domain(text: str) -> bool:
    """Whether it looks like a bare domain, such as example.com."""
    return bool(_DOMAIN.fullmatch(text)) and text.isprintable()


def is_web_address(text: str) -> bool:
    """Whether it looks like an address of the web, without a password in it; nobody is asked."""
    try:
        parts = urlsplit(text)
        port_is_sound = parts.port is None or parts.port > 0
    except ValueError:
        return False
    is_whole = text.isprintable() and " " not in text and "@" not in parts.netloc
    return parts.scheme in ("http", "https") and bool(parts.hostname) and port_is_sound and is_whole


def is_bare_sign(name: str) -> bool:
    """Whether a name is up to three signs of punctuation, in whatever script, and nothing else.

    Nearly every text holds them. An emoji is a name, and so is ``!!!``, the band.
    """
    signs, plain = name.strip(), fold(name).strip()
    if not 0 < len(signs) <= _SIGNS_MAX or plain == "!!!":
        return False
    return all(unicodedata.category(sign) in _SIGN_KINDS for sign in plain)


def is_empty_tag(word: str) -> bool:
    """Whether nothing is left of a handle or a hashtag without its site and its sign."""
    return not _SITE_BEFORE.sub("", fold(word).strip(), count=1).strip("@/#")

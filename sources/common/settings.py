"""Checks that several sources make of what a person states in their table.

A refusal never repeats an address: a password may stand in it.
"""

from collections.abc import Sequence
from urllib.parse import urlsplit

from sources.common.plain_text import web_address


def site_addresses(setting: str, addresses: Sequence[str]) -> list[str]:
    """The addresses of sites, each once, without the slash at its end.

    Raises ValueError for one that is no address, or holds more than a host, a port and a folder.
    """
    for number, address in enumerate(addresses, 1):
        wrong = _wrong_with(address)
        if wrong:
            raise ValueError(f"{setting}: address {number} {wrong}")
    return list(dict.fromkeys(address.strip().rstrip("/") for address in addresses))


def within(setting: str, value: float, most: float) -> None:
    """Raises ValueError unless the value is more than 0 and at most ``most``."""
    if not 0 < value <= most:
        raise ValueError(f"{setting} is {value}: it must be more than 0 and at most {most:g}")


def _wrong_with(address: str) -> str:
    stripped = address.strip()
    if "@" in stripped.partition("://")[2].partition("/")[0]:
        return "has a user or password in it: give it without, and secrets by their own settings"
    if not web_address(stripped) or not _has_host(stripped):
        return "is no http or https address"
    if "?" in stripped or "#" in stripped:
        return "has a query or fragment (? or #): give it without"
    return ""


def _has_host(address: str) -> bool:
    if "\\" in address or any(mark.isspace() or not mark.isprintable() for mark in address):
        return False
    try:
        parts = urlsplit(address)
        return bool(parts.hostname) and parts.port != 0
    except ValueError:
        return False

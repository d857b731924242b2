"""Which hosts may lie in private networks: those that the settings name, and no stranger's."""

from collections.abc import Collection, Iterable
from urllib.parse import urlsplit


def hosts_of(urls: Iterable[str]) -> frozenset[str]:
    """The hosts of these addresses."""
    return frozenset(filter(None, map(_host, urls)))


def is_one_of(hosts: Collection[str], url: str) -> bool:
    """Whether an address lies at one of these hosts, at whatever port."""
    return _host(url) in hosts


def _host(url: str) -> str:
    try:
        return urlsplit(url).hostname or ""
    except ValueError:
        return ""

"""Whether an address in the config leads into a private network: it is checked before it is used.

Only what the address itself says is looked at; where a name leads to is seen when it is asked for.
"""

import ipaddress

from listener.net_connect import is_public


def private_fault(host: str, *, allow_private: bool, setting: str = "url") -> str:
    """What is wrong with a host that is a private address, or nothing. It isn't repeated."""
    if allow_private or not _is_private(host.rstrip(".").lower()):
        return ""
    return f"{setting} leads to a private address: set allow_private = true where that is meant"


def _is_private(host: str) -> bool:
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        ipaddress.ip_address(host.partition("%")[0])
    except ValueError:
        return False
    return not is_public(host)

"""A feed's address as reports and logs may show it: without what could be a key to it."""

import re

_LOGIN = re.compile(r"(?:[^/?#]*//)?[^/?#]*@")
_SECRET = re.compile(
    r"([?&;](?:[\w.-]{0,50}(?:token|secret|password|passwd|signature)[\w.-]{0,50}"
    r"|(?:[\w.-]{0,20}[_.-])?(?:api)?(?:key|auth|pass|pwd|sig|sid|hash))=)[^&;#]+"
    r"|([?&;][\w.-]{1,50}=)[0-9a-f]{20,}(?=[&;#]|$)",
    re.IGNORECASE,
)


def holds_login(url: str) -> bool:
    """Whether an address holds a user's name or password."""
    return _LOGIN.match(url.strip()) is not None


def shown(url: str) -> str:
    """The address with an ellipsis for what goes by the name of a secret or looks like one.

    The rest of a query stays: it may be all in which two addresses differ.
    """
    return _SECRET.sub(lambda found: f"{found[1] or found[2]}…", url)

"""Names that a help desk keeps for us, so that what was done there can be found again.

A case's key may hold anything a site calls its posts. What is searched for is therefore a short
token of it: letters, digits and a hyphen, which no query language and no markup takes for its own.
"""

from alerts.text import key_digest
from listener.model import Alert

TOKEN_CHARS = 20
OURS = "ml-"
"""How every token begins."""
LABEL = "mention-listener"
"""The tag that all our tickets carry."""


def case_key(alert: Alert) -> str:
    """What one ticket stands for: the case, or the thread of an alert that has none."""
    return alert.case.key if alert.case else alert.thread


def token(key: str) -> str:
    """A case's key as a ticket's searchable name: ``ml-`` and 17 hexadecimal digits."""
    return f"{OURS}{key_digest(key)}"[:TOKEN_CHARS]


def marker(alert: Alert) -> str:
    """The name of one telling, at the end of what it wrote: it says that it is there already."""
    return f"mt-{key_digest(alert.key)}"[:TOKEN_CHARS]


def post_mark(post_id: str) -> str:
    """The name of a post within a ticket, by which its words are found and blanked."""
    return f"mp-{key_digest(post_id)}"[:TOKEN_CHARS]

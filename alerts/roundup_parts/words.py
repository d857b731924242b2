"""How Roundup writes times and finds references, and short names for what we set there."""

import re
from datetime import UTC, datetime

from alerts.text import key_digest

QUIET_ITEM = re.compile(
    r"\b(?:issue|msg|user|file|keyword|query|priority|status)(?=\s*\d)", re.IGNORECASE
)
"""What Roundup makes a link to one of its items of."""


def name_of(kind: str, value: str) -> str:
    """A status or a login as it can stand in a Message-ID: a letter and 8 hexadecimal digits."""
    return kind + key_digest(value)[:8]


def moment(stated: str) -> datetime | None:
    """A time as Roundup writes it, ``2026-11-22.05:03:11``, which is UTC."""
    try:
        return datetime.strptime(stated.partition("+")[0][:19], "%Y-%m-%d.%H:%M:%S").replace(
            tzinfo=UTC
        )
    except ValueError:
        return None

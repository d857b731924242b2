"""Pushing to an inbound source as a sender does."""

from datetime import datetime

from sources.inbound_parts.signature import signature

KEY = "a secret nobody guesses"


def signed(body: bytes, at: datetime, key: str = KEY) -> dict[str, str]:
    """The headers of a push that is signed at that moment."""
    timestamp = str(int(at.timestamp()))
    return {
        "X-Listener-Timestamp": timestamp,
        "X-Listener-Signature": signature(key, timestamp, body),
    }

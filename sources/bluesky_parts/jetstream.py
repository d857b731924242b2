"""Jetstream: the network's posts as JSON over a websocket, counted in microseconds.

Reference: the README of ``bluesky-social/jetstream``: ``/subscribe`` with ``wantedCollections``
and ``cursor``, and its events ``commit``, ``account`` and ``identity``. Account events come
whatever collections are asked for.
"""

import re
from collections.abc import Sequence
from dataclasses import replace
from math import inf
from urllib.parse import urlencode

from listener.model import Fault
from sources.bluesky_parts.events import (
    DID,
    GONE,
    POSTS,
    RKEY,
    Event,
    Reading,
    as_json,
    believed,
    known,
)
from sources.bluesky_parts.sieve import Sieve
from sources.common import fields

HOSTS = (
    "wss://jetstream2.us-east.bsky.network",
    "wss://jetstream1.us-east.bsky.network",
    "wss://jetstream2.us-west.bsky.network",
    "wss://jetstream1.us-west.bsky.network",
)
_TIME = re.compile(r'"time_us"\s*:\s*(\d{1,17})\b')
_STRINGS = re.compile(
    r'"(?:text"\s*:\s*"|title"\s*:\s*"|uri"\s*:\s*"(?=http))([^"\\]*+(?:\\.[^"\\]*+)*+)"', re.DOTALL
)
_SECOND = 1_000_000
_LONG_SECONDS = 30.0


def place(at: float) -> int:
    """A time, in seconds since 1970, as the hosts count it."""
    return max(int(at * _SECOND), 1)


def url(host: str, position: int) -> str:
    """Where to listen to what happened from then on."""
    asked = {"wantedCollections": POSTS, "cursor": position}
    return f"{host.rstrip('/')}/subscribe?{urlencode(asked)}"


def reading(messages: Sequence[bytes], sieve: Sieve, now: float = inf) -> Reading:
    """The events that matter in these messages, read at ``now``. Most are never parsed."""
    texts = [message.decode("utf-8", "replace") for message in messages]
    chosen = {n for n, text in enumerate(texts) if _is_read(text)}
    others = [n for n in range(len(texts)) if n not in chosen]
    chosen.update(others[n] for n in sieve.telling([_words(texts[n]) for n in others]))
    chosen |= sieve.naming(texts)
    read = Reading(times=_times(texts), count=len(texts))
    for n in sorted(chosen):
        _add(read, texts[n])
    read = believed(read, now)
    return replace(read, position=place(max(read.times)) if read.times else 0)


def _is_read(text: str) -> bool:
    """Whether it is read unscreened: what has no record (deletions, accounts), and edits."""
    return '"record"' not in text or '"update"' in text


def _words(text: str) -> str:
    """What of a message may mention a brand: the strings that become the post, and no ids."""
    return " ".join(_STRINGS.findall(text)) or text


def _times(texts: Sequence[str]) -> list[float]:
    """The times of the first and the last message; of all, where long lies between the two."""
    ends = _stamps([texts[0], texts[-1]] if texts else [])
    is_long = len(ends) == 2 and ends[1] - ends[0] > _LONG_SECONDS
    return _stamps(texts) if is_long else ends


def _stamps(texts: Sequence[str]) -> list[float]:
    return [int(found[1]) / _SECOND for text in texts if (found := _TIME.search(text))]


def _add(read: Reading, text: str) -> None:
    try:
        event = _event(as_json(fields.parsed(text.encode())))
    except (ValueError, OverflowError) as error:
        read.rejects.append(Fault("a message of the stream", str(error)[:200]))
    else:
        read.events.extend([event] if event else [])


def _seconds(stamp: object) -> float:
    if not isinstance(stamp, int) or not 0 < stamp < 10**17:
        raise ValueError("it has no time_us")
    return stamp / _SECOND


def _event(message: fields.Json) -> Event | None:
    """What the message tells; None for what is of no concern. Raises ValueError."""
    kind, did = message.get("kind"), known(DID, message.get("did"))
    at = _seconds(message.get("time_us"))
    if kind == "account":
        is_gone = fields.truth(message, "account", "active") is False
        status = fields.text(message, "account", "status")
        return Event("gone", did, at) if is_gone and status in GONE else None
    commit = as_json(message.get("commit"))
    operation = commit.get("operation")
    if kind != "commit" or commit.get("collection") != POSTS:
        return None
    if operation not in ("create", "update", "delete"):
        return None
    record = as_json(commit.get("record"))
    rkey, rev = known(RKEY, commit.get("rkey")), str(commit.get("rev"))[:50]
    return Event(operation, did, at, rkey, rev, record)

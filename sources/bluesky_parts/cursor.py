"""What the Bluesky source remembers between two polls, as the JSON of its cursor.

A cursor that is damaged, or belongs to another stream, is forgotten.
"""

import json
from collections.abc import Callable
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

from listener.model import Gap
from sources.bluesky_parts.events import CLOCK_SECONDS
from sources.common import fields

SEEN_SECONDS = 1_200.0
SEEN_MAX = 2_000
_ACCOUNTS_MAX = 2_000
_VERSION = 1


@dataclass(frozen=True, slots=True)
class State:
    """Where the reading stands.

    ``position`` is where to read on: the sequence number of a firehose, else microseconds since
    1970. ``at`` is the time up to which all was read, in seconds since 1970, and ``behind`` since
    when it was not caught up, None where it is. ``heard_at`` is the time of the newest message, by
    the host's clock alone. ``seen`` holds the versions of posts brought
    lately, with their times: the stream is wound back a little wherever it is opened.
    ``accounts`` are the brands' handles with their DIDs, empty where there is none, asked for at
    ``accounts_at``.
    """

    stream: str
    position: int = 0
    at: float = 0.0
    behind: float | None = None
    seen: dict[str, float] = field(default_factory=dict)
    accounts: dict[str, str] = field(default_factory=dict)
    accounts_at: float = 0.0
    heard_at: float = 0.0

    def dumped(self) -> str:
        """The cursor, with what was seen lately only."""
        since = min(self.at, self.heard_at or self.at) - SEEN_SECONDS
        kept = sorted(
            (item for item in self.seen.items() if item[1] >= since),
            key=lambda item: item[1],
        )
        state = asdict(replace(self, seen=dict(kept[-SEEN_MAX:])))
        return json.dumps({"v": _VERSION} | state, separators=(",", ":"))

    def moved(self, position: int, at: float) -> "State":
        """Read up to here; never back."""
        return replace(self, position=max(self.position, position), at=max(self.at, at))

    def believed(
        self, now: float, first_at: float, place: Callable[[float], int] | None
    ) -> "State":
        """The state without times to come, which a wrong clock left in it.

        It reads on from the newest message, or, where no time of one is known, from ``first_at``.
        ``place`` says where a time is in the stream; None: a sequence number, which stands.
        """
        latest = now + CLOCK_SECONDS
        at, position = self.at, self.position
        heard_at = self.heard_at if self.heard_at <= latest else 0.0
        if at > latest or (place and position > place(latest)):
            at = heard_at or first_at
            position = place(at) if place else position
        return replace(
            self,
            at=at,
            position=position,
            heard_at=heard_at,
            behind=self.behind if self.behind is None or self.behind <= latest else at,
            seen={version: min(then, now) for version, then in self.seen.items()},
            accounts_at=self.accounts_at if self.accounts_at <= latest else 0.0,
        )


def load(cursor: str | None, stream: str) -> State | None:
    """The state, or None where there is none for this stream."""
    try:
        found = fields.parsed((cursor or "null").encode("utf-8", "replace"))
    except ValueError:
        return None
    if fields.at(found, "v") != _VERSION or fields.at(found, "stream") != stream:
        return None
    at, position = _number(found, "at"), fields.at(found, "position")
    if not at or not isinstance(position, int) or not 0 <= position < 10**17:
        return None
    return State(
        stream,
        position,
        at,
        _number(found, "behind"),
        _times(fields.table(found, "seen")),
        _names(fields.table(found, "accounts")),
        _number(found, "accounts_at") or 0.0,
        _number(found, "heard_at") or 0.0,
    )


def gap(since: float, until: float, cause: str) -> Gap:
    """A stretch between two moments in seconds since 1970."""
    return Gap(datetime.fromtimestamp(since, UTC), datetime.fromtimestamp(until, UTC), cause)


def _number(value: Any, name: str) -> float | None:
    """Seconds since 1970 that a clock can show."""
    found = fields.at(value, name)
    is_time = isinstance(found, int | float) and not isinstance(found, bool)
    return float(found) if is_time and 0 <= found < 10**11 else None


def _times(seen: fields.Json) -> dict[str, float]:
    times = ((key, _number(seen, key)) for key in list(seen)[:SEEN_MAX])
    return {key: at for key, at in times if at is not None}


def _names(accounts: fields.Json) -> dict[str, str]:
    return {key: fields.text(accounts, key) for key in list(accounts)[:_ACCOUNTS_MAX]}

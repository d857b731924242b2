"""What is remembered between two polls, as JSON: how far each list was read, and what was seen."""

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from sources.common import fields
from sources.mastodon_parts.statuses import is_sane, of_one_kind, order

RECENT_MAX = 20
"""So many ids of a list are read anew at each poll: half a page.

Statuses from other instances arrive late, and get an id that is older than some that were read.
"""

SEEN_MAX = 3_000
PLACES_MAX = 300

_VERSION = 1


@dataclass(frozen=True, slots=True)
class LaneState:
    """How far one list was read.

    ``recent`` are the newest ids that were read, oldest first. ``read_at`` is when it was last
    read to its end, in seconds since 1970; 0: never. Nothing is brought that was published
    before ``since``. It is not asked before ``again_at``, for the reason ``said``. ``waiting``:
    the last poll had nothing left for it. ``account`` is the instance's id of the account whose
    posts they are.
    """

    recent: tuple[str, ...] = ()
    read_at: float = 0.0
    again_at: float = 0.0
    said: str = ""
    waiting: bool = False
    account: str = ""
    since: float = 0.0


@dataclass
class Memory:
    """What was brought: each post's last edit, and what an instance's own ids stand for."""

    seen: dict[str, int] = field(default_factory=dict)
    places: dict[str, tuple[str, str]] = field(default_factory=dict)

    def is_new(self, native_id: str, edited: int) -> bool:
        """Whether this post, or this edit of it, was not brought yet. It counts as brought now."""
        key = _key(native_id)
        before = self.seen.pop(key, None)
        self.seen[key] = edited if before is None else max(before, edited)
        return before is None or edited > before

    def has(self, native_id: str) -> bool:
        """Whether this post was brought lately."""
        return _key(native_id) in self.seen

    def is_hint(self, native_id: str, edited: int) -> bool:
        """Whether somebody else tells a later edit than was brought, or told by others before."""
        later = edited > self.seen.get(_key(native_id), 0)
        return later and self.is_new(f"{native_id} ?", edited)

    def place(self, host: str, local_id: str, native_id: str, conversation: str) -> None:
        """Keep what post an instance means by an id, and its thread."""
        self.places.pop(f"{host} {local_id}", None)
        self.places[f"{host} {local_id}"] = (native_id, conversation)

    def placed(self, host: str, local_id: str) -> tuple[str, str] | None:
        """The post that an instance means by an id, and its thread, if it was seen."""
        return self.places.get(f"{host} {local_id}")


def load(
    cursor: str | None, lanes: Iterable[str], now: datetime
) -> tuple[dict[str, LaneState], Memory]:
    """The state of each list, and the memory; what makes no sense begins anew.

    A time that lies more than a day ahead counts as over.
    """
    try:
        read = fields.parsed((cursor or "{}").encode(errors="replace"))
    except ValueError:
        read = {}
    stated = read if fields.at(read, "v") == _VERSION else {}
    seen = {key: fields.count(edited) for key, edited in fields.table(stated, "seen").items()}
    places = {
        key: (fields.text(place, 0), fields.text(place, 1))
        for key, place in fields.table(stated, "places").items()
    }
    states = fields.table(stated, "lanes")
    read_states = {lane: _state(fields.table(states, lane), now) for lane in lanes}
    return read_states, Memory(seen, places)


def dump(states: Mapping[str, LaneState], memory: Memory) -> str:
    """The states and the memory as a cursor, the memory cut to its bounds."""
    lanes = {
        lane: {
            "recent": state.recent,
            "read_at": state.read_at,
            "again_at": state.again_at,
            "said": state.said,
            "waiting": state.waiting,
            "account": state.account,
            "since": state.since,
        }
        for lane, state in states.items()
    }
    kept = {
        "seen": dict(list(memory.seen.items())[-SEEN_MAX:]),
        "places": dict(list(memory.places.items())[-PLACES_MAX:]),
    }
    return json.dumps({"v": _VERSION, "lanes": lanes} | kept, separators=(",", ":"))


def newest(ids: Iterable[str]) -> tuple[str, ...]:
    """The newest of these ids, oldest first."""
    return tuple(sorted(of_one_kind(ids), key=order)[-RECENT_MAX:])


def _state(read: Mapping[str, object], now: datetime) -> LaneState:
    recent = fields.at(read, "recent")
    ids = [one for one in recent if isinstance(one, str)] if isinstance(recent, list) else []
    return LaneState(
        recent=newest(one for one in ids if _is_id(one) and is_sane(one, now)),
        read_at=fields.second(read, now, "read_at"),
        again_at=fields.second(read, now, "again_at"),
        said=fields.text(read, "said", chars_max=300),
        waiting=fields.truth(read, "waiting") or False,
        account=fields.text(read, "account", chars_max=30),
        since=fields.second(read, now, "since"),
    )


def _is_id(local_id: str) -> bool:
    return 0 < len(local_id) <= 30 and local_id.isascii()


def _key(native_id: str) -> str:
    return hashlib.sha256(native_id.encode()).hexdigest()[:12]

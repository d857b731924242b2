"""What is remembered between two polls, as JSON: how far each list was read, what came lately."""

import json
from collections.abc import Collection, Mapping
from dataclasses import astuple, dataclass, field
from datetime import datetime

from sources.common import fields

OWN_MAX = 200
SEEN_MAX = 20_000

_VERSION = 1
_DAY = 86_400.0
_MEMORY_SECONDS_MAX = 8 * _DAY
_LATE_SECONDS = 2 * 3_600.0


@dataclass(frozen=True, slots=True)
class LaneState:
    """How far one list was read; all times are seconds since 1970.

    Everything up to ``since`` was read. Where ``mark`` is not empty, a reading stopped there on
    its way down, and ``top`` is the newest thing it had met. ``asked_at`` is when it was last
    asked, ``read_at`` when it was last read to its end, ``turn`` the round in which it had its
    turn. It is not asked before ``again_at``, for the reason ``said``.
    """

    since: float
    top: float = 0.0
    mark: str = ""
    read_at: float = 0.0
    asked_at: float = 0.0
    again_at: float = 0.0
    said: str = ""
    turn: int = 0


@dataclass(slots=True)
class State:
    """All that is remembered.

    Nothing is brought that was published before ``began``. ``own`` are one's own threads with
    the time of each, ``seen`` what was brought lately: a mark of its words and when it was last
    met. ``asked`` counts the searches by hour. ``turn`` is the round: in each, every list that
    is due is read once, however many polls it takes.
    """

    began: float
    turn: int = 0
    lanes: dict[str, LaneState] = field(default_factory=dict)
    own: dict[str, float] = field(default_factory=dict)
    seen: dict[str, tuple[str, float]] = field(default_factory=dict)
    asked: dict[int, int] = field(default_factory=dict)

    def is_new(self, native_id: str, mark: str, now: float) -> bool:
        """Whether these words of this post were not brought yet. They count as brought now."""
        known = self.seen.get(native_id)
        self.seen[native_id] = (mark, now)
        return known is None or known[0] != mark

    def searches(self, now: float) -> int:
        """How many searches were counted in the last 24 hours, at least."""
        return sum(count for hour, count in self.asked.items() if hour >= _hour(now - _DAY))

    def count_search(self, now: float) -> None:
        """One more search that counts."""
        self.asked[_hour(now)] = self.asked.get(_hour(now), 0) + 1


def load(cursor: str | None, began: datetime, now: datetime) -> State:
    """The state; what makes no sense begins anew, and a time that lies ahead counts as over."""
    try:
        read = fields.parsed((cursor or "{}").encode(errors="replace"))
    except ValueError:
        read = {}
    stated = read if fields.at(read, "v") == _VERSION else {}
    lanes = fields.table(stated, "lanes")
    own, seen = fields.table(stated, "own"), fields.table(stated, "seen")
    asked = fields.table(stated, "asked")
    return State(
        began=fields.second(stated, now, "began") or began.timestamp(),
        turn=fields.count(stated, "turn"),
        lanes={
            key: _lane(lanes[key], now, fields.count(stated, "turn"))
            for key in lanes
            if fields.second(lanes, now, key, 0)
        },
        own={key: at for key in own if (at := fields.second(own, now, key))},
        seen={
            key: (fields.text(one, 0, chars_max=40), fields.second(one, now, 1))
            for key, one in seen.items()
        },
        asked={int(hour): fields.count(asked, hour) for hour in asked if _is_hour(hour)},
    )


def dump(state: State, kept: Collection[str], now: datetime) -> str:
    """The cursor. Only these lanes are kept, and of the rest what may still be met again."""
    lanes = {key: one for key, one in state.lanes.items() if key in kept}
    second = now.timestamp()
    told = {
        "v": _VERSION,
        "began": state.began,
        "turn": state.turn,
        "lanes": {key: astuple(lane) for key, lane in lanes.items()},
        "own": _newest(state.own),
        "seen": _met_since(state.seen, _forgotten_before(lanes, second)),
        "asked": {hour: n for hour, n in state.asked.items() if hour >= _hour(second - _DAY)},
    }
    return json.dumps(told, separators=(",", ":"))


def _forgotten_before(lanes: Mapping[str, LaneState], now: float) -> float:
    """What was met last before this can't be listed as new any more, by no list."""
    reads = [max(lane.read_at, now - _MEMORY_SECONDS_MAX) for lane in lanes.values()]
    return min([*reads, now - _DAY]) - _LATE_SECONDS


def _met_since(seen: Mapping[str, tuple[str, float]], at: float) -> dict[str, tuple[str, float]]:
    met = sorted(((when, key, mark) for key, (mark, when) in seen.items()), reverse=True)
    return {key: (mark, when) for when, key, mark in met[:SEEN_MAX] if when >= at}


def _newest(own: Mapping[str, float]) -> dict[str, float]:
    return dict(sorted(own.items(), key=lambda one: one[1], reverse=True)[:OWN_MAX])


def _lane(told: object, now: datetime, turn: int) -> LaneState:
    return LaneState(
        since=min(fields.second(told, now, 0), now.timestamp()),
        top=fields.second(told, now, 1),
        mark=fields.text(told, 2),
        read_at=fields.second(told, now, 3),
        asked_at=fields.second(told, now, 4),
        again_at=fields.second(told, now, 5),
        said=fields.text(told, 6, chars_max=300),
        turn=min(fields.count(told, 7), turn),
    )


def _hour(at: float) -> int:
    return int(at) // 3_600


def _is_hour(key: str) -> bool:
    return key.isascii() and key.isdigit() and len(key) < 12

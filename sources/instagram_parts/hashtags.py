"""Which hashtags may be asked for: thirty different ones in any seven days, and no more.

A hashtag counts from when it is first asked for, for seven days, however often it is asked for
again. Where more are wanted than fit they take turns: one whose days are over makes room for the
one that waited longest. The count is kept with an hour to spare, for clocks that differ.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from listener.model import Brand
from sources.meta_parts.cursor import Hashtag, State

AT_ONCE_MAX = 30
DAYS_SECONDS = 7 * 86_400.0
SPARE_SECONDS = 3_600.0
SHOWN_SECONDS = 86_400.0
"""Instagram shows what was published under a hashtag in the last 24 hours."""

REFUSED_SECONDS = 6 * 3_600.0
"""How long no further hashtag is tried when Instagram counts more than we do."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What is asked for now, and from when on the others may be."""

    asked: tuple[str, ...]
    waiting: tuple[str, ...]
    free_at: datetime | None


def wanted(stated: Sequence[str], brands: Sequence[Brand]) -> tuple[str, ...]:
    """The hashtags a person named, or else those of the brands, as Instagram takes them."""
    names = stated or [tag for brand in brands for tag in brand.hashtags]
    bare = (name.strip().lstrip("#").lower() for name in names)
    return tuple(dict.fromkeys(name for name in bare if is_hashtag(name)))


def is_hashtag(name: str) -> bool:
    """Whether Instagram can be asked for it: letters, digits and underscores, no emoji."""
    return bool(name) and all(mark.isalnum() or mark == "_" for mark in name) and len(name) <= 100


def planned(names: Sequence[str], state: State, now: datetime) -> Plan:
    """Choose what to ask for. Counts nothing yet: see :func:`counted`."""
    at = now.timestamp()
    kept = {name for name, one in state.hashtags.items() if name in names or _counts(one, at)}
    state.hashtags = {name: state.hashtags[name] for name in kept}
    live = {name for name, one in state.hashtags.items() if _counts(one, at)}
    room = 0 if at < state.hashtags_full_until else AT_ONCE_MAX - len(live)
    in_turn = sorted(
        (name for name in names if name not in live),
        key=lambda name: state.hashtags.get(name, Hashtag()).read_at,
    )
    chosen, waiting = in_turn[: max(room, 0)], in_turn[max(room, 0) :]
    asked = [name for name in names if name in live and not _yields(name, state, at, waiting)]
    ends = [state.hashtags[name].counted_at for name in live]
    free_at = min(ends) + DAYS_SECONDS + SPARE_SECONDS if ends else state.hashtags_full_until
    return Plan(
        asked=(*asked, *chosen),
        waiting=tuple(waiting),
        free_at=datetime.fromtimestamp(free_at, UTC) if waiting else None,
    )


def counted(name: str, state: State, now: datetime) -> None:
    """It is asked for now: from here on it counts, unless it does already."""
    one, at = state.hashtags.get(name, Hashtag()), now.timestamp()
    if _age(one, at) >= DAYS_SECONDS - SPARE_SECONDS:
        state.hashtags[name] = replace(one, counted_at=at)


def refused(name: str, state: State, now: datetime) -> None:
    """Instagram says that thirty were asked for: somebody else asks in this account's name."""
    one = state.hashtags.get(name, Hashtag())
    state.hashtags[name] = replace(one, counted_at=0.0)
    state.hashtags_full_until = now.timestamp() + REFUSED_SECONDS


def _age(one: Hashtag, at: float) -> float:
    """How long ago it was counted; one that was never, or by a clock set back, long ago."""
    age = at - one.counted_at
    return age if one.counted_at and age >= 0 else 2 * DAYS_SECONDS


def _counts(one: Hashtag, at: float) -> bool:
    return _age(one, at) < DAYS_SECONDS + SPARE_SECONDS


def _yields(name: str, state: State, at: float, waiting: Sequence[str]) -> bool:
    """Whether it makes room: its days are over, and others wait."""
    return bool(waiting) and _age(state.hashtags[name], at) >= DAYS_SECONDS - SPARE_SECONDS

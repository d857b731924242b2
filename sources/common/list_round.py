"""One poll of several lists, in turn, under one purse: a list that fails costs only itself."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from listener.model import Batch, Fault
from listener.ports import Reject, Retry
from sources.common.list_reading import ListReading
from sources.common.list_state import ListState, dump
from sources.common.places import again, told
from sources.common.purse import Purse

_FRESH_SECONDS = 60

Read = Callable[[str, ListState, Purse], ListReading]
"""Reads a list, by its place, from its state, at no more than a purse."""


@dataclass(frozen=True, slots=True)
class _Visited:
    """A list after its turn; ``progress``: the next poll would not begin where this one did."""

    state: ListState
    reading: ListReading | None = None
    failure: Retry | Reject | None = None
    progress: bool = False
    unread: bool = False


@dataclass
class ListRound:
    """One poll. ``site`` is whose posts they are, ``pages_max`` what one list may cost."""

    site: str
    states: Mapping[str, ListState]
    now: datetime
    purse: Purse
    pages_max: int
    read: Read
    _visited: dict[str, _Visited] = field(default_factory=dict)

    def batch(self) -> Batch:
        """What all lists brought. Raises what they failed with, where all did."""
        for place in sorted(self.states, key=lambda one: not self.states[one].waiting):
            self._visited[place] = self._visit(place)
        visits = list(self._visited.values())
        failures = [one.failure for one in visits if one.failure and not one.progress]
        if len(failures) == len(visits):
            raise told(failures, self.purse.told())
        return self._batch()

    def _visit(self, place: str) -> _Visited:
        state = self.states[place]
        wait = state.again_at - self.now.timestamp()
        if wait > 0:
            said = Retry(state.said or "it asked to wait", wait, state="rate limit")
            return _Visited(state, failure=said)
        if self.purse.left <= 0:
            is_old = self.now.timestamp() - state.read_at > _FRESH_SECONDS
            return _Visited(replace(state, waiting=True), unread=is_old)
        part = self.purse.part(self.pages_max)
        reading = self.read(place, state, part)
        reading.run()
        self.purse.settle(part)
        return self._after(state, reading)

    def _after(self, before: ListState, reading: ListReading) -> _Visited:
        again_at, said = again(reading.failure, self.now)
        state = replace(reading.state, waiting=False, again_at=again_at, said=said)
        moved = state.next != before.next or dict(state.seen) != dict(before.seen)
        progress = bool(moved or reading.deleted)
        stopped = bool(state.next) or not (reading.caught_up or reading.gaps)
        unread = stopped and progress and reading.failure is None
        return _Visited(state, reading, reading.failure, progress, unread)

    def _batch(self) -> Batch:
        visits = self._visited
        readings = [one.reading for one in visits.values() if one.reading]
        found = [item for reading in readings for item in reading.found.values()]
        waits = [one.state.again_at - self.now.timestamp() for one in visits.values()]
        return Batch(
            posts=tuple(item.post for item in sorted(found, key=lambda item: item.at)),
            deleted=tuple(f"{self.site}:{one}" for reading in readings for one in reading.deleted),
            rejects=tuple(reject for reading in readings for reject in reading.rejects),
            gaps=tuple(gap for reading in readings for gap in reading.gaps),
            faults=tuple(
                Fault(place, one.failure.reason) for place, one in visits.items() if one.failure
            ),
            cursor=dump({place: visits[place].state for place in self.states}),
            complete=all(one.reading and one.reading.caught_up for one in visits.values()),
            more=any(one.unread for one in visits.values()),
            wait_seconds=min(waits) if min(waits) > 0 else None,
            spent=self.purse.told(),
        )
